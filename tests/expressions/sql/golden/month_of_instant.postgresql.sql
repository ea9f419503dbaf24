-- MONTH(created_at)
SELECT CAST(EXTRACT(month FROM CASE WHEN (CAST(timezone(%(ctx_zone)s::VARCHAR, r.f_created_at) AS DATE) BETWEEN CAST('0001-01-01' AS DATE) AND CAST('9999-12-31' AS DATE)) THEN CAST(timezone(%(ctx_zone)s::VARCHAR, r.f_created_at) AS DATE) END) AS BIGINT) AS value 
FROM t_account AS r
