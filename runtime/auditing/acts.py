"""Acts on the platform: who changed people, rights, tokens or apps, who signed in, who took data out or in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from uuid_utils.compat import uuid7

from runtime.auditing.counting import count_up
from runtime.auditing.tables import AUDIT


@dataclass(frozen=True, slots=True)
class PlatformAct:
    """Something that somebody did to the platform.

    Attributes:
        act: stable, e.g. ``user_changed``.
        by: the person; None where nobody is signed in (the command line, a failed sign-in).
        name: who it was where no person stands behind it, e.g. ``cli:root``.
        app: key of the app it was done to; None: to the platform.
        subject: what it was done to, e.g. the id of a person or token, the number of a version.
        details: JSON; ``before`` and ``after`` of what changed. No secret is ever in it.
    """

    act: str
    by: UUID | None = None
    name: str | None = None
    app: str | None = None
    subject: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


#: Columns that change with every change.
_NO_NEWS = frozenset({"updated_at", "created_at", "id", "username_key", "sort_key", "path"})


def note_act(connection: Connection, act: PlatformAct, at: datetime) -> None:
    """Write an act down; belongs into the transaction of the act (one statement)."""
    connection.execute(sa.insert(AUDIT).values(id=uuid7(), count=1, **_row(act, at)))


def count_act(connection: Connection, act: PlatformAct, at: datetime) -> None:
    """The same for what may come in floods, as wrong passwords do: one row a minute, counted up."""
    words = (act.act, act.name or "", act.app or "", act.subject or "", repr(sorted(act.details.items())))
    rest: dict[str, Any] = {"act": "many", "name": None, "app": None, "subject": None, "details": {}}
    count_up(connection, AUDIT, _row(act, at), words, rest)


def changed_columns(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """``{before, after}`` of the members that differ, as JSON."""
    differ = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    names = sorted(differ - _NO_NEWS)
    return {
        "before": {name: _plain(before.get(name)) for name in names},
        "after": {name: _plain(after.get(name)) for name in names},
    }


def _row(act: PlatformAct, at: datetime) -> dict[str, Any]:
    return {
        "at": at,
        "by": act.by,
        "name": act.name,
        "act": act.act,
        "app": act.app,
        "subject": act.subject,
        "details": dict(act.details),
    }


def _plain(value: Any) -> Any:
    """A value as JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in sorted(value.items())}
    if isinstance(value, set | frozenset):
        return sorted(map(_plain, value))
    return value
