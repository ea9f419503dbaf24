-- kind in ["direct", "partner"]
-- param_1 = 'direct'
-- param_2 = 'partner'
SELECT r.f_kind IN (%(param_1)s::VARCHAR, %(param_2)s::VARCHAR) AS value 
FROM t_account AS r
