"""IF, IFS, SWITCH, COALESCE, ISBLANK, and the one type of their branches."""

from kit import Family

family = Family("logic", "Hand; PostgreSQL CASE and COALESCE", "number")
F = family
BLANKS = "E' \\t\\n\\r\\u00a0\\u3000'"
F("IF(true, 1, 2)", "integer", 1, sql="case when true then 1 else 2 end")
F("IF(false, 1, 2)", "integer", 2)
F("IF(t, a, b)", "decimal(4)", "12.3400", "plain", sql="case when r.t then r.a else r.b end")
F("IF(u, a, b)", "decimal(4)", "0.1250", "plain", sql="case when r.u then r.a else r.b end")
F("IF(t, i, a)", "decimal(2)", "7.00", "plain", sql="case when r.t then r.i else r.a end")
F("IF(u, a, i)", "decimal(2)", "7.00", "plain", sql="case when r.u then r.a else r.i end")
F("IF(t, p, 1)", "decimal(4)", "0.1500", "plain", why="percent with another number is decimal")
F("IF(t, p, q)", "percent(4)", "0.1500", "plain", sql="r.p")
F("IF(u, m, 0)", "money(CNY,2)", "0.00", "plain", why="money with a number literal is money")
F("IF(u, m, 0.125)", "money(CNY,3)", "0.125", "plain", why="the larger scale")
F("IF(t, m, y)", "money(CNY,4)", "1999.9900", "plain", sql="r.m")
F("IF(u, m)", "money(CNY,2)", None, "plain", sql="case when r.u then r.m end")
F(
    "IF(m >= 1000, m * 0.03, 0)",
    "money(CNY,4)",
    "59.9997",
    "plain",
    sql="case when r.m >= 1000 then r.m * 0.03 else 0 end",
)
F(
    "IF(m >= 300000, m * 0.03, 0)",
    "money(CNY,4)",
    "0.0000",
    "plain",
    sql="case when r.m >= 300000 then r.m * 0.03 else 0 end",
)
F('IF(i > 5, "大", "很小")', "text", "大", "plain", length=2)
F("IF(a / 0 > 1, 1, 2)", "integer", 2, "plain", why="a null condition is not met")
F("IF(IF(t, u, t), 1, IF(t, 2, 3))", "integer", 2, "plain", sql="case when r.u then 1 else 2 end")
F("IF(n > 0, o, s)", "option", "red", "phrase.chinese", sql="case when r.n > 0 then r.o else r.s end")
F("IF(n < 0, o, s)", "option", "红", "phrase.chinese", sql="case when r.n < 0 then r.o else r.s end")
F("IF(n > 0, d, e)", "date", "2024-02-29", "slot.leap", sql="case when r.n > 0 then r.d else r.e end")
F("IF(n > 0, at, till)", "instant", on="slot.leap", sql="r.at")
F(
    "IF(active, owner, parent.owner)",
    "reference(user)",
    on="account.bluesea",
    sql="(select owner from account p where p.id = r.parent)",
)
F("IF(i > 0 or j / 0 > 1, 1, 2)", "integer", 1, "plain", sql="1")
F(
    'IFS(i > 10, "a", i > 5, "b", "c")',
    "text",
    "b",
    "plain",
    sql="case when r.i > 10 then 'a' when r.i > 5 then 'b' else 'c' end",
)
F(
    'IFS(i > 10, "a", i > 5, "b", "c")',
    "text",
    "c",
    "negative",
    sql="case when r.i > 10 then 'a' when r.i > 5 then 'b' else 'c' end",
)
F(
    'IFS(i > 10, "a", i > 5, "b")',
    "text",
    None,
    "negative",
    sql="case when r.i > 10 then 'a' when r.i > 5 then 'b' end",
)
F(
    'IFS(i > 10, "a", i > 5, "b", "c")',
    "text",
    "c",
    "nulls",
    sql="case when r.i > 10 then 'a' when r.i > 5 then 'b' else 'c' end",
)
F("IFS(v, 1, t, 2)", "integer", 2, "plain", sql="case when r.v then 1 when r.t then 2 end")
F("IFS(t, i, true, a)", "decimal(2)", "7.00", "plain", sql="r.i")
F("IFS(t, 1)", "integer", 1, "plain", sql="1")
F("IFS(u, 1)", "integer", None, "plain", sql="case when r.u then 1 end")
F("IFS(u, m, t, 0)", "money(CNY,2)", "0.00", "plain", sql="0")
F("IFS(t, 1, t, 2)", "integer", 1, "plain", why="the first that holds")
F("IFS(false, 1.5, false, 2.25, 3)", "decimal(2)", "3.00", sql="3")
F("IFS(m >= 1000000, 0.08, m >= 1000, 0.05, 0)", "decimal(2)", "0.05", "plain", sql="0.05")
F(
    'SWITCH(i, 1, "a", 7, "b", "c")',
    "text",
    "b",
    "plain",
    sql="case r.i when 1 then 'a' when 7 then 'b' else 'c' end",
)
F(
    'SWITCH(i, 1, "a", 7, "b", "c")',
    "text",
    "c",
    "half",
    sql="case r.i when 1 then 'a' when 7 then 'b' else 'c' end",
)
F('SWITCH(i, 1, "a", 7, "b")', "text", None, "half", sql="case r.i when 1 then 'a' when 7 then 'b' end")
F('SWITCH(i, 1, "a", "else")', "text", "else", "nulls", why="a null x matches nothing")
F('SWITCH(i, j, "same", "other")', "text", "other", "nulls", why="null is not equal to null")
F(
    'SWITCH(i, j, "same", "other")',
    "text",
    "same",
    "big",
    sql="case r.i when r.j then 'same' else 'other' end",
)
F(
    'SWITCH(j, i, "a", 5, "b")',
    "text",
    "b",
    "mixed",
    sql="case r.j when r.i then 'a' when 5 then 'b' end",
    why="a null case is passed over",
)
F("SWITCH(a, 12.340, 1, 2)", "integer", 1, "plain", sql="1")
F("SWITCH(i, 7.0, 1, 2)", "integer", 1, "plain", sql="1")
F(
    'SWITCH(o, "red", "红", "green", "绿", "?")',
    "text",
    "红",
    "phrase.chinese",
    sql="case r.o when 'red' then '红' end",
)
F('SWITCH(o, "red", 1, "green", 2, "blue", 3)', "integer", 3, "phrase.wide", sql="3")
F('SWITCH(u, "大区", 1, 0)', "integer", 1, "phrase.chinese", sql="case r.u when '大区' then 1 else 0 end")
F('SWITCH(u, "A", 1, 0)', "integer", 0, "phrase.abc", sql="case r.u when 'A' then 1 else 0 end")
F("SWITCH(7, 7, 1, 7, 2)", "integer", 1, why="the first equal")
F(
    "SWITCH(t, true, 1, false, 2)",
    "integer",
    2,
    "negative",
    sql="case r.t when true then 1 when false then 2 end",
)
F('SWITCH(kind, "direct", discount, 1)', "decimal(4)", "0.1500", "account.huaxin", sql="r.discount")
F(
    'SWITCH(d, "2024-02-29", "闰", "平")',
    "text",
    "闰",
    "slot.leap",
    sql="case r.d when date '2024-02-29' then '闰' else '平' end",
)
F("COALESCE(i, j)", "integer", 5, "mixed", sql="coalesce(r.i, r.j)")
F("COALESCE(j, i)", "integer", 5, "mixed", sql="coalesce(r.j, r.i)")
F("COALESCE(i, a, 1.5)", "decimal(2)", "1.50", "mixed", sql="coalesce(r.i, r.a, 1.5)")
F("COALESCE(a, b, c)", "decimal(10)", "1.0000000000", "mixed", sql="coalesce(r.a, r.b, r.c)")
F("COALESCE(i)", "integer", None, "nulls", sql="coalesce(r.i)")
F("COALESCE(m, 0)", "money(CNY,2)", "0.00", "nulls", sql="coalesce(r.m, 0)")
F("COALESCE(m, f, y)", "money(CNY,4)", None, "nulls", sql="coalesce(r.m, r.f, r.y)")
F("COALESCE(p, q)", "percent(4)", "0.5000", "mixed", sql="coalesce(r.p, r.q)")
F('COALESCE(t, "x")', "text", "", "phrase.blank", sql="coalesce(r.t, 'x')", why="an empty text is not null")
F('COALESCE(t, "x")', "text", "x", "phrase.nulls", sql="coalesce(r.t, 'x')")
F("COALESCE(t, v, u)", "boolean", True, "plain", sql="coalesce(r.t, r.v, r.u)")
F("COALESCE(v, u)", "boolean", False, "plain", sql="coalesce(r.v, r.u)")
F('COALESCE(d, "2026-01-01")', "date", "2026-01-01", "slot.nulls", sql="coalesce(r.d, date '2026-01-01')")
F("COALESCE(owner, parent.owner)", "reference(user)", on="account.bluesea", sql="r.owner")
F("COALESCE(1 / 0, 2)", "decimal(10)", "2.0000000000", why="by zero is null")
for record, fields in {
    "account.huaxin": ("name", "tags", "parent", "extra", "sla", "active", "labels", "kind"),
    "account.bluesea": (
        "code",
        "notes",
        "website",
        "tags",
        "labels",
        "revenue",
        "active",
        "employees",
        "sla",
        "founded",
    ),
    "account.empty": ("name", "tags", "owner", "extra", "founded", "sla", "kind", "rating", "created_at"),
}.items():
    for name in fields:
        kind = {
            "tags": "list",
            "labels": "list",
            "name": "text",
            "code": "text",
            "notes": "text",
            "website": "text",
        }.get(name)
        test = {
            "text": f"btrim(coalesce(r.{name}, ''), {BLANKS}) = ''",
            "list": f"coalesce(cardinality(r.{name}), 0) = 0",
        }
        F(f"ISBLANK({name})", "boolean", on=record, sql=test.get(kind or "", f"r.{name} is null"))
F("ISBLANK(t)", "boolean", True, "phrase.white", sql="coalesce(r.t, '') !~ '[^[:space:]]'")
F("ISBLANK(u)", "boolean", True, "phrase.white", why="U+3000 and U+00A0 are white space")
F("ISBLANK(v)", "boolean", True, "phrase.white", sql="coalesce(r.v, '') !~ '[^[:space:]]'")
F("ISBLANK(v)", "boolean", False, "phrase.spaces", why="zero-width space and U+FEFF around an x")
F("ISBLANK(t)", "boolean", False, "phrase.spaces", sql="r.t !~ '[^[:space:]]'")
F('ISBLANK("")', "boolean", True)
F('ISBLANK(" a ")', "boolean", False)
F("ISBLANK(null)", "boolean", True)
F("ISBLANK(0)", "boolean", False)
F("ISBLANK(1 / 0)", "boolean", True)
F("ISBLANK(parent.name)", "boolean", True, "account.huaxin", sql="true", why="null on the way")
F("not ISBLANK(owner)", "boolean", True, "account.huaxin", sql="r.owner is not null")
