-- ISBLANK(notes) or not CONTAINS(LOWER(name), "科")
-- param_1 = ' \t\n\r\xa0\u3000'
-- param_2 = ''
-- param_3 = ''
-- param_4 = '[µ-ſͰ-ԯＡ-ｚ]'
-- param_5 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬ
-- param_6 = 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăąćĉċčďđēĕėęěĝğġģĥħĩīĭ
-- param_7 = '科'
SELECT coalesce(btrim(r.f_notes, %(param_1)s::VARCHAR), %(param_2)s::VARCHAR) = %(param_3)s::VARCHAR OR strpos(CASE WHEN (r.f_name COLLATE "C" ~ %(param_4)s::VARCHAR) THEN translate(r.f_name, %(param_5)s::VARCHAR, %(param_6)s::VARCHAR) ELSE lower(r.f_name COLLATE "C") END, %(param_7)s::VARCHAR) <= 0 AS value 
FROM t_account AS r
