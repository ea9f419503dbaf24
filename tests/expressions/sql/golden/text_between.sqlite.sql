-- BETWEEN(name, "a", "b")
-- param_1 = 'a'
-- param_2 = 'b'
SELECT r.f_name BETWEEN :param_1 AND :param_2 AS value 
FROM t_account AS r
