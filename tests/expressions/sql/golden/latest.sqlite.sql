-- LATEST(contracts, status, amount > 0)
-- param_1 = 0
-- param_2 = 0
SELECT (SELECT t_contract_1.f_status AS f_status 
FROM t_contract AS t_contract_1 
WHERE t_contract_1.f_account = r.id AND t_contract_1.deleted_at IS NULL AND t_contract_1.f_amount > :param_1 AND t_contract_1.f_signed_at IS NOT NULL ORDER BY t_contract_1.f_signed_at DESC, t_contract_1.id DESC
 LIMIT 1 OFFSET :param_2) AS value 
FROM t_account AS r
