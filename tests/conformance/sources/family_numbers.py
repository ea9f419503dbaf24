# ruff: noqa: E501 -- a case or a record per line reads better than a wrapped one
"""ABS, ROUND, ROUNDUP, ROUNDDOWN, FLOOR, CEIL, MOD, MIN, MAX."""

from fractions import Fraction

from kit import Family
from reference import away, exact, half_up, printed, toward
from world import NUMBERS

family = Family(
    "numbers", "PostgreSQL numeric (round() of numeric is half away from zero), Python fractions", "number"
)
F = family
KIND = {
    "i": "integer",
    "a": "decimal(%d)",
    "b": "decimal(%d)",
    "c": "decimal(%d)",
    "m": "money(CNY,%d)",
    "y": "money(CNY,%d)",
    "p": "percent(%d)",
}
SCALE = {"i": 0, "a": 2, "b": 4, "c": 10, "m": 2, "y": 4, "p": 4}
WAYS = {"ROUND": half_up, "ROUNDUP": away, "ROUNDDOWN": toward}


def typed(name: str, scale: int) -> str:
    """The type of a field's kind at another scale."""
    return KIND[name] if name == "i" else KIND[name] % scale


def rounding(function: str, name: str, places: int, row: str) -> None:
    """One case of a rounding function over a field."""
    value = exact(NUMBERS[row].get(name))
    scale = min(max(places, 0), SCALE[name])
    found = None if value is None else printed(Fraction(WAYS[function](value, places)), scale)
    sql = {"ROUND": f"round(r.{name}, {places})", "ROUNDDOWN": f"trunc(r.{name}, {places})"}.get(
        function,
        f"sign(r.{name}) * ceil(abs(r.{name}) * power(10::numeric, {places})) / power(10::numeric, {places})",
    )
    F(f"{function}({name}, {places})", typed(name, scale), on=row, sql=f"round({sql}, 12)", py=found)


for function in WAYS:
    for row in ("plain", "negative", "half", "minus_half", "big", "nulls"):
        rounding(function, "a", 1, row)
    for row in ("half", "minus_half", "lowest"):
        rounding(function, "m", 0, row)
        rounding(function, "i", -1, row)
    for name, places, row in (("b", 2, "half"), ("b", 3, "minus_half"), ("c", 9, "negative"), ("c", 10, "thirds"), ("p", 2, "half"),
                              ("p", 2, "minus_half"), ("y", 2, "half"), ("y", 2, "minus_half"), ("i", -12, "big"), ("i", -3, "plain"),
                              ("a", -2, "lowest"), ("a", 10, "plain"), ("i", 4, "plain"), ("a", -1, "half")):  # fmt: skip
        rounding(function, name, places, row)
F(
    "ROUND(2.5)",
    "decimal(0)",
    "3",
    sql="round(2.5)",
    why="half away from zero; the kind is kept: decimal of scale 0",
)
F("ROUND(-2.5)", "decimal(0)", "-3", sql="round(-2.5)")
F("ROUND(0.5)", "decimal(0)", "1", sql="round(0.5)")
F("ROUND(-0.4)", "decimal(0)", "0", sql="round(-0.4)", why="no negative zero")
F("ROUND(2.345, 2)", "decimal(2)", "2.35", sql="round(2.345, 2)", digits=2)
F("ROUND(1.005, 2)", "decimal(2)", "1.01", sql="round(1.005, 2)")
F("ROUND(0.125, 2)", "decimal(2)", "0.13", sql="round(0.125, 2)", why="half-even says 0.12")
F("ROUND(2.344999999, 2)", "decimal(2)", "2.34", sql="round(2.344999999, 2)", why="not rounded twice")
F("ROUND(1234.5, -2)", "decimal(0)", "1200", sql="round(1234.5, -2)")
F("ROUND(1250, -2)", "integer", 1300, sql="round(1250, -2)")
F("ROUND(-1250, -2)", "integer", -1300, sql="round(-1250, -2)")
F("ROUND(99.995, 2)", "decimal(2)", "100.00", sql="round(99.995, 2)", digits=3)
F("ROUND(7)", "integer", 7, digits=2)
F("ROUND(499, -3)", "integer", 0, sql="round(499, -3)")
F("ROUND(500, -3)", "integer", 1000, sql="round(500, -3)")
F("ROUND(1 / 3, 4)", "decimal(4)", "0.3333", sql="round(1/3.0, 4)")
F("ROUND(m * p, 2)", "money(CNY,2)", on="plain", sql="round(r.m * r.p, 2)")
F("ROUND(m / 3, 2) * 3", "money(CNY,2)", "99.99", "thirds", sql="round(r.m / 3, 2) * 3")
F("ROUNDUP(2.341, 2)", "decimal(2)", "2.35")
F("ROUNDUP(-2.341, 2)", "decimal(2)", "-2.35")
F("ROUNDUP(2.340, 2)", "decimal(2)", "2.34")
F("ROUNDUP(0.0001)", "decimal(0)", "1")
F("ROUNDUP(0.0000)", "decimal(0)", "0")
F("ROUNDUP(1, -3)", "integer", 1000)
F("ROUNDDOWN(2.349, 2)", "decimal(2)", "2.34", sql="trunc(2.349, 2)")
F("ROUNDDOWN(-2.349, 2)", "decimal(2)", "-2.34", sql="trunc(-2.349, 2)")
F("ROUNDDOWN(-0.9)", "decimal(0)", "0", sql="trunc(-0.9)", why="no negative zero")
F("ROUNDDOWN(1999, -3)", "integer", 1000, sql="trunc(1999, -3)")
for name in ("a", "b", "i", "p", "c"):
    for row in ("negative", "half", "minus_half", "big"):
        F(f"FLOOR({name})", "integer", on=row, sql=f"floor(r.{name})")
        F(f"CEIL({name})", "integer", on=row, sql=f"ceil(r.{name})")
