"""Dotted paths over to-one relations as correlated subqueries; every hop sees only rows that may be seen."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from expressions.sql.forms import Sql
from expressions.sql.scope import SqlScope


def read(
    scope: SqlScope,
    start: sa.FromClause,
    path: Sequence[str],
    entities: Sequence[str],
    visible: Sequence[sa.FromClause],
) -> Sql:
    """The field at the end of ``path``, which begins on ``start``; null where a hop finds no row that may be seen.

    ``entities[i]`` is the entity that ``path[i]`` belongs to; ``visible`` are the tables around the subquery.
    """
    if len(path) == 1:
        return start.c[scope.column(entities[0], path[0])]
    hops: list[sa.FromClause] = []
    conditions: list[Sql] = []
    here = start
    for position in range(len(path) - 1):
        there = scope.table(entities[position + 1]).alias()
        conditions.append(there.c.id == here.c[scope.column(entities[position], path[position])])
        conditions += visible_rows(scope, entities[position + 1], there)
        hops.append(there)
        here = there
    last = here.c[scope.column(entities[-1], path[-1])]
    return sa.select(last).select_from(*hops).where(*conditions).correlate(*visible).scalar_subquery()


def visible_rows(scope: SqlScope, entity: str, alias: sa.FromClause) -> list[Sql]:
    """The conditions under which a row of ``alias`` exists for the actor: not in the bin, inside the row filter."""
    conditions: list[Sql] = []
    deleted = scope.deleted(entity)
    if deleted is not None:
        conditions.append(alias.c[deleted].is_(None))
    allowed = scope.row_filter(entity, alias)
    if allowed is not None:
        conditions.append(allowed)
    return conditions
