"""Import jobs as they are kept: what is asked, how far it is, and the rows of the file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from runtime.imports.mapping import ColumnMap, read_mapping
from runtime.refusals import NotFound
from runtime.served import Served

Kind = Literal["records", "events", "compare"]
#: ``staging`` while the file is being read; a job goes from state to state until it is where it is asked to be.
State = Literal["staging", "staged", "checked", "previewed", "applied", "cancelled", "undone"]
#: Of a row: what it would do, does or did. ``kept``: it could not be taken back.
RowKind = Literal[
    "new", "changed", "same", "refused", "undone", "kept", "different", "only_file", "only_app", "told"
]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a job.

    Attributes:
        mapping: where the values of the targets come from.
        match: the target whose value finds the record that a row is about; None: every row is a new one.
        mode: ``history``: what was, with its moments.
        rules: what rules do about it.
        clears: whether a blank cell clears the field of a record that is there.
        atomic: all rows or none.
    """

    mapping: ColumnMap
    match: str | None = None
    mode: Literal["normal", "history"] = "normal"
    rules: Literal["run", "simulate", "none"] = "run"
    clears: bool = False
    atomic: bool = False

    def to_json(self) -> Json:
        """As it is kept."""
        rest = {"match": self.match, "mode": self.mode, "rules": self.rules}
        return {**rest, "mapping": self.mapping.to_json(), "clears": self.clears, "atomic": self.atomic}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Asked:
        """What :meth:`to_json` made of it."""
        return cls(**{**kept, "mapping": read_mapping(kept["mapping"])})