for row in ("plain", "negative", "lowest", "nulls"):
    F("FLOOR(m)", "money(CNY,0)", on=row, sql="floor(r.m)")
    F("CEIL(m)", "money(CNY,0)", on=row, sql="ceil(r.m)")
    F("ABS(m)", "money(CNY,2)", on=row, sql="abs(r.m)", digits=13)
    F("ABS(a)", "decimal(2)", on=row, sql="abs(r.a)")
    F("ABS(i)", "integer", on=row, sql="abs(r.i)")
    F("ABS(p)", "percent(4)", on=row, sql="abs(r.p)")
F("FLOOR(-0.5)", "integer", -1, sql="floor(-0.5)")
F("CEIL(-0.5)", "integer", 0, sql="ceil(-0.5)")
F("FLOOR(3)", "integer", 3)
F("CEIL(3.0000000001)", "integer", 4, sql="ceil(3.0000000001)")
FLOORED = "{a} - {b} * floor({a}::numeric / nullif({b}, 0))"
for left, right in (
    ("7", "3"),
    ("-7", "3"),
    ("7", "-3"),
    ("-7", "-3"),
    ("6", "3"),
    ("-6", "3"),
    ("0", "5"),
    ("5", "0"),
    ("1", "1000000"),
):
    F(f"MOD({left}, {right})", "integer", sql=FLOORED.format(a=left, b=right))
for left, right, scale in (
    ("5.5", "2", 1),
    ("-5.5", "2", 1),
    ("5.5", "-2", 1),
    ("5.25", "0.5", 2),
    ("-0.1", "0.3", 1),
    ("1", "0.07", 2),
    ("5.5", "0.0", 1),
):
    F(f"MOD({left}, {right})", f"decimal({scale})", sql=FLOORED.format(a=left, b=right))
EXACT_MOD = "case when r.{b} = 0 then null when mod(r.{a}, r.{b}) <> 0 and sign(r.{a}) <> sign(r.{b}) then mod(r.{a}, r.{b}) + r.{b} else mod(r.{a}, r.{b}) end"
for row in ("plain", "negative", "zero", "big", "lowest", "mixed"):
    F("MOD(i, j)", "integer", on=row, sql=EXACT_MOD.format(a="i", b="j"))
    F("MOD(a, b)", "decimal(4)", on=row, sql=EXACT_MOD.format(a="a", b="b"))
    F("MOD(m, f)", "money(CNY,2)", on=row, sql=EXACT_MOD.format(a="m", b="f"))
for row in ("plain", "negative", "big", "mixed"):
    F(
        "MIN(i, j)",
        "integer",
        on=row,
        sql="case when r.i is not null and r.j is not null then least(r.i, r.j) end",
    )
    F(
        "MAX(a, b, c)",
        "decimal(10)",
        on=row,
        sql="case when r.a + r.b + r.c is not null then greatest(r.a, r.b, r.c) end",
    )
    F("MAX(m, f)", "money(CNY,2)", on=row, sql="case when r.m + r.f is not null then greatest(r.m, r.f) end")
    F("MIN(p, q)", "percent(4)", on=row, sql="case when r.p + r.q is not null then least(r.p, r.q) end")
F("MIN(3, 1, 2)", "integer", 1, sql="least(3, 1, 2)")
F("MAX(1.5, 1.25, 1)", "decimal(2)", "1.50", sql="greatest(1.5, 1.25, 1)")
F("MIN(m, 100)", "money(CNY,2)", "100.00", "plain", sql="least(r.m, 100)")
F("MAX(p, 1)", "decimal(4)", "1.0000", "plain", sql="greatest(r.p, 1)")
F("MIN(d, e)", "date", on="slot.leap", sql="least(r.d, r.e)")
F("MAX(d, e, TODAY())", "date", "2026-04-01", "slot.leap", sql="greatest(r.d, r.e, today_())")
F("MAX(at, till)", "instant", on="slot.leap", sql="greatest(r.at, r.till)")
F("MIN(at, NOW())", "instant", on="slot.last", sql="least(r.at, now_())")
F("MAX(0, MIN(i, 5))", "integer", 5, "plain", sql="greatest(0, least(r.i, 5))")
F("MAX(0, MIN(i, 5))", "integer", 0, "negative", sql="greatest(0, least(r.i, 5))")
