-- created_at >= NOW() - "30d"
-- param_1 = 2592000000000
SELECT r.f_created_at >= CASE WHEN (EXTRACT(epoch FROM (%(ctx_now)s::TIMESTAMP WITH TIME ZONE)) * 1000000 - %(param_1)s::BIGINT BETWEEN -62135596800000000 AND 253402300799999999) THEN (%(ctx_now)s::TIMESTAMP WITH TIME ZONE) - (make_interval(0, 0, 0, 0, CAST(greatest(least(%(param_1)s::BIGINT, 632448000000000000), -632448000000000000) / 3600000000 AS INTEGER)) + (%(param_1)s::BIGINT %% 3600000000) * INTERVAL '1 microsecond') END AS value 
FROM t_account AS r
