"""Which of the records, people or files that a save names are there for the actor."""

from __future__ import annotations

from collections.abc import Set
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.change import Change
from runtime.people.tables import REGIONS, TEAMS, USERS
from runtime.unit import Unit

_PLATFORM = {"user": USERS, "team": TEAMS, "region": REGIONS}


def find_targets(unit: Unit, change: Change, target: str, ids: Set[UUID]) -> frozenset[UUID]:
    """Those of ``ids`` that exist and that the actor may name; one statement.

    Records must be live and readable, people active; a file must be the actor's own and not yet another record's.
    """
    if target == "file":
        statement = _files(unit, change)
    elif target in _PLATFORM:
        statement = unit.statement(("targets", target), lambda: _people(_PLATFORM[target]))
    else:
        statement = unit.statement(("targets", target), lambda: _records(unit, target), by_actor=True)
    return frozenset(unit.read(statement, {"ids": list(ids)}).scalars())


def _records(unit: Unit, target: str) -> sa.Select[Any]:
    alias = unit.served.entity_table(target).alias("t")
    return sa.select(alias.c.id).where(alias.c.id.in_(_ids()), unit.access.row_filter(target, "read", alias))


def _people(table: sa.Table) -> sa.Select[Any]:
    statement = sa.select(table.c.id).where(table.c.id.in_(_ids()))
    return statement.where(table.c.active.is_(True)) if "active" in table.c else statement


def _files(unit: Unit, change: Change) -> sa.Select[Any]:
    """Somebody else's upload may not be drawn into a record that one may read."""
    file = unit.served.support.file
    is_ours = sa.and_(file.c.entity == change.entity.id, file.c.record == change.id)
    is_free: sa.ColumnElement[bool] = file.c.record.is_(None)
    if unit.person is not None:
        is_free = sa.and_(is_free, file.c.by == unit.person)
    return sa.select(file.c.id).where(file.c.id.in_(_ids()), sa.or_(is_ours, is_free))


def _ids() -> sa.BindParameter[Any]:
    return sa.bindparam("ids", expanding=True)
