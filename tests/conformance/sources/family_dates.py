# ruff: noqa: E501 -- a case or a record per line reads better than a wrapped one
"""Dates: parts, adding with clamped month ends, complete units between, starts and ends of spans."""

from datetime import date
from fractions import Fraction

from kit import Family
from reference import add_days, add_months, months_between, whole
from world import SLOTS

family = Family(
    "dates", "PostgreSQL date and interval arithmetic, Python datetime with months counted one by one", "slot"
)
F = family


def day(row: str, name: str) -> date:
    """A date field of a row."""
    return date.fromisoformat(SLOTS[row][name])


PARTS = {"YEAR": "year", "QUARTER": "quarter", "MONTH": "month", "DAY": "day", "WEEKDAY": "isodow"}
for row in ("leap", "month_end", "last", "half", "century", "first"):
    for function, part in PARTS.items():
        F(f"{function}(d)", "integer", on=row, sql=f"extract({part} from r.d)")
for text, part in (
    ("2026-01-01", 4),
    ("2026-03-30", 1),
    ("2026-04-05", 7),
    ("1900-01-01", 1),
    ("2000-02-29", 2),
):
    F(
        f"WEEKDAY(DATE({text.replace('-0', ', ').replace('-', ', ')}))",
        "integer",
        part,
        sql=f"extract(isodow from date '{text}')",
    )
for text, value in (("2024, 2, 29", "2024-02-29"), ("2025, 2, 29", None), ("1900, 2, 29", None), ("2000, 2, 29", "2000-02-29"),
                    ("2026, 4, 31", None), ("2026, 0, 1", None), ("2026, 13, 1", None), ("2026, 1, 0", None), ("0, 1, 1", None),
                    ("1, 1, 1", "0001-01-01"), ("9999, 12, 31", "9999-12-31"), ("10000, 1, 1", None), ("-1, 1, 1", None),
                    ("2026, -1, 1", None), ("2026, 1, 32", None), ("99, 1, 1", "0099-01-01"), ("999999999, 1, 1", None)):  # fmt: skip
    F(f"DATE({text})", "date", value, why="as the calendar says")
F("DATE(n, 1, 1)", "date", "1200-01-01", "century", sql="make_date(r.n::int, 1, 1)")
F("DATE(YEAR(d), MONTH(d), 1)", "date", on="leap", sql="date_trunc('month', r.d)::date")
F("DATE(2026, n, 31)", "date", None, "spring", why="there is no month 24")
F("DATE(2026, n, 1)", "date", None, "nulls", why="null in, null out")
F("d - e", "integer", on="leap", sql="r.d - r.e")
F("e - d", "integer", on="century", sql="r.e - r.d")
F("e - d", "integer", on="first", sql="r.e - r.d")
F('d - "2024-01-01"', "integer", 59, "leap", sql="r.d - date '2024-01-01'")
F("TODAY() - d", "integer", on="leap", sql="today_() - r.d")
F("d < e", "boolean", True, "leap", sql="r.d < r.e")
F('d >= "2024-02-29"', "boolean", True, "leap", sql="r.d >= '2024-02-29'")
F("d == DATE(2024, 2, 29)", "boolean", True, "leap", sql="r.d = '2024-02-29'")

MONTHS = {"month": 1, "quarter": 3, "year": 12}
for text, count, unit in (
    ("2024-01-31", 1, "month"), ("2025-01-31", 1, "month"), ("2025-01-31", 2, "month"), ("2025-01-31", 3, "month"), ("2025-03-31", -1, "month"),
    ("2024-03-31", -1, "month"), ("2024-02-29", 1, "year"), ("2024-02-29", 4, "year"), ("2024-02-29", -1, "year"), ("2025-02-28", 12, "month"),
    ("2025-11-30", 1, "quarter"), ("2025-11-30", -1, "quarter"), ("2025-12-31", 2, "month"), ("2025-05-31", -3, "month"), ("2025-12-15", 1, "month"),
    ("2025-01-15", -1, "month"), ("2026-12-31", 14, "month"), ("1900-01-31", 1, "month"), ("2000-01-31", 1, "month"), ("2026-08-31", 0, "month"),
):  # fmt: skip
    y, m, d = (int(part) for part in text.split("-"))
    sql = f"(date '{text}' + interval '{count * MONTHS[unit]} months')::date"
    F(
        f'DATEADD(DATE({y}, {m}, {d}), {count}, "{unit}")',
        "date",
        sql=sql,
        py=add_months(date(y, m, d), count * MONTHS[unit]),
    )
for text, count, unit in (("2024-02-28", 1, "day"), ("2024-02-28", 2, "day"), ("2025-12-31", 1, "day"), ("2024-03-01", -1, "day"),
                          ("2025-12-29", 1, "week"), ("2026-01-05", -2, "week"), ("2026-01-05", 0, "day"), ("2026-01-05", 100000, "day")):  # fmt: skip
    size = 7 if unit == "week" else 1
    y, m, d = (int(part) for part in text.split("-"))
    F(
        f'DATEADD(DATE({y}, {m}, {d}), {count}, "{unit}")',
        "date",
        sql=f"date '{text}' + {count * size}",
        py=add_days(date(y, m, d), count * size),
    )
