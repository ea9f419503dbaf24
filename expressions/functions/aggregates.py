"""Aggregates over the children of a record.

The Python side takes what was kept of the children: a list of values (SUM AVG MIN MAX), of ``(time, id,
value)`` (LATEST), or of anything (COUNT, ANY); for ALL one truth value per child.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from expressions import arithmetic
from expressions.arithmetic import Number
from expressions.functions.rules import define, fixed, of_types, overload
from expressions.registry import Parameter
from expressions.types import BOOLEAN, DIVISION_SCALE, Kind, Type, decimal, integer

_FAMILY = "aggregates"
_WINDOW = {
    "within": Parameter("within", "duration", setting=True, optional=True),
    "by": Parameter("by", "date|instant", optional=True),
}
#: Digits that a sum over a million children may grow by.
SUM_DIGITS = 6


def count(kept: Sequence[Any]) -> int:
    """How many were kept."""
    return len(kept)


def total(values: Sequence[Number | None], zero: Number) -> Number:
    """Exact sum of what is not null; ``zero`` carries the scale of the answer."""
    result = zero
    if isinstance(zero, int):
        return sum(value for value in values if value is not None)
    for value in values:
        if value is not None:
            result = arithmetic.add_exact(result, value)
    return result


def average(values: Sequence[Number | None]) -> Number | None:
    """Mean of what is not null, half-up at scale 10; None when nothing is left."""
    present = [value for value in values if value is not None]
    return arithmetic.divide(total(present, arithmetic.STEPS[0] * 0), len(present)) if present else None


def smallest(values: Sequence[Any]) -> Any:
    """The smallest that is not null, or None."""
    return min((value for value in values if value is not None), default=None)


def largest(values: Sequence[Any]) -> Any:
    """The greatest that is not null, or None."""
    return max((value for value in values if value is not None), default=None)


def latest(stamped: Sequence[tuple[Any, Any, Any]]) -> Any:
    """The value with the greatest time, then the greatest id; without a time it is not looked at."""
    dated = [item for item in stamped if item[0] is not None]
    return max(dated, key=lambda item: item[:2])[2] if dated else None


def any_kept(kept: Sequence[Any]) -> bool:
    """Whether any was kept."""
    return bool(kept)


def all_true(truths: Sequence[bool]) -> bool:
    """Whether every child meets the condition."""
    return all(truths)


def _sum_type(args: Sequence[Type]) -> Type | None:
    return replace(args[0], digits=args[0].digits + SUM_DIGITS)


def _average_type(args: Sequence[Type]) -> Type | None:
    (value,) = args
    return (
        replace(value, scale=DIVISION_SCALE)
        if value.kind == Kind.MONEY
        else decimal(DIVISION_SCALE, value.digits)
    )


_same = of_types(lambda args: args[0])
_CHILDREN, _CONDITION = "children: records", "condition?: boolean"
_ORDERED = "number|date|instant"

define(
    "agg_count",
    _FAMILY,
    overload((_CHILDREN, _CONDITION), fixed(integer(9)), count),
    symbol="COUNT",
    null_out=False,
    keywords=_WINDOW,
    zh="符合条件的下级记录数。",
    en="How many children meet the condition.",
    examples={"COUNT(lines)": "3", 'COUNT(lines, within="7d")': "1"},
)
define(
    "agg_sum",
    _FAMILY,
    overload((_CHILDREN, "value: number", _CONDITION), of_types(_sum_type), total),
    symbol="SUM",
    null_out=False,
    keywords=_WINDOW,
    zh="下级记录取值之和，没有记录时为 0。",
    en="The sum of a value over the children; 0 when there are none.",
    examples={"SUM(lines, price * quantity)": "115.00", "SUM(lines, quantity, price > 1000)": "0"},
)
define(
    "agg_avg",
    _FAMILY,
    overload((_CHILDREN, "value: number", _CONDITION), of_types(_average_type), average),
    symbol="AVG",
    null_out=False,
    keywords=_WINDOW,
    zh="下级记录取值的平均数，四舍五入到 10 位小数；没有记录时为空。",
    en="The mean of a value over the children, half-up at scale 10; null when there are none.",
    examples={"AVG(lines, price)": "31.6666666667"},
)
define(
    "agg_min",
    _FAMILY,
    overload((_CHILDREN, f"value: {_ORDERED}", _CONDITION), _same, smallest),
    symbol="MIN",
    null_out=False,
    keywords=_WINDOW,
    zh="下级记录取值的最小值。",
    en="The smallest value over the children.",
    examples={"MIN(lines, price)": "5.00"},
)
define(
    "agg_max",
    _FAMILY,
    overload((_CHILDREN, f"value: {_ORDERED}", _CONDITION), _same, largest),
    symbol="MAX",
    null_out=False,
    keywords=_WINDOW,
    zh="下级记录取值的最大值。",
    en="The greatest value over the children.",
    examples={"MAX(lines, price)": "80.00"},
)
define(
    "agg_latest",
    _FAMILY,
    overload((_CHILDREN, "value: any", _CONDITION), _same, latest),
    symbol="LATEST",
    null_out=False,
    keywords=_WINDOW,
    zh="时间最晚的下级记录的取值。",
    en="The value on the child with the greatest time.",
    examples={"LATEST(lines, product)": "pot"},
)
define(
    "agg_any",
    _FAMILY,
    overload((_CHILDREN, "condition: boolean"), fixed(BOOLEAN), any_kept),
    symbol="ANY",
    null_out=False,
    zh="是否有下级记录符合条件。",
    en="Whether any child meets the condition.",
    examples={'ANY(lines, product == "cup")': "true"},
)
define(
    "agg_all",
    _FAMILY,
    overload((_CHILDREN, "condition: boolean"), fixed(BOOLEAN), all_true),
    symbol="ALL",
    null_out=False,
    zh="是否所有下级记录都符合条件；没有记录时为是。",
    en="Whether every child meets the condition; true when there are none.",
    examples={"ALL(lines, quantity > 1)": "false"},
)
