-- revenue >= 1000
-- param_1 = Decimal('1000')
SELECT r.f_revenue >= %(param_1)s AS value 
FROM t_account AS r
