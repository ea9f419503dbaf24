# ruff: noqa: E501 -- a case or a record per line reads better than a wrapped one
"""Plus, minus, times, divided by, negation over fields of every numeric kind: kind, scale, rounding, null."""

from fractions import Fraction
from typing import Any

from kit import Family
from reference import divided, exact, printed
from world import NUMBERS

family = Family(
    "arithmetic",
    "PostgreSQL numeric over the same rows, and Python fractions; kinds, scales and digits by the table of the document",
    "number",
)
F = family
ROWS = ("plain", "negative", "zero", "nulls", "mixed", "big", "lowest", "half", "minus_half", "thirds")
#: expression, its type, digits, hand-written SQL
SUMS: tuple[tuple[str, str, int | None, str], ...] = (
    ("i + j", "integer", 16, "r.i + r.j"),
    ("a + b", "decimal(4)", 14, "r.a + r.b"),
    ("b - c", "decimal(10)", 12, "r.b - r.c"),
    ("i - a", "decimal(2)", 16, "r.i - r.a"),
    ("m - y", "money(CNY,4)", 14, "r.m - r.y"),
    ("p + q", "percent(4)", 6, "r.p + r.q"),
    ("p - a", "decimal(4)", None, "r.p - r.a"),
    ("i * k", "integer", 18, "r.i * r.k"),
    ("a * b", "decimal(6)", 24, "r.a * r.b"),
    ("b * c", "decimal(14)", 19, "r.b * r.c"),
    ("m * p", "money(CNY,6)", 18, "r.m * r.p"),
    ("i * m", "money(CNY,2)", 28, "r.i * r.m"),
    ("p * q", "percent(8)", 10, "r.p * r.q"),
    ("p * k", "decimal(4)", 8, "r.p * r.k"),
    ("-a", "decimal(2)", 13, "-r.a"),
    ("-m", "money(CNY,2)", 13, "-r.m"),
)
#: dividend, divisor, type, digits
QUOTIENTS = (
    ("i", "j", "decimal(10)", 15),
    ("a", "b", "decimal(10)", 17),
    ("b", "k", "decimal(10)", 11),
    ("k", "c", "decimal(10)", 13),
    ("m", "f", "decimal(10)", 15),
    ("m", "j", "money(CNY,10)", 13),
    ("m", "q", "money(CNY,10)", 17),
    ("y", "m", "decimal(10)", 13),
    ("p", "q", "decimal(10)", 9),
    ("p", "k", "decimal(10)", 5),
)


def computed(text: str, record: dict[str, Any]) -> Fraction | None:
    """The sum or product with fractions."""
    if text.startswith("-"):
        found = exact(record.get(text[1:]))
        return None if found is None else -found
    left, sign, right = text.split()
    a, b = exact(record.get(left)), exact(record.get(right))
    if a is None or b is None:
        return None
    return a + b if sign == "+" else a - b if sign == "-" else a * b


for expression, type_, digits, sql in SUMS:
    for row in ROWS if expression in ("a + b", "i * k", "m * p") else ("plain", "lowest", "nulls"):
        found = computed(expression, NUMBERS[row])
        scale = 0 if type_ == "integer" else int(type_.rstrip(")").split("(")[1].split(",")[-1])
        extra = {} if digits is None else {"digits": digits}
        F(expression, type_, on=row, sql=sql, py=None if found is None else printed(found, scale), **extra)
for left, right, type_, digits in QUOTIENTS:
    for row in ("plain", "negative", "zero", "big", "half", "minus_half", "thirds", "nulls"):
        quotient = divided(exact(NUMBERS[row].get(left)), exact(NUMBERS[row].get(right)))
        sql = f"round(r.{left}::numeric(80, 40) / nullif(r.{right}, 0), 10)"
        F(f"{left} / {right}", type_, on=row, sql=sql, py=quotient, digits=digits)

