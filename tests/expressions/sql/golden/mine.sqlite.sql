-- owner == me
SELECT r.f_owner = (:actor_me) AS value 
FROM t_account AS r
