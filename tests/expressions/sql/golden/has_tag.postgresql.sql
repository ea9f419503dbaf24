-- "vip" in tags
-- param_1 = ['vip']
SELECT r.f_tags @> %(param_1)s::TEXT[] AS value 
FROM t_account AS r
