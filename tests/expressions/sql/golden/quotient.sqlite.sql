-- revenue / employees
SELECT dg_div(r.f_revenue, r.f_employees, 8) AS value 
FROM t_account AS r
