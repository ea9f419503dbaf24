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
    if "active" not in table.c:
        return statement
    return statement.where(table.c.active == sa.literal(True, table.c.active.type))


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


def attach_files(unit: Unit, change: Change, ids: Set[UUID]) -> None:
    """Files that the record names are the record's from now on, and readable as it is."""
    if not ids:
        return
    file = unit.served.support.file
    statement = sa.update(file).where(file.c.id.in_(_ids()), file.c.record.is_(None))
    unit.connection.execute(statement.values(entity=change.entity.id, record=change.id), {"ids": sorted(ids)})
