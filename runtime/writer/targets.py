"""Which of the records, people or files that a save names are there for the actor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.change import Change
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


def usable_files(unit: Unit, asked: Sequence[tuple[Change, Set[UUID]]]) -> Mapping[UUID, frozenset[UUID]]:
    """By record, those of the files that it may name: its own, and the actor's that no record has; one statement.

    Somebody else's upload may not be drawn into a record that one may read.
    """
    found: dict[UUID, frozenset[UUID]] = defaultdict(frozenset)
    if not asked:
        return found
    statement = unit.statement(("targets", "file"), lambda: _files(unit.served.support.file))
    ids = sorted(frozenset().union(*(each for _, each in asked)))
    files = {row.id: row for row in unit.connection.execute(statement, {"ids": ids})}
    for change, wanted in asked:
        usable = {each for each in wanted if each in files and _is_usable(unit, change, files[each])}
        found[change.id] = frozenset(usable)
    return found


def _is_usable(unit: Unit, change: Change, file: sa.Row[Any]) -> bool:
    if file.record is None:
        return unit.person is None or file.by == unit.person
    return bool(file.record == change.id and file.entity == change.entity.id)


def _records(unit: Unit, target: str) -> sa.Select[Any]:
    alias = unit.served.entity_table(target).alias("t")
    return sa.select(alias.c.id).where(alias.c.id.in_(_ids()), unit.access.row_filter(target, "read", alias))


def _people(table: sa.Table) -> sa.Select[Any]:
    statement = sa.select(table.c.id).where(table.c.id.in_(_ids()))
    if "active" not in table.c:
        return statement
    return statement.where(table.c.active == sa.literal(True, table.c.active.type))


def _files(file: sa.Table) -> sa.Select[Any]:
    return sa.select(file.c.id, file.c.entity, file.c.record, file.c.by).where(file.c.id.in_(_ids()))


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


def attach_files(unit: Unit, change: Change, ids: Set[UUID]) -> None:
    """Files that the record names are the record's from now on, and readable as it is."""
    if not ids:
        return
    file = unit.served.support.file
    statement = sa.update(file).where(file.c.id.in_(_ids()), file.c.record.is_(None))
    unit.connection.execute(statement.values(entity=change.entity.id, record=change.id), {"ids": sorted(ids)})
