"""Which of the records or people that a save names are there for the actor."""

from __future__ import annotations

from collections.abc import Set
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.change import Change
from runtime.people.tables import REGIONS, TEAMS, USERS
from runtime.unit import Unit

_PLATFORM = {"user": USERS, "team": TEAMS, "region": REGIONS}


def find_targets(unit: Unit, target: str, ids: Set[UUID]) -> frozenset[UUID]:
    """Those of ``ids`` that exist and that the actor may name; one statement.

    Records must be live and readable, people active.
    """
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


def stored_links(unit: Unit, change: Change, key: str) -> tuple[UUID, ...]:
    """The records that a links field names now, by id."""
    link = unit.served.records.links[change.entity.fields[key].id]
    statement = unit.statement(
        ("links", key, change.key),
        lambda: (
            sa.select(link.c.target).where(link.c.source == sa.bindparam("record")).order_by(link.c.target)
        ),
    )
    return tuple(unit.connection.execute(statement, {"record": change.id}).scalars())
