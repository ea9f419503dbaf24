"""Operators: arithmetic, comparison, membership, ``and or not``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from expressions import arithmetic
from expressions.arithmetic import Number
from expressions.functions.rules import (
    comparison,
    define,
    divide_type,
    fixed,
    multiply_type,
    of_types,
    overload,
    sum_type,
)
from expressions.literals import MAX_DURATION
from expressions.registry import Overload, SqlBuilder
from expressions.sql import compare as sql_compare
from expressions.sql import dates as sql_dates
from expressions.sql import logic as sql_logic
from expressions.sql import numbers as sql_numbers
from expressions.types import BOOLEAN, DURATION, INSTANT, Kind, Type, integer
from expressions.unify import are_comparable

_FAMILY = "operators"
_NUMBERS = ("a: number", "b: number")


def add(a: Number, b: Number) -> Number:
    """Exact sum."""
    return a + b if isinstance(a, int) and isinstance(b, int) else arithmetic.add_exact(a, b)


def subtract(a: Number, b: Number) -> Number:
    """Exact difference."""
    return a - b if isinstance(a, int) and isinstance(b, int) else arithmetic.subtract_exact(a, b)


def multiply(a: Number, b: Number) -> Number:
    """Exact product."""
    return a * b if isinstance(a, int) and isinstance(b, int) else arithmetic.multiply_exact(a, b)


def negate(a: Number) -> Number:
    """``-a``."""
    return -a if isinstance(a, int) else arithmetic.negate_exact(a)


def move_instant(moment: datetime, length: timedelta) -> datetime | None:
    """``moment + length``; None outside the years 1–9999."""
    try:
        return moment + length
    except OverflowError:
        return None


def move_instant_back(moment: datetime, length: timedelta) -> datetime | None:
    """``moment - length``; None outside the years 1–9999."""
    return move_instant(moment, -length)


def add_durations(a: timedelta, b: timedelta) -> timedelta | None:
    """Sum; None when longer than a duration may be."""
    total = a + b
    return total if -MAX_DURATION <= total <= MAX_DURATION else None


def subtract_durations(a: timedelta, b: timedelta) -> timedelta | None:
    """Difference; None when longer than a duration may be."""
    return add_durations(a, -b)


def days_between(a: date, b: date) -> int:
    """``a - b`` in days."""
    return (a - b).days


def both(*items: bool | None) -> bool | None:
    """Kleene ``and``."""
    if any(item is False for item in items):
        return False
    return None if any(item is None for item in items) else True


def either(*items: bool | None) -> bool | None:
    """Kleene ``or``."""
    if any(item is True for item in items):
        return True
    return None if any(item is None for item in items) else False


def is_member(x: Any, members: Sequence[Any] | None) -> bool | None:
    """``x in members``: null when ``x`` or the list is null, or when only a null member could be it."""
    if x is None or members is None:
        return None
    if x in members:
        return True
    return None if None in members else False


def is_not_member(x: Any, members: Sequence[Any] | None) -> bool | None:
    """``x not in members``."""
    found = is_member(x, members)
    return None if found is None else not found


def _member_type(args: Sequence[Type]) -> Type | None:
    x, members = args
    item = members.item
    if item is not None and (item.kind == Kind.NULL or are_comparable(x, item, ordered=False)):
        return BOOLEAN
    return None


def _comparisons(
    python: Callable[[Any, Any], bool], sql: SqlBuilder, *, ordered: bool
) -> tuple[Overload, ...]:
    kinds = ["number", "text|option", "date", "instant", "duration"] + (
        [] if ordered else ["reference", "boolean"]
    )
    rule = comparison(ordered=ordered)
    return tuple(overload((f"a: {kind}", f"b: {kind}"), rule, python, sql=sql) for kind in kinds)


define(
    "add",
    _FAMILY,
    overload(_NUMBERS, of_types(sum_type), add, sql=sql_numbers.add),
    overload(("a: instant", "b: duration"), fixed(INSTANT), move_instant, sql=sql_dates.instant_plus),
    overload(("a: duration", "b: duration"), fixed(DURATION), add_durations, sql=sql_dates.add_durations),
    symbol="+",
    zh="两数相加；时刻加时长得到时刻。",
    en="Adds two numbers, or a duration to an instant.",
    examples={"1.5 + 2.25": "3.75", "1 + null": "null"},
)
define(
    "subtract",
    _FAMILY,
    overload(_NUMBERS, of_types(sum_type), subtract, sql=sql_numbers.subtract),
    overload(("a: date", "b: date"), fixed(integer(7)), days_between, sql=sql_dates.days_between),
    overload(("a: instant", "b: instant"), fixed(DURATION), operator.sub, sql=sql_dates.instants_apart),
    overload(("a: instant", "b: duration"), fixed(INSTANT), move_instant_back, sql=sql_dates.instant_minus),
    overload(
        ("a: duration", "b: duration"), fixed(DURATION), subtract_durations, sql=sql_dates.subtract_durations
    ),
    symbol="-",
    zh="两数相减；两日期相减得到天数，两时刻相减得到时长。",
    en="Subtracts numbers; two dates give days, two instants a duration.",
    examples={"1 - 0.25": "0.75", "DATE(2026, 3, 1) - DATE(2026, 2, 1)": "28"},
)
define(
    "multiply",
    _FAMILY,
    overload(_NUMBERS, of_types(multiply_type), multiply, sql=sql_numbers.multiply),
    symbol="*",
    zh="两数相乘，结果精确。",
    en="Multiplies two numbers exactly.",
    examples={"1.5 * 0.25": "0.375"},
)
define(
    "divide",
    _FAMILY,
    overload(_NUMBERS, of_types(divide_type), arithmetic.divide, sql=sql_numbers.divide),
    symbol="/",
    zh="两数相除，四舍五入到 10 位小数；除以零为空。",
    en="Divides, rounded half-up to 10 digits behind the point; by zero is null.",
    examples={"7 / 2": "3.5000000000", "1 / 0": "null", "2 / 3": "0.6666666667"},
)
define(
    "negate",
    _FAMILY,
    overload(("a: number",), of_types(lambda args: args[0]), negate, sql=sql_numbers.negate),
    symbol="-",
    zh="取相反数。",
    en="The number with the other sign.",
    examples={"-(2 + 3)": "-5"},
)
define(
    "eq",
    _FAMILY,
    *_comparisons(operator.eq, sql_compare.eq, ordered=False),
    symbol="==",
    zh="相等；任一为空则结果为空。",
    en="Equal; null when either side is null.",
    examples={"1.0 == 1": "true", '"a" == "A"': "false"},
)
define(
    "ne",
    _FAMILY,
    *_comparisons(operator.ne, sql_compare.ne, ordered=False),
    symbol="!=",
    zh="不相等；任一为空则结果为空。",
    en="Not equal; null when either side is null.",
    examples={"1 != 2": "true"},
)
define(
    "lt",
    _FAMILY,
    *_comparisons(operator.lt, sql_compare.lt, ordered=True),
    symbol="<",
    zh="小于；文本按字符编码比较。",
    en="Less than; texts compare by code point.",
    examples={"1 < 1.01": "true", '"Z" < "a"': "true"},
)
define(
    "le",
    _FAMILY,
    *_comparisons(operator.le, sql_compare.le, ordered=True),
    symbol="<=",
    zh="小于或等于。",
    en="Less than or equal.",
    examples={"1 <= 1.0": "true"},
)
define(
    "gt",
    _FAMILY,
    *_comparisons(operator.gt, sql_compare.gt, ordered=True),
    symbol=">",
    zh="大于。",
    en="Greater than.",
    examples={"2 > 10": "false"},
)
define(
    "ge",
    _FAMILY,
    *_comparisons(operator.ge, sql_compare.ge, ordered=True),
    symbol=">=",
    zh="大于或等于。",
    en="Greater than or equal.",
    examples={"DATE(2026, 1, 2) >= DATE(2026, 1, 1)": "true"},
)
define(
    "in",
    _FAMILY,
    overload(("x: any", "members: list"), of_types(_member_type), is_member, sql=sql_compare.member),
    symbol="in",
    null_out=False,
    zh="等于列表中的任一成员。",
    en="Equal to a member of the list.",
    examples={'"a" in ["a", "b"]': "true", "3 in [1, null]": "null"},
)
define(
    "not_in",
    _FAMILY,
    overload(("x: any", "members: list"), of_types(_member_type), is_not_member, sql=sql_compare.not_member),
    symbol="not in",
    null_out=False,
    zh="不等于列表中的任何成员。",
    en="Equal to no member of the list.",
    examples={'"c" not in ["a", "b"]': "true", "3 not in [1, null]": "null"},
)
define(
    "and",
    _FAMILY,
    overload(("c*: boolean",), fixed(BOOLEAN), both, sql=sql_logic.conjunction),
    symbol="and",
    null_out=False,
    lazy=True,
    zh="全部成立；有一个不成立即为否，其余有空则为空。",
    en="All true; false when any is false, else null when any is null.",
    examples={"true and false": "false", "false and null": "false", "true and null": "null"},
)
define(
    "or",
    _FAMILY,
    overload(("c*: boolean",), fixed(BOOLEAN), either, sql=sql_logic.disjunction),
    symbol="or",
    null_out=False,
    lazy=True,
    zh="至少一个成立；全不成立为否，否则有空则为空。",
    en="Any true; else null when any is null.",
    examples={"true or null": "true", "false or null": "null"},
)
define(
    "not",
    _FAMILY,
    overload(("c: boolean",), fixed(BOOLEAN), operator.not_, sql=sql_logic.negation),
    symbol="not",
    zh="取反；空仍为空。",
    en="The opposite; null stays null.",
    examples={"not true": "false", "not null": "null"},
)
