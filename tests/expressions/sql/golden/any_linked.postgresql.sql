-- ANY(contacts, grade > this.employees)
SELECT EXISTS (SELECT 1 
FROM t_user AS t_user_1, l_account_contact AS l_account_contact_1 
WHERE l_account_contact_1.near = r.id AND l_account_contact_1.far = t_user_1.id AND t_user_1.deleted_at IS NULL AND t_user_1.f_grade > r.f_employees) AS value 
FROM t_account AS r
