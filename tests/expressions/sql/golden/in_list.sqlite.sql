-- kind in ["direct", "partner"]
-- param_1 = 'direct'
-- param_2 = 'partner'
SELECT r.f_kind IN (:param_1, :param_2) AS value 
FROM t_account AS r
