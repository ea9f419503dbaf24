"""Computes stored values anew for many records of one entity at once: in one UPDATE where there is exact SQL for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.visitors import iterate

from expressions.sql import context_parameters
from runtime.computed.rows import Row, Rows, ids_bind
from runtime.computed.settled import NoSql, band_sql, formula_sql, score_sql
from runtime.loading import Path, Want, want_of
from runtime.served import RecordScope
from runtime.unit import Unit
from runtime.writer.columns import columns_of
from schema_store.compiled import CompiledFormula
from schema_store.compiled_scoring import CompiledScore
from schema_store.dependencies import FieldName

Computed = CompiledFormula | CompiledScore
Changed = dict[FieldName, dict[UUID, Any]]
#: Records in one statement; their ids are binds.
_AT_ONCE = 5_000


@dataclass(frozen=True)
class _Target:
    """Where a computed value goes: its columns by field key, and the UPDATE with its binds, if there is SQL for it."""

    table: sa.Table
    columns: Mapping[str, sa.Column[Any]]
    statement: sa.Update | None = None
    binds: frozenset[str] = frozenset()


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
    target = unit.statement(("recompute", entity, field), lambda: _target(unit, entity, step))
    changed: Changed = {}
    ordered = sorted(ids)
    for start in range(0, len(ordered), _AT_ONCE):
        part = ordered[start : start + _AT_ONCE]
        before = _lock(unit, entity, target, part)
        if target.statement is None:
            after = _in_python(unit, entity, step, target, part)
        else:
            after = _in_sql(unit, target, part)
        _note(changed, entity, before, after)
    return changed


def step_of(unit: Unit, entity: str, field: str) -> Computed | None:
    """How a field is computed; None for a band."""
    steps = unit.served.app.entities[entity].derivation
    return next((step for step in steps if step.field == field), None)


def _note(changed: Changed, entity: str, before: Mapping[UUID, Row], after: Mapping[UUID, Row]) -> None:
    for record, values in after.items():
        for key, value in values.items():
            if before[record][key] != value:
                changed.setdefault((entity, key), {})[record] = value


def _lock(unit: Unit, entity: str, target: _Target, ids: Collection[UUID]) -> dict[UUID, Row]:
    """The values so far; waits for others who change these records, to see what they committed.

    PostgreSQL's UPDATE would wait too, but then look at children through the eyes it had before it waited.
    """
    table = target.table
    statement = unit.statement(
        ("recompute", "lock", entity, tuple(target.columns)),
        lambda: (
            sa.select(table.c.id, *(column.label(key) for key, column in target.columns.items()))
            .where(table.c.id.in_(ids_bind()), table.c.deleted_at.is_(None))
            .order_by(table.c.id)
            .with_for_update()
        ),
    )
    return {row["id"]: dict(row) for row in unit.connection.execute(statement, {"ids": ids}).mappings()}


def _in_sql(unit: Unit, target: _Target, ids: Collection[UUID]) -> dict[UUID, Row]:
    assert target.statement is not None
    given = context_parameters(unit.context, unit.served.dialect)
    # An UPDATE takes every further name for a column.
    binds = {name: given[name] for name in target.binds if name in given}
    found = unit.connection.execute(target.statement, {**binds, "ids": ids})
    return {row[0]: dict(zip(target.columns, row[1:], strict=True)) for row in found}


def _in_python(
    unit: Unit, entity: str, step: Computed, target: _Target, ids: Collection[UUID]
) -> dict[UUID, Row]:
    want = unit.statement(("recompute", "want", entity, step.field), lambda: _want(unit, entity, step))
    rows = Rows(unit.connection, unit.served, unit.context).load(want, ids)
    after = {record: _values(unit, step, row) for record, row in rows.items()}
    moved = [
        {"b_id": record, **{f"b_{key}": value for key, value in values.items()}}
        for record, values in after.items()
        if any(rows[record][key] != value for key, value in values.items())
    ]
    if moved:
        unit.connection.execute(_write(target), moved)
    return after


def _values(unit: Unit, step: Computed, row: Row) -> dict[str, Any]:
    if isinstance(step, CompiledFormula):
        return {step.field: step.value(row, unit.context)}
    result = step.evaluate(row, unit.context)
    return {step.field: result.value} | ({step.band_field: result.band} if step.band_field else {})


def _want(unit: Unit, entity: str, step: Computed) -> Want:
    paths: frozenset[Path] = step.reads if isinstance(step, CompiledScore) else step.program.checked.fields
    return want_of(unit.served.app, entity, paths | {(key,) for key in _fields_of(step)})


def _fields_of(step: Computed) -> tuple[str, ...]:
    """The fields that a step writes."""
    band = step.band_field if isinstance(step, CompiledScore) else None
    return (step.field,) if band is None else (step.field, band)


def _write(target: _Target) -> sa.Update:
    return (
        sa.update(target.table)
        .where(target.table.c.id == sa.bindparam("b_id"))
        .values(
            {
                column.name: sa.bindparam(f"b_{key}", type_=column.type)
                for key, column in target.columns.items()
            }
        )
    )


def _target(unit: Unit, entity: str, step: Computed) -> _Target:
    found = columns_of(unit.served, entity)
    columns = {key: found.table.c[found.names[key]] for key in _fields_of(step)}
    try:
        statement = _update(unit, entity, step, found.table, list(columns.values()))
    except NoSql:
        return _Target(found.table, columns)
    return _Target(found.table, columns, statement, _binds_of(statement))


def _update(
    unit: Unit, entity: str, step: Computed, table: sa.Table, columns: list[sa.Column[Any]]
) -> sa.Update:
    """One UPDATE of the records ``ids`` whose value is another one now; gives the new values back."""
    fields = unit.served.app.entities[entity].fields
    root = table.alias("r")
    scope, dialect = RecordScope(unit.served, root), unit.served.dialect
    if _needs_volatile(_want(unit, entity, step)):
        raise NoSql  # a formula without a column is read; the compiler of SQL knows columns only
    if isinstance(step, CompiledFormula):
        value = formula_sql(step, scope, dialect)
    else:
        wanted = fields[step.field].type
        assert wanted is not None
        value = score_sql(step, wanted, scope, dialect)
    new = sa.select(root.c.id, value.label("v0")).where(
        root.c.id.in_(ids_bind()), root.c.deleted_at.is_(None)
    )
    given = new.subquery("new")
    values: list[sa.ColumnElement[Any]] = [given.c.v0]
    if isinstance(step, CompiledScore) and step.band_field:
        values.append(band_sql(step, given.c.v0, dialect))
    differs = [column.is_distinct_from(new) for column, new in zip(columns, values, strict=True)]
    return (
        sa.update(table)
        .where(table.c.id == given.c.id, sa.or_(*differs))
        .values({column.name: new for column, new in zip(columns, values, strict=True)})
        .returning(table.c.id, *columns)
    )


def _needs_volatile(want: Want) -> bool:
    below = (*want.hops.values(), *want.children.values())
    return bool(want.volatile) or any(_needs_volatile(each) for each in below)


def _binds_of(statement: sa.Update) -> frozenset[str]:
    return frozenset(each.key for each in iterate(statement) if isinstance(each, sa.BindParameter))
