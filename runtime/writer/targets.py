"""Which of the records or people that a save names are there for the actor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.people.tables import REGIONS, TEAMS, USERS
from runtime.unit import Unit

_PLATFORM = {"user": USERS, "team": TEAMS, "region": REGIONS}


def find_targets(unit: Unit, target: str, ids: Set[UUID]) -> frozenset[UUID]:
    """Those of ``ids`` that exist and that the actor may name: live readable records, active people; one statement."""
    if target in _PLATFORM:
        statement = unit.statement(("targets", target), lambda: _people(_PLATFORM[target]))
    else:
        statement = unit.statement(("targets", target), lambda: _records(unit, target), by_actor=True)
    return frozenset(unit.read(statement, {"ids": list(ids)}).scalars())


def _records(unit: Unit, target: str) -> sa.Select[Any]:
    alias = unit.served.entity_table(target).alias("t")
    return sa.select(alias.c.id).where(alias.c.id.in_(_ids()), unit.access.row_filter(target, "read", alias))


def _people(table: sa.Table) -> sa.Select[Any]:
    statement = sa.select(table.c.id).where(table.c.id.in_(_ids()))
    if "active" not in table.c:
        return statement
    return statement.where(table.c.active == sa.literal(True, table.c.active.type))


def _ids() -> sa.BindParameter[Any]:
    return sa.bindparam("ids", expanding=True)


def stored_links(
    unit: Unit, entity: str, key: str, records: Sequence[UUID]
) -> Mapping[UUID, tuple[UUID, ...]]:
    """By record, the records that a links field names now, by id; those that name none are absent."""
    link = unit.served.records.links[unit.served.app.entities[entity].fields[key].id]
    statement = unit.statement(
        ("links", key, entity),
        lambda: (
            sa.select(link.c.source, link.c.target)
            .where(link.c.source.in_(_ids()))
            .order_by(link.c.source, link.c.target)
        ),
    )
    found: dict[UUID, tuple[UUID, ...]] = {}
    for source, target in unit.connection.execute(statement, {"ids": list(records)}):
        found[source] = (*found.get(source, ()), target)
    return found
