"""Sessions of browsers: rows that end at once for every process when they are deleted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.people.actors import Actor, actor_of, app_standing, person_query, standing_in
from runtime.people.secrets import digest, new_secret
from runtime.people.tables import SESSIONS, USERS

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
#: How old ``seen_at`` may grow before a request writes it again.
SEEN_EVERY = timedelta(minutes=10)
#: How long an id still serves after it was renewed: requests that were on their way with it.
GRACE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that stands, and whose it is.

    Attributes:
        is_unseen: ``seen_at`` should be written again.
        needs_renewal: the rights of its owner changed: it should get a new id.
        app_standing: of the app that was named with it, see :func:`runtime.people.actors.app_standing`.
    """

    hash: str
    actor: Actor
    expires_at: datetime
    is_unseen: bool
    needs_renewal: bool
    app_standing: tuple[int, int] | None = None


_FIND = (
    person_query()
    .join(SESSIONS, SESSIONS.c.user_id == USERS.c.id)
    .add_columns(SESSIONS.c.seen_at, SESSIONS.c.expires_at, SESSIONS.c.renew, *app_standing())
    .where(
        SESSIONS.c.hash == sa.bindparam("hash"),
        SESSIONS.c.expires_at > sa.bindparam("now"),
        SESSIONS.c.seen_at > sa.bindparam("idle_since"),
        USERS.c.active == sa.true(),
    )
)


def open_session(
    connection: Connection, user: UUID, now: datetime, expires_at: datetime | None = None
) -> str:
    """Begin a session; the secret for the cookie, which is kept nowhere else."""
    secret = new_secret()
    row = {"user_id": user, "created_at": now, "seen_at": now, "expires_at": expires_at or now + ABSOLUTE}
    connection.execute(sa.insert(SESSIONS).values(hash=digest(secret), renew=False, **row))
    return secret


def open_proven_session(connection: Connection, user: UUID, password_hash: str, now: datetime) -> str | None:
    """Begin a session for a person who is active and whose password is still the one of the hash; else None.

    One statement that waits for a change of the password under way, so that none slips past its end of sessions.
    """
    secret = new_secret()
    values = {
        "created_at": now,
        "seen_at": now,
        "expires_at": now + ABSOLUTE,
        "renew": False,
        "hash": digest(secret),
    }
    given = [sa.literal(value, SESSIONS.c[name].type).label(name) for name, value in values.items()]
    holds = sa.and_(USERS.c.id == user, USERS.c.active == sa.true(), USERS.c.password_hash == password_hash)
    source = sa.select(USERS.c.id, *given).where(holds).with_for_update(read=True)
    insert = sa.insert(SESSIONS).from_select(["user_id", *values], source).returning(SESSIONS.c.user_id)
    return secret if connection.execute(insert).first() is not None else None


def find_session(connection: Connection, secret: str, now: datetime, app: str = "") -> Session | None:
    """The session of a cookie, unless it ended, sat idle, or its person is no longer active (one statement).

    With ``app``, a key, it says which version is served.
    """
    hash_ = digest(secret)
    binds = {"hash": hash_, "now": now, "idle_since": now - IDLE, "app": app}
    rows = connection.execute(_FIND, binds).all()
    if not rows:
        return None
    first = rows[0]
    return Session(
        hash=hash_,
        actor=actor_of(rows),
        expires_at=first.expires_at,
        is_unseen=now - first.seen_at > SEEN_EVERY,
        needs_renewal=first.renew,
        app_standing=standing_in(first),
    )


def standing_sessions(connection: Connection, hashes: Collection[str], now: datetime) -> set[str]:
    """Those of the sessions that stand, as :func:`find_session` would find them (one statement)."""
    stands = (
        SESSIONS.c.hash.in_(hashes),
        SESSIONS.c.expires_at > now,
        SESSIONS.c.seen_at > now - IDLE,
        USERS.c.active == sa.true(),
    )
    joined = SESSIONS.join(USERS, USERS.c.id == SESSIONS.c.user_id)
    return set(connection.execute(sa.select(SESSIONS.c.hash).select_from(joined).where(*stands)).scalars())


def touch_session(connection: Connection, session: Session, now: datetime) -> None:
    """Write down that the session was in use."""
    connection.execute(sa.update(SESSIONS).where(SESSIONS.c.hash == session.hash).values(seen_at=now))


def renew_session(connection: Connection, session: Session, now: datetime) -> str | None:
    """A new id for the session; the old one serves for :data:`GRACE` longer. None when another request did it."""
    ends = min(session.expires_at, now + GRACE)
    done = connection.execute(
        sa.update(SESSIONS)
        .where(SESSIONS.c.hash == session.hash, SESSIONS.c.renew == sa.true())
        .values(renew=False, expires_at=ends)
    )
    if done.rowcount != 1:
        return None
    return open_session(connection, session.actor.id, now, session.expires_at)


def close_session(connection: Connection, secret: str) -> None:
    """End one session."""
    connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.hash == digest(secret)))


def close_sessions(connection: Connection, user: UUID) -> None:
    """End every session of a person, as when the password changed or the person was deactivated."""
    connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.user_id == user))


def mark_for_renewal(connection: Connection, user: UUID) -> None:
    """Let every session of a person get a new id with its next request, as when rights changed."""
    connection.execute(sa.update(SESSIONS).where(SESSIONS.c.user_id == user).values(renew=True))


def purge_sessions(connection: Connection, now: datetime) -> int:
    """Delete the rows of sessions that ended; how many there were."""
    ended = sa.or_(SESSIONS.c.expires_at <= now, SESSIONS.c.seen_at <= now - IDLE)
    return connection.execute(sa.delete(SESSIONS).where(ended)).rowcount
