-- ROUND(revenue * discount, 2)
SELECT dg_round(dg_mul(r.f_revenue, r.f_discount), 4, 0, 'half') AS value 
FROM t_account AS r
