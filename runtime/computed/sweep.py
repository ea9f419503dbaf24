"""Computes stored values anew for every record of an entity, a portion at a time, in the order of their ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.computed.recompute import Changed, Work, binds_of, recompute, work_of
from runtime.unit import Unit

#: Records of one portion: where one UPDATE does it all, and where Python has to look at each.
MOST, MOST_IN_PYTHON = 20_000, 2_000
_FIRST, _LAST = UUID(int=0), UUID(int=2**128 - 1)


def sweep(
    unit: Unit, entity: str, fields: Collection[str], after: UUID | None
) -> tuple[Changed, UUID | None]:
    """Bring computed fields of the live records behind ``after`` up to date, as many as one portion holds.

    Args:
        unit: whose transaction.
        entity: key.
        fields: computed fields that read one another, if at all, on the record itself.
        after: id of the last record that is done; None: begin.

    Returns:
        What is different now, by field: the new value by record; and the last record that was looked at, None where
        there are no more.
    """
    work = work_of(unit, entity, fields)
    is_sql = work is not None and work.update is not None and not work.steps
    last = _last_of(unit, entity, after, MOST if is_sql else MOST_IN_PYTHON)
    place = {"after": after or _FIRST, "last": last or _LAST}
    if work is None or work.update is None or work.steps:
        found = unit.connection.execute(unit.statement(("sweep", entity), lambda: _ids(unit, entity)), place)
        return recompute(unit, entity, fields, list(found.scalars())), last
    return _update(unit, entity, work, place), last


def _update(unit: Unit, entity: str, work: Work, place: Mapping[str, Any]) -> Changed:
    """PostgreSQL waits at the lock for others who change these records, and the UPDATE then sees what they did."""
    lock, update = unit.statement(("sweep", entity, work.updated), lambda: _statements(work))
    if unit.served.dialect == "postgresql":
        unit.connection.execute(lock, place)
    changed: Changed = {}
    for row in unit.connection.execute(update, {**binds_of(unit, work), **place}):
        for key, value in zip(work.updated, row[1:], strict=True):
            # The row is different somewhere; a value that is as it was does no harm to who is told of it.
            changed.setdefault((entity, key), {})[row[0]] = value
    return changed


def _statements(work: Work) -> tuple[sa.Select[Any], sa.Update]:
    locked = (
        sa.select(work.table.c.id)
        .where(*_is_within(work.table), work.table.c.deleted_at.is_(None))
        .order_by(work.table.c.id)
        .with_for_update(key_share=True)
        .subquery()
    )
    return sa.select(sa.func.count()).select_from(locked), work.update_where(_is_within)


def _is_within(table: sa.FromClause) -> tuple[sa.ColumnElement[bool], ...]:
    kind = table.c.id.type
    return table.c.id > sa.bindparam("after", type_=kind), table.c.id <= sa.bindparam("last", type_=kind)


def _last_of(unit: Unit, entity: str, after: UUID | None, size: int) -> UUID | None:
    """The last record of a portion of ``size``; None where there are not so many."""
    table = unit.served.entity_table(entity)
    statement = (
        sa.select(table.c.id)
        .where(table.c.id > sa.bindparam("after", type_=table.c.id.type), table.c.deleted_at.is_(None))
        .order_by(table.c.id)
        .offset(sa.bindparam("size"))
        .limit(1)
    )
    found = unit.connection.execute(statement, {"after": after or _FIRST, "size": size - 1}).scalar()
    return found if isinstance(found, UUID) else None


def _ids(unit: Unit, entity: str) -> sa.Select[Any]:
    table = unit.served.entity_table(entity)
    return sa.select(table.c.id).where(*_is_within(table), table.c.deleted_at.is_(None)).order_by(table.c.id)
