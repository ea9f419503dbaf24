# ruff: noqa: E501 -- a case or a record per line reads better than a wrapped one
"""WORKDAYS: Chinese holidays and make-up days, other weeks, mirrored, out of years."""

from kit import Family
from reference import workdays
from world import SLOTS

family = Family(
    "workdays",
    "Python loop over days (reference.workdays); PostgreSQL generate_series over the same lists; hand for some",
    "slot",
)
F = family
COUNT = (
    "(SELECT count(*) FROM calendar k, generate_series(date '{a}' + 1, date '{b}', interval '1 day') g(x)"
    " WHERE k.key = '{key}' AND (x::date = ANY (k.makeup) OR extract(isodow from x)::int = ANY (k.weekdays)"
    " AND x::date <> ALL (k.holidays)))"
)
PAIRS = (
    ("2026-02-13", "2026-02-24"), ("2026-02-13", "2026-02-14"), ("2026-02-14", "2026-02-23"), ("2026-02-27", "2026-03-02"), ("2025-09-26", "2025-10-13"),
    ("2025-01-24", "2025-02-10"), ("2026-01-01", "2026-01-04"), ("2025-12-31", "2026-12-31"), ("2026-04-03", "2026-04-07"), ("2026-04-30", "2026-05-09"),
    ("2026-03-31", "2026-03-31"), ("2026-10-01", "2026-10-01"), ("2026-03-27", "2026-03-28"), ("2025-06-02", "2025-05-30"), ("2026-02-24", "2026-02-13"),
)  # fmt: skip
for a, b in PAIRS:
    first, last = sorted((a, b))
    y1, m1, d1 = (int(part) for part in a.split("-"))
    y2, m2, d2 = (int(part) for part in b.split("-"))
    for key in ("", "plain") if a > "2026-02-14" else ("",):
        setting = f', "{key}"' if key else ""
        sql = ("" if a <= b else "-") + COUNT.format(a=first, b=last, key=key)
        F(
            f"WORKDAYS(DATE({y1}, {m1}, {d1}), DATE({y2}, {m2}, {d2}){setting})",
            "integer",
            sql=sql,
            py=workdays(a, b, key),
        )
for key in ("plain", "six", "gulf", "closed"):
    for a, b in (
        ("2026-04-02", "2026-04-06"),
        ("2026-04-06", "2026-04-02"),
        ("2026-04-04", "2026-04-05"),
        ("2026-03-01", "2026-04-30"),
    ):
        first, last = sorted((a, b))
        y1, m1, d1 = (int(part) for part in a.split("-"))
        y2, m2, d2 = (int(part) for part in b.split("-"))
        sql = ("" if a <= b else "-") + COUNT.format(a=first, b=last, key=key)
        F(
            f'WORKDAYS(DATE({y1}, {m1}, {d1}), DATE({y2}, {m2}, {d2}), "{key}")',
            "integer",
            sql=sql,
            py=workdays(a, b, key),
        )
for row in ("leap", "month_end", "reverse", "spring_festival", "first", "last", "old", "far", "century"):
    F("WORKDAYS(d, e)", "integer", on=row, py=workdays(SLOTS[row]["d"], SLOTS[row]["e"]))
F("WORKDAYS(d, e)", "integer", None, "nulls", why="null in, null out")
F("WORKDAYS(d, TODAY())", "integer", on="half", py=workdays("2026-02-14", "2026-04-01"))
F("WORKDAYS(DATE(2026, 3, 30), DATE(2026, 4, 3))", "integer", 4, why="Tuesday to Friday")
F("WORKDAYS(DATE(2026, 3, 27), DATE(2026, 3, 30))", "integer", 1, why="over a weekend: Monday only")
F("WORKDAYS(DATE(2026, 3, 30), DATE(2026, 3, 27))", "integer", -1, why="mirrored: −(1)")
F("WORKDAYS(DATE(2026, 3, 28), DATE(2026, 3, 29))", "integer", 0, why="Saturday to Sunday")
F(
    'WORKDAYS(DATE(2026, 4, 3), DATE(2026, 4, 4), "six")',
    "integer",
    1,
    why="4 April 2026 is a holiday and a make-up day: made up wins",
)
F(
    'WORKDAYS(DATE(2026, 4, 2), DATE(2026, 4, 3), "six")',
    "integer",
    0,
    why="3 April 2026, a Friday, is a holiday",
)
F("WORKDAYS(DATE(1899, 12, 31), DATE(1900, 1, 10))", "integer", None, why="1899 is out of the years")
F(
    "WORKDAYS(DATE(1900, 1, 1), DATE(1900, 1, 10))",
    "integer",
    7,
    why="Tue–Fri 4, Mon–Wed 3",
    py=workdays("1900-01-01", "1900-01-10"),
)
F("WORKDAYS(DATE(2200, 12, 20), DATE(2200, 12, 31))", "integer", py=workdays("2200-12-20", "2200-12-31"))
F("WORKDAYS(DATE(2200, 12, 20), DATE(2201, 1, 1))", "integer", None, why="2201 is out of the years")
F(
    "WORKDAYS(DATE(2026, 2, 13), DATE(2026, 2, 24))",
    "integer",
    7,
    calendars={},
    why="no calendar: Monday to Friday: 16–20 five, 23 and 24 two",
)
F("WORKDAYS(DATE(2025, 2, 29), DATE(2025, 3, 5))", "integer", None, why="no such date")
