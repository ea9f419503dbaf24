"""Arithmetic in SQL: exact, never through floating point, never past 63 bits unnoticed."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa

from expressions.registry import Dialect, SqlCompiler
from expressions.sql.forms import (
    INTEGER,
    NUMERIC,
    TEXT,
    Sql,
    call,
    is_whole,
    literal,
    numeric,
    rescale,
    whole,
)
from expressions.typed import Apply, Typed
from expressions.types import DIVISION_SCALE, NATIVE_DIGITS, Type, decimal

#: Whole steps are summed in two parts of nine digits each, because SQLite's SUM fails beyond 63 bits.
_PART = 10**9
#: Digits that a sum over a million children may grow by.
SUM_DIGITS = 6


def _is_wide(c: SqlCompiler, type_: Type) -> bool:
    return c.dialect == "sqlite" and not type_.is_native


def _fit(wide: Sql, type_: Type) -> Sql:
    """A wide text as an integer where the type is native."""
    return call("dg_narrow", INTEGER, wide, 0) if type_.is_native else wide


def _numeric(c: SqlCompiler, node: Typed) -> Sql:
    """The node as NUMERIC (PostgreSQL)."""
    return c.convert(node, decimal(node.type.scale, node.type.digits))


def add(c: SqlCompiler, node: Apply) -> Sql:
    """``a + b`` of numbers."""
    return _sum(c, node, operator.add, "dg_add")


def subtract(c: SqlCompiler, node: Apply) -> Sql:
    """``a - b`` of numbers."""
    return _sum(c, node, operator.sub, "dg_sub")


def _sum(c: SqlCompiler, node: Apply, combine: Callable[[Sql, Sql], Sql], wide: str) -> Sql:
    a, b = node.args
    if not _is_wide(c, node.type):
        return combine(c.convert(a, node.type), c.convert(b, node.type))
    scale = node.type.scale
    return call(wide, TEXT, c.compile(a), scale - a.type.scale, c.compile(b), scale - b.type.scale)


def multiply(c: SqlCompiler, node: Apply) -> Sql:
    """``a * b``."""
    a, b = node.args
    if c.dialect == "postgresql":
        return (
            c.compile(a) * c.compile(b) if is_whole(node.type, c.dialect) else _numeric(c, a) * _numeric(c, b)
        )
    if _is_wide(c, node.type):
        return call("dg_mul", TEXT, c.compile(a), c.compile(b))
    return c.compile(a) * c.compile(b)


def divide(c: SqlCompiler, node: Apply) -> Sql:
    """``a / b``, half-up at scale 10; null where b is zero."""
    a, b = node.args
    if c.dialect == "postgresql":
        return _quotient(_numeric(c, a), sa.func.nullif(_numeric(c, b), numeric("0"), type_=NUMERIC))
    return steps_divided(c, (c.compile(a), a.type), (c.compile(b), b.type), node.type)


def _quotient(a: Sql, b: Sql) -> Sql:
    """Half-up at scale 10: the quotient's double is cut to a whole number, and half of that rounds exactly."""
    doubled = call("div", NUMERIC, a * numeric(f"{2 * 10**DIVISION_SCALE}"), b)
    return call("round", NUMERIC, doubled * numeric("0.5")) * numeric(f"0.{1:0{DIVISION_SCALE}d}")


def steps_divided(c: SqlCompiler, a: tuple[Sql, Type], b: tuple[Sql, Type], type_: Type) -> Sql:
    """SQLite's division; both sides with the type whose form they have."""
    (x, x_type), (y, y_type) = a, b
    steps = DIVISION_SCALE + y_type.scale - x_type.scale
    fits = x_type.is_native and y_type.is_native and steps >= 0
    if fits and x_type.digits + x_type.scale + steps <= NATIVE_DIGITS and type_.is_native:
        return c.let([x, y], lambda v, w: _whole_quotient(v * whole(10**steps), w))
    return _fit(call("dg_div", TEXT, x, y, steps), type_)


