"""Functions of numbers: rounding, remainder, smallest and greatest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from expressions.arithmetic import Number, from_scaled, negate_exact, round_to, scale_of, scaled
from expressions.env import Env
from expressions.functions.rules import Settings, define, of_types, overload, same_numbers
from expressions.registry import Parameter
from expressions.sql import numbers as sql_numbers
from expressions.types import Kind, Type, decimal, integer

_FAMILY = "numbers"
_PLACES = Parameter("n", "places", setting=True, choices=tuple(range(-12, 11)), optional=True, default=0)


def absolute(x: Number) -> Number:
    """``x`` without its sign."""
    return x if x >= 0 else negate_exact(x) if isinstance(x, Decimal) else -x


def round_half(x: Number, n: int) -> Number:
    """Half away from zero."""
    return round_to(x, n, "half")


def round_up(x: Number, n: int) -> Number:
    """Away from zero."""
    return round_to(x, n, "up")


def round_down(x: Number, n: int) -> Number:
    """Toward zero."""
    return round_to(x, n, "down")


def floor(x: Number) -> int:
    """The greatest whole number not above ``x``."""
    scale = scale_of(x)
    return scaled(x, scale) // int(10**scale)


def ceil(x: Number) -> int:
    """The smallest whole number not below ``x``."""
    scale = scale_of(x)
    return -(-scaled(x, scale) // int(10**scale))


def floor_money(x: Decimal) -> Decimal:
    """:func:`floor` as an amount."""
    return Decimal(floor(x))


def ceil_money(x: Decimal) -> Decimal:
    """:func:`ceil` as an amount."""
    return Decimal(ceil(x))


def modulo(a: Number, b: Number) -> Number | None:
    """``a - b * floor(a / b)``, with the sign of ``b``; None when ``b`` is zero."""
    if not b:
        return None
    if isinstance(a, int) and isinstance(b, int):
        return a % b
    scale = max(scale_of(a), scale_of(b))
    return from_scaled(scaled(a, scale) % scaled(b, scale), scale)


def least(*items: Any) -> Any:
    """The smallest."""
    return min(items)


def greatest(*items: Any) -> Any:
    """The greatest."""
    return max(items)


def _round_type(args: Sequence[Type], settings: Settings, env: Env) -> Type | str:
    del env
    (x,) = args
    return replace(x, scale=min(x.scale, max(int(settings["n"]), 0)), digits=x.digits + 1)


def _round_up_type(args: Sequence[Type], settings: Settings, env: Env) -> Type | str:
    """Before the point the smallest step up may be greater than every value: ``ROUNDUP(5, -3)`` is 1000."""
    (x,) = args
    return _round_type([replace(x, digits=max(x.digits, -int(settings["n"])))], settings, env)


def _whole_type(args: Sequence[Type]) -> Type | None:
    return integer(args[0].digits + 1)


def _whole_money_type(args: Sequence[Type]) -> Type | None:
    return replace(args[0], scale=0, digits=args[0].digits + 1)


def _modulo_type(args: Sequence[Type]) -> Type | None:
    a, b = args
    if a.kind == b.kind == Kind.INTEGER:
        return integer(b.digits)
    scale = max(a.scale, b.scale)
    if a.kind == Kind.MONEY:
        return replace(a, scale=scale, digits=b.digits) if a.currency == b.currency else None
    return decimal(scale, b.digits)


_same = of_types(lambda args: args[0])

define(
    "ABS",
    _FAMILY,
    overload(("x: number",), _same, absolute, sql=sql_numbers.absolute),
    zh="绝对值。",
    en="The number without its sign.",
    examples={"ABS(-2.50)": "2.50"},
)
define(
    "ROUND",
    _FAMILY,
    overload(("x: number", _PLACES), _round_type, round_half, sql=sql_numbers.round_half),
    zh="四舍五入到 n 位小数。",
    en="Rounded half away from zero to n digits behind the point.",
    examples={"ROUND(2.345, 2)": "2.35", "ROUND(-2.5)": "-3", "ROUND(1450, -2)": "1500"},
)
define(
    "ROUNDUP",
    _FAMILY,
    overload(("x: number", _PLACES), _round_up_type, round_up, sql=sql_numbers.round_up),
    zh="远离零方向进位到 n 位小数。",
    en="Rounded away from zero to n digits behind the point.",
    examples={"ROUNDUP(2.341, 2)": "2.35", "ROUNDUP(-2.1)": "-3"},
)
define(
    "ROUNDDOWN",
    _FAMILY,
    overload(("x: number", _PLACES), _round_type, round_down, sql=sql_numbers.round_down),
    zh="向零方向舍去到 n 位小数。",
    en="Rounded toward zero to n digits behind the point.",
    examples={"ROUNDDOWN(2.349, 2)": "2.34", "ROUNDDOWN(-2.9)": "-2"},
)
define(
    "FLOOR",
    _FAMILY,
    overload(("x: plain",), of_types(_whole_type), floor, sql=sql_numbers.floor),
    overload(("x: money",), of_types(_whole_money_type), floor_money, sql=sql_numbers.floor),
    zh="不大于 x 的最大整数。",
    en="The greatest whole number not above x.",
    examples={"FLOOR(2.9)": "2", "FLOOR(-2.1)": "-3"},
)
define(
    "CEIL",
    _FAMILY,
    overload(("x: plain",), of_types(_whole_type), ceil, sql=sql_numbers.ceil),
    overload(("x: money",), of_types(_whole_money_type), ceil_money, sql=sql_numbers.ceil),
    zh="不小于 x 的最小整数。",
    en="The smallest whole number not below x.",
    examples={"CEIL(2.1)": "3", "CEIL(-2.9)": "-2"},
)
define(
    "MOD",
    _FAMILY,
    overload(("a: plain", "b: plain"), of_types(_modulo_type), modulo, sql=sql_numbers.modulo),
    overload(("a: money", "b: money"), of_types(_modulo_type), modulo, sql=sql_numbers.modulo),
    zh="余数，符号同除数；除以零为空。",
    en="The remainder, with the sign of b; null when b is zero.",
    examples={"MOD(7, 3)": "1", "MOD(-7, 3)": "2", "MOD(5.5, 2)": "1.5", "MOD(1, 0)": "null"},
)
define(
    "MIN",
    _FAMILY,
    overload(("x: number", "more*: number"), of_types(same_numbers), least, sql=sql_numbers.least),
    overload(("x: date", "more*: date"), of_types(same_numbers), least, sql=sql_numbers.least),
    overload(("x: instant", "more*: instant"), of_types(same_numbers), least, sql=sql_numbers.least),
    zh="最小的一个；任一为空则为空。",
    en="The smallest; null when any is null.",
    examples={"MIN(3, 1.5, 2)": "1.5", "MIN(1, null)": "null"},
)
define(
    "MAX",
    _FAMILY,
    overload(("x: number", "more*: number"), of_types(same_numbers), greatest, sql=sql_numbers.greatest),
    overload(("x: date", "more*: date"), of_types(same_numbers), greatest, sql=sql_numbers.greatest),
    overload(("x: instant", "more*: instant"), of_types(same_numbers), greatest, sql=sql_numbers.greatest),
    zh="最大的一个；任一为空则为空。",
    en="The greatest; null when any is null.",
    examples={"MAX(3, 1.5, 2)": "3.0", "MAX(DATE(2026, 1, 1), DATE(2025, 1, 1))": "2026-01-01"},
)
