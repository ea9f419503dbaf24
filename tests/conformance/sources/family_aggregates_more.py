# ruff: noqa: E501 -- a case or a record per line reads better than a wrapped one
"""Aggregates: windows, ``by``, LATEST, ties, dates and instants at the edges."""

from kit import Family
from world import uid

family = Family("windows", "PostgreSQL over hand-written windows; the edges by hand", "account")
F = family
C = "FROM contract c WHERE c.account = r.id AND NOT c.deleted"
E = "FROM event e WHERE e.account = r.id AND NOT e.deleted"
O = "FROM opportunity o WHERE o.account = r.id AND NOT o.deleted"  # noqa: E741 (the table's letter)
for text, length in (("30d", "720 hours"), ("1d", "24 hours"), ("48h", "48 hours"), ("15m", "15 minutes"), ("2w", "336 hours"),
                     ("P30D", "720 hours"), ("PT48H", "48 hours"), ("365d", "8760 hours")):  # fmt: skip
    for row in ("huaxin", "bluesea"):
        inside = f"c.signed_at > now_() - interval '{length}' AND c.signed_at <= now_()"
        F(f'COUNT(contracts, within="{text}")', "integer", on=row, sql=f"SELECT count(*) {C} AND {inside}")
    inside = f"e.happened_at > now_() - interval '{length}' AND e.happened_at <= now_()"
    F(f'COUNT(events, within="{text}")', "integer", on="huaxin", sql=f"SELECT count(*) {E} AND {inside}")
    F(
        f'SUM(events, points, within="{text}")',
        "integer",
        on="huaxin",
        sql=f"SELECT coalesce(sum(e.points), 0) {E} AND {inside}",
    )
    F(
        f'COUNT(events, kind == "download", within="{text}")',
        "integer",
        on="huaxin",
        sql=f"SELECT count(*) {E} AND {inside} AND e.kind = 'download'",
    )
MONTH = "c.signed_at > now_() - interval '720 hours' AND c.signed_at <= now_()"
F('SUM(contracts, amount, within="30d")', "money(CNY,2)", "280000.00", "huaxin", sql=f"SELECT sum(c.amount) {C} AND {MONTH}",
  why="c1, c3, c7: the one exactly 30 days old is out, the one of this moment is in, the future is out, no time is out")  # fmt: skip
F(
    'SUM(contracts, amount, status == "signed", within="30d")',
    "money(CNY,2)",
    "100000.00",
    "huaxin",
    sql=f"SELECT sum(c.amount) {C} AND {MONTH} AND c.status = 'signed'",
)
F('AVG(contracts, amount, within="30d")', "money(CNY,10)", "93333.3333333333", "huaxin")
F('MIN(contracts, amount, within="30d")', "money(CNY,2)", "80000.00", "huaxin")
F('MAX(contracts, amount, paid, within="30d")', "money(CNY,2)", "100000.00", "huaxin")
F(
    'COUNT(contracts, within="30d")',
    "integer",
    2,
    "huaxin",
    moment="2026-03-31T16:29:59.999999Z",
    why="c1 and c7 lie in the future, c2 and c3 are in: 30 days reach back to 2026-03-01T16:29:59.999999Z",
)
F(
    'COUNT(contracts, within="30d")',
    "integer",
    3,
    "huaxin",
    moment="2026-03-31T16:30:00.000001Z",
    why="c2, c3 out; c1, c7, c4 in",
)
F('COUNT(opportunities, within="30d")', "integer", 2, "huaxin", sql=f"SELECT count(*) {O} AND o.close_on > today_() - 30 AND o.close_on <= today_()",
  why="a date field: (2026-03-02, 2026-04-01]")  # fmt: skip
