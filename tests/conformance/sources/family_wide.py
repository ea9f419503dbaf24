# ruff: noqa: E501 -- a case or a record per line reads better than a wrapped one
"""Numbers beyond a scaled 63-bit integer: every operation on values that no native column can hold."""

from kit import Family

family = Family("wide", "PostgreSQL numeric, which has no such bound", "number")
F = family
ROWS = ("plain", "negative", "big", "lowest", "zero", "nulls")
#: expression, type, SQL
PLAIN = (
    ("i * i", "integer", "r.i * r.i"),
    ("i * i * i", "integer", "r.i * r.i * r.i"),
    ("a * b", "decimal(6)", "r.a * r.b"),
    ("a * b - c", "decimal(10)", "r.a * r.b - r.c"),
    ("a * b < c", "boolean", "r.a * r.b < r.c"),
    ("a * b >= i * i", "boolean", "r.a * r.b >= r.i * r.i"),
    ("a * b == b * a", "boolean", "r.a * r.b = r.b * r.a"),
    ("b * c != c * a", "boolean", "r.b * r.c <> r.c * r.a"),
    ("a * b > -a * b", "boolean", "r.a * r.b > -r.a * r.b"),
    ("ABS(a * b)", "decimal(6)", "abs(r.a * r.b)"),
    ("-(a * b)", "decimal(6)", "-(r.a * r.b)"),
    ("FLOOR(a * b)", "integer", "floor(r.a * r.b)"),
    ("CEIL(b * c)", "integer", "ceil(r.b * r.c)"),
    ("ROUND(a * b, 3)", "decimal(3)", "round(r.a * r.b, 3)"),
    ("ROUND(i * i, -5)", "integer", "round(r.i * r.i, -5)"),
    ("ROUNDDOWN(b * c, 1)", "decimal(1)", "trunc(r.b * r.c, 1)"),
    ("a * b / 7", "decimal(10)", "round((r.a * r.b)::numeric(90, 40) / 7, 10)"),
    ("i * i / j", "decimal(10)", "round((r.i * r.i)::numeric(90, 40) / nullif(r.j, 0), 10)"),
    ("IF(a * b > 0, a * b, c)", "decimal(10)", "case when r.a * r.b > 0 then r.a * r.b else r.c end"),
    ("COALESCE(a * b, 0)", "decimal(6)", "coalesce(r.a * r.b, 0)"),
    ("MIN(a * b, i)", "decimal(6)", "case when r.a + r.b + r.i is not null then least(r.a * r.b, r.i) end"),
    (
        "MAX(a * b, b * c)",
        "decimal(14)",
        "case when r.a + r.b + r.c is not null then greatest(r.a * r.b, r.b * r.c) end",
    ),
    ("BETWEEN(a * b, c, i * i)", "boolean", "r.a * r.b between r.c and r.i * r.i"),
    ("a * b in [1, b * a, null]", "boolean", "r.a * r.b in (1, r.b * r.a, null)"),
    ("SWITCH(i * i, j * j, 1, 2)", "integer", "case when r.i * r.i = r.j * r.j then 1 else 2 end"),
    ("CONCAT(a * b)", "text", "coalesce((r.a * r.b)::text, '')"),
    ("ISBLANK(a * b)", "boolean", "r.a * r.b is null"),
    ("m * p * q", "money(CNY,10)", "r.m * r.p * r.q"),
    ("ROUND(m * p, 2) == ROUND(p * m, 2)", "boolean", "round(r.m * r.p, 2) = round(r.p * r.m, 2)"),
)
for expression, type_, sql in PLAIN:
    for row in (
        ROWS if expression in ("a * b", "a * b < c", "i * i / j") else ("negative", "big", "lowest", "nulls")
    ):
        F(expression, type_, on=row, sql=sql)
REST = (
    "case when mod({a}, {b}) <> 0 and sign({a}) <> sign({b}) then mod({a}, {b}) + {b} else mod({a}, {b}) end"
)
for row in ("plain", "negative", "big", "lowest"):
    F("MOD(a * b, 7)", "decimal(6)", on=row, sql=REST.format(a="r.a * r.b", b="7"))
    F("MOD(i * i, -1000007)", "integer", on=row, sql=REST.format(a="r.i * r.i", b="(-1000007)"))
    F("MOD(i * i * i, j * j)", "integer", on=row, sql=REST.format(a="r.i * r.i * r.i", b="(r.j * r.j)"))
