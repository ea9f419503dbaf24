-- kind == "direct"
-- param_1 = 'direct'
SELECT r.f_kind = %(param_1)s::VARCHAR AS value 
FROM t_account AS r
