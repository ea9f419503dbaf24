-- TIER(revenue, "commission", "slice")
SELECT CASE WHEN (r.f_revenue IS NULL) THEN CAST(NULL AS NUMERIC) WHEN (r.f_revenue < 0) THEN CAST(NULL AS NUMERIC) WHEN (r.f_revenue < 100000) THEN CAST(r.f_revenue AS NUMERIC) * 0.03 + 0.00 WHEN (r.f_revenue < 300000) THEN CAST(r.f_revenue AS NUMERIC) * 0.05 + -2000.00 WHEN (r.f_revenue < 1000000) THEN CAST(r.f_revenue AS NUMERIC) * 0.08 + -11000.00 ELSE CAST(r.f_revenue AS NUMERIC) * 0.10 + -31000.00 END AS value 
FROM t_account AS r
