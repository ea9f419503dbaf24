-- SUM(contracts, amount * share, status == "signed")
-- param_1 = Decimal('0')
-- param_2 = 'signed'
SELECT (SELECT coalesce(sum(anon_1.v), %(param_1)s) AS coalesce_1 
FROM (SELECT t_contract_1.f_amount * t_contract_1.f_share AS v 
FROM t_contract AS t_contract_1 
WHERE t_contract_1.f_account = r.id AND t_contract_1.deleted_at IS NULL AND t_contract_1.f_status = %(param_2)s::VARCHAR) AS anon_1) AS value 
FROM t_account AS r
