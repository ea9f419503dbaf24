"""Computes stored values anew for many records of one entity at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.computed.rows import Row, Rows, ids_bind
from runtime.loading import Path, Want, want_of
from runtime.unit import Unit
from runtime.writer.columns import columns_of
from schema_store.compiled import CompiledFormula
from schema_store.compiled_scoring import CompiledScore
from schema_store.dependencies import FieldName

Computed = CompiledFormula | CompiledScore
Changed = dict[FieldName, dict[UUID, Any]]


def recompute(unit: Unit, entity: str, field: str, ids: Collection[UUID]) -> Changed:
    """Bring a computed field of records up to date.

    Args:
        unit: whose transaction.
        entity: key.
        field: key of the computed field.
        ids: records; those in the bin are left as they are (restoring computes them anew).

    Returns:
        What is different now, by field: the new value by record. A formula that has no column counts as different.
    """
    step = step_of(unit, entity, field)
    if step is None:
        return {}  # a band: its score writes it
    if isinstance(step, CompiledFormula) and unit.served.app.entities[entity].fields[field].is_volatile:
        return {(entity, field): dict.fromkeys(ids)}
    _lock(unit, entity, ids)
    return _in_python(unit, entity, step, ids)


def step_of(unit: Unit, entity: str, field: str) -> Computed | None:
    """How a field is computed; None for a band."""
    steps = unit.served.app.entities[entity].derivation
    return next((step for step in steps if step.field == field), None)


def _lock(unit: Unit, entity: str, ids: Collection[UUID]) -> None:
    """Wait for others who change these records, and see what they committed.

    PostgreSQL's UPDATE would wait too, but then look at children through the eyes it had before it waited.
    """
    if unit.served.dialect != "postgresql":
        return
    table = unit.served.entity_table(entity)
    statement = unit.statement(
        ("recompute", "lock", entity),
        lambda: (
            sa.select(table.c.id).where(table.c.id.in_(ids_bind())).order_by(table.c.id).with_for_update()
        ),
    )
    unit.connection.execute(statement, {"ids": list(ids)}).all()


def _in_python(unit: Unit, entity: str, step: Computed, ids: Collection[UUID]) -> Changed:
    want = unit.statement(("recompute", "want", entity, step.field), lambda: _want(unit, entity, step))
    rows = Rows(unit.connection, unit.served, unit.context).load(want, ids)
    changed: Changed = {}
    for record, row in rows.items():
        for key, value in _values(unit, step, row).items():
            if row[key] != value:
                changed.setdefault((entity, key), {})[record] = value
    for (_, key), values in changed.items():
        _write(unit, entity, key, values)
    return changed


def _values(unit: Unit, step: Computed, row: Row) -> dict[str, Any]:
    if isinstance(step, CompiledFormula):
        return {step.field: step.value(row, unit.context)}
    result = step.evaluate(row, unit.context)
    return {step.field: result.value} | ({step.band_field: result.band} if step.band_field else {})


def _want(unit: Unit, entity: str, step: Computed) -> Want:
    paths: frozenset[Path] = step.reads if isinstance(step, CompiledScore) else step.program.checked.fields
    own = {(step.field,)}
    if isinstance(step, CompiledScore) and step.band_field:
        own.add((step.band_field,))
    return want_of(unit.served.app, entity, paths | own)


def _write(unit: Unit, entity: str, key: str, values: Mapping[UUID, Any]) -> None:
    columns = columns_of(unit.served, entity)
    column = columns.table.c[columns.names[key]]
    statement = unit.statement(
        ("recompute", "write", entity, key),
        lambda: (
            sa.update(columns.table)
            .where(columns.table.c.id == sa.bindparam("b_id"))
            .values({column.name: sa.bindparam("b_value", type_=column.type)})
        ),
    )
    unit.connection.execute(statement, [{"b_id": each, "b_value": value} for each, value in values.items()])
