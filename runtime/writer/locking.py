"""Step 1: the records, locked, through the actor's row filter."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.access import Act
from runtime.access.filters import restriction
from runtime.change import Values
from runtime.refusals import Forbidden, NotFound, Refused
from runtime.unit import Unit
from runtime.writer.columns import columns_of


def lock_records(
    unit: Unit, entity: str, ids: Collection[UUID], acts: tuple[Act, ...]
) -> dict[UUID, Values | Refused]:
    """The values of live records that the actor may do all ``acts`` with, locked until the transaction ends.

    In their place stands ``Forbidden`` for those that may be seen, but not this; those that are not there or may not
    be seen are absent.
    """
    statement = unit.statement(("lock", entity, acts), lambda: _live(unit, entity, acts), by_actor=True)
    found: dict[UUID, Values | Refused] = {}
    result = unit.read(statement, {"ids": list(ids)})
    names = tuple(result.keys())
    for row in result:
        values = dict(zip(names, row, strict=True))
        found[values["id"]] = values if values.pop("_may") else Forbidden()
    return found


def lock_record(unit: Unit, entity: str, record: UUID, acts: tuple[Act, ...]) -> Values:
    """The values of one live record that the actor may do all ``acts`` with, locked.

    Raises:
        NotFound: it is not there for the actor.
        Forbidden: it may be seen, but not this.
    """
    found = lock_records(unit, entity, [record], acts).get(record)
    if isinstance(found, Refused):
        raise found
    if found is None:
        raise NotFound
    return found


def lock_binned(unit: Unit, entity: str, ids: Collection[UUID]) -> dict[UUID, Values]:
    """The values of records in the bin that the actor may restore, locked; others are absent."""
    statement = unit.statement(("lock", entity, "bin"), lambda: _binned(unit, entity), by_actor=True)
    return {row["id"]: dict(row) for row in unit.read(statement, {"ids": list(ids)}).mappings()}


def ids_inside(unit: Unit, entity: str, ids: Collection[UUID], act: Act) -> frozenset[UUID]:
    """Step 11: those of the records that are, as written, inside the actor's row filter for the act."""
    statement = unit.statement(("inside", entity, act), lambda: _inside(unit, entity, act), by_actor=True)
    if statement is None:
        return frozenset(ids)  # every record is inside: nothing to ask
    return frozenset(unit.read(statement, {"ids": list(ids)}).scalars())


def _live(unit: Unit, entity: str, acts: tuple[Act, ...]) -> sa.Select[Any]:
    columns = columns_of(unit.served, entity)
    alias = columns.table.alias("r")
    allowed = sa.and_(*(unit.access.row_filter(entity, act, alias) for act in acts))
    may = sa.case((allowed, sa.literal_column("1")), else_=sa.literal_column("0"))
    return (
        sa.select(*columns.selected(alias), may.label("_may"))
        .where(_is_named(alias), unit.access.row_filter(entity, "read", alias))
        .order_by(alias.c.id)  # who locks several, locks them in one order
        .with_for_update(of=alias, key_share=True)
    )


def _binned(unit: Unit, entity: str) -> sa.Select[Any]:
    columns = columns_of(unit.served, entity)
    alias = columns.table.alias("r")
    return (
        sa.select(*columns.selected(alias))
        .where(_is_named(alias), unit.access.bin_filter(entity, alias))
        .order_by(alias.c.id)  # who locks several, locks them in one order
        .with_for_update(of=alias, key_share=True)
    )


def _inside(unit: Unit, entity: str, act: Act) -> sa.Select[Any] | None:
    alias = unit.served.entity_table(entity).alias("r")
    if restriction(unit.access.policy, entity, act, alias) is None:
        return None
    return sa.select(alias.c.id).where(_is_named(alias), unit.access.row_filter(entity, act, alias))


def _is_named(alias: sa.FromClause) -> sa.ColumnElement[bool]:
    return alias.c.id.in_(sa.bindparam("ids", expanding=True, type_=alias.c.id.type))
