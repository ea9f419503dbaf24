-- DATEADD(founded, 1, "quarter")
-- param_1 = 1
SELECT CASE WHEN (%(param_1)s::BIGINT BETWEEN -200000 AND 200000) THEN CASE WHEN (EXTRACT(year FROM r.f_founded) * 12 + EXTRACT(month FROM r.f_founded) + %(param_1)s::BIGINT * 3 BETWEEN 13 AND 120000) THEN CAST(r.f_founded + make_interval(0, CAST(%(param_1)s::BIGINT * 3 AS INTEGER)) AS DATE) END END AS value 
FROM t_account AS r