for row in ("leap", "month_end", "reverse", "spring", "first", "last", "century", "nulls"):
    for unit in ("day", "week", "month", "quarter", "year"):
        base, count = SLOTS[row].get("d"), SLOTS[row].get("n")
        size = MONTHS.get(unit)
        result = None
        if base is not None:
            start = date.fromisoformat(base)
            result = (
                add_months(start, count * size)
                if size
                else add_days(start, count * (7 if unit == "week" else 1))
            )
        F(f'DATEADD(d, n, "{unit}")', "date", on=row, py=result)
F('DATEADD(d, 99999999, "day")', "date", None, "leap", why="beyond the year 9999")
F('DATEADD(d, -99999999, "year")', "date", None, "leap", why="before the year 1")
F('DATEADD(d, 999999999999999, "month")', "date", None, "leap", why="beyond the year 9999, no overflow")
F(
    'DATEADD(DATEADD(d, 1, "month"), -1, "month")',
    "date",
    "2025-01-28",
    "month_end",
    why="31 Jan → 28 Feb → 28 Jan",
)

for a, b in (("2024-01-31", "2024-02-29"), ("2025-01-31", "2025-02-28"), ("2025-01-31", "2025-02-27"), ("2025-01-30", "2025-02-28"),
             ("2025-01-31", "2025-03-30"), ("2025-01-31", "2025-03-31"), ("2024-02-29", "2025-02-28"), ("2024-02-29", "2025-02-27"),
             ("2024-02-29", "2028-02-28"), ("2024-02-29", "2028-02-29"), ("2025-02-28", "2024-02-29"), ("2025-03-31", "2025-02-28"),
             ("2025-03-30", "2025-01-31"), ("2026-04-01", "2026-04-01"), ("2025-12-31", "2026-01-01"), ("2026-01-01", "2025-12-31"),
             ("2026-03-30", "2026-04-06"), ("2026-03-30", "2026-04-05"), ("2026-04-05", "2026-03-30"), ("2025-08-31", "2025-11-30"),
             ("2025-11-30", "2025-08-31"), ("1900-01-01", "2200-12-31")):  # fmt: skip
    first, last = date.fromisoformat(a), date.fromisoformat(b)
    for unit in ("month", "quarter", "year") if a[:4] != "2026" else ("day", "week", "month"):
        size = MONTHS.get(unit)
        days = Fraction((last - first).days, 7 if unit == "week" else 1)
        F(f'DATEDIFF(DATE({first.year}, {first.month}, {first.day}), DATE({last.year}, {last.month}, {last.day}), "{unit}")', "integer",
          py=months_between(first, last, size) if size else whole(days))  # fmt: skip
for row in ("leap", "month_end", "reverse", "century", "last"):
    F('DATEDIFF(d, e, "day")', "integer", on=row, sql="r.e - r.d", py=(day(row, "e") - day(row, "d")).days)
    F('DATEDIFF(d, e, "week")', "integer", on=row, sql="trunc((r.e - r.d) / 7.0)")
    F('DATEDIFF(d, e, "month")', "integer", on=row, py=months_between(day(row, "d"), day(row, "e")))
    F('DATEDIFF(d, e, "quarter")', "integer", on=row, py=months_between(day(row, "d"), day(row, "e"), 3))
    F('DATEDIFF(d, e, "year")', "integer", on=row, py=months_between(day(row, "d"), day(row, "e"), 12))
F(
    'DATEDIFF(d, TODAY(), "month")',
    "integer",
    25,
    "leap",
    why="2024-02-29 + 25 months = 2026-03-29 ≤ 2026-04-01 < 2026-04-29",
)
F('DATEDIFF(d, e, "day")', "integer", None, "nulls", why="null in, null out")
F('DATEDIFF(DATE(1, 1, 1), DATE(9999, 12, 31), "month")', "integer", 119987, why="9998 years × 12 + 11")
F(
    'DATEDIFF(DATE(9999, 12, 31), DATE(1, 1, 1), "day")',
    "integer",
    -3652058,
    sql="date '0001-01-01' - date '9999-12-31'",
)

TRUNC = {
    "week": "6 days",
    "month": "1 month - 1 day",
    "quarter": "3 months - 1 day",
    "year": "1 year - 1 day",
}
for row in ("leap", "month_end", "reverse", "last", "century", "spring", "nulls"):
    for unit, length in TRUNC.items():
        start = f"date_trunc('{unit}', r.d::timestamp)"
        F(f'STARTOF(d, "{unit}")', "date", on=row, sql=f"{start}::date")
        if (row, unit) != ("last", "week"):
            F(f'ENDOF(d, "{unit}")', "date", on=row, sql=f"({start} + interval '{length}')::date")
F(
    'STARTOF(DATE(1, 1, 3), "week")',
    "date",
    "0001-01-01",
    why="the first of January of the year 1 is a Monday",
)
F('ENDOF(DATE(9999, 12, 31), "week")', "date", None, why="the Sunday would be 10000-01-02")
F('ENDOF(DATE(2024, 2, 1), "month")', "date", "2024-02-29", sql="date '2024-02-29'")
F('ENDOF(DATE(2100, 2, 1), "month")', "date", "2100-02-28")
F('STARTOF(DATE(2026, 4, 5), "week")', "date", "2026-03-30", why="a Sunday belongs to the week before")
F('STARTOF(DATE(2026, 3, 30), "week")', "date", "2026-03-30")
F('ENDOF(DATE(2025, 12, 30), "week")', "date", "2026-01-04")
F('STARTOF(TODAY(), "month")', "date", "2026-04-01", sql="date_trunc('month', today_())::date")
F('ENDOF(d, "month") - STARTOF(d, "month") + 1', "integer", 29, "leap", why="days of February 2024")
