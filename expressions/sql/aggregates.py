"""Aggregates over children as correlated subqueries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from expressions.sql import dates, numbers, parameters, paths
from expressions.sql.forms import INTEGER, NUMERIC, TEXT, Sql, call, coerce, is_plain, literal, raw_type, rescale, whole
from expressions.sql.scope import Inverse
from expressions.typed import Aggregate, Field
from expressions.types import DURATION, Kind, Type

if TYPE_CHECKING:
    from expressions.sql.compiler import Compiler


def compile_aggregate(compiler: Compiler, node: Aggregate) -> Sql:
    """The aggregate as one scalar subquery (or EXISTS) in the storage form of its type."""
    rows = _Rows(compiler, node)
    return _BUILDERS[node.entry](rows)


class _Rows:
    """The children that count: FROM and WHERE shared by all aggregates."""

    def __init__(self, compiler: Compiler, node: Aggregate) -> None:
        self.node = node
        self.dialect = compiler.dialect
        self.around = compiler.visible
        entity = node.source.type.entity
        if entity is None:
            raise ValueError("the source of an aggregate has no entity")
        self.alias = compiler.scope.table(entity).alias()
        self.inner = compiler.child(self.alias)
        self.froms: list[sa.FromClause] = [self.alias]
        self.conditions = [*self._belongs(compiler), *paths.visible_rows(compiler.scope, entity, self.alias)]
        if node.window is not None and node.time is not None:
            self.conditions += self._inside(node.window, node.time)

    def _belongs(self, compiler: Compiler) -> list[Sql]:
        parent = self._parent(compiler)
        source = self.node.source
        found = compiler.scope.children(source.entities[-1], source.path[-1])
        if isinstance(found, Inverse):
            return [self.alias.c[found.column] == parent]
        link = found.table.alias()
        self.froms.append(link)
        return [link.c[found.near] == parent, link.c[found.far] == self.alias.c.id]

    def _parent(self, compiler: Compiler) -> Sql:
        source = self.node.source
        if compiler.alias is None:
            raise ValueError("an aggregate needs a record")
        if len(source.path) == 1:
            return compiler.alias.c.id
        to_id = (*source.path[:-1], "id")
        return paths.read(compiler.scope, compiler.alias, to_id, source.entities, (*self.around, self.alias))

    def _inside(self, window: timedelta, time: Field) -> list[Sql]:
        at = self.inner.compile(time)
        if time.type.kind is Kind.DATE:
            days = whole(-window.days)
            start = dates.days_after(self.inner, parameters.today(self.dialect), days)
            return [at > sa.func.coalesce(start, dates.before_all_dates(self.dialect)), at <= parameters.today(self.dialect)]
        length = literal(window, DURATION, self.dialect)
        start = dates.instant_minus(self.inner, parameters.now(self.dialect), length)
        return [at > sa.func.coalesce(start, dates.before_all_instants(self.dialect)), at <= parameters.now(self.dialect)]

    def met(self) -> list[Sql]:
        """The aggregate's own condition; null is "not met" in a WHERE."""
        return [] if self.node.condition is None else [self.inner.compile(self.node.condition)]

    def value(self) -> Sql:
        """The value on each child, in the storage form of its own type."""
        if self.node.value is None:
            raise ValueError(f"{self.node.entry} without a value")
        return self.inner.compile(self.node.value)

    def value_type(self) -> Type:
        """The type of the value on each child."""
        if self.node.value is None:
            raise ValueError(f"{self.node.entry} without a value")
        return self.node.value.type

    def select(self, *columns: Sql) -> sa.Select[*tuple[object, ...]]:
        """SELECT … FROM the children that count."""
        return self._where(sa.select(*columns))

    def _where(self, statement: sa.Select[*tuple[object, ...]]) -> sa.Select[*tuple[object, ...]]:
        where = [*self.conditions, *self.met()]
        return statement.select_from(*self.froms).where(*where).correlate(*self.around)

    def fold(self, fold: Callable[[Sql], Sql]) -> Sql:
        """``SELECT fold(value)``; a value that is no plain column is computed once per child by a subquery."""
        value = self.value()
        if is_plain(value):
            return self.scalar(self.select(fold(value)))
        given = self.select(value.label("v")).subquery()
        folded = fold(coerce(given.c.v, value.type))
        return self.scalar(sa.select(folded).select_from(given).correlate(*self.around))

    def scalar(self, statement: sa.Select[*tuple[object, ...]]) -> Sql:
        """The statement as a value in the storage form of the aggregate's type."""
        return coerce(statement.scalar_subquery(), raw_type(self.node.type, self.dialect))
