# ruff: noqa: E501 -- a case or a record per line reads better than a wrapped one
"""Literals that take the type of their neighbour."""

from kit import Family

family = Family("coercion", "Hand; PostgreSQL with typed literals", "slot")
F = family
F('d >= "2024-01-01"', "boolean", True, "leap", sql="r.d >= date '2024-01-01'")
F('"2024-01-01" <= d', "boolean", True, "leap", sql="date '2024-01-01' <= r.d")
F('d == "2024-02-29"', "boolean", True, "leap", sql="r.d = date '2024-02-29'")
F('d != "2024-02-29"', "boolean", False, "leap", sql="r.d <> date '2024-02-29'")
F('TODAY() == "2026-04-01"', "boolean", True, sql="today_() = date '2026-04-01'")
F(
    'at > "2024-02-29T23:59:59+08:00"',
    "boolean",
    True,
    "leap",
    sql="r.at > timestamptz '2024-02-29T23:59:59+08:00'",
)
F(
    'at < "2024-02-29T11:00:00-05:00"',
    "boolean",
    True,
    "leap",
    sql="r.at < timestamptz '2024-02-29T11:00:00-05:00'",
)
F(
    'till == "2024-02-29T16:00:00Z"',
    "boolean",
    True,
    "leap",
    sql="r.till = timestamptz '2024-02-29T16:00:00Z'",
)
F(
    'till == "2024-02-29T16:00:00.000000Z"',
    "boolean",
    True,
    "leap",
    sql="r.till = timestamptz '2024-02-29T16:00:00Z'",
)
F(
    'at == "2024-02-29T15:59:59.999999+00:00"',
    "boolean",
    True,
    "leap",
    sql="r.at = timestamptz '2024-02-29T15:59:59.999999Z'",
)
for text, length in (("48h", "48 hours"), ("2d", "48 hours"), ("30d", "720 hours"), ("15m", "15 minutes"), ("2w", "336 hours"), ("P30D", "720 hours"),
                     ("PT48H", "48 hours"), ("P1DT24H", "48 hours"), ("PT15M", "15 minutes"), ("P2W", "336 hours"), ("PT0.000001S", "1 microsecond"),
                     ("0h", "0"), ("PT2880M", "48 hours"), ("0d", "0")):  # fmt: skip
    F(f'took == "{text}"', "boolean", on="leap", sql=f"r.took = interval '{length}'")
    F(f'NOW() - at > "{text}"', "boolean", True, "leap", sql=f"now_() - r.at > interval '{length}'")
