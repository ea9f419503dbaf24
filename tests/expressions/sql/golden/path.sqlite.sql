-- region.parent.name == "华东"
-- param_1 = '华东'
SELECT (SELECT t_region_1.f_name 
FROM t_region AS t_region_2, t_region AS t_region_1 
WHERE t_region_2.id = r.f_region AND t_region_2.deleted_at IS NULL AND t_region_1.id = t_region_2.f_parent AND t_region_1.deleted_at IS NULL) = :param_1 AS value 
FROM t_account AS r