F(
    'SUM(opportunities, amount, within="30d")',
    "money(CNY,2)",
    "4000.33",
    "huaxin",
    sql=f"SELECT sum(o.amount) {O} AND o.close_on > today_() - 30 AND o.close_on <= today_()",
)
F(
    'COUNT(opportunities, within="31d")',
    "integer",
    3,
    "huaxin",
    sql=f"SELECT count(*) {O} AND o.close_on > today_() - 31 AND o.close_on <= today_()",
)
F('COUNT(opportunities, within="24h")', "integer", 1, "huaxin", why="whole days: 24 h is one day")
F(
    'COUNT(opportunities, within="1w")',
    "integer",
    1,
    "huaxin",
    sql=f"SELECT count(*) {O} AND o.close_on > today_() - 7 AND o.close_on <= today_()",
)
F('COUNT(opportunities, stage == "won", within="30d")', "integer", 1, "huaxin")
F(
    'COUNT(opportunities, within="1d")',
    "integer",
    0,
    "huaxin",
    zone="America/New_York",
    why="today is 2026-03-31 there",
)
F(
    'COUNT(opportunities, within="1d")',
    "integer",
    1,
    "bluesea",
    zone="America/New_York",
    why="today is 2026-03-31 there",
)
F(
    'COUNT(contracts, within="30d", by=starts)',
    "integer",
    1,
    "huaxin",
    sql=f"SELECT count(*) {C} AND c.starts > today_() - 30 AND c.starts <= today_()",
)
F(
    'COUNT(contracts, within="90d", by=starts)',
    "integer",
    1,
    "huaxin",
    sql=f"SELECT count(*) {C} AND c.starts > today_() - 90 AND c.starts <= today_()",
    why="2026-01-01 is 90 days before: out",
)
F(
    'COUNT(contracts, within="91d", by=starts)',
    "integer",
    2,
    "huaxin",
    sql=f"SELECT count(*) {C} AND c.starts > today_() - 91 AND c.starts <= today_()",
)
F(
    'COUNT(contracts, within="1d", by=ends)',
    "integer",
    0,
    "huaxin",
    why="2026-03-31 is one day before today: out",
)
F('COUNT(contracts, within="2d", by=ends)', "integer", 1, "huaxin")
F(
    'COUNT(contracts, paid, within="2d", by=ends)',
    "integer",
    1,
    "huaxin",
    why="keywords after the condition, in any order",
)
F('COUNT(contracts, paid, by=ends, within="2d")', "integer", 1, "huaxin")
F(
    'COUNT(contracts, created_at > "2020-01-01T00:00:00Z")',
    "integer",
    0,
    "huaxin",
    why="no contract has created_at here",
)
F(
    'COUNT(accounts, within="1m", by=created_at)',
    "integer",
    0,
    "region.shanghai",
    why="huaxin is older, big has no time",
)
F(
    'COUNT(accounts, within="9999d")',
    "integer",
    1,
    "region.shanghai",
    why="the default time field is created_at",
)
F(
    'COUNT(account.events, kind == "download", within="48h")',
    "integer",
    1,
    "contract.c1",
    why="e1; e2 is exactly 48 h old: out",
)
F('SUM(account.events, points, within="48h")', "integer", 12, "contract.c1", why="e1 5, e3 10, e5 −3")
# LATEST
LAST = "{} IS NOT NULL ORDER BY {} DESC, c.id DESC LIMIT 1"
for value, kind in (("title", "text"), ("amount", "money(CNY,2)"), ("status", "option"), ("units", "integer"), ("owner", "reference(user)"),
                    ("signed_at", "instant"), ("id", "reference(contract)"), ("paid", "boolean"), ("starts", "date"), ("score", "decimal(3)"),
                    ("share", "percent(4)")):  # fmt: skip
    F(
        f"LATEST(contracts, {value})",
        kind,
        on="huaxin",
        sql=f"SELECT c.{value} {C} AND {LAST.format('c.signed_at', 'c.signed_at')}",
    )
    F(
        f"LATEST(contracts, {value}, signed_at <= NOW())",
        kind,
        on="huaxin",
        sql=f"SELECT c.{value} {C} AND c.signed_at <= now_() AND {LAST.format('c.signed_at', 'c.signed_at')}",
    )
    F(
        f"LATEST(contracts, {value}, by=starts)",
        kind,
        on="huaxin",
        sql=f"SELECT c.{value} {C} AND {LAST.format('c.starts', 'c.starts')}",
    )
