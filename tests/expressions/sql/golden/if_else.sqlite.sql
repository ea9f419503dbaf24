-- IF(revenue >= 300000, revenue * 0.03, 0)
-- param_1 = 30000000
-- param_2 = 3
-- param_3 = 0
SELECT CASE WHEN (r.f_revenue >= :param_1) THEN r.f_revenue * :param_2 ELSE :param_3 END AS value 
FROM t_account AS r
