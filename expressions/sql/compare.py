"""Comparison and membership: both sides brought to one form, a column left bare wherever that is possible."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import Grouping

from expressions.registry import SqlCompiler
from expressions.sql.forms import BOOLEAN, INTEGER, Sql, call, list_members, literal, negated, truth, whole
from expressions.typed import ActorWord, Apply, Const, Listing, Typed
from expressions.types import Kind, Type
from expressions.wide import WIDE_DIGITS

Compare = Callable[[Any, Any], Sql]


def eq(c: SqlCompiler, node: Apply) -> Sql:
    """``==``."""
    return compared(c, operator.eq, *node.args)


def ne(c: SqlCompiler, node: Apply) -> Sql:
    """``!=``."""
    return compared(c, operator.ne, *node.args)


def lt(c: SqlCompiler, node: Apply) -> Sql:
    """``<``."""
    return compared(c, operator.lt, *node.args)


def le(c: SqlCompiler, node: Apply) -> Sql:
    """``<=``."""
    return compared(c, operator.le, *node.args)


def gt(c: SqlCompiler, node: Apply) -> Sql:
    """``>``."""
    return compared(c, operator.gt, *node.args)


def ge(c: SqlCompiler, node: Apply) -> Sql:
    """``>=``."""
    return compared(c, operator.ge, *node.args)


def compared(c: SqlCompiler, compare: Compare, a: Typed, b: Typed) -> Sql:
    """``a`` compared with ``b``."""
    kind = a.type if b.type.kind is Kind.NULL else b.type
    if (
        kind.is_numeric
        and not (common := common_number([a.type, b.type])).is_native
        and c.dialect == "sqlite"
    ):
        return _compared_wide(c, compare, a, b, common)
    left, right = brought_together(c, [a, b])
    if (
        c.dialect == "postgresql"
        and kind.kind in (Kind.TEXT, Kind.OPTION)
        and compare not in (operator.eq, operator.ne)
    ):
        right = sa.collate(right, "C")
    return compare(left, right)


def _compared_wide(c: SqlCompiler, compare: Compare, a: Typed, b: Typed, common: Type) -> Sql:
    if a.type.is_native and b.type.is_native and a.type.scale == b.type.scale:
        return compare(c.compile(a), c.compile(b))
    if common.digits + common.scale <= WIDE_DIGITS:
        return compare(c.convert(a, common), c.convert(b, common))
    steps = (common.scale - a.type.scale, common.scale - b.type.scale)
    return compare(call("dg_cmp", INTEGER, c.compile(a), steps[0], c.compile(b), steps[1]), whole(0))


def common_number(types: Sequence[Type]) -> Type:
    """The number type with the largest scale and digits of all; nulls do not count."""
    known = [each for each in types if each.kind is not Kind.NULL]
    first = known[0] if known else types[0]
    kind = first.kind if all(each.kind is first.kind for each in known) else Kind.DECIMAL
    scale, digits = max(each.scale for each in types), max(each.digits for each in types)
    return replace(first, kind=kind, scale=scale, digits=digits)


def brought_together(c: SqlCompiler, nodes: Sequence[Typed]) -> list[Sql]:
    """The nodes in one form in which equal values are equal."""
    first = next((node.type for node in nodes if node.type.kind is not Kind.NULL), nodes[0].type)
    if not first.is_numeric:
        return [c.convert(node, node.type if node.type.kind is not Kind.NULL else first) for node in nodes]
    common = common_number([node.type for node in nodes])
    if c.dialect == "postgresql" and common.kind is not Kind.INTEGER:
        return [_postgresql_number(c, node, common) for node in nodes]
    return [c.convert(node, common) for node in nodes]


def _postgresql_number(c: SqlCompiler, node: Typed, common: Type) -> Sql:
    """A bare integer column stays bare: PostgreSQL itself compares BIGINT with NUMERIC exactly."""
    return c.convert(node, common) if isinstance(node, Const) else c.compile(node)


def between(c: SqlCompiler, node: Apply) -> Sql:
    """``x >= low and x <= high``."""
    x, low, high = node.args
    common = common_number([each.type for each in node.args]) if x.type.is_numeric else x.type
    if common.is_numeric and not common.is_native and c.dialect == "sqlite":
        return sa.and_(compared(c, operator.ge, x, low), compared(c, operator.le, x, high))
    value, bottom, top = brought_together(c, node.args)
    if c.dialect == "postgresql" and x.type.kind in (Kind.TEXT, Kind.OPTION):
        bottom, top = Grouping(sa.collate(bottom, "C")), Grouping(sa.collate(top, "C"))
    return truth(value.between(bottom, top))


def member(c: SqlCompiler, node: Apply) -> Sql:
    """``x in members``."""
    x, members = node.args
    if isinstance(members, Listing):
        return _in_written_list(c, x, members)
    if members.type.kind is Kind.NULL:
        return literal(None, replace(members.type, kind=Kind.BOOLEAN), c.dialect)

    def found(value: Sql, listed: Sql) -> Sql:
        if c.dialect == "postgresql":
            return value == sa.any_(listed)
        return value.in_(list_members(listed, members.type))

    if c.dialect == "postgresql" and isinstance(x, Const) and x.value is not None:
        one = literal((x.value,), members.type, c.dialect)
        return c.compile(members).op("@>", return_type=BOOLEAN)(one)  # a GIN index serves it
    values = [c.convert(x, members.type.item or x.type), c.compile(members)]
    if isinstance(members, ActorWord):  # never null and, as it is bound, never empty
        return found(*values)
    return c.let(values, lambda v, m: sa.case((sa.and_(v.is_not(None), m.is_not(None)), found(v, m))))


def not_member(c: SqlCompiler, node: Apply) -> Sql:
    """``x not in members``."""
    return negated(member(c, node))


def _in_written_list(c: SqlCompiler, x: Typed, members: Listing) -> Sql:
    if not members.items:
        return sa.case((c.compile(x).is_not(None), sa.false()))
    nodes = (x, *members.items)
    common = common_number([node.type for node in nodes])
    if common.is_numeric and c.dialect == "sqlite" and not common.is_native:
        return sa.or_(*(compared(c, operator.eq, x, item) for item in members.items))
    value, *listed = brought_together(c, nodes)
    # One subquery in parentheses would be IN's own subquery, which is false where it finds no row.
    return value == listed[0] if len(listed) == 1 else value.in_(listed)
