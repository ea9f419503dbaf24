-- WORKDAYS(founded, TODAY())
SELECT dg_workdays(r.f_founded, (:ctx_today), :ctx_calendar_) AS value 
FROM t_account AS r
