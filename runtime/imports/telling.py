"""Events of a file: which record each is about, and telling them; each once, however often the file is brought in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson

from runtime.events import Told, record_events
from runtime.imports.jobs import StoredRow, rows_after, save_rows
from runtime.imports.lookups import Lookups
from runtime.imports.planning import Work
from runtime.imports.refusing import refusal_errors
from runtime.imports.understanding import Json, Understood, complaint
from runtime.refusals import Refused
from schema_store.field_types.base import FieldValueError

_KIND = re.compile(r"[\w.-]{1,40}")
_LONGEST = {"topic": 200, "id": 200}


def complete_events(work: Work, rows: Sequence[Understood], lookups: Lookups) -> None:
    """Find the records of events, and complain about what is missing or too long."""
    entities = work.access.served.app.entities
    for row in rows:
        entity = row.event.setdefault("entity", work.job.entity)
        if entity not in entities or not work.access.can(entity, "read"):
            row.errors.append(complaint("", "entity", "unknown_record", value=entity[:60]))
        elif "record" in row.event:
            lookups.ask(entity, row.event["record"])
    lookups.resolve()
    for row in rows:
        if not row.errors:
            row.errors += [
                error for error in (_record(row, lookups), _kind(row), _data(row), *_lengths(row)) if error
            ]


def _record(row: Understood, lookups: Lookups) -> Json | None:
    if "record" not in row.event:
        return complaint("", "record", "required")
    try:
        row.event["record"] = str(lookups.find(row.event["entity"], row.event["record"]))
    except FieldValueError as problem:
        return complaint("", "record", problem)
    return None


def _kind(row: Understood) -> Json | None:
    if "kind" not in row.event:
        return complaint("", "kind", "required")
    return None if _KIND.fullmatch(row.event["kind"]) else complaint("", "kind", "bad_value")


def _data(row: Understood) -> Json | None:
    if "data" not in row.event:
        return None
    try:
        row.event["data"] = orjson.loads(row.event["data"])
    except ValueError:
        return complaint("", "data", "not_json")
    return None if isinstance(row.event["data"], dict) else complaint("", "data", "wrong_type")


def _lengths(row: Understood) -> list[Json]:
    return [
        complaint("", key, "too_long", limit=str(most))
        for key, most in _LONGEST.items()
        if len(row.event.get(key, "")) > most
    ]


def tell_batch(work: Work, *, dry: bool) -> None:
    """Tell the next events (``dry``: only count them); those told before are the same."""
    job, served = work.job, work.access.served
    if job.done == 0:
        job.counts, job.error = {}, None
    rows = rows_after(work.connection, served, job.id, job.done, work.most)
    if not rows:
        job.enter("previewed" if dry else "applied")
        return
    good = [row for row in rows if not row.errors]
    if not dry:
        _tell(work, good)
    for row in rows:
        row.kind = "refused" if row.errors else row.kind or "new"
        job.count(row.kind)
    save_rows(work.connection, served, job.id, rows)
    job.done = rows[-1].number


def _tell(work: Work, rows: Sequence[StoredRow]) -> None:
    """All at once; one by one where something is refused."""
    try:
        with work.connection.begin_nested():
            accepted, _ = _keep(work, rows) if rows else (0, 0)
    except Refused:
        accepted = -1
    if accepted == len(rows):
        return
    if accepted == -1:
        for row in rows:
            _tell_one(work, row)
    else:
        work.job.count("known", len(rows) - accepted)


def _keep(work: Work, rows: Sequence[StoredRow]) -> tuple[int, int]:
    told = [_told(work, row) for row in rows]
    return record_events(work.unit(), told, rules=work.job.asked.rules == "run")


def _tell_one(work: Work, row: StoredRow) -> None:
    try:
        with work.connection.begin_nested():
            _keep(work, [row])
    except Refused as refusal:
        row.errors = refusal_errors(refusal)


def _told(work: Work, row: StoredRow) -> Told:
    event = (row.read or {})["event"]
    history = work.job.asked.mode == "history"
    return Told(
        kind=event["kind"],
        entity=event["entity"],
        record=UUID(event["record"]),
        match=None,
        at=datetime.fromisoformat(event["at"]) if "at" in event else None,
        topic=event.get("topic"),
        data=event.get("data"),
        key=event.get("id") or _key(work, row),
        by=UUID(event["by"]) if history and "by" in event else None,
    )


def _key(work: Work, row: StoredRow) -> str:
    """The id of an event that the file gives none: told again by the same job, it is known."""
    return "import:" + hashlib.sha256(f"{work.job.id}:{row.number}".encode()).hexdigest()[:40]
