"""``and or not``, choosing between values, blankness."""

from __future__ import annotations

import sqlalchemy as sa

from expressions.registry import SqlCompiler
from expressions.sql.compare import brought_together
from expressions.sql.forms import INTEGER, TEXT, Sql, call, negated, numeric, whole, words
from expressions.typed import Apply, Typed
from expressions.types import BOOLEAN as BOOLEAN_TYPE
from expressions.types import DIVISION_SCALE, Kind

#: White space as TRIM and ISBLANK see it.
WHITE_SPACE = " \t\n\r\u00a0\u3000"


def conjunction(c: SqlCompiler, node: Apply) -> Sql:
    """``a and b …``: SQL's AND is Kleene's."""
    return sa.and_(*(c.convert(arg, BOOLEAN_TYPE) for arg in node.args))


def disjunction(c: SqlCompiler, node: Apply) -> Sql:
    """``a or b …``."""
    return sa.or_(*(c.convert(arg, BOOLEAN_TYPE) for arg in node.args))


def negation(c: SqlCompiler, node: Apply) -> Sql:
    """``not a``."""
    return negated(c.convert(node.args[0], BOOLEAN_TYPE))


def choose(c: SqlCompiler, node: Apply) -> Sql:
    """``IF(c, a, b)`` and ``IFS(c1, a1, …, else)``: the checker writes the missing else as null."""
    *pairs, otherwise = node.args
    return sa.case(
        *(
            (c.convert(condition, BOOLEAN_TYPE), c.convert(value, node.type))
            for condition, value in zip(pairs[::2], pairs[1::2], strict=True)
        ),
        else_=c.convert(otherwise, node.type),
    )


def switch(c: SqlCompiler, node: Apply) -> Sql:
    """``SWITCH(x, v1, a1, …, else)``: a null x equals no value."""
    x, *pairs, otherwise = node.args
    value, *looked_for = brought_together(c, [x, *pairs[::2]])
    results = [c.convert(result, node.type) for result in pairs[1::2]]
    return c.let(
        [value],
        lambda v: sa.case(
            *((v == one, result) for one, result in zip(looked_for, results, strict=True)),
            else_=c.convert(otherwise, node.type),
        ),
    )


def coalesce(c: SqlCompiler, node: Apply) -> Sql:
    """``COALESCE(x…)``."""
    values = [c.convert(arg, node.type) for arg in node.args]
    return values[0] if len(values) == 1 else call("coalesce", values[0].type, *values)


def is_blank(c: SqlCompiler, node: Apply) -> Sql:
    """``ISBLANK(x)``."""
    return _blank(c, node.args[0])


def _blank(c: SqlCompiler, x: Typed) -> Sql:
    value = c.compile(x)
    if x.type.kind in (Kind.TEXT, Kind.OPTION):
        trim = "btrim" if c.dialect == "postgresql" else "trim"
        return call("coalesce", TEXT, call(trim, TEXT, value, words(WHITE_SPACE)), words("")) == words("")
    if x.type.kind is Kind.LIST and c.dialect == "postgresql":
        return call("coalesce", INTEGER, call("cardinality", INTEGER, value), whole(0)) == whole(0)
    if x.type.kind is Kind.LIST:
        return call("coalesce", TEXT, value, words("[]")) == words("[]")
    return value.is_(None)


def completeness(c: SqlCompiler, node: Apply) -> Sql:
    """``COMPLETENESS(x…)``: the share that is not blank, half-up at scale 10."""
    filled: Sql = whole(0)
    for arg in node.args:
        filled = filled + sa.case((_blank(c, arg), whole(0)), else_=whole(1))
    count = len(node.args)
    steps = (filled * whole(2 * 10**DIVISION_SCALE) + whole(count)) // whole(2 * count)
    if c.dialect == "sqlite":
        return steps
    return sa.cast(steps, sa.Numeric()) * numeric(f"0.{1:0{DIVISION_SCALE}d}")
