"""Step 1: the record, locked, through the actor's row filter."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.access import Act
from runtime.access.filters import restriction
from runtime.change import Values
from runtime.refusals import Forbidden, NotFound
from runtime.unit import Unit
from runtime.writer.columns import columns_of


def lock_record(unit: Unit, entity: str, record: UUID, acts: tuple[Act, ...]) -> Values:
    """The values of a live record that the actor may do all ``acts`` with, locked until the transaction ends.

    Raises:
        NotFound: it is not there, or may not be seen.
        Forbidden: it may be seen, but not this.
    """
    statement = unit.statement(("lock", entity, acts), lambda: _live(unit, entity, acts), by_actor=True)
    found = unit.read(statement, {"record": record}).mappings().one_or_none()
    if found is None:
        raise NotFound
    values = dict(found)
    if not values.pop("_may"):
        raise Forbidden
    return values


def lock_binned(unit: Unit, entity: str, record: UUID) -> Values:
    """The values of a record in the bin that the actor may restore, locked.

    Raises:
        NotFound: there is none that they may restore.
    """
    statement = unit.statement(("lock", entity, "bin"), lambda: _binned(unit, entity), by_actor=True)
    found = unit.read(statement, {"record": record}).mappings().one_or_none()
    if found is None:
        raise NotFound
    return dict(found)


def require_inside(unit: Unit, entity: str, record: UUID, act: Act) -> None:
    """Step 11: the record as written must be inside the actor's row filter for the act.

    Raises:
        Forbidden: it is outside.
    """
    alias = unit.served.entity_table(entity).alias("r")
    if restriction(unit.access.policy, entity, act, alias) is None:
        return  # every record is inside: nothing to ask
    statement = unit.statement(("inside", entity, act), lambda: _inside(unit, entity, act), by_actor=True)
    if unit.read(statement, {"record": record}).first() is None:
        raise Forbidden


def _live(unit: Unit, entity: str, acts: tuple[Act, ...]) -> sa.Select[Any]:
    columns = columns_of(unit.served, entity)
    alias = columns.table.alias("r")
    allowed = sa.and_(*(unit.access.row_filter(entity, act, alias) for act in acts))
    may = sa.case((allowed, sa.literal_column("1")), else_=sa.literal_column("0"))
    return (
        sa.select(*columns.selected(alias), may.label("_may"))
        .where(_is_record(alias), unit.access.row_filter(entity, "read", alias))
        .with_for_update(of=alias, key_share=True)
    )


def _binned(unit: Unit, entity: str) -> sa.Select[Any]:
    columns = columns_of(unit.served, entity)
    alias = columns.table.alias("r")
    return (
        sa.select(*columns.selected(alias))
        .where(_is_record(alias), unit.access.bin_filter(entity, alias))
        .with_for_update(of=alias, key_share=True)
    )


def _inside(unit: Unit, entity: str, act: Act) -> sa.Select[Any]:
    alias = unit.served.entity_table(entity).alias("r")
    return sa.select(alias.c.id).where(_is_record(alias), unit.access.row_filter(entity, act, alias))


def _is_record(alias: sa.FromClause) -> sa.ColumnElement[bool]:
    return alias.c.id == sa.bindparam("record", type_=alias.c.id.type)
