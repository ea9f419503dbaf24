"""Aggregates over children as correlated subqueries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from expressions.sql import dates, numbers, parameters, paths
from expressions.sql.forms import BOOLEAN, INTEGER, Sql, call, coerce, literal, negated, raw_type, whole
from expressions.sql.place import Place
from expressions.sql.scope import Inverse
from expressions.typed import Aggregate, Field, Typed
from expressions.types import BOOLEAN as BOOLEAN_TYPE
from expressions.types import DURATION, Kind


def compile_aggregate(place: Place, node: Aggregate) -> Sql:
    """The aggregate as one scalar subquery (or EXISTS) in the storage form of its type."""
    return _BUILDERS[node.entry](_Rows(place, node))


class _Rows:
    """The children that may count: FROM and WHERE, shared by all aggregates."""

    def __init__(self, place: Place, node: Aggregate) -> None:
        entity = node.source.type.entity
        if entity is None or place.alias is None:
            raise ValueError("an aggregate needs a record and its children")
        self.node = node
        self.dialect = place.dialect
        self.around = place.visible
        self.alias = place.scope.table(entity).alias()
        self.inner = place.child(self.alias)
        self.froms: list[sa.FromClause] = [self.alias]
        self.conditions = [
            *self._belongs(place, place.alias),
            *paths.visible_rows(place.scope, entity, self.alias),
            *self._inside(node.window, node.time),
        ]

    def _belongs(self, place: Place, record: sa.FromClause) -> list[Sql]:
        source = self.node.source
        parent: Sql = record.c.id
        if len(source.path) > 1:
            to_id = (*source.path[:-1], "id")
            parent = paths.read(place.scope, record, to_id, source.entities, self.inner.visible)
        found = place.scope.children(source.entities[-1], source.path[-1])
        if isinstance(found, Inverse):
            return [self.alias.c[found.column] == parent]
        link = found.table.alias()
        self.froms.append(link)
        return [link.c[found.near] == parent, link.c[found.far] == self.alias.c.id]

    def _inside(self, window: timedelta | None, time: Field | None) -> list[Sql]:
        if window is None or time is None:
            return []
        at = self.inner.compile(time)
        if time.type.kind is Kind.DATE:
            end = parameters.today(self.dialect)
            start = dates.date_after(self.inner, end, whole(-window.days), "day")
            return [at > sa.func.coalesce(start, dates.first_date(self.dialect)), at <= end]
        end = parameters.now(self.dialect)
        start = dates.moved(self.inner, end, literal(window, DURATION, self.dialect), -1)
        return [at > sa.func.coalesce(start, dates.first_instant(self.dialect)), at <= end]

    def condition(self) -> Sql | None:
        """The aggregate's own condition; None where it has none."""
        return None if self.node.condition is None else self.inner.convert(self.node.condition, BOOLEAN_TYPE)

    def select(self, *columns: Any, where: Sql | None = None) -> sa.Select[Any]:
        """SELECT of the children that belong here and meet ``where``."""
        conditions = self.conditions if where is None else [*self.conditions, where]
        return sa.select(*columns).select_from(*self.froms).where(*conditions).correlate(*self.around)

    def value(self) -> Typed:
        """The node that is evaluated on each child."""
        if self.node.value is None:
            raise ValueError(f"{self.node.entry} without a value")
        return self.node.value

    def folded(self, fold: Callable[[Sql], Sql]) -> Sql:
        """``SELECT fold(value)`` over the children that count.

        A value that is no column of the child goes through a subquery: it is computed once per child, and an
        aggregate over nothing but the outer record's columns would belong to the outer query.
        """
        node = self.value()
        value = self.inner.compile(node)
        if isinstance(node, Field) and len(node.path) == 1 and not node.outer:
            return self.scalar(self.select(fold(value), where=self.condition()))
        given = self.select(value.label("v"), where=self.condition()).subquery()
        return self.scalar(
            sa.select(fold(coerce(given.c.v, value.type))).select_from(given).correlate(*self.around)
        )

    def scalar(self, statement: sa.Select[Any]) -> Sql:
        """The statement as a value in the storage form of the aggregate's type."""
        return coerce(statement.scalar_subquery(), raw_type(self.node.type, self.dialect))


def _count(rows: _Rows) -> Sql:
    return rows.scalar(rows.select(call("count", INTEGER, sa.literal_column("*")), where=rows.condition()))


def _sum(rows: _Rows) -> Sql:
    type_, value_type = rows.node.type, rows.value().type
    nothing = literal(0, type_, rows.dialect)

    def fold(value: Sql) -> Sql:
        return call("coalesce", nothing.type, numbers.total(rows.dialect, value, value_type, type_), nothing)

    return rows.folded(fold)


def _average(rows: _Rows) -> Sql:
    value_type = rows.value().type
    return rows.folded(lambda value: numbers.average(rows.dialect, value, value_type, rows.node.type))


def _smallest(rows: _Rows) -> Sql:
    return rows.folded(lambda value: call("min", value.type, value))


def _largest(rows: _Rows) -> Sql:
    return rows.folded(lambda value: call("max", value.type, value))


def _latest(rows: _Rows) -> Sql:
    if rows.node.time is None:
        raise ValueError("LATEST without a time")
    at = rows.inner.compile(rows.node.time)
    value = rows.inner.compile(rows.value())
    found = rows.select(value, where=rows.condition()).where(at.is_not(None))
    return rows.scalar(found.order_by(at.desc(), rows.alias.c.id.desc()).limit(sa.literal_column("1")))


def _any(rows: _Rows) -> Sql:
    return rows.select(sa.literal_column("1"), where=rows.condition()).exists()


def _all(rows: _Rows) -> Sql:
    met = rows.condition()
    unmet = None if met is None else sa.not_(call("coalesce", BOOLEAN, met, sa.false()))
    return negated(rows.select(sa.literal_column("1"), where=unmet).exists())


_BUILDERS: dict[str, Callable[[_Rows], Sql]] = {
    "agg_count": _count,
    "agg_sum": _sum,
    "agg_avg": _average,
    "agg_min": _smallest,
    "agg_max": _largest,
    "agg_latest": _latest,
    "agg_any": _any,
    "agg_all": _all,
}
