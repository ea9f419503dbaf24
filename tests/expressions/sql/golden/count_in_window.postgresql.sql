-- COUNT(events, kind == "download", within="30d")
-- param_1 = 2592000000000
-- param_2 = 'download'
SELECT (SELECT count(*) AS count_1 
FROM t_event AS t_event_1 
WHERE t_event_1.f_account = r.id AND t_event_1.deleted_at IS NULL AND t_event_1.f_happened_at > coalesce(CASE WHEN (EXTRACT(epoch FROM (%(ctx_now)s::TIMESTAMP WITH TIME ZONE)) * 1000000 - %(param_1)s::BIGINT BETWEEN -62135596800000000 AND 253402300799999999) THEN (%(ctx_now)s::TIMESTAMP WITH TIME ZONE) - (make_interval(0, 0, 0, 0, CAST(greatest(least(%(param_1)s::BIGINT, 632448000000000000), -632448000000000000) / 3600000000 AS INTEGER)) + (%(param_1)s::BIGINT %% 3600000000) * INTERVAL '1 microsecond') END, CAST('0001-01-01 00:00:00+00' AS TIMESTAMPTZ)) AND t_event_1.f_happened_at <= (%(ctx_now)s::TIMESTAMP WITH TIME ZONE) AND t_event_1.f_kind = %(param_2)s::VARCHAR) AS value 
FROM t_account AS r
