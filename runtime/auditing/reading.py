"""Looking at the audit: changes of records, refusals and acts in one line, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from expressions.storage import Instant, Text, Uuid
from runtime.access import Access
from runtime.auditing.ids import lowest_id, minute_of
from runtime.auditing.showing import shown_why
from runtime.auditing.tables import AUDIT
from runtime.people.tables import USERS
from runtime.query.encoding import print_moment
from runtime.query.histories import masked
from runtime.refusals import BadQuery, FieldError

Kind = Literal["change", "refusal", "act"]
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What is asked of the audit.

    Attributes:
        kind: of entries; None: all.
        entity: key; only changes and refusals are about one.
        record: only those about this one.
        actor: whose.
        since: from this moment on.
        before: entries older than the one with this id.
        limit: how many.
    """

    kind: Kind | None = None
    entity: str | None = None
    record: UUID | None = None
    actor: UUID | None = None
    since: datetime | None = None
    before: UUID | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries and the id of the last one looked at, where there are more."""

    items: list[Entry] = field(default_factory=list)
    next: UUID | None = None


def app_audit(connection: Connection, access: Access, app: str, asked: AuditQuery) -> AuditPage:
    """What happened in an app, for somebody who has the right to look (checked by the caller).

    They see entries about every record of the entities that they may read something of, whoever's it is; of each only
    the fields that they may read.

    Raises:
        BadQuery: there is no such entity for them.
    """
    entities = access.served.app.entities
    known = {entities[key].id: key for key in entities if access.readable(key)}
    if asked.entity is not None:
        known = {id_: key for id_, key in known.items() if key == asked.entity}
        if not known:
            raise BadQuery("bad_request", [FieldError("/entity", "unknown_reference")])
    rows: list[tuple[Row[Any], Kind]] = []
    about_records: dict[Kind, sa.Table] = {
        "change": access.served.support.history,
        "refusal": access.served.support.refusal,
    }
    for kind, table in about_records.items():
        if asked.kind in (None, kind):
            ids = list(known) + ([""] if kind == "refusal" and asked.entity is None else [])
            mine = table.c.entity.in_(sa.bindparam("entities", ids, expanding=True, type_=Text()))
            rows += [(row, kind) for row in _rows(connection, table, asked, mine)]
    if asked.kind in (None, "act") and asked.entity is None and asked.record is None:
        rows += [(row, "act") for row in _rows(connection, AUDIT, asked, AUDIT.c.app == app)]
    return _page(rows, asked.limit, partial(_shown, access, known))


def platform_audit(connection: Connection, asked: AuditQuery) -> AuditPage:
    """What was done to the platform and refused there, of all apps; for administrators (checked by the caller)."""
    rows: list[tuple[Row[Any], Kind]] = [(row, "act") for row in _rows(connection, AUDIT, asked, sa.true())]
    return _page(rows, asked.limit, lambda row, _kind: _act(row))


def _rows(
    connection: Connection, table: sa.Table, asked: AuditQuery, mine: sa.ColumnElement[bool]
) -> list[Row[Any]]:
    """One more than is asked for, the newest first, with the name of the person."""
    by_person = table.outerjoin(USERS, USERS.c.id == table.c.by)
    query = sa.select(table, USERS.c.name.label("person")).select_from(by_person).where(mine)
    if asked.record is not None:
        query = query.where(table.c.record == sa.literal(asked.record, Uuid()))
    if asked.actor is not None:
        query = query.where(table.c.by == sa.literal(asked.actor, Uuid()))
    if asked.since is not None:
        lowest = lowest_id(minute_of(asked.since))  # what is counted up has the id of its minute
        query = query.where(
            table.c.id >= sa.literal(lowest, Uuid()), table.c.at >= sa.literal(asked.since, Instant())
        )
    if asked.before is not None:
        query = query.where(table.c.id < sa.literal(asked.before, Uuid()))
    return list(connection.execute(query.order_by(table.c.id.desc()).limit(asked.limit + 1)))


def _page(rows: list[tuple[Row[Any], Kind]], limit: int, show: Any) -> AuditPage:
    rows.sort(key=lambda found: found[0].id.bytes, reverse=True)
    items = [entry for row, kind in rows[:limit] if (entry := show(row, kind)) is not None]
    return AuditPage(items, rows[limit - 1][0].id if len(rows) > limit else None)


def _shown(access: Access, known: Mapping[str, str], row: Row[Any], kind: Kind) -> Entry | None:
    """An entry on the wire; None where nothing of it may be seen."""
    if kind == "act":
        return _act(row)
    key = known.get(row.entity)
    entity = None if key is None else access.served.app.entities[key]
    readable = frozenset[str]() if key is None else access.readable(key)
    entry = _common(row, kind) | {"entity": key, "record": None if row.record is None else str(row.record)}
    if kind == "refusal":
        why = shown_why(entity, readable, row.why)
        return entry | {"act": row.act, "code": row.code, "why": why, "count": row.count}
    assert entity is not None, "changes are asked for by entity"
    changes = masked(entity, readable, row.changes)
    if not changes and row.changes:
        return None
    return entry | {"act": row.act, "version": row.version, "changes": changes, "cause": row.cause}


def _act(row: Row[Any]) -> Entry:
    details = {"app": row.app, "act": row.act, "subject": row.subject, "details": row.details}
    return _common(row, "act") | details | {"name": row.name, "count": row.count}


def _common(row: Row[Any], kind: Kind) -> Entry:
    by = None if row.by is None else {"id": str(row.by), "name": row.person}
    return {"id": str(row.id), "kind": kind, "at": print_moment(row.at), "by": by}
