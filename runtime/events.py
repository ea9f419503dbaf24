"""Behaviour: what people and programs did with a record, kept once however often it is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from uuid_utils.compat import uuid7

from runtime.computed.refresh import Dirty, refresh
from runtime.follow_ups import mark_history
from runtime.query import find_one
from runtime.query.finding import ids_within
from runtime.query.records import require_readable
from runtime.refusals import FieldError, Invalid, require_valid
from runtime.rules.happening import happened
from runtime.rules.matching import changed_by_others, start_rules
from runtime.save import DOORS
from runtime.unit import Unit
from schema_store.analysis.environment import EVENTS


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it was told.

    Attributes:
        kind: e.g. ``download``.
        entity: key.
        record: whose; None where ``match`` says it.
        match: values of readable fields that one record has.
        at: when; None: now.
        topic: what it was about, e.g. the page.
        data: anything else.
        key: its id with whoever tells it; told again under it, it is a duplicate.
        by: who did it, in an import of history; None: whoever tells it.
    """

    kind: str
    entity: str
    record: UUID | None
    match: Mapping[str, Any] | None
    at: datetime | None
    topic: str | None
    data: Mapping[str, Any] | None
    key: str | None
    by: UUID | None = None


def record_events(unit: Unit, events: Sequence[Told], *, rules: bool = True) -> tuple[int, int]:
    """Keep events and refresh what is computed from them; how many are new, and how many were known.

    Raises:
        NotFound, Forbidden: nothing of an entity is readable, or its records may not be changed.
        Invalid: events of records that are not there for the actor; nothing is kept.
    """
    for entity in dict.fromkeys(event.entity for event in events):
        require_readable(unit.access, entity)
        unit.access.require(entity, "update")
    records = _records(unit, events)
    rows = [_row(unit, event, record) for event, record in zip(events, records, strict=True)]
    kept = _keep(unit, rows)
    unit.count_write(len(kept))
    fresh: dict[str, set[UUID]] = defaultdict(set)
    for event, row in zip(events, rows, strict=True):
        if row["id"] in kept:
            fresh[event.entity].add(row["record"])
    dirty = Dirty(unit)
    for entity, ids in fresh.items():
        mark_history(unit, dirty, entity, EVENTS, dict.fromkeys(ids, 0))
    refresh(unit, dirty)
    if rules:
        _follow(
            unit, [(event.entity, row) for event, row in zip(events, rows, strict=True) if row["id"] in kept]
        )
    return len(kept), len(rows) - len(kept)


def _follow(unit: Unit, fresh: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """The rules that the events start, and those that wait for a value which they changed; each event is a root."""
    for candidates in (changed_by_others(unit), *happened(unit, fresh)):
        if candidates:
            unit.drain(partial(start_rules, unit, candidates, DOORS))


def _records(unit: Unit, events: Sequence[Told]) -> list[UUID]:
    """The record of each event."""
    found = [
        event.record if event.record is not None else _matched(unit, index, event)
        for index, event in enumerate(events)
    ]
    visible: dict[str, set[UUID]] = {}
    for entity in dict.fromkeys(event.entity for event in events):
        named = {id_ for id_, event in zip(found, events, strict=True) if event.entity == entity and id_}
        visible[entity] = ids_within(unit.connection, unit.access, unit.now, entity, "update", named)
    require_valid(
        FieldError(f"/{index}/{'match' if event.record is None else 'record_id'}", "no_such_record")
        for index, (event, id_) in enumerate(zip(events, found, strict=True))
        if id_ not in visible[event.entity]
    )
    return [id_ for id_ in found if id_ is not None]


def _matched(unit: Unit, index: int, event: Told) -> UUID | None:
    try:
        return find_one(unit.connection, unit.access, unit.now, event.entity, dict(event.match or {}))
    except Invalid as error:
        raise Invalid(
            FieldError(f"/{index}/match{each.pointer}", each.code, each.params) for each in error.errors
        ) from error


def _row(unit: Unit, event: Told, record: UUID) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "entity": unit.served.app.entities[event.entity].id,
        "record": record,
        "at": event.at or unit.now,
        "by": event.by or unit.person,
        "kind": event.kind,
        "topic": event.topic,
        "data": None if event.data is None else dict(event.data),
        "key": event.key,
    }


def _keep(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Write the events whose key is not known; the ids of those (one statement)."""
    table = unit.served.support.event
    insert = postgresql.insert(table) if unit.served.dialect == "postgresql" else sqlite.insert(table)
    made = insert.values(list(rows)).on_conflict_do_nothing().returning(table.c.id)
    return set(unit.connection.execute(made).scalars())
