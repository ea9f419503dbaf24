-- revenue / employees
SELECT round(div(r.f_revenue * 20000000000, nullif(CAST(r.f_employees AS NUMERIC), 0)) * 0.5) * 0.0000000001 AS value 
FROM t_account AS r