F('took < "15m"', "boolean", False, "month_end", sql="r.took < interval '15 minutes'")
F('took <= "15m"', "boolean", True, "month_end", sql="r.took <= interval '15 minutes'")
F('at + "1d"', "instant", "2024-03-01T15:59:59.999999Z", "leap", sql="r.at + interval '24 hours'")
F('NOW() - "30d"', "instant", "2026-03-01T16:30:00Z", sql="now_() - interval '720 hours'")
F('took + "1h"', "duration", "P2DT1H", "leap", sql="r.took + interval '1 hour'")
F('took - "2d"', "duration", "PT0S", "leap", sql="r.took - interval '48 hours'")
F('kind == "direct"', "boolean", True, "account.huaxin", sql="r.kind = 'direct'")
F('"direct" == kind', "boolean", True, "account.huaxin", sql="r.kind = 'direct'")
F('kind != "partner"', "boolean", True, "account.huaxin", sql="r.kind <> 'partner'")
F('kind in ["direct", "partner"]', "boolean", False, "account.bluesea", sql="r.kind in ('direct', 'partner')")
F(
    'kind == COALESCE(kind, "direct")',
    "boolean",
    None,
    "account.empty",
    sql="r.kind = coalesce(r.kind, 'direct')",
)
F('COALESCE(kind, "direct")', "option", "direct", "account.empty", sql="coalesce(r.kind, 'direct')")
F(
    'IF(active, kind, "partner")',
    "option",
    "partner",
    "account.bluesea",
    sql="case when r.active then r.kind else 'partner' end",
)
F('SWITCH(kind, "direct", 1, "distributor", 2, 3)', "integer", 2, "account.bluesea", sql="2")
F('SWITCH(DATE(at), "2024-02-29", 1, 2)', "integer", 1, "leap", sql="1")
F('COALESCE(e, "2026-01-01")', "date", "2026-01-01", "half", sql="coalesce(r.e, date '2026-01-01')")
F(
    'IF(ISBLANK(at), "2026-01-01T00:00:00Z", at)',
    "instant",
    "2026-01-01T00:00:00Z",
    "half",
    sql="coalesce(r.at, timestamptz '2026-01-01T00:00:00Z')",
)
F('COALESCE(span, "1h")', "duration", "PT1H", "half", sql="coalesce(r.span, interval '1 hour')")
F('IFS(n > 100, d, true, "2000-02-29")', "date", "2000-02-29", "leap", sql="date '2000-02-29'")
F('MAX(d, "2025-01-01")', "date", "2025-01-01", "leap", sql="greatest(r.d, date '2025-01-01')")
F(
    'MIN(at, "2020-01-01T00:00:00Z")',
    "instant",
    "2020-01-01T00:00:00Z",
    "leap",
    sql="least(r.at, timestamptz '2020-01-01T00:00:00Z')",
)
F(
    'BETWEEN(d, "2024-01-01", "2024-12-31")',
    "boolean",
    True,
    "leap",
    sql="r.d between date '2024-01-01' and date '2024-12-31'",
)
F('BETWEEN("2024-03-01", d, e)', "boolean", True, "leap", sql="date '2024-03-01' between r.d and r.e")
F('d in ["2024-02-29"]', "boolean", True, "leap", sql="r.d in (date '2024-02-29')")
F('d - "2024-02-01"', "integer", 28, "leap", sql="r.d - date '2024-02-01'")
F('"2024-03-01" - d', "integer", 1, "leap", sql="date '2024-03-01' - r.d")
F('DATEDIFF("2024-01-01", d, "day")', "integer", 59, "leap", sql="r.d - date '2024-01-01'")
F('DATEDIFF(d, "2025-02-28", "year")', "integer", 1, "leap", why="29 Feb 2024 + 1 year = 28 Feb 2025")
F('WORKDAYS(d, "2024-03-04", "plain")', "integer", 2, "leap", why="Friday 1 and Monday 4 March")
F(
    'u == "2024-02-29"',
    "boolean",
    False,
    "phrase.abc",
    sql="r.u = '2024-02-29'",
    why="beside a text a text stays one",
)
F('CONCAT(d, "2024")', "text", "2024-02-292024", "leap", sql="concat(r.d, '2024')")
F('"12" == t', "boolean", False, "phrase.abc", sql="r.t = '12'")
F("m > 100", "boolean", True, "number.plain", sql="r.m > 100", why="money beside a number literal")
F("100 < m", "boolean", True, "number.plain", sql="100 < r.m")
F("usd == 10", "boolean", True, "number.plain", sql="r.usd = 10")
F("m in [1, 1999.99]", "boolean", True, "number.plain", sql="r.m in (1, 1999.99)")
F("BETWEEN(m, 0, 2000)", "boolean", True, "number.plain", sql="r.m between 0 and 2000")
F("IF(t, m, null)", "money(CNY,2)", "1999.99", "number.plain", sql="r.m")
F("COALESCE(null, d)", "date", "2024-02-29", "leap", sql="coalesce(null, r.d)")
F('IF(n > 100, null, "x")', "text", "x", "leap", sql="case when r.n > 100 then null else 'x' end")
F('d in [null, "2024-02-29"]', "boolean", True, "leap", sql="r.d in (null, date '2024-02-29')")
F('d in [null, "2024-03-01"]', "boolean", None, "leap", sql="r.d in (null, date '2024-03-01')")
F(
    '"key" in tags',
    "boolean",
    True,
    "account.huaxin",
    sql="'key' = any(r.tags)",
    why="an option of the list's set",
)
F(
    'COUNT(contracts, status == "signed" and starts >= "2024-01-01")',
    "integer",
    2,
    "account.huaxin",
    why="c1 and c2",
)
F('LATEST(contracts, status) == "closed"', "boolean", True, "account.huaxin", why="c4 is the latest")
F('MIN(contracts, starts) < "2024-03-01"', "boolean", True, "account.huaxin")
F(
    'MAX(contracts, signed_at) > "2026-03-31T16:30:00Z"',
    "boolean",
    True,
    "account.huaxin",
    why="one microsecond later",
)