def _whole_quotient(a: Sql, b: Sql) -> Sql:
    """Half-up quotient of two integers; SQLite divides by zero to null."""
    signs = call("sign", INTEGER, a) * call("sign", INTEGER, b)
    size = call("abs", INTEGER, b)
    return signs * ((whole(2) * call("abs", INTEGER, a) + size) // (whole(2) * size))


def negate(c: SqlCompiler, node: Apply) -> Sql:
    """``-x``."""
    x = c.compile(node.args[0])
    return call("dg_neg", TEXT, x) if _is_wide(c, node.type) else -x


def absolute(c: SqlCompiler, node: Apply) -> Sql:
    """``ABS(x)``."""
    x = c.compile(node.args[0])
    return call("dg_abs", TEXT, x) if _is_wide(c, node.type) else call("abs", x.type, x)


def round_half(c: SqlCompiler, node: Apply) -> Sql:
    """``ROUND(x, n)``."""
    return _rounded(c, node, "half")


def round_up(c: SqlCompiler, node: Apply) -> Sql:
    """``ROUNDUP(x, n)``."""
    return _rounded(c, node, "up")


def round_down(c: SqlCompiler, node: Apply) -> Sql:
    """``ROUNDDOWN(x, n)``."""
    return _rounded(c, node, "down")


def _rounded(c: SqlCompiler, node: Apply, mode: str) -> Sql:
    (x,) = node.args
    places = int(dict(node.settings)["n"])
    if places >= x.type.scale:
        return c.convert(x, node.type)
    if c.dialect == "postgresql":
        rounded = _rounded_numeric(c, _numeric(c, x), places, mode)
        return sa.cast(rounded, INTEGER) if is_whole(node.type, c.dialect) else rounded
    cut = x.type.scale - places
    back = max(-places, 0)
    if not x.type.is_native or cut > NATIVE_DIGITS:
        return _fit(
            call("dg_round", TEXT, c.compile(x), cut, back, sa.literal_column(f"'{mode}'", TEXT)), node.type
        )
    steps = c.let([c.compile(x)], lambda v: _rounded_steps(v, cut, mode))
    if back:
        steps = steps * whole(10**back)
    return call("dg_wide", TEXT, steps, 0) if _is_wide(c, node.type) else steps


def _rounded_numeric(c: SqlCompiler, x: Sql, places: int, mode: str) -> Sql:
    if mode != "up":
        return call({"half": "round", "down": "trunc"}[mode], NUMERIC, x, places)
    step = numeric(f"1{'0' * -places}" if places <= 0 else f"0.{1:0{places}d}")

    def away(v: Sql) -> Sql:
        cut = call("trunc", NUMERIC, v, places)
        return cut + call("sign", NUMERIC, v - cut) * step

    return c.let([x], away)


def _rounded_steps(x: Sql, cut: int, mode: str) -> Sql:
    """``x / 10^cut`` as an integer; SQLite's own division goes toward zero."""
    unit = 10**cut
    if mode == "down":
        return x // whole(unit)
    extra = unit // 2 if mode == "half" else unit - 1
    return call("sign", INTEGER, x) * ((call("abs", INTEGER, x) + whole(extra)) // whole(unit))


def floor(c: SqlCompiler, node: Apply) -> Sql:
    """``FLOOR(x)``."""
    return _to_whole(c, node, "floor")


def ceil(c: SqlCompiler, node: Apply) -> Sql:
    """``CEIL(x)``."""
    return _to_whole(c, node, "ceil")


def _to_whole(c: SqlCompiler, node: Apply, name: str) -> Sql:
    (x,) = node.args
    if x.type.scale == 0:
        return rescale(c.compile(x), x.type, node.type, c.dialect)
    if c.dialect == "postgresql":
        result = call(name, NUMERIC, _numeric(c, x))
        return sa.cast(result, INTEGER) if is_whole(node.type, c.dialect) else result
    if not x.type.is_native:
        return _fit(call(f"dg_{name}", TEXT, c.compile(x), x.type.scale), node.type)
    unit = whole(10**x.type.scale)

    def cut(v: Sql) -> Sql:
        rest = v % unit
        if name == "floor":
            return v // unit - sa.case((rest < whole(0), whole(1)), else_=whole(0))
        return v // unit + sa.case((rest > whole(0), whole(1)), else_=whole(0))

    steps = c.let([c.compile(x)], cut)
    return call("dg_wide", TEXT, steps, 0) if _is_wide(c, node.type) else steps


def modulo(c: SqlCompiler, node: Apply) -> Sql:
    """``MOD(a, b)``, the sign of b; null where b is zero."""
    a, b = node.args
    common = replace(node.type, digits=max(a.type.digits, b.type.digits))
    if _is_wide(c, common):
        scale = common.scale
        args = (c.compile(a), scale - a.type.scale, c.compile(b), scale - b.type.scale)
        return _fit(call("dg_mod", TEXT, *args), node.type)
    x, y = c.convert(a, common), c.convert(b, common)
    if c.dialect == "postgresql":
        zero = whole(0) if is_whole(common, c.dialect) else numeric("0")
        y = sa.func.nullif(y, zero, type_=y.type)
    rest = c.let([y], lambda w: (x % w + w) % w)
    return rescale(rest, common, node.type, c.dialect)


def least(c: SqlCompiler, node: Apply) -> Sql:
    """``MIN(x…)``."""
    return _extreme(c, node, "min", "least")


def greatest(c: SqlCompiler, node: Apply) -> Sql:
    """``MAX(x…)``."""
    return _extreme(c, node, "max", "greatest")


def _extreme(c: SqlCompiler, node: Apply, sqlite: str, postgresql: str) -> Sql:
    values = [c.convert(arg, node.type) for arg in node.args]
    kind = values[0].type
    if c.dialect == "sqlite":
        return call(sqlite, kind, *values)

    def without_null(*given: Sql) -> Sql:
        some_null = sa.or_(*(value.is_(None) for value in given))
        return sa.case((some_null, literal(None, node.type, c.dialect)), else_=call(postgresql, kind, *given))

    return c.let(values, without_null)


def total(dialect: Dialect, value: Sql, value_type: Type, type_: Type) -> Sql:
    """``SUM(value)`` in the form of ``type_``; null when there is none."""
    if dialect == "postgresql":
        added = call("sum", NUMERIC, value)
        return sa.cast(added, INTEGER) if is_whole(type_, dialect) else added
    if not value_type.is_native:
        return call("dg_sum", TEXT, value)
    if type_.is_native:
        return call("sum", INTEGER, value)
    high, low = value // whole(_PART), value % whole(_PART)
    return call("dg_join", TEXT, call("sum", INTEGER, high), call("sum", INTEGER, low))


def average(dialect: Dialect, value: Sql, value_type: Type, type_: Type) -> Sql:
    """``AVG(value)``, half-up at scale 10; null when there is none."""
    count = call("count", INTEGER, value)
    if dialect == "postgresql":
        return _quotient(call("sum", NUMERIC, value), sa.cast(count, NUMERIC))
    added = total(dialect, value, value_type, replace(value_type, digits=value_type.digits + SUM_DIGITS))
    return _fit(call("dg_div", TEXT, added, count, DIVISION_SCALE - value_type.scale), type_)
