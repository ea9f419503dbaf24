-- "vip" in tags
-- param_1 = 'vip'
SELECT CASE WHEN (:param_1 IS NOT NULL AND r.f_tags IS NOT NULL) THEN :param_1 IN (SELECT anon_1.value 
FROM json_each(r.f_tags) AS anon_1) END AS value 
FROM t_account AS r
