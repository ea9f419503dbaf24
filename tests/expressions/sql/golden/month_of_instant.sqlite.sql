-- MONTH(created_at)
SELECT CAST(substr(dg_local_date(r.f_created_at, :ctx_zone), 6, 2) AS BIGINT) AS value 
FROM t_account AS r
