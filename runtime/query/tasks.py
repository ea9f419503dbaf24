"""The to-dos of one person in an app: what is open, what of it is late, and what each is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from expressions.literals import parse_instant
from runtime.access import Access
from runtime.query.lists import ListQuery, list_page
from runtime.query.records import read_by_ids
from schema_store.compiled.app import CompiledEntity
from schema_store.document.fields import ReferenceField


def tasks_of(connection: Connection, access: Access, now: datetime, limit: int) -> list[dict[str, Any]]:
    """Open to-dos of the actor, those due first first, those without a due last; none where the app keeps none.

    One statement, and one for each kind of record that they are about.

    Returns:
        ``{entity, id, name, stage, due, late, about: {entity, id, name} | None}``; ``about`` is left out for records
        that the actor may not read.
    """
    shape = access.served.app.tasks
    readable = access.readable(shape.entity) if shape is not None else frozenset[str]()
    if shape is None or not readable or shape.title not in readable:
        return []
    entity = access.served.app.entities[shape.entity]
    person = shape.assignee if shape.assignee in readable else "owner"
    due = shape.due if shape.due in readable else None
    stage = next((field for field in entity.pipelines if field in readable), None)
    filters = [f"{person} == me", *([_open(stage, entity)] if stage else [])]
    references = {key: field.spec.entity for key, field in _references(entity, readable)}
    asked = ListQuery(
        filter=" and ".join(filters),
        sort=due or "created_at",
        fields=("id", shape.title, *filter(None, (stage, due)), *references),
        limit=limit,
    )
    rows = list_page(connection, access, now, entity.key, asked).items
    known = _about(connection, access, now, rows, references)
    return [
        {
            "entity": entity.key,
            "id": row["id"],
            "name": row[shape.title],
            "stage": row.get(stage) if stage else None,
            "due": row.get(due) if due else None,
            "late": _is_late(row.get(due) if due else None, now.astimezone(access.served.app.zone)),
            "about": next((known[key, row[key]] for key in references if (key, row.get(key)) in known), None),
        }
        for row in rows
    ]


def _is_late(due: str | None, now: datetime) -> bool:
    """Whether an instant has passed; of a date nobody is late before its day is over where ``now`` is told."""
    if due is None:
        return False
    moment = parse_instant(due) if "T" in due else None
    return due < now.date().isoformat() if moment is None else moment < now


def _open(stage: str, entity: CompiledEntity) -> str:
    """The condition that a to-do is open: its stage is not one that ends things."""
    stages = {key: each for line in entity.pipelines[stage] for key, each in line.stages.items()}
    names = ", ".join(f'"{key}"' for key, each in stages.items() if each.outcome == "open")
    return f"{stage} in [{names}]" if names else "true"


def _references(entity: CompiledEntity, readable: Iterable[str]) -> Iterable[tuple[str, Any]]:
    """What a to-do can be about, in the order of the document."""
    for key, field in entity.fields.items():
        if key in readable and isinstance(field.spec, ReferenceField):
            yield key, field


def _about(
    connection: Connection,
    access: Access,
    now: datetime,
    rows: Iterable[Mapping[str, Any]],
    references: Mapping[str, str],
) -> dict[tuple[str, str], dict[str, Any]]:
    """Records by reference and id, with their names."""
    wanted: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        first = next((key for key in references if row.get(key)), None)
        if first is not None and references[first] in access.served.app.entities:
            wanted[references[first]].add((first, row[first]))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for entity, places in wanted.items():
        named = access.served.app.entities[entity].name_field
        fields = tuple(name for name in ("id", named) if name and name in access.readable(entity))
        if "id" not in fields:
            continue
        ids = [UUID(id_) for _, id_ in places]
        read = read_by_ids(connection, access, access.parameters(now), entity, fields, ids)
        names = {row["id"]: row.get(named or "") for row in read}
        for key, id_ in places:
            if id_ in names:
                found[key, id_] = {"entity": entity, "id": id_, "name": names[id_]}
    return found
