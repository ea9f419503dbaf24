"""What people were told in the app, newest first, and what of it they have read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from expressions.storage import Uuid
from workflows.tables import NOTIFICATIONS

#: How long a transaction that tells people may take: its notices have ids of before, and are there only then.
LONGEST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Notices:
    """Part of what a person was told, how much of all of it is unread, and the id behind which there is more."""

    rows: list[Row[Any]]
    unread: int
    next: UUID | None


def notices(
    connection: Connection, person: UUID, *, unread: bool = False, limit: int = 50, after: UUID | None = None
) -> Notices:
    """A page (two statements)."""
    table = NOTIFICATIONS
    mine = table.c.user_id == person
    fresh = sa.and_(mine, table.c.read_at.is_(None))
    chosen = sa.select(table).where(fresh if unread else mine)
    if after is not None:
        chosen = chosen.where(table.c.id < sa.literal(after, Uuid()))
    rows = list(connection.execute(chosen.order_by(table.c.id.desc()).limit(limit + 1)))
    count = connection.execute(sa.select(sa.func.count()).select_from(table).where(fresh)).scalar_one()
    return Notices(rows[:limit], count, rows[limit - 1].id if len(rows) > limit else None)


def mark_read(
    connection: Connection, person: UUID, now: datetime, ids: Collection[UUID] | None = None
) -> int:
    """Mark what a person has read; without ids all of it. Of others' nothing; how many were unread."""
    table = NOTIFICATIONS
    wanted = [table.c.user_id == person, table.c.read_at.is_(None)]
    if ids is not None:
        wanted.append(table.c.id.in_(ids))
    return connection.execute(sa.update(table).where(*wanted).values(read_at=now)).rowcount


def ids_since(connection: Connection, people: Collection[UUID], since: datetime) -> list[tuple[UUID, UUID]]:
    """Who was told what since a moment: ids of people and of notices, oldest first (one statement)."""
    table = NOTIFICATIONS
    first = UUID(int=int(since.timestamp() * 1000) << 80)
    query = (
        sa.select(table.c.user_id, table.c.id)
        .where(table.c.user_id.in_(people), table.c.id > sa.literal(first, Uuid()))
        .order_by(table.c.id)
    )
    return [(row.user_id, row.id) for row in connection.execute(query)]


def notices_by_id(connection: Connection, ids: Collection[UUID]) -> list[Row[Any]]:
    """Notices of anybody, oldest first (one statement)."""
    table = NOTIFICATIONS
    return list(connection.execute(sa.select(table).where(table.c.id.in_(ids)).order_by(table.c.id)))


def notices_after(connection: Connection, person: UUID, after: UUID, limit: int) -> list[Row[Any]]:
    """What a person was told behind a notice: the newest of it, oldest first (one statement)."""
    table = NOTIFICATIONS
    behind = table.c.user_id == person, table.c.id > sa.literal(after, Uuid())
    newest = sa.select(table).where(*behind).order_by(table.c.id.desc()).limit(limit)
    return list(connection.execute(newest))[::-1]


def unread_of(connection: Connection, people: Collection[UUID]) -> dict[UUID, int]:
    """How much each of them has not read; who has read everything is not in it (one statement)."""
    table = NOTIFICATIONS
    query = (
        sa.select(table.c.user_id, sa.func.count().label("unread"))
        .where(table.c.user_id.in_(people), table.c.read_at.is_(None))
        .group_by(table.c.user_id)
    )
    return {row.user_id: row.unread for row in connection.execute(query)}
