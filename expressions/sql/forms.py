"""The forms in which numbers and other values stand inside SQL, and the way from one to another.

On SQLite a number is its value times 10^scale: an integer while digits + scale <= 18 ("native"), beyond that a wide
text (:mod:`expressions.wide`). On PostgreSQL an integer of at most 18 digits is BIGINT, every other number NUMERIC.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, ColumnClause, Grouping, TypeCoerce

from expressions.registry import Dialect
from expressions.storage import column_type, scaled
from expressions.types import Kind, Type
from expressions.wide import encode_wide

Sql = sa.ColumnElement[Any]

NUMERIC = sa.Numeric()
INTEGER = sa.BigInteger()
TEXT = sa.Text()
BOOLEAN = sa.Boolean()
DATE = sa.Date()


def is_whole(type_: Type, dialect: Dialect) -> bool:
    """Whether the number stands as a machine integer (on SQLite: scaled)."""
    return type_.is_native and (dialect == "sqlite" or type_.kind is Kind.INTEGER)


def raw_type(type_: Type, dialect: Dialect) -> sa.types.TypeEngine[Any]:
    """The SQL type of the storage form, without any decoding."""
    if type_.kind is Kind.BOOLEAN:
        return BOOLEAN
    if type_.is_numeric:
        if is_whole(type_, dialect):
            return INTEGER
        return NUMERIC if dialect == "postgresql" else TEXT
    if type_.kind in (Kind.TEXT, Kind.OPTION, Kind.NULL):
        return TEXT
    if type_.kind is Kind.LIST and dialect == "postgresql":
        return postgresql.ARRAY(sa.Uuid() if holds_references(type_) else TEXT)
    return column_type(type_).form(dialect)


def holds_references(type_: Type) -> bool:
    """Whether a list's members are references."""
    return type_.item is not None and type_.item.kind is Kind.REFERENCE


def literal(value: object, type_: Type, dialect: Dialect) -> Sql:
    """A value as a bind parameter in the storage form of its type; null is cast, so that it has a type."""
    raw = raw_type(type_, dialect)
    if value is None:
        return sa.cast(sa.null(), raw)
    if isinstance(value, bool):
        return sa.true() if value else sa.false()
    if type_.is_numeric:
        return _number(value, type_, dialect, raw)
    return sa.bindparam(None, column_type(type_).encode(value, dialect), raw, unique=True)


def _number(value: Any, type_: Type, dialect: Dialect, raw: sa.types.TypeEngine[Any]) -> Sql:
    if dialect == "postgresql":
        stored: object = int(value) if is_whole(type_, dialect) else Decimal(value)
    else:
        whole = scaled(value, type_.scale)
        stored = whole if type_.is_native else encode_wide(whole)
    return sa.bindparam(None, stored, raw, unique=True)


def whole(value: int) -> Sql:
    """A small constant written into the SQL text itself (powers of ten, bounds): the same for every value."""
    return sa.literal_column(str(value), INTEGER)


def numeric(value: str) -> Sql:
    """A decimal constant written into PostgreSQL's text."""
    return sa.literal_column(value, NUMERIC)


def words(value: str) -> Sql:
    """A text constant as a bind parameter."""
    return sa.bindparam(None, value, TEXT, unique=True)


def call(name: str, type_: sa.types.TypeEngine[Any], *args: Sql | int) -> Sql:
    """A function whose result type is known; whole numbers among the arguments are written out."""
    return sa.Function(name, *(whole(arg) if isinstance(arg, int) else arg for arg in args), type_=type_)


def rescale(expr: Sql, source: Type, target: Type, dialect: Dialect) -> Sql:
    """A number brought from the form of ``source`` to the form of ``target``, whose scale is not less."""
    if dialect == "postgresql":
        if is_whole(target, dialect) == is_whole(source, dialect):
            return expr
        return sa.cast(expr, INTEGER if is_whole(target, dialect) else NUMERIC)
    steps = target.scale - source.scale
    if target.is_native and source.is_native:
        return expr if steps == 0 else expr * whole(10**steps)
    if target.is_native:
        return call("dg_narrow", INTEGER, expr, steps)
    if not source.is_native and steps == 0:
        return expr
    return call("dg_wide", TEXT, expr, steps)


def is_plain(expr: Sql) -> bool:
    """Whether naming the expression twice costs nothing: a column, a bind parameter or a constant,
    cast or not."""
    while isinstance(expr, TypeCoerce | Grouping | sa.Cast):
        inner = expr.element if isinstance(expr, Grouping) else expr.clause
        if not isinstance(inner, sa.ColumnElement):
            return False
        expr = inner
    return isinstance(expr, ColumnClause | sa.Column | BindParameter)


def coerce(expr: Sql, type_: sa.types.TypeEngine[Any]) -> Sql:
    """The same SQL with another type for SQLAlchemy; a bind parameter keeps its own encoding."""
    if isinstance(expr, BindParameter):
        expr = Grouping(expr)
    return sa.type_coerce(expr, type_)


def decoded(expr: Sql, type_: Type) -> Sql:
    """The finished expression with the type that decodes what comes out of it."""
    return coerce(expr, column_type(type_))


def negated(condition: Sql) -> Sql:
    """NOT, in parentheses: SQLAlchemy leaves them out before IS NULL, which binds closer."""
    opposite = truth(sa.not_(condition))
    return opposite if isinstance(opposite, BinaryExpression) else Grouping(opposite)


def truth(condition: Sql) -> Sql:
    """A condition that SQLAlchemy has built without a type (BETWEEN, NOT over AND), made boolean."""
    if not isinstance(condition.type, sa.Boolean):
        condition.type = BOOLEAN
    return condition


def list_members(listed: Sql, type_: Type) -> sa.Select[Any]:
    """SQLite: the members of a stored list as a one-column subquery; references come back as blobs."""
    rows = sa.func.json_each(listed).table_valued("value")
    value = rows.c.value
    member: Sql = sa.func.unhex(value, type_=sa.LargeBinary()) if holds_references(type_) else value
    return sa.select(member).select_from(rows)