C = "FROM contract c WHERE c.account = r.id AND NOT c.deleted"
for row in ("account.big", "account.huaxin", "account.empty"):
    F(
        "SUM(contracts, score * score * score)",
        "decimal(9)",
        on=row,
        sql=f"SELECT coalesce(sum(c.score * c.score * c.score), 0) {C}",
    )
    F(
        "SUM(contracts, units * units * units * units)",
        "integer",
        on=row,
        sql=f"SELECT coalesce(sum(c.units * c.units * c.units * c.units), 0) {C}",
    )
    F(
        "AVG(contracts, score * score * score)",
        "decimal(10)",
        on=row,
        sql=f"SELECT round(sum(c.score * c.score * c.score)::numeric(80, 40) / nullif(count(c.score), 0), 10) {C}",
    )
    F(
        "MIN(contracts, score * score * score)",
        "decimal(9)",
        on=row,
        sql=f"SELECT min(c.score * c.score * c.score) {C}",
    )
    F(
        "MAX(contracts, amount * share * share)",
        "money(CNY,10)",
        on=row,
        sql=f"SELECT max(c.amount * c.share * c.share) {C}",
    )
    F("MAX(contracts, amount * units)", "money(CNY,2)", on=row, sql=f"SELECT max(c.amount * c.units) {C}")
    F(
        "MIN(contracts, -(amount * units * units))",
        "money(CNY,2)",
        on=row,
        sql=f"SELECT min(-(c.amount * c.units * c.units)) {C}",
    )
    F(
        "COUNT(contracts, amount * units > this.revenue * 100000)",
        "integer",
        on=row,
        sql=f"SELECT count(*) {C} AND c.amount * c.units > r.revenue * 100000",
    )
    F(
        "LATEST(contracts, amount * units * units)",
        "money(CNY,2)",
        on=row,
        sql=f"SELECT c.amount * c.units * c.units {C} AND c.signed_at IS NOT NULL ORDER BY c.signed_at DESC, c.id DESC LIMIT 1",
    )
    F(
        "SUM(contracts, amount) * SUM(contracts, units)",
        "money(CNY,2)",
        on=row,
        sql=f"(SELECT coalesce(sum(c.amount), 0) {C}) * (SELECT coalesce(sum(c.units), 0) {C})",
    )
F(
    'TIER(m * 1000000, "commission", "slice")',
    "money(CNY,4)",
    on="big",
    sql="3000.00 + 10000 + 56000 + (r.m * 1000000 - 1000000) * 0.10",
)
F('TIER(m * 1000000, "commission", "whole")', "money(CNY,4)", on="big", sql="r.m * 1000000 * 0.10")
F('TIER(i * i, "flat", "whole")', "decimal(2)", on="big", sql="r.i * r.i * 0.06")
F("999999999999999999 + 1", "integer", "1000000000000000000", sql="999999999999999999 + 1")
F(
    "9223372036854775807 + 1",
    "integer",
    "9223372036854775808",
    sql="9223372036854775807::numeric + 1",
    why="2^63",
)
F("-9223372036854775808 - 1", "integer", "-9223372036854775809", sql="-9223372036854775808::numeric - 1")
F(
    "9223372036854775807 * 9223372036854775807",
    "integer",
    sql="9223372036854775807::numeric * 9223372036854775807",
)
F(
    "0.000000000000000001 * 0.000000000000000001",
    "decimal(36)",
    sql="0.000000000000000001 * 0.000000000000000001",
)
F(
    "123456789012345678.123456789012345678 > 123456789012345678.123456789012345677",
    "boolean",
    True,
    sql="true",
)
F(
    "-10000000000000000000 < -9000000000000000000",
    "boolean",
    True,
    sql="-10000000000000000000 < -9000000000000000000",
    why="not compared as text",
)
F(
    "10000000000000000000 > 9000000000000000000",
    "boolean",
    True,
    sql="10000000000000000000 > 9000000000000000000",
    why="not compared as text",
)
