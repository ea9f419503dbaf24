-- COUNT(events, kind == "download", within="30d")
-- param_1 = 2592000000000
-- param_2 = 'download'
SELECT (SELECT count(*) AS count_1 
FROM t_event AS t_event_1 
WHERE t_event_1.f_account = r.id AND t_event_1.deleted_at IS NULL AND t_event_1.f_happened_at > coalesce(CASE WHEN ((:ctx_now) - :param_1 BETWEEN -62135596800000000 AND 253402300799999999) THEN (:ctx_now) - :param_1 END, -62135596800000000) AND t_event_1.f_happened_at <= (:ctx_now) AND t_event_1.f_kind = :param_2) AS value 
FROM t_account AS r