F("7 / 2", "decimal(10)", "3.5000000000", sql="round(7::numeric / 2, 10)")
F("-7 / 2", "decimal(10)", "-3.5000000000", sql="round(-7::numeric / 2, 10)")
F("1 / 3", "decimal(10)", "0.3333333333", sql="round(1::numeric(50,30) / 3, 10)")
F("2 / 3", "decimal(10)", "0.6666666667", sql="round(2::numeric(50,30) / 3, 10)")
F("-2 / 3", "decimal(10)", "-0.6666666667", sql="round(-2::numeric(50,30) / 3, 10)")
F("1 / 0", "decimal(10)", None, sql="round(1::numeric / nullif(0, 0), 10)")
F("0 / 0", "decimal(10)", None, why="by zero is null")
F("0.0 / 5", "decimal(10)", "0.0000000000", sql="0.0 / 5")
F("1 / 20000000000", "decimal(10)", "0.0000000001", why="0.00000000005 half-up")
F("-1 / 20000000000", "decimal(10)", "-0.0000000001", why="half away from zero")
F("1 / 20000000001", "decimal(10)", "0.0000000000", why="0.0000000000499… rounds down")
F("-1 / 30000000000", "decimal(10)", "0.0000000000", why="rounds to zero, without a sign")
F(
    "0.00000000015 / 1",
    "decimal(10)",
    "0.0000000002",
    why="half away from zero at digit 10",
    sql="round(0.00000000015, 10)",
)
F(
    "0.00000000025 / 1",
    "decimal(10)",
    "0.0000000003",
    why="half-even would say 2",
    sql="round(0.00000000025, 10)",
)
F(
    "1 / 3 * 3",
    "decimal(10)",
    "0.9999999999",
    sql="round(1::numeric(50,30) / 3, 10) * 3",
    why="the quotient is rounded before",
)
F("10 / 4 * 4 == 10", "boolean", True, sql="10::numeric / 4 * 4 = 10")
F("1 / 0 + 5", "decimal(10)", None, why="null in, null out")
F("2.50 * 4.0", "decimal(3)", "10.000", sql="2.50 * 4.0")
F("0.1 * 0.1", "decimal(2)", "0.01", sql="0.1 * 0.1")
F("1.5 - 1.50", "decimal(2)", "0.00", sql="1.5 - 1.50")
F("5 - 8", "integer", -3, sql="5 - 8")
F("999999999999999 * 999999999999999", "integer", sql="999999999999999::numeric * 999999999999999", digits=30)
F("a * b * c", "decimal(16)", on="big", sql="r.a * r.b * r.c", digits=32)
F("a * b * c", "decimal(16)", on="lowest", sql="r.a * r.b * r.c")
F("(a + b) * (a - b)", "decimal(8)", on="plain", sql="(r.a + r.b) * (r.a - r.b)")
F("m + m + m", "money(CNY,2)", on="big", sql="r.m + r.m + r.m", digits=15)
F("m * 0.03", "money(CNY,4)", on="plain", sql="r.m * 0.03")
F("0.03 * m", "money(CNY,4)", on="plain", sql="r.m * 0.03")
F("m * 2 - f", "money(CNY,2)", on="plain", sql="r.m * 2 - r.f")
F("usd * 7", "money(USD,2)", "70.00", "plain", sql="r.usd * 7")
F("p + 1", "decimal(4)", "1.1500", "plain", sql="r.p + 1")
F("1 - p", "decimal(4)", "0.8500", "plain", sql="1 - r.p")
F("m * (1 - p)", "money(CNY,6)", on="plain", sql="r.m * (1 - r.p)")
F("a * p", "decimal(6)", "1.851000", "plain", sql="r.a * r.p")
F("-(-a)", "decimal(2)", "-12.35", "negative", sql="r.a")
F("-a == 0", "boolean", True, "zero", sql="-r.a = 0")
F("a * -1", "decimal(2)", "0.00", "zero", why="no negative zero", sql="r.a * -1")
F("i + 0.5", "decimal(1)", "999999999999999.5", "big", sql="r.i + 0.5")
F("c + i", "decimal(10)", "1000000099999998.9999999999", "big", sql="r.c + r.i")
F("i - i / j", "decimal(10)", "0.6666666667", "thirds", sql="r.i - round(r.i::numeric(50,30) / r.j, 10)")
F("m / 3 * 3", "money(CNY,10)", "99.9999999999", "thirds", sql="round(r.m::numeric(50,30) / 3, 10) * 3")
F("m / m", "decimal(10)", "1.0000000000", "big", sql="r.m / r.m")
F("a / 0", "decimal(10)", None, "plain", why="by zero is null")
F("a / (b - b)", "decimal(10)", None, "plain", why="by zero is null")
F("k / 7", "decimal(10)", "0.4285714286", "plain", sql="round(r.k::numeric(50,30) / 7, 10)")
