"""Tokens of programs: shown once, kept as a digest, never wider than the person they act for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from uuid_utils.compat import uuid7

from runtime.people.actors import SCOPES, Actor, actor_of, app_standing, person_query, standing_in
from runtime.people.rights import Authority
from runtime.people.secrets import digest, new_token, token_prefix
from runtime.people.tables import TOKENS, USERS
from runtime.refusals import FieldError, NotFound, require_valid

LIFETIME = timedelta(days=365)
LONGEST_LIFETIME = timedelta(days=3650)
#: How old ``used_at`` may grow before a request writes it again.
USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was presented, and for whom it acts.

    Attributes:
        is_unseen: ``used_at`` should be written again.
        app_standing: of the app that was named with it, see :func:`runtime.people.actors.app_standing`.
    """

    id: UUID
    actor: Actor
    is_unseen: bool
    app_standing: tuple[int, int] | None = None


_FIND = (
    person_query()
    .join(TOKENS, TOKENS.c.user_id == USERS.c.id)
    .add_columns(TOKENS.c.id.label("token_id"), TOKENS.c.scopes, TOKENS.c.used_at, *app_standing())
    .where(
        TOKENS.c.prefix == sa.bindparam("prefix"),
        TOKENS.c.hash == sa.bindparam("hash"),
        TOKENS.c.expires_at > sa.bindparam("now"),
        USERS.c.active == sa.true(),
    )
)


def create_token(
    connection: Connection,
    user: UUID,
    authority: Authority,
    name: str,
    now: datetime,
    scopes: Iterable[str] | None = None,
    expires_at: datetime | None = None,
) -> tuple[UUID, str]:
    """Make a token for a person who has ``authority``; its id, and the token itself, which is kept nowhere.

    Without ``scopes`` it may do whatever the person may.

    Raises:
        Invalid: a scope beyond the person's rights, or an end that has passed or is too far away.
    """
    ends = expires_at or now + LIFETIME
    allowed = [scope for scope in SCOPES if authority.allows_scope(scope)]
    wanted = allowed if scopes is None else list(scopes)
    chosen = sorted(set(wanted))
    errors = [
        FieldError(f"/scopes/{index}", "beyond_rights", {"scope": scope})
        for index, scope in enumerate(wanted)
        if scope not in allowed
    ]
    if not now < ends <= now + LONGEST_LIFETIME:
        errors.append(FieldError("/expires_at", "out_of_range"))
    require_valid(errors)
    token, prefix = new_token()
    id_ = uuid7()
    row = {
        "id": id_,
        "user_id": user,
        "name": name,
        "prefix": prefix,
        "hash": digest(token),
        "scopes": chosen,
    }
    connection.execute(sa.insert(TOKENS).values(**row, created_at=now, expires_at=ends, used_at=None))
    return id_, token


def find_token(connection: Connection, token: str, now: datetime, app: str = "") -> Token | None:
    """The token of an Authorization header, unless it ended or its person is no longer active (one statement).

    With ``app``, a key, it says which version is served.
    """
    prefix = token_prefix(token)
    if prefix is None:
        return None
    rows = connection.execute(_FIND, {"prefix": prefix, "hash": digest(token), "now": now, "app": app}).all()
    if not rows:
        return None
    first = rows[0]
    unseen = first.used_at is None or now - first.used_at > USED_EVERY
    return Token(first.token_id, actor_of(rows, frozenset(first.scopes)), unseen, standing_in(first))


def standing_tokens(connection: Connection, ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Those of the tokens that stand, as :func:`find_token` would find them (one statement)."""
    stands = TOKENS.c.id.in_(ids), TOKENS.c.expires_at > now, USERS.c.active == sa.true()
    joined = TOKENS.join(USERS, USERS.c.id == TOKENS.c.user_id)
    return set(connection.execute(sa.select(TOKENS.c.id).select_from(joined).where(*stands)).scalars())


def touch_token(connection: Connection, token: UUID, now: datetime) -> None:
    """Write down that the token was used."""
    connection.execute(sa.update(TOKENS).where(TOKENS.c.id == token).values(used_at=now))


_SHOWN = tuple(column for column in TOKENS.c if column.name not in ("hash", "user_id"))


def load_token(connection: Connection, user: UUID, token: UUID) -> Row[Any]:
    """One token of a person, but not what it is.

    Raises:
        NotFound: the person has no such token.
    """
    row = connection.execute(
        sa.select(*_SHOWN).where(TOKENS.c.id == token, TOKENS.c.user_id == user)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def list_tokens(connection: Connection, user: UUID, after: UUID | None, limit: int) -> list[Row[Any]]:
    """At most ``limit`` tokens of a person behind the id ``after``, oldest first; never what they are."""
    query = sa.select(*_SHOWN).where(TOKENS.c.user_id == user).order_by(TOKENS.c.id).limit(limit)
    if after is not None:
        query = query.where(TOKENS.c.id > after)
    return list(connection.execute(query))


def delete_token(connection: Connection, user: UUID, token: UUID) -> None:
    """End a token of a person.

    Raises:
        NotFound: the person has no such token.
    """
    mine = sa.and_(TOKENS.c.id == token, TOKENS.c.user_id == user)
    if connection.execute(sa.delete(TOKENS).where(mine)).rowcount != 1:
        raise NotFound
