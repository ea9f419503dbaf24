"""Platform tables of what is done after the commit: processes that do it, and what they told people."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expressions.storage import Instant, JsonValue, Text, Uuid
from schema_store.platform import METADATA, PLATFORM_PREFIX


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Instant(), nullable=nullable)


#: Processes that work off jobs, each start under an id of its own: its lease. ``rescued_by``: who took its work over.
EXECUTORS = sa.Table(
    f"{PLATFORM_PREFIX}executor",
    METADATA,
    sa.Column("id", Uuid(), primary_key=True),
    _moment("started_at"),
    _moment("beat_at"),
    sa.Column("rescued_by", Uuid(), nullable=True),
)

#: What people are told in the app. ``text``: subject and body as they were written for this person.
NOTIFICATIONS = sa.Table(
    f"{PLATFORM_PREFIX}notification",
    METADATA,
    sa.Column("id", Uuid(), primary_key=True),
    sa.Column(
        "user_id", Uuid(), sa.ForeignKey(f"{PLATFORM_PREFIX}user.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("app", sa.String(60), nullable=False),
    sa.Column("entity", Text(), nullable=False),
    sa.Column("record", Uuid(), nullable=False),
    sa.Column("message", Text(), nullable=False),
    sa.Column("text", JsonValue(), nullable=False),
    _moment("at"),
    _moment("read_at", nullable=True),
    sa.Index("ix_dougong_notification_user", "user_id", "id"),
)