@dataclass
class Job:
    """A file that is brought in.

    Attributes:
        id, at, by: which, when, whose; ``by`` None: of the command line, in nobody's name.
        kind, entity: what the rows are; ``entity`` is the key, empty where events name it row by row.
        asked: see :class:`Asked`.
        file: ``name``, ``format``, ``encoding``, ``delimiter``, ``header``.
        state, goal: where it is, and where it is to go.
        total: the number of the last row; ``done``: that of the last row of the phase under way.
        version: of the app that the rows were checked with.
        counts: rows by kind; ``fields``: how often each field was written.
        error: ``{"code", "params", …}``: why it stopped.
        lease, worker: until when somebody works on it, and who.
        changed_at: when it was last kept.
    """

    id: UUID
    at: datetime
    by: UUID | None
    kind: Kind
    entity: str
    asked: Asked
    file: Json
    state: State
    goal: State
    total: int
    done: int
    version: int
    counts: dict[str, Any]
    error: Json | None = None
    lease: datetime | None = None
    worker: str | None = None
    changed_at: datetime | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it is on its way."""
        return self.state != self.goal

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.file["header"])

    def count(self, kind: str, number: int = 1) -> None:
        """Count a row."""
        self.counts[kind] = self.counts.get(kind, 0) + number

    def enter(self, state: State) -> None:
        """Be in a state, at its beginning."""
        self.state, self.done = state, 0

    def stop(self, error: Json) -> None:
        """Go no further, and say why."""
        self.goal, self.error = self.state, error


@dataclass
class StoredRow:
    """A row of a job; see the columns of ``import_row``."""

    number: int
    cells: list[Any]
    read: Json | None = None
    key: str | None = None
    kind: RowKind | None = None
    record: UUID | None = None
    version: int | None = None
    changes: Json | None = None
    errors: list[Json] | None = None


def signature_of(header: Sequence[str]) -> str:
    """What files with the same columns share."""
    return hashlib.sha256(orjson.dumps([name.casefold() for name in header])).hexdigest()


def insert_job(connection: Connection, served: Served, job: Job) -> None:
    """Keep a new job."""
    values = {
        **_values(served, job),
        "id": job.id,
        "at": job.at,
        "by": job.by,
        "kind": job.kind,
        "lease": None,
    }
    connection.execute(sa.insert(served.support.import_job), {**values, "worker": None})


def save_job(connection: Connection, served: Served, job: Job, now: datetime) -> None:
    """Keep where a job is now."""
    job.changed_at = now
    table = served.support.import_job
    values = {**_values(served, job), "changed_at": now, "lease": job.lease, "worker": job.worker}
    connection.execute(sa.update(table).where(table.c.id == job.id).values(values))


def _values(served: Served, job: Job) -> Json:
    entities = served.app.entities
    return {
        "entity": entities[job.entity].id if job.entity else "",
        "asked": job.asked.to_json(),
        "file": job.file,
        "signature": signature_of(job.header),
        "state": job.state,
        "goal": job.goal,
        "total": job.total,
        "done": job.done,
        "version": job.version,
        "counts": job.counts,
        "error": job.error,
        "changed_at": job.at,
    }


def load_job(connection: Connection, served: Served, id_: UUID, *, lock: bool = False) -> Job:
    """A job.

    Raises:
        NotFound: there is none.
    """
    table = served.support.import_job
    query = sa.select(table).where(table.c.id == id_)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound
    return _job(served, row)


def _job(served: Served, row: Row[Any]) -> Job:
    entity = served.app.entities_by_id.get(row.entity)
    if row.entity and entity is None:
        raise NotFound  # the entity is gone, and with it what could be done with the job
    return Job(
        id=row.id,
        at=row.at,
        by=row.by,
        kind=row.kind,
        entity=entity.key if entity else "",
        asked=Asked.from_json(row.asked),
        file=row.file,
        state=row.state,
        goal=row.goal,
        total=row.total,
        done=row.done,
        version=row.version,
        counts=row.counts,
        error=row.error,
        lease=row.lease,
        worker=row.worker,
        changed_at=row.changed_at,
    )


def list_jobs(
    connection: Connection, served: Served, by: UUID, *, before: datetime | None = None, limit: int = 50
) -> list[Job]:
    """The jobs of a person, newest first."""
    table = served.support.import_job
    query = sa.select(table).where(table.c.by == by, table.c.state != "staging")
    if before is not None:
        query = query.where(table.c.at < before)
    rows = connection.execute(query.order_by(table.c.at.desc(), table.c.id.desc()).limit(limit))
    return [_job(served, row) for row in rows if not row.entity or row.entity in served.app.entities_by_id]


def drop_job(connection: Connection, served: Served, id_: UUID) -> None:
    """Forget a job and its rows."""
    jobs, rows = served.support.import_job, served.support.import_row
    connection.execute(sa.delete(rows).where(rows.c["import"] == id_))
    connection.execute(sa.delete(jobs).where(jobs.c.id == id_))


def unfinished(connection: Connection, served: Served) -> list[UUID]:
    """The jobs that are on their way, oldest first."""
    table = served.support.import_job
    query = sa.select(table.c.id).where(table.c.state != table.c.goal).order_by(table.c.at)
    return list(connection.execute(query).scalars())


def remembered(connection: Connection, served: Served, entity: str, header: Sequence[str]) -> Asked | None:
    """What was asked when a file with these columns was last applied to the entity."""
    table = served.support.import_job
    query = (
        sa.select(table.c.asked)
        .where(table.c.entity == served.app.entities[entity].id, table.c.signature == signature_of(header))
        .where(table.c.state.in_(("applied", "undone")), table.c.kind == "records")
        .order_by(table.c.at.desc())
        .limit(1)
    )
    kept = connection.execute(query).scalar_one_or_none()
    return None if kept is None else Asked.from_json(kept)


def insert_rows(
    connection: Connection, served: Served, job: UUID, rows: Iterable[tuple[int, list[Any]]]
) -> None:
    """Keep rows as they came."""
    values = [{"import": job, "number": number, "cells": cells} for number, cells in rows]
    if values:
        connection.execute(sa.insert(served.support.import_row), values)


def add_rows(connection: Connection, served: Served, job: UUID, rows: Sequence[StoredRow]) -> None:
    """Keep rows that no file has: records that only the app knows."""
    values = [{"import": job, "number": row.number, "cells": row.cells, **_stands(row)} for row in rows]
    if values:
        connection.execute(sa.insert(served.support.import_row), values)


def rows_after(
    connection: Connection,
    served: Served,
    job: UUID,
    number: int,
    limit: int,
    kinds: Sequence[str] | None = None,
) -> list[StoredRow]:
    """Rows behind a number, of these kinds only."""
    table = served.support.import_row
    query = sa.select(table).where(table.c["import"] == job)
    query = query.where(table.c.number > number)
    if kinds is not None:
        query = query.where(table.c.kind.in_(kinds))
    return [_stored(row) for row in connection.execute(query.order_by(table.c.number).limit(limit))]


def last_written(connection: Connection, served: Served, job: UUID, limit: int) -> list[StoredRow]:
    """The last rows that were written and not taken back yet, the last one first."""
    table = served.support.import_row
    query = (
        sa.select(table)
        .where(table.c["import"] == job, table.c.kind.in_(("new", "changed")), table.c.version.is_not(None))
        .order_by(table.c.number.desc())
        .limit(limit)
    )
    return [_stored(row) for row in connection.execute(query)]


def _stored(row: Row[Any]) -> StoredRow:
    return StoredRow(
        row.number, row.cells, row.read, row.key, row.kind, row.record, row.version, row.changes, row.errors
    )


def save_rows(connection: Connection, served: Served, job: UUID, rows: Sequence[StoredRow]) -> None:
    """Keep what became of rows (one statement, executed for each)."""
    if not rows:
        return
    table = served.support.import_row
    names = ("read", "key", "kind", "record", "version", "changes", "errors")
    statement = (
        sa.update(table)
        .where(table.c["import"] == sa.bindparam("b_job"), table.c.number == sa.bindparam("b_number"))
        .values({name: sa.bindparam(f"v_{name}", type_=table.c[name].type) for name in names})
    )
    connection.execute(
        statement,
        [
            {
                "b_job": job,
                "b_number": row.number,
                **{f"v_{name}": value for name, value in _stands(row).items()},
            }
            for row in rows
        ],
    )


def _stands(row: StoredRow) -> Json:
    return {
        "read": row.read,
        "key": row.key,
        "kind": row.kind,
        "record": row.record,
        "version": row.version,
        "changes": row.changes,
        "errors": row.errors or None,
    }


def first_with_key(
    connection: Connection, served: Served, job: UUID, keys: Sequence[str], before: int
) -> dict[str, int]:
    """By key, the first row before a number that has it."""
    table = served.support.import_row
    query = (
        sa.select(table.c.key, sa.func.min(table.c.number))
        .where(table.c["import"] == job, table.c.number < before)
        .where(table.c.key.in_(sa.bindparam("keys", expanding=True)))
        .group_by(table.c.key)
    )
    found: dict[str, int] = {}
    for start in range(0, len(keys), 500):
        rows = connection.execute(query, {"keys": list(keys[start : start + 500])})
        found |= {row[0]: row[1] for row in rows}
    return found


def known_keys(connection: Connection, served: Served, job: UUID, keys: Sequence[str]) -> set[str]:
    """Those of the keys that some row of the file has."""
    return set(first_with_key(connection, served, job, keys, 2**62))


def chunks(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Portions of an iterable."""
    portion: list[Any] = []
    for row in rows:
        portion.append(row)
        if len(portion) == size:
            yield portion
            portion = []
    if portion:
        yield portion
