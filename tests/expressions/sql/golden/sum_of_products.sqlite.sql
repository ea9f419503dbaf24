-- SUM(contracts, amount * share, status == "signed")
-- param_1 = '10000000000000000000000000000000000000000000000000000000000000000'
-- param_2 = 'signed'
SELECT (SELECT coalesce(dg_sum(anon_1.v), :param_1) AS coalesce_1 
FROM (SELECT dg_mul(t_contract_1.f_amount, t_contract_1.f_share) AS v 
FROM t_contract AS t_contract_1 
WHERE t_contract_1.f_account = r.id AND t_contract_1.deleted_at IS NULL AND t_contract_1.f_status = :param_2) AS anon_1) AS value 
FROM t_account AS r
