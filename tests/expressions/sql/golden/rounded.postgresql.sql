-- ROUND(revenue * discount, 2)
SELECT round(r.f_revenue * r.f_discount, 2) AS value 
FROM t_account AS r
