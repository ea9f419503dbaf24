-- DATEADD(founded, 1, "quarter")
-- param_1 = 1
SELECT dg_add_to_date(r.f_founded, :param_1, 'quarter') AS value 
FROM t_account AS r
