"""Which record each row of a batch is about, and what would be different: the requests to be written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from runtime.access import Access
from runtime.change import Entered, Past, Request, Row
from runtime.imports.jobs import Job, StoredRow
from runtime.ports import AfterCommit, NothingAfter
from runtime.query.lookup import find_values, read_many, visible
from runtime.unit import Unit
from schema_store.document.fields import LinksField

Json = dict[str, Any]
_MOMENTS = ("created_at", "updated_at")
_PEOPLE = ("created_by", "updated_by")


@dataclass
class Work:
    """A batch of a job: who works on it, where, when.

    Attributes:
        connection: inside of the batch's transaction.
        access: of whoever made the job.
        job: locked until the transaction ends.
        now: the moment of the batch.
        after_commit: who takes what rules leave for after the commit.
        most: rows of a batch.
    """

    connection: Connection
    access: Access
    job: Job
    now: datetime
    after_commit: AfterCommit = field(default_factory=NothingAfter)
    most: int = 1_000

    @property
    def columns(self) -> dict[str, str]:
        """By target, the column that it comes from."""
        fields = self.job.asked.mapping.fields
        return {key.partition("@")[0]: source.column for key, source in fields.items() if source.column}

    def unit(self) -> Unit:
        """A unit of work for the rows."""
        name = f"import:{self.job.id}"
        served = self.access.served
        return Unit(self.connection, served, self.access, self.now, self.after_commit, name, (name,))


@dataclass
class Plan:
    """What the rows of a batch ask for.

    Attributes:
        creates, updates: rows with what is to be written.
        same: rows that would change nothing.
        before: by row number, what its record has now in the fields that would change.
        refused: rows that name no single record.
    """

    creates: list[tuple[StoredRow, Row]] = field(default_factory=list)
    updates: list[tuple[StoredRow, Row]] = field(default_factory=list)
    same: list[StoredRow] = field(default_factory=list)
    before: dict[int, Json] = field(default_factory=dict)
    refused: list[StoredRow] = field(default_factory=list)


def plan_rows(work: Work, rows: Sequence[StoredRow]) -> Plan:
    """Find the records that the rows name, and ask for what is different (two statements and one per match)."""
    plan = Plan()
    records = matched(work, rows)
    current = read_current(work, rows, records)
    for row in rows:
        named = records.get(row.key or "", ())
        if len(named) > 1:
            _refuse(plan, work, row, "several_records")
        elif named:
            row.record = named[0]
            _plan_change(plan, work, row, current.get(named[0], {}))
        elif row.key is not None and _must_exist(work):
            _refuse(plan, work, row, "unknown_record")
        else:
            read = row.read or {}
            chosen = read.get("id")
            asked = _request(work.job, read, read.get("wire", {}))
            plan.creates.append((row, Row(asked, None if chosen is None else UUID(chosen))))
    return plan


def matched(work: Work, rows: Iterable[StoredRow]) -> Mapping[str, Sequence[UUID]]:
    """By the key of a row, the records that it may mean."""
    match = work.job.asked.match
    keys = {row.key for row in rows if row.key is not None}
    if match is None or not keys:
        return {}
    entity = work.job.entity
    if match == "id":
        ids = {key: UUID(key) for key in keys}
        seen = visible(work.connection, work.access, work.now, entity, set(ids.values()))
        return {key: [id_] for key, id_ in ids.items() if id_ in seen}
    return find_values(work.connection, work.access, work.now, entity, match, keys)


def _must_exist(work: Work) -> bool:
    """Whether a number that no record has is a mistake: numbers are given by the system, but for those of the past."""
    field_ = work.access.served.app.entities[work.job.entity].fields.get(work.job.asked.match or "")
    return field_ is not None and field_.computed == "code" and work.job.asked.mode != "history"


def _refuse(plan: Plan, work: Work, row: StoredRow, code: str) -> None:
    match = work.job.asked.match or ""
    params = {"value": (row.key or "")[:60]}
    error = {"column": work.columns.get(match, ""), "field": match, "code": code, "params": params}
    row.kind, row.errors = "refused", [error]
    plan.refused.append(row)


def read_current(
    work: Work, rows: Iterable[StoredRow], records: Mapping[str, Sequence[UUID]]
) -> dict[UUID, Json]:
    """What the named records have now in the fields that the rows name, as far as it may be read."""
    found = [(row, records.get(row.key or "", ())) for row in rows]
    ids = {id_ for _, named in found for id_ in named}
    keys = {key for row, named in found if named for key in _named(row.read or {})}
    if not ids:
        return {}
    return read_many(work.connection, work.access, work.now, work.job.entity, ids, keys)


def _named(read: Json) -> set[str]:
    past = read.get("past", {})
    return {*read.get("wire", {}), *(key for key in (*_MOMENTS, *_PEOPLE) if key in past)}


def _plan_change(plan: Plan, work: Work, row: StoredRow, current: Json) -> None:
    read = row.read or {}
    given = merged(read, current)
    different = {key: value for key, value in given.items() if not is_equal(work, key, value, current)}
    past = {key: value for key, value in read.get("past", {}).items() if key in (*_MOMENTS, *_PEOPLE)}
    if not different and all(current.get(key) == value for key, value in past.items()):
        plan.same.append(row)
        return
    plan.before[row.number] = {key: current.get(key) for key in different}
    plan.updates.append((row, Row(_request(work.job, read, different), row.record)))


def merged(read: Json, current: Json) -> Json:
    """The values of a row; texts of which it names only some languages keep the others."""
    partial = read.get("partial", ())
    return {
        key: {**(current.get(key) or {}), **(value or {})} if key in partial else value
        for key, value in read.get("wire", {}).items()
    }


def is_equal(work: Work, key: str, value: Any, current: Json) -> bool:
    """Whether a record has the value already; an unreadable field is never equal."""
    if key not in current:
        return False
    stored = current[key]
    spec = work.access.served.app.entities[work.job.entity].fields.get(key)
    if spec is not None and isinstance(spec.spec, LinksField):
        return set(stored or ()) == set(value or ())
    return bool(stored == value or (_is_empty(stored) and _is_empty(value)))


def _is_empty(wire: Any) -> bool:
    return wire is None or wire == "" or wire == [] or wire == {}


def _request(job: Job, read: Json, wire: Json) -> Request:
    if job.asked.mode == "normal":
        return Request(wire, rules=job.asked.rules)
    return Request(wire, mode="history", past=_past(read.get("past", {})), rules=job.asked.rules)


def _past(kept: Json) -> Past:
    moments: Json = {key: datetime.fromisoformat(kept[key]) for key in _MOMENTS if key in kept}
    people: Json = {key: UUID(kept[key]) for key in _PEOPLE if key in kept}
    stages = tuple(
        Entered(field_, stage, datetime.fromisoformat(at)) for field_, stage, at in kept.get("stages", ())
    )
    return Past(**moments, **people, stages=stages, codes=kept.get("codes", {}))