F(
    "LATEST(contracts, title, signed_at <= NOW())",
    "text",
    None,
    "huaxin",
    why="c1 and c7 tie; c7 has the greater id and no title: taken as it is",
)
F(
    "LATEST(contracts, id, signed_at <= NOW())",
    "reference(contract)",
    uid("contract", 7),
    "huaxin",
    why="tie: the greatest id",
)
F(
    'LATEST(contracts, title, status == "signed")',
    "text",
    "甲",
    "huaxin",
    why="c1 (this moment) before c2; c5 has no time",
)
F(
    'LATEST(contracts, title, status == "signed", by=ends)',
    "text",
    "甲",
    "huaxin",
    why="2026-12-31 after 2025-02-28",
)
F('LATEST(contracts, title, within="30d")', "text", None, "huaxin", why="c7 again")
F('LATEST(contracts, title, paid, within="30d")', "text", "甲", "huaxin")
F('LATEST(contracts, title, status == "draft", within="30d", by=signed_at)', "text", "丙", "huaxin")
F(
    "LATEST(contracts, amount, ISBLANK(signed_at))",
    "money(CNY,2)",
    None,
    "huaxin",
    why="children without a time are not looked at",
)
F("LATEST(contracts, amount)", "money(CNY,2)", None, "bluesea", why="the latest has no amount")
F("LATEST(contracts, title)", "text", "草稿", "bluesea")
F("LATEST(contracts, amount)", "money(CNY,2)", None, "selfie", why="the only one has no time")
F("LATEST(contracts, amount)", "money(CNY,2)", None, "empty")
F("LATEST(contracts, id)", "reference(contract)", uid("contract", 42), "big", why="x1 and x2 tie: x2")
F("LATEST(contracts, amount * 2)", "money(CNY,2)", "19999999999999.98", "big")
F('LATEST(contracts, owner.name, status == "signed")', "text", "王芳", "huaxin", why="a path of the child")
F(
    'LATEST(contracts, CONCAT(title, "/", this.name), paid and signed_at <= NOW())',
    "text",
    "甲/华信科技",
    "huaxin",
)
F(
    "LATEST(events, kind)",
    "option",
    "download",
    "huaxin",
    sql=f"SELECT e.kind {E} AND e.happened_at IS NOT NULL ORDER BY e.happened_at DESC, e.id DESC LIMIT 1",
)
F(
    'LATEST(events, happened_at, kind == "visit")',
    "instant",
    "2026-03-29T16:30:00.000001Z",
    "huaxin",
    why="the later visit lies in the bin",
)
F('NOW() - LATEST(events, happened_at) > "15m"', "boolean", True, "huaxin", why="30 minutes")
F(
    'DATEDIFF(LATEST(events, happened_at, kind == "call"), NOW(), "day")',
    "integer",
    58,
    "huaxin",
    why="2026-02-01T00:00Z to 2026-03-31T16:30Z: 27 + 31 days and a part",
)
F("LATEST(opportunities, stage)", "option", "lost", "huaxin", why="closes tomorrow: the greatest date")
F("LATEST(opportunities, amount, close_on <= TODAY())", "money(CNY,2)", "1000.00", "huaxin")
F("MAX(events, happened_at)", "instant", on="huaxin", sql=f"SELECT max(e.happened_at) {E}")
F(
    'MIN(events, happened_at, kind == "download")',
    "instant",
    on="huaxin",
    sql=f"SELECT min(e.happened_at) {E} AND e.kind = 'download'",
)
F("SUM(events, points)", "integer", 24, "huaxin", sql=f"SELECT sum(e.points) {E}", why="5 + 5 + 10 − 3 + 7")
F("AVG(events, points)", "decimal(10)", "4.8000000000", "huaxin", sql=f"SELECT round(avg(e.points), 10) {E}")
F(
    'COUNT(events, took > "30m")',
    "integer",
    1,
    "huaxin",
    sql=f"SELECT count(*) {E} AND e.took > interval '30 minutes'",
)
F(
    'COUNT(events, CONTAINS(note, "%"))',
    "integer",
    1,
    "huaxin",
    sql=f"SELECT count(*) {E} AND strpos(e.note, '%') > 0",
)
F(
    "COUNT(events, ISBLANK(note))",
    "integer",
    on="huaxin",
    sql=f"SELECT count(*) {E} AND coalesce(e.note, '') = ''",
)
F(
    "COUNT(events, DATE(happened_at) == TODAY())",
    "integer",
    1,
    "huaxin",
    why="e1 at 00:00 local; e5 one second before midnight",
    sql=f"SELECT count(*) {E} AND (e.happened_at AT TIME ZONE zone_())::date = today_()",
)
F(
    "COUNT(events, HOUR(happened_at) < 9)",
    "integer",
    on="huaxin",
    sql=f"SELECT count(*) {E} AND extract(hour from e.happened_at AT TIME ZONE zone_()) < 9",
)
F(
    "COUNT(events, WEEKDAY(happened_at) >= 6)",
    "integer",
    on="huaxin",
    sql=f"SELECT count(*) {E} AND extract(isodow from e.happened_at AT TIME ZONE zone_()) >= 6",
)
F('IF(COUNT(events, within="48h") >= 3, "hot", "cold")', "text", "hot", "huaxin", why="e1, e3, e5")
F(
    "MIN(COUNT(events), 3) + MAX(COUNT(contracts), 1)",
    "integer",
    9,
    "huaxin",
    why="3 + 6: MIN and MAX of numbers beside aggregates",
)
F(
    'COUNT(contracts, status == "closed", within="30d") > 0',
    "boolean",
    False,
    "huaxin",
    why="signed in the future",
)
F(
    'COUNT(contracts, amount > 80000, within="30d") == COUNT(contracts, within="30d")',
    "boolean",
    False,
    "huaxin",
    why="two of three",
)
F(
    'COUNT(contracts, amount >= 80000, within="30d") == COUNT(contracts, within="30d")',
    "boolean",
    True,
    "huaxin",
)
