-- "vip" in tags
-- param_1 = 'vip'
SELECT CASE WHEN (%(param_1)s::VARCHAR IS NOT NULL AND r.f_tags IS NOT NULL) THEN %(param_1)s::VARCHAR = ANY (r.f_tags) END AS value 
FROM t_account AS r
