"""One-time links with which a person sets a password: set-up, invitation, reset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.people.secrets import digest, new_secret
from runtime.people.tables import LINKS, USERS
from runtime.refusals import NotFound

LinkKind = Literal["setup", "invitation", "reset"]
LIFETIMES: dict[LinkKind, timedelta] = {
    "setup": timedelta(days=3),
    "invitation": timedelta(days=7),
    "reset": timedelta(days=1),
}


def create_link(connection: Connection, user: UUID, kind: LinkKind, now: datetime) -> tuple[str, datetime]:
    """Make a link for a person and end the earlier ones; its secret, kept nowhere, and when it ends."""
    delete_links(connection, user)
    secret, ends = new_secret(), now + LIFETIMES[kind]
    row = {"hash": digest(secret), "user_id": user, "kind": kind, "created_at": now, "expires_at": ends}
    connection.execute(sa.insert(LINKS).values(**row, used_at=None))
    return secret, ends


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may still be used, and whose it is."""

    user_id: UUID
    username: str
    name: str
    kind: LinkKind


def find_link(connection: Connection, secret: str, now: datetime) -> Link:
    """The link of a secret.

    Raises:
        NotFound: there is none: never was, used, ended, or its person is not active.
    """
    row = connection.execute(
        sa.select(LINKS.c.user_id, USERS.c.username, USERS.c.name, LINKS.c.kind)
        .join(USERS, USERS.c.id == LINKS.c.user_id)
        .where(_open(secret, now), USERS.c.active == sa.true())
    ).one_or_none()
    if row is None:
        raise NotFound
    return Link(*row)


def use_link(connection: Connection, secret: str, now: datetime) -> None:
    """Use a link up.

    Raises:
        NotFound: somebody used it since it was found.
    """
    if connection.execute(sa.update(LINKS).where(_open(secret, now)).values(used_at=now)).rowcount != 1:
        raise NotFound


def delete_links(connection: Connection, user: UUID) -> None:
    """End every link of a person."""
    connection.execute(sa.delete(LINKS).where(LINKS.c.user_id == user, LINKS.c.used_at.is_(None)))


def _open(secret: str, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(LINKS.c.hash == digest(secret), LINKS.c.used_at.is_(None), LINKS.c.expires_at > now)
