-- revenue >= 1000
-- param_1 = 100000
SELECT r.f_revenue >= :param_1 AS value 
FROM t_account AS r
