-- owner == me
SELECT r.f_owner = (%(actor_me)s::UUID) AS value 
FROM t_account AS r
