-- ISBLANK(notes) or not CONTAINS(LOWER(name), "科")
-- param_1 = ' \t\n\r\xa0\u3000'
-- param_2 = ''
-- param_3 = ''
-- param_4 = '科'
SELECT coalesce(trim(r.f_notes, :param_1), :param_2) = :param_3 OR instr(dg_lower(r.f_name), :param_4) <= 0 AS value 
FROM t_account AS r
