"""Formulas, roll-ups and scores as SQL in the storage form of their column: what one UPDATE for many records needs.

What is computed here and what ``schema_store.settle`` and ``CompiledScore.evaluate`` compute in Python is the same
value, digit by digit; where that cannot be promised there is no SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import sqlalchemy as sa

from expressions import types
from expressions.env import Env
from expressions.overloads import apply_entry
from expressions.problems import Problem, Span
from expressions.registry import REGISTRY, Dialect
from expressions.sql import SqlScope, not_translatable
from expressions.sql.compiler import Compiler
from expressions.sql.forms import Sql, literal, numeric, rescale, whole
from expressions.typed import Apply, Checked, Const, Typed
from expressions.types import Kind, Type
from expressions.wide import encode_wide
from schema_store.compiled.app import CompiledFormula
from schema_store.compiled.scoring import CompiledBand, CompiledFactor, CompiledScore

_NOWHERE = Span(0, 0)


class NoSql(Exception):
    """The value has no SQL that gives it exactly."""


def formula_sql(formula: CompiledFormula, scope: SqlScope, dialect: Dialect) -> Sql:
    """The value of a formula or roll-up as its column holds it.

    Raises:
        NoSql: it has none.
    """
    if not_translatable(formula.program.checked):
        raise NoSql
    return _settled(formula.program.checked.root, formula.type, scope, dialect)


def score_sql(score: CompiledScore, wanted: Type, scope: SqlScope, dialect: Dialect) -> Sql:
    """The value of a score as its column holds it.

    Raises:
        NoSql: a factor has none.
    """
    total = _settled_tree([_points(factor) for factor in score.factors])
    if score.minimum is not None:
        total = _apply("MAX", total, _number(score.minimum))
    if score.maximum is not None:
        total = _apply("MIN", total, _number(score.maximum))
    return _settled(total, wanted, scope, dialect)


def band_sql(score: CompiledScore, value: Sql, dialect: Dialect) -> Sql:
    """The key of the band that a stored score lies in; null below every band."""
    text = types.text()
    ways = [
        (_is_reached(band, score.scale, value, dialect), literal(band.key, text, dialect))
        for band in reversed(score.bands)
    ]
    return sa.case(*ways, else_=literal(None, text, dialect)) if ways else literal(None, text, dialect)


def _is_reached(band: CompiledBand, scale: int, value: Sql, dialect: Dialect) -> Sql:
    if band.lower is None:
        return sa.true()
    if dialect == "postgresql":
        bound: Sql = numeric(format(band.lower, "f"))
        return value > bound if band.exclusive else value >= bound
    # The value is a whole number of its last digit: above the bound is above its floor, from it on from its ceiling.
    moved = band.lower.scaleb(scale)
    if band.exclusive:
        return value > whole(int(moved.to_integral_value(ROUND_FLOOR)))
    return value >= whole(int(moved.to_integral_value(ROUND_CEILING)))


def _points(factor: CompiledFactor) -> Typed:
    """The points of a factor, never null."""
    if factor.fading is not None:
        raise NoSql  # each child by its own age
    for program in (factor.condition, factor.per):
        if program is not None and not_translatable(program.checked):
            raise NoSql
    points: Typed = _number(factor.points)
    zero = _number(Decimal(0))
    if factor.per is not None:
        points = _apply("COALESCE", _apply("multiply", points, _root(factor.per.checked)), zero)
    if factor.condition is not None:
        points = _apply("IF", _root(factor.condition.checked), points, zero)
    if factor.cap is not None:
        points = _apply("MAX", _number(-factor.cap), _apply("MIN", _number(factor.cap), points))
    return points


def _root(checked: Checked) -> Typed:
    if checked.type.kind is Kind.NULL:
        raise NoSql
    return checked.root


def _settled_tree(parts: Sequence[Typed]) -> Typed:
    total = parts[0]
    for part in parts[1:]:
        total = _apply("add", total, part)
    return total


def _settled(node: Typed, wanted: Type, scope: SqlScope, dialect: Dialect) -> Sql:
    """Rounded to the place's scale, null where it has too many digits, a text cut to its length."""
    compiler = Compiler(scope, dialect, scope.root)
    if node.type.kind is Kind.NULL:
        raise NoSql
    if node.type.kind is Kind.TEXT and node.type.length > wanted.length:
        return compiler.compile(_apply("LEFT", node, _whole(wanted.length)))
    if not wanted.is_numeric:
        return compiler.compile(node)
    if node.type.scale > wanted.scale:
        node = _apply("ROUND", node, n=wanted.scale)
    if node.type.digits <= wanted.digits:
        return compiler.convert(node, replace(wanted, digits=max(wanted.digits, node.type.digits)))
    source = node.type
    return compiler.let([compiler.compile(node)], lambda value: _fitting(value, source, wanted, dialect))


def _fitting(value: Sql, source: Type, wanted: Type, dialect: Dialect) -> Sql:
    """The value where it has room, else null."""
    if dialect == "postgresql":
        fits: Any = sa.func.abs(value) < numeric(f"1e{wanted.digits}")
    elif source.is_native:
        fits = sa.func.abs(value) < whole(10 ** (wanted.digits + source.scale))
    else:
        limit = 10 ** (wanted.digits + source.scale) - 1
        fits = sa.and_(value >= encode_wide(-limit), value <= encode_wide(limit))
    kept = sa.case((fits, value))
    kept.type = value.type
    return rescale(kept, source, wanted, dialect)


def _number(value: Decimal) -> Const:
    exponent = value.as_tuple().exponent
    scale = max(-exponent, 0) if isinstance(exponent, int) else 0
    return Const(value, types.decimal(scale, max(value.adjusted() + 1, 1)), _NOWHERE)


def _whole(value: int) -> Const:
    return Const(value, types.integer(len(str(abs(value)))), _NOWHERE)


def _apply(entry: str, *args: Typed, **settings: str | int) -> Apply:
    made = apply_entry(REGISTRY[entry], args, settings, _NOWHERE, Env())
    if isinstance(made, Problem):
        raise NoSql
    return made
