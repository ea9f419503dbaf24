-- IF(revenue >= 300000, revenue * 0.03, 0)
-- param_1 = Decimal('300000')
-- param_2 = Decimal('0.03')
-- param_3 = Decimal('0.0000')
SELECT CASE WHEN (r.f_revenue >= %(param_1)s) THEN r.f_revenue * %(param_2)s ELSE %(param_3)s END AS value 
FROM t_account AS r
