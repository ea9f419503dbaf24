# ruff: noqa: E501 -- a case or a record per line reads better than a wrapped one
"""TIER in its three modes."""

from fractions import Fraction
from typing import Any

from kit import Family
from reference import exact, printed, tier
from world import NUMBERS, TABLES

family = Family(
    "tier", "PostgreSQL over the rows of the table, Python fractions; boundaries by hand", "number"
)
F = family
SQL = {
    "rate": "SELECT t.rate FROM tier t WHERE t.key = '{key}' AND t.starts <= {x} AND ({x} < t.ends OR t.ends IS NULL)",
    "whole": "SELECT {x} * t.rate FROM tier t WHERE t.key = '{key}' AND t.starts <= {x} AND ({x} < t.ends OR t.ends IS NULL)",
    "slice": "SELECT sum((least({x}, coalesce(t.ends, {x})) - t.starts) * t.rate) FROM tier t WHERE t.key = '{key}' AND t.starts <= {x}",
}


def scale_of(texts: list[str]) -> int:
    """The largest number of digits behind the point."""
    return max(len(text.partition(".")[2]) for text in texts)


def case(
    text: str,
    value: Fraction | None,
    scale: int,
    key: str,
    mode: str,
    kind: str,
    x: str,
    on: str | None,
    **extra: Any,
) -> None:
    """One case of one mode."""
    rates: list[str] = TABLES[key]["rates"]
    if mode == "slice":  # exact: the parts of the value begin at the starts
        scale = max(scale, scale_of(TABLES[key]["starts"]))
    size = scale_of(rates) + (0 if mode == "rate" else scale)
    type_ = f"decimal({size})" if mode == "rate" or kind == "number" else f"{kind},{size})"
    found = None if value is None else tier(value, key, mode)
    F(
        f'TIER({text}, "{key}", "{mode}")',
        type_,
        on=on,
        sql=SQL[mode].format(key=key, x=x),
        py=None if found is None else printed(found, size),
        **extra,
    )


for mode in SQL:
    for text in (
        "0",
        "99999.99",
        "100000",
        "100000.01",
        "299999.999",
        "300000",
        "999999.99",
        "1000000",
        "123456789.12",
        "-0.01",
    ):
        case(text, Fraction(text), scale_of([text]), "commission", mode, "number", text, None)
    for text in ("9.99", "10", "10.0", "15", "20.5", "20.49", "25.0", "29.9", "30.0", "1000.0"):
        case(text, Fraction(text), scale_of([text]), "mixed", mode, "number", text, None)
    for text in ("-10", "-10.1", "-5", "0", "5.5", "10", "20"):
        case(text, Fraction(text), scale_of([text]), "frost", mode, "number", text, None)
    for row in ("plain", "big", "negative", "zero", "nulls"):
        case("m", exact(NUMBERS[row].get("m")), 2, "commission", mode, "money(CNY", "r.m", row)
    case("i", Fraction(NUMBERS["big"]["i"]), 0, "flat", mode, "number", "r.i", "big")
    case("a", Fraction(NUMBERS["big"]["a"]), 2, "flat", mode, "number", "r.a", "big")
F('TIER(300000, "commission", "slice")', "decimal(2)", "13000.00", why="100000 × 0.03 + 200000 × 0.05")
F('TIER(1500000, "commission", "slice")', "decimal(2)", "119000.00", why="3000 + 10000 + 56000 + 50000")
F('TIER(99999, "commission", "whole")', "decimal(2)", "2999.97", why="99999 × 0.03")
F('TIER(15, "mixed", "slice")', "decimal(4)", "0.5000", why="only the part above the first start: 5 × 0.1")
F('TIER(-5, "frost", "slice")', "decimal(1)", "-2.5", why="5 × −0.5")
F('TIER(20, "frost", "slice")', "decimal(1)", "0.0", why="10 × −0.5 + 10 × 0.0 + 10 × 0.5")
F(
    'TIER(revenue, "commission", "slice")',
    "money(CNY,4)",
    on="account.huaxin",
    py=printed(tier(Fraction("12345678.90"), "commission", "slice") or Fraction(0), 4),
)
F('TIER(SUM(contracts, amount, status == "signed"), "commission", "slice")', "money(CNY,4)", "19666.7064", "account.huaxin",
  why="signed 100000.00 + 250000.50 + 33333.33 = 383333.83: 3000 + 10000 + 83333.83 × 0.08")  # fmt: skip
for mode in SQL:
    for text in ("30", "1000", "25"):
        case(text, Fraction(text), 0, "mixed", mode, "number", text, None)
