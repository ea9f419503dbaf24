"""What happened to a record: its changes, its stages, its events, the files shown, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from expressions.literals import parse_instant
from expressions.storage import Instant, Uuid
from runtime.access import Access
from runtime.auditing.showing import shown_why
from runtime.people.tables import USERS
from runtime.query.encoding import print_moment
from runtime.query.records import read_by_ids, require_readable
from runtime.refusals import BadQuery, NotFound
from runtime.served import Served
from schema_store.analysis.environment import EVENTS, STAGE_CHANGES, history_entity
from schema_store.compiled.app import CompiledEntity

#: Kinds of events that public forms leave: a record was made; somebody who was known filled the form in again.
FORM_SUBMITTED, FORM_AGAIN = "form_submitted", "form_submitted_again"

#: A place in a history: the moment and the id of its last entry.
Behind = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Entries:
    """Part of a history, newest first, and the place behind it (None at the end)."""

    items: list[dict[str, Any]]
    next: list[Any] | None


def history(
    connection: Connection,
    access: Access,
    now: datetime,
    entity: str,
    record_id: UUID,
    *,
    limit: int = 50,
    after: Behind | None = None,
) -> Entries:
    """The changes of a record; fields that may not be read are not in them (two statements).

    Raises:
        NotFound: the record is not readable.
        BadQuery: ``after`` is no place.
    """
    _require_record(connection, access, now, entity, record_id)
    kinds = [_kind(access.served, "change", access.served.support.history)]
    rows = _page(connection, access, entity, record_id, kinds, limit, after)
    return _entries(access, entity, rows, limit)


def timeline(
    connection: Connection,
    access: Access,
    now: datetime,
    entity: str,
    record_id: UUID,
    *,
    limit: int = 50,
    after: Behind | None = None,
) -> Entries:
    """Changes, stages, events and files in one line of time (two statements); raises as :func:`history`.

    Those who may look at the audit see refusals too.
    """
    _require_record(connection, access, now, entity, record_id)
    served, support = access.served, access.served.support
    kinds = [_kind(served, "change", support.history), _kind(served, "evidence", support.evidence)]
    if access.readable(history_entity(entity, EVENTS)):
        kinds.append(_kind(served, "event", support.event))
    if access.readable(history_entity(entity, STAGE_CHANGES)):
        kinds.append(_kind(served, "stage", support.stage_change))
    if access.actor.admin or "audit" in access.policy.rights:
        kinds.append(_kind(served, "refusal", support.refusal))
    rows = _page(connection, access, entity, record_id, kinds, limit, after)
    return _entries(access, entity, rows, limit)


def _require_record(
    connection: Connection, access: Access, now: datetime, entity: str, record_id: UUID
) -> None:
    require_readable(access, entity)
    if not read_by_ids(connection, access, access.parameters(now), entity, ("id",), [record_id]):
        raise NotFound


#: What each kind of entry has beside id, moment and person; the others are null in its rows.
_DETAILS: tuple[str, ...] = ("version", "act", "changes", "cause", "field", "stage", "previous", "reason")
_DETAILS += ("kind", "topic", "data", "requirement", "file", "code", "why", "count")


def _kind(served: Served, name: str, table: sa.Table) -> sa.Select[Any]:
    """The rows of one kind of entry, in the columns that all kinds share."""
    details = [
        (table.c[key] if key in table.c else sa.cast(sa.null(), type_)).label(f"d_{key}")
        for key, type_ in _types(served).items()
    ]
    mine = table.c.record == sa.bindparam("record", type_=Uuid())
    return sa.select(
        sa.literal_column(f"'{name}'").label("entry"), table.c.id, table.c.at, table.c.by, *details
    ).where(mine, table.c.entity == sa.bindparam("entity"))


def _types(served: Served) -> dict[str, Any]:
    """The type of each detail."""
    support = served.support
    tables = (support.history, support.stage_change, support.event, support.evidence, support.refusal)
    types = {column.name: column.type for table in tables for column in table.c}
    return {name: types[name] for name in _DETAILS}


def _page(
    connection: Connection,
    access: Access,
    entity: str,
    record_id: UUID,
    kinds: list[sa.Select[Any]],
    limit: int,
    after: Behind | None,
) -> list[Row[Any]]:
    """One more entry than asked for, newest first, with the names of the people."""
    entries = sa.union_all(*kinds).subquery()
    query = (
        sa.select(*_typed(access, entries), USERS.c.name.label("person"))
        .select_from(entries.outerjoin(USERS, USERS.c.id == entries.c.by))
        .order_by(entries.c.at.desc(), entries.c.id.desc())
        .limit(limit + 1)
    )
    binds: dict[str, Any] = {"record": record_id, "entity": access.served.app.entities[entity].id}
    if after is not None:
        binds |= _place(after)
        at, id_ = sa.bindparam("after_at", type_=Instant()), sa.bindparam("after_id", type_=Uuid())
        query = query.where(sa.tuple_(entries.c.at, entries.c.id) < sa.tuple_(at, id_))
    return list(connection.execute(query, binds))


def _typed(access: Access, entries: sa.Subquery) -> Iterator[sa.ColumnElement[Any]]:
    """The columns with the types that decode them: a union knows them only of its first part."""
    types = {f"d_{name}": type_ for name, type_ in _types(access.served).items()}
    for column in entries.c:
        known = types.get(column.name)
        yield column if known is None else sa.type_coerce(column, known).label(column.name)


def _place(after: Behind) -> dict[str, Any]:
    try:
        at, id_ = after
        moment = parse_instant(at)
        return {"after_at": moment, "after_id": UUID(id_)}
    except (TypeError, ValueError) as error:
        raise BadQuery("bad_cursor") from error


def _entries(access: Access, entity: str, rows: list[Row[Any]], limit: int) -> Entries:
    shown = rows[:limit]
    found = access.served.app.entities[entity]
    readable = access.readable(entity)
    items = [entry for row in shown if (entry := _entry(found, readable, row)) is not None]
    following = None
    if len(rows) > limit:
        following = [print_moment(shown[-1].at), str(shown[-1].id)]
    return Entries(items, following)


def _entry(entity: CompiledEntity, readable: frozenset[str], row: Row[Any]) -> dict[str, Any] | None:
    """An entry on the wire; None where nothing of it may be seen."""
    entry = {
        "id": str(row.id),
        "entry": row.entry,
        "at": print_moment(row.at),
        "by": None if row.by is None else {"id": str(row.by), "name": row.person},
    }
    details = _DETAILS_OF[row.entry](entity, readable, row)
    return None if details is None else entry | details


def _change(entity: CompiledEntity, readable: frozenset[str], row: Row[Any]) -> dict[str, Any] | None:
    changes = masked(entity, readable, row.d_changes)
    if not changes and row.d_changes:
        return None
    return {"version": row.d_version, "act": row.d_act, "changes": changes, "cause": row.d_cause}


def masked(
    entity: CompiledEntity, readable: frozenset[str], changes: Mapping[str, Sequence[Any]]
) -> list[dict[str, Any]]:
    """Before and after of the fields that may be read, by their keys of today; fields that are gone are left out."""
    keys = {field.id: key for key, field in entity.fields.items()} | {"owner_id": "owner_id"}
    return [
        {"field": keys[id_], "before": before, "after": after}
        for id_, (before, after) in changes.items()
        if keys.get(id_) in readable
    ]


def _stage(entity: CompiledEntity, readable: frozenset[str], row: Row[Any]) -> dict[str, Any] | None:
    key = next((key for key, field in entity.fields.items() if field.id == row.d_field), None)
    if key not in readable:
        return None
    return {"field": key, "stage": row.d_stage, "previous": row.d_previous, "reason": row.d_reason}


def _event(_entity: CompiledEntity, readable: frozenset[str], row: Row[Any]) -> dict[str, Any]:
    data = row.d_data
    if (
        row.d_kind in (FORM_SUBMITTED, FORM_AGAIN)
        and isinstance(data, dict)
        and isinstance(data.get("values"), dict)
    ):
        # What somebody filled in again are values of fields, which not everybody may read.
        data = {**data, "values": {key: each for key, each in data["values"].items() if key in readable}}
    return {"kind": row.d_kind, "topic": row.d_topic, "data": data}


def _evidence(_entity: CompiledEntity, _readable: frozenset[str], row: Row[Any]) -> dict[str, Any]:
    return {"requirement": row.d_requirement, "file": str(row.d_file)}


def _refusal(entity: CompiledEntity, readable: frozenset[str], row: Row[Any]) -> dict[str, Any]:
    why = shown_why(entity, readable, row.d_why)
    return {"act": row.d_act, "code": row.d_code, "why": why, "count": row.d_count}


_DETAILS_OF = {
    "change": _change,
    "stage": _stage,
    "event": _event,
    "evidence": _evidence,
    "refusal": _refusal,
}
