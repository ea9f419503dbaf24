"""Steps 10 and 12: a record with its version, links, history and stage history, in few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from runtime.change import Values
from runtime.unit import Unit
from runtime.writer.columns import columns_of
from runtime.writer.problems import refusal_of


class VersionPassed(Exception):
    """The record is not at the version that was expected."""


@dataclass(frozen=True, slots=True)
class RecordWrite:
    """One record to write.

    Attributes:
        entity: key.
        id: of the record.
        values: by field key; of an update only what changed.
        expected: the version it must be at; None: it is created.
        binned: ``True`` puts it into the bin, ``False`` takes it out.
        links: by links field, the pairs to take away and to add.
    """

    entity: str
    id: UUID
    values: Values
    expected: int | None
    binned: bool | None = None
    links: Mapping[str, tuple[frozenset[UUID], frozenset[UUID]]] | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one save writes.

    Attributes:
        record: the record itself.
        history, stages, evidence: rows of the support tables.
    """

    record: RecordWrite
    history: Sequence[Values] = ()
    stages: Sequence[Values] = ()
    evidence: Sequence[Values] = ()


def write(unit: Unit, batch: Batch) -> None:
    """Write a batch; the one seam where statements may be put together for a database that can.

    Raises:
        VersionPassed: the record is not at the expected version.
        UniqueTaken: another live record has these values.
        Invalid: a reference leads nowhere.
        BudgetSpent: too many writes.
    """
    unit.count_write()
    record = batch.record
    try:
        if record.expected is None:
            _insert(unit, record)
        else:
            _update(unit, record)
    except IntegrityError as problem:
        raise refusal_of(unit.served, record.entity, problem) from problem
    for field, (gone, added) in (record.links or {}).items():
        _link(unit, unit.served.app.entities[record.entity].fields[field].id, record.id, gone, added)
    support = unit.served.support
    for table, rows in (
        (support.history, batch.history),
        (support.stage_change, batch.stages),
        (support.evidence, batch.evidence),
    ):
        if rows:
            statement = unit.statement(("insert", table.name), partial(sa.insert, table))
            unit.connection.execute(statement, list(rows))


def _insert(unit: Unit, record: RecordWrite) -> None:
    columns = columns_of(unit.served, record.entity)
    stored = columns.stored(unit.served.app.entities[record.entity], record.values)
    statement = unit.statement(("insert", record.entity), lambda: sa.insert(columns.table))
    unit.connection.execute(statement, stored)


def _update(unit: Unit, record: RecordWrite) -> None:
    columns = columns_of(unit.served, record.entity)
    table = columns.table
    stored = columns.stored(unit.served.app.entities[record.entity], record.values)
    if record.binned is not None:
        stored["deleted_at"] = unit.now if record.binned else None
    stored["version"] = (record.expected or 0) + 1
    names = tuple(sorted(stored))
    statement = unit.statement(("update", record.entity, names), lambda: _update_of(table, names))
    binds = {f"v_{name}": value for name, value in stored.items()}
    result = unit.connection.execute(statement, {"b_id": record.id, "b_version": record.expected, **binds})
    if result.rowcount != 1:
        raise VersionPassed


def _update_of(table: sa.Table, names: Sequence[str]) -> sa.Update:
    return (
        sa.update(table)
        .where(table.c.id == sa.bindparam("b_id"), table.c.version == sa.bindparam("b_version"))
        .values({name: sa.bindparam(f"v_{name}", type_=table.c[name].type) for name in names})
    )


def _link(unit: Unit, field: str, record: UUID, gone: frozenset[UUID], added: frozenset[UUID]) -> None:
    table = unit.served.records.links[field]
    if gone:
        far = table.c.target.in_(sa.bindparam("gone", expanding=True))
        unit.connection.execute(
            sa.delete(table).where(table.c.source == sa.bindparam("record"), far),
            {"record": record, "gone": sorted(gone)},
        )
    if added:
        unit.connection.execute(
            sa.insert(table), [{"source": record, "target": each} for each in sorted(added)]
        )
