-- BETWEEN(name, "a", "b")
-- param_1 = 'a'
-- param_2 = 'b'
SELECT r.f_name BETWEEN (%(param_1)s::VARCHAR COLLATE "C") AND (%(param_2)s::VARCHAR COLLATE "C") AS value 
FROM t_account AS r
