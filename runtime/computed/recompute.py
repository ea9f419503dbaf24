"""Computes stored values anew for many records of one entity at once: one UPDATE for all that has exact SQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Dialect as DatabaseDialect

from expressions.registry import Dialect
from expressions.sql import context_parameters
from runtime.computed.due import put_due
from runtime.computed.rows import AT_ONCE, Row, Rows, ids_bind
from runtime.computed.settled import NoSql, band_sql, formula_sql, score_sql
from runtime.loading import Path, Want, want_of
from runtime.served import RecordScope, Served
from runtime.unit import Unit
from runtime.writer.columns import columns_of
from schema_store.analysis.dependencies import FieldName
from schema_store.compiled.app import CompiledFormula
from schema_store.compiled.scoring import CompiledScore

Computed = CompiledFormula | CompiledScore
Columns = Mapping[str, sa.Column[Any]]
Changed = dict[FieldName, dict[UUID, Any]]


#: Which records of a table (or of its alias) are meant.
Where = Callable[[sa.FromClause], Iterable[sa.ColumnElement[bool]]]


@dataclass(frozen=True)
class Work:
    """How a group of computed fields of one entity is brought up to date.

    Attributes:
        columns: of every field of the group that has one, bands included.
        lock: reads what they are so far and what the steps in Python read of the record itself.
        update: computes those that read none of the others, None where there are none with SQL; ``binds`` it has.
        update_where: the same for other records than those with the given ids.
        steps: the rest, in order, computed in Python.
        want: what those read.
    """

    table: sa.Table
    columns: Columns
    lock: sa.Select[Any]
    update: sa.Update | None
    update_where: Callable[[Where], sa.Update]
    updated: tuple[str, ...]
    binds: frozenset[str]
    steps: tuple[Computed, ...]
    want: Want


def recompute(unit: Unit, entity: str, fields: Collection[str], ids: Collection[UUID]) -> Changed:
    """Bring computed fields of records up to date.

    Args:
        unit: whose transaction.
        entity: key.
        fields: computed fields that read one another, if at all, on the record itself.
        ids: records; those in the bin are left as they are (restoring computes them anew).

    Returns:
        What is different now, by field: the new value by record. A formula that has no column counts as different.
    """
    stored = _stored(unit.served, entity, fields)
    changed: Changed = {
        (entity, step.field): dict.fromkeys(ids)
        for step in unit.served.app.entities[entity].derivation
        if step.field in fields and step.field not in stored
    }
    work = work_of(unit, entity, stored)
    ordered = sorted(ids) if work else []
    for start in range(0, len(ordered), AT_ONCE):
        assert work is not None
        _run(unit, entity, work, ordered[start : start + AT_ONCE], changed)
    # Their children are not at hand here: the next sweep finds out when time alone changes them.
    compiled = unit.served.app.entities[entity]
    steps = [step for step in compiled.derivation if step.field in fields]
    timed = [step.id for step in steps if isinstance(step, CompiledScore) and step.is_volatile]
    put_due(unit, {(score, record): (compiled.id, unit.now) for score in timed for record in ids})
    return changed


def _stored(served: Served, entity: str, fields: Collection[str]) -> tuple[str, ...]:
    steps = served.app.entities[entity].derivation
    return tuple(
        step.field for step in steps if step.field in fields and not _is_volatile(served, entity, step)
    )


def work_of(unit: Unit, entity: str, fields: Collection[str]) -> Work | None:
    """How these fields are brought up to date; made once, None where none of them has a column."""
    stored = _stored(unit.served, entity, fields)
    if not stored:
        return None
    return unit.statement(("recompute", entity, stored), lambda: _work(unit, entity, stored))


def binds_of(unit: Unit, work: Work) -> dict[str, Any]:
    """What the UPDATE is run with beside the records; it takes every further name for a column."""
    given = context_parameters(unit.context, unit.served.dialect)
    return {name: given[name] for name in work.binds if name in given}


def _run(unit: Unit, entity: str, work: Work, ids: Sequence[UUID], changed: Changed) -> None:
    """One portion; PostgreSQL waits at the lock for others who change these records, and then sees what they committed.

    Its UPDATE would wait too, but then look at children through the eyes it had before it waited.
    """
    found = unit.connection.execute(work.lock, {"ids": ids}).mappings()
    rows: dict[UUID, Row] = {row["id"]: dict(row) for row in found}
    before = {record: {key: row[key] for key in work.columns} for record, row in rows.items()}
    if work.update is not None:
        for row in unit.connection.execute(work.update, {**binds_of(unit, work), "ids": ids}):
            rows[row[0]] |= zip(work.updated, row[1:], strict=True)
    if work.steps:
        _in_python(unit, work, rows)
    for record, values in before.items():
        for key, value in values.items():
            if rows[record][key] != value:
                changed.setdefault((entity, key), {})[record] = rows[record][key]


def _in_python(unit: Unit, work: Work, rows: Mapping[UUID, Row]) -> None:
    Rows(unit.connection, unit.served, unit.context).complete(work.want, list(rows.values()))
    keys = [key for step in work.steps for key in fields_of(step)]
    moved = []
    for record, row in rows.items():
        before = [row[key] for key in keys]
        for step in work.steps:
            row |= values_of(unit, step, row)
        if before != [row[key] for key in keys]:
            moved.append({"b_id": record, **{f"b_{index}": row[key] for index, key in enumerate(keys)}})
    if moved:
        columns = [work.columns[key] for key in keys]
        values = {c.name: sa.bindparam(f"b_{index}", type_=c.type) for index, c in enumerate(columns)}
        statement = sa.update(work.table).where(work.table.c.id == sa.bindparam("b_id")).values(values)
        unit.connection.execute(statement, moved)


def values_of(unit: Unit, step: Computed, row: Row) -> dict[str, Any]:
    """What a step gives for a row, by field."""
    if isinstance(step, CompiledFormula):
        return {step.field: step.value(row, unit.context)}
    result = step.evaluate(row, unit.context)
    return {step.field: result.value} | ({step.band_field: result.band} if step.band_field else {})


def fields_of(step: Computed) -> tuple[str, ...]:
    """The fields that a step writes."""
    band = step.band_field if isinstance(step, CompiledScore) else None
    return (step.field,) if band is None else (step.field, band)


def reads_of(step: Computed) -> frozenset[Path]:
    """Every path that a step reads."""
    return step.reads if isinstance(step, CompiledScore) else step.program.checked.fields


def _is_volatile(served: Served, entity: str, step: Computed) -> bool:
    """Whether it has no column; a score that changes with time has one."""
    return isinstance(step, CompiledFormula) and served.app.entities[entity].fields[step.field].is_volatile


def _work(unit: Unit, entity: str, stored: tuple[str, ...]) -> Work:
    served = unit.served
    steps = [step for step in served.app.entities[entity].derivation if step.field in stored]
    found = columns_of(served, entity)
    columns = {key: found.table.c[found.names[key]] for step in steps for key in fields_of(step)}
    root = found.table.alias("r")
    values: dict[str, sa.ColumnElement[Any]] = {}
    for step in steps:
        if columns.keys().isdisjoint(path[0] for path in reads_of(step)):
            values |= _sql(served, entity, step, root)
    rest = tuple(step for step in steps if step.field not in values)
    reading = {path for step in rest for path in reads_of(step)}
    want = want_of(served.app, entity, reading | {(key,) for key in columns})
    bands = [step for step in steps if isinstance(step, CompiledScore) and step.field in values]

    def update_where(where: Where) -> sa.Update:
        return _update(root, columns, values, bands, served.dialect, where)

    update = update_where(lambda alias: [alias.c.id.in_(ids_bind())]) if values else None
    updated = tuple(key for step in steps if step.field in values for key in fields_of(step))
    lock = _lock(found.table, {key: found.names[key] for key in want.fields})
    binds = _binds_of(update, unit.connection.dialect) if update is not None else frozenset()
    return Work(found.table, columns, lock, update, update_where, updated, binds, rest, want)


def _sql(
    served: Served, entity: str, step: Computed, root: sa.FromClause
) -> dict[str, sa.ColumnElement[Any]]:
    """The value of a step by its field; empty where it has no exact SQL."""
    if _needs_volatile(want_of(served.app, entity, reads_of(step))):
        return {}  # the compiler of SQL knows columns only
    scope = RecordScope(served, root)
    try:
        if isinstance(step, CompiledFormula):
            return {step.field: formula_sql(step, scope, served.dialect)}
        wanted = served.app.entities[entity].fields[step.field].type
        return {step.field: score_sql(step, wanted, scope, served.dialect)} if wanted else {}
    except NoSql:
        return {}


def _lock(table: sa.Table, own: Mapping[str, str]) -> sa.Select[Any]:
    return (
        sa.select(*(table.c[column].label(key) for key, column in own.items()))
        .where(table.c.id.in_(ids_bind()), table.c.deleted_at.is_(None))
        .order_by(table.c.id)
        .with_for_update(key_share=True)
    )


def _update(
    root: sa.FromClause,
    columns: Columns,
    values: Mapping[str, sa.ColumnElement[Any]],
    scores: Sequence[CompiledScore],
    dialect: Dialect,
    where: Where,
) -> sa.Update:
    """One UPDATE of those of the records that have another value now; gives the new values back."""
    chosen = [value.label(f"v{index}") for index, value in enumerate(values.values())]
    live = root.c.deleted_at.is_(None)
    given = sa.select(root.c.id, *chosen).where(*where(root), live).subquery("new")
    new: dict[str, sa.ColumnElement[Any]] = {key: given.c[f"v{i}"] for i, key in enumerate(values)}
    for score in scores:
        if score.band_field is not None:
            new[score.band_field] = band_sql(score, new[score.field], dialect)
    written = {key: columns[key] for key in columns if key in new}
    table = next(iter(written.values())).table
    differs = [column.is_distinct_from(new[key]) for key, column in written.items()]
    return (
        sa.update(table)
        .where(table.c.id == given.c.id, sa.or_(*differs))
        .values({column.name: new[key] for key, column in written.items()})
        .returning(table.c.id, *written.values())
    )


def _binds_of(statement: sa.Update, dialect: DatabaseDialect) -> frozenset[str]:
    return frozenset(bind.key for bind in statement.compile(dialect=dialect).bind_names)


def _needs_volatile(want: Want) -> bool:
    below: Iterable[Want] = (*want.hops.values(), *want.children.values())
    return bool(want.volatile) or any(_needs_volatile(each) for each in below)
