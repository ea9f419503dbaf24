-- created_at >= NOW() - "30d"
-- param_1 = 2592000000000
SELECT r.f_created_at >= CASE WHEN ((:ctx_now) - :param_1 BETWEEN -62135596800000000 AND 253402300799999999) THEN (:ctx_now) - :param_1 END AS value 
FROM t_account AS r
