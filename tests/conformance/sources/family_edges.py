# ruff: noqa: E501 -- a case or a record per line reads better than a wrapped one
"""The edges of the years, null literals in every place, empty lists, the largest windows."""

from kit import Family

family = Family(
    "edges",
    "Hand. Decided here where the document is silent: the parts of a local date outside the years 1 to 9999 are null, as DATE is",
    "slot",
)
F = family
for function in ("DATE", "YEAR", "QUARTER", "MONTH", "DAY", "WEEKDAY", "HOUR"):
    F(
        f"{function}(till)",
        "date" if function == "DATE" else "integer",
        None,
        "last",
        why="1 January 10000 in Shanghai",
    )
F("DATE(at)", "date", None, "first", zone="America/New_York", why="31 December of the year 0 there")
F("HOUR(at)", "integer", None, "first", zone="America/New_York", why="31 December of the year 0 there")
F("DATE(at)", "date", "9999-12-31", "last", why="23:59:59.999999 in Shanghai")
F("HOUR(at)", "integer", 23, "last")
F("DATE(till)", "date", "9999-12-31", "last", zone="UTC")
F('STARTOF(till, "week")', "date", None, "last", why="its local date is out of the years")
F('ENDOF(d, "week")', "date", None, "last", why="the Sunday is 2 January 10000")
F(
    'STARTOF(d, "week")',
    "date",
    "0001-01-01",
    "first",
    why="a Monday",
    sql="date_trunc('week', r.d::timestamp)::date",
)
F('DATEADD(d, 1, "day")', "date", None, "last", why="out of the years")
F('DATEADD(d, -1, "day")', "date", None, "first", why="out of the years")
F('DATEADD(d, -1, "month")', "date", None, "first", why="out of the years")
F('DATEADD(d, 0, "year")', "date", "9999-12-31", "last")
F(
    'DATEADD(at, 1, "minute")',
    "instant",
    "9999-12-31T16:00:59.999999Z",
    "last",
    sql="r.at + interval '1 minute'",
)
F(
    'DATEADD(at, 8, "hour")',
    "instant",
    "9999-12-31T23:59:59.999999Z",
    "last",
    sql="r.at + interval '8 hours'",
    why="the last microsecond",
)
F('DATEADD(till, 8, "hour")', "instant", None, "last", why="out of the years, by UTC")
F('till + "8h"', "instant", None, "last", why="out of the years, by UTC")
F('till + "9999d"', "instant", None, "last", why="out of the years")
F('at - "1m"', "instant", None, "first", why="out of the years")
F("till - at", "duration", "PT0.000001S", "last", sql="r.till - r.at")
F('DATEDIFF(at, till, "minute")', "integer", 0, "last")
F("e - d", "integer", -31, "last", sql="r.e - r.d")
F(
    'COUNT(contracts, within="3000000d")',
    "integer",
    4,
    "account.huaxin",
    why="a window longer than time: all but the future and the one without a time",
)
F('COUNT(opportunities, within="3000000d")', "integer", 3, "account.huaxin", why="all up to today")
F("d in [null]", "boolean", None, "leap", sql="r.d in (null)")
F("i in []", "boolean", False, "number.plain", why="nothing is in an empty list")
F("i not in []", "boolean", True, "number.plain")
F("i in []", "boolean", None, "number.nulls", why="null in, null out")
F("null in [1]", "boolean", None, sql="null in (1)")
F("1 in [null]", "boolean", None, sql="1 in (null)")
F("1 not in [1, null]", "boolean", False, sql="1 not in (1, null)")
F("MIN(d, null)", "date", None, "leap", why="any null gives null")
F("SWITCH(null, 1, 2, 3)", "integer", 3, why="a null x matches nothing")
F("IF(null, 1, 2)", "integer", 2, why="null is not met")
F("BETWEEN(1, null, 3)", "boolean", None, sql="1 between null and 3")
F("BETWEEN(5, null, 3)", "boolean", False, sql="5 between null and 3")
F("CONCAT(null)", "text", "", why="a null is taken as empty")
F('CONCAT(null, "a", null)', "text", "a", why="a null is taken as empty")
F("LEN(null)", "integer", None)
F("COMPLETENESS(null)", "percent(10)", "0.0000000000", why="never null")
F("DATE(null)", "date", None)
F("YEAR(DATE(2025, 2, 30))", "integer", None, why="no such date")
F("DATE(2025, 2, 30) > TODAY()", "boolean", None, why="no such date")
F("IF(DATE(2025, 2, 30) > TODAY(), 1, 2)", "integer", 2)
F("COUNT(contracts, null)", "integer", 0, "account.huaxin", why="null is not met")
F("MAX(contracts, 1 / 0)", "decimal(10)", None, "account.huaxin", why="nulls are left out, none remains")
F(
    "SUM(contracts, amount / 0)",
    "money(CNY,10)",
    "0.0000000000",
    "account.huaxin",
    why="nulls are left out, 0 when none",
)
F("ALL(contracts, null)", "boolean", False, "account.huaxin", why="null is not met")
F("ALL(contracts, null)", "boolean", True, "account.empty", why="true when none")
F("ANY(contracts, null)", "boolean", False, "account.huaxin")
F("LATEST(contracts, 1 / 0)", "decimal(10)", None, "account.huaxin")
F("LATEST(contracts, 7)", "integer", 7, "account.huaxin", why="a value that is the same on every child")
F("LATEST(contracts, 7)", "integer", None, "account.empty", why="no child")
F("SUM(contracts, 0.5)", "decimal(1)", "3.0", "account.huaxin", why="six children")
F('IF(COUNT(contracts) > 5, LATEST(contracts, status), "draft")', "option", "closed", "account.huaxin")
F("LEFT(t, 0)", "text", "", "phrase.chinese", sql="left(r.t, 0)")
F(
    "MID(t, 11, 1)",
    "text",
    "",
    "phrase.chinese",
    why="eleven characters are 华东大区客户，续约中: ten; the eleventh is beyond the end",
)
F("MID(t, 10, 1)", "text", "中", "phrase.chinese", sql="substr(r.t, 10, 1)")
F("WORKDAYS(d, d)", "integer", 0, "half")
F(
    'WORKDAYS("1900-01-01", "2200-12-31", "plain")',
    "integer",
    sql="(SELECT count(*) FROM generate_series(date '1900-01-02', date '2200-12-31', interval '1 day') g(x) WHERE extract(isodow from x) < 6)",
)
F(
    'WORKDAYS("2200-12-31", "1900-01-01", "plain")',
    "integer",
    sql="-(SELECT count(*) FROM generate_series(date '1900-01-02', date '2200-12-31', interval '1 day') g(x) WHERE extract(isodow from x) < 6)",
)
