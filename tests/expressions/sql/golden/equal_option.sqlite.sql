-- kind == "direct"
-- param_1 = 'direct'
SELECT r.f_kind = :param_1 AS value 
FROM t_account AS r
