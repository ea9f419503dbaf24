"""Repeated requests: the answer to a keyed request is kept with what it did, and given again (support.idempotency)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from runtime.served import Served

#: How long an answer is kept.
KEPT = timedelta(hours=24)
#: The status of a row whose request is still worked on; seen by that request only, because it has not committed.
_RUNNING = 0


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request with a key.

    Attributes:
        user: who sends it.
        key: what they call it.
        route: method and path; the same key elsewhere is another request.
        body: digest of what was sent.
    """

    user: UUID
    key: str
    route: str
    body: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer that was given: status and JSON; ``body`` is the digest of the request it was given to."""

    body: str
    status: int
    answer: Any


def claim(connection: Connection, served: Served, keyed: Keyed, now: datetime) -> Kept | None:
    """Take the key for this request; the kept answer where it was taken before.

    A request with the same key that runs at the same time is waited for: its row is in the way until it commits. One
    that was refused leaves no row, so it may be sent again.
    """
    table = served.support.idempotency
    mine = _is(table, keyed)
    connection.execute(sa.delete(table).where(table.c.user == keyed.user, table.c.at < now - KEPT))
    insert = postgresql.insert(table) if served.dialect == "postgresql" else sqlite.insert(table)
    made = connection.execute(
        insert.values(
            user=keyed.user,
            key=keyed.key,
            route=keyed.route,
            body=keyed.body,
            status=_RUNNING,
            answer=None,
            at=now,
        )
        .on_conflict_do_nothing()
        .returning(table.c.body)
    )
    if made.first() is not None:
        return None
    row = connection.execute(sa.select(table.c.body, table.c.status, table.c.answer).where(mine)).one()
    return Kept(row.body, row.status, row.answer)


def keep(connection: Connection, served: Served, keyed: Keyed, status: int, answer: Any) -> None:
    """Keep the answer of the request that claimed the key; belongs into the same transaction."""
    table = served.support.idempotency
    connection.execute(sa.update(table).where(_is(table, keyed)).values(status=status, answer=answer))


def _is(table: sa.Table, keyed: Keyed) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.user == keyed.user, table.c.key == keyed.key, table.c.route == keyed.route)
