"""What a person was told in the app, newest first, and what of it they have read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from expressions.storage import Uuid
from workflows.tables import NOTIFICATIONS


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
