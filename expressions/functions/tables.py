"""Tier tables: the rate of the row that a value falls into, or the sum over the rows that it fills."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from expressions.arithmetic import Number, add_exact, multiply_exact, rescale, scale_of, subtract_exact
from expressions.context import Context
from expressions.env import Env, TierTable
from expressions.functions.rules import Settings, define, overload
from expressions.registry import Parameter
from expressions.sql import tables as sql_tables
from expressions.types import Kind, Type, decimal

_TABLE = Parameter("table", "table", setting=True)
_MODE = Parameter("mode", "mode", setting=True, choices=("rate", "whole", "slice"))


def scale_of_all(numbers: Sequence[Decimal]) -> int:
    """The greatest scale among the numbers (none is negative)."""
    return max((max(scale_of(number), 0) for number in numbers), default=0)


def digits_of_all(numbers: Sequence[Decimal]) -> int:
    """The most digits before the point among the numbers, at least one."""
    return max((max(number.adjusted() + 1, 1) for number in numbers), default=1)


def look_up(context: Context, value: Number, table: str, mode: str) -> Decimal | None:
    """``TIER``; None below the first start."""
    tiers = context.tables[table]
    row = bisect_right(tiers.starts, value) - 1
    if row < 0:
        return None
    scale = scale_of_all(tiers.rates)
    if mode == "rate":
        return rescale(tiers.rates[row], scale)
    if mode == "whole":
        return multiply_exact(value, rescale(tiers.rates[row], scale))
    return _sum_of_slices(tiers, value, row, scale)


def _sum_of_slices(tiers: TierTable, value: Number, row: int, scale: int) -> Decimal:
    total = rescale(0, max(scale_of(value), scale_of_all(tiers.starts)) + scale)
    for index in range(row + 1):
        end = value if index == row else tiers.starts[index + 1]
        part = subtract_exact(end, tiers.starts[index])
        total = add_exact(total, multiply_exact(part, rescale(tiers.rates[index], scale)))
    return total


def _tier_type(args: Sequence[Type], settings: Settings, env: Env) -> Type | str:
    (value,) = args
    tiers = env.tables[str(settings["table"])]
    rate_scale, rate_digits = scale_of_all(tiers.rates), digits_of_all(tiers.rates)
    if settings["mode"] == "rate":
        return decimal(rate_scale, rate_digits)
    scale, digits = value.scale, value.digits
    if settings["mode"] == "slice":
        scale = max(scale, scale_of_all(tiers.starts))
        digits = max(digits, digits_of_all(tiers.starts)) + 1
    if value.kind == Kind.INTEGER:
        return decimal(scale + rate_scale, digits + rate_digits)
    return replace(value, scale=scale + rate_scale, digits=digits + rate_digits)


define(
    "TIER",
    "tables",
    overload(("value: number", _TABLE, _MODE), _tier_type, look_up, context=True, sql=sql_tables.tier),
    zh="按阶梯表取费率（rate）、整体计算（whole）或分段累计（slice）。",
    en="By a tier table: the rate, the whole value times it, or the sum of the slices.",
    examples={
        'TIER(150, "example", "rate")': "0.10",
        'TIER(150, "example", "whole")': "15.00",
        'TIER(150, "example", "slice")': "10.00",
    },
)
