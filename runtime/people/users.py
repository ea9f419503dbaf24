"""People: making them, finding them, changing them; who may do so is :mod:`runtime.people.reach`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from uuid_utils.compat import uuid7

from runtime.people.actors import group_roles
from runtime.people.links import delete_links
from runtime.people.rights import role_rights
from runtime.people.sessions import close_sessions, mark_for_renewal
from runtime.people.tables import REGIONS, TEAMS, USER_ROLES, USERS
from runtime.refusals import (
    Conflict,
    FieldError,
    Invalid,
    NotFound,
    UniqueTaken,
    require_valid,
)
from schema_store.pinyin import sort_key

#: Everything of a person; of the password only whether it is set: nothing outside of signing in reads its hash.
_SHOWN = (
    *(column for column in USERS.c if column.name != "password_hash"),
    USERS.c.password_hash.is_not(None).label("is_set_up"),
)
_DEFAULTS: Mapping[str, Any] = {
    "email": None,
    "phone": None,
    "locale": "zh-CN",
    "active": True,
    "admin": False,
    "team_id": None,
    "region_id": None,
    "password_hash": None,
    "absent_from": None,
    "absent_to": None,
    "skills": None,
}

Roles = Mapping[str, Iterable[str]]


@dataclass(frozen=True, slots=True)
class Person:
    """A person as stored (a row without the password's hash) and their roles per app."""

    row: Row[Any]
    roles: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Which people of a list: a part of the name, user name or its pinyin; active or not; of one team."""

    search: str = ""
    active: bool | None = None
    team_id: UUID | None = None


def username_key(username: str) -> str:
    """The form in which user names are compared: NFKC, no case, no outer white space."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def create_user(connection: Connection, values: Mapping[str, Any], now: datetime) -> UUID:
    """Add a person without a password; who may do so has been checked.

    Args:
        connection: inside a write transaction.
        values: columns, at least ``username`` and ``name``; ``roles`` per app where there are any.
        now: the moment.

    Raises:
        Invalid: an unknown team, region, app or role, an absence that ends before it begins.
        UniqueTaken: the user name.
    """
    roles: Roles = values.get("roles", {})
    columns = {name: value for name, value in values.items() if name != "roles"}
    _require_known(connection, columns, roles)
    id_ = uuid7()
    _require_free(connection, columns["username"], id_)
    row = {**_DEFAULTS, **columns, **_derived(columns), "id": id_, "created_at": now, "updated_at": now}
    connection.execute(sa.insert(USERS).values(row))
    _set_roles(connection, id_, roles)
    return id_


def update_user(connection: Connection, user: UUID, values: Mapping[str, Any], now: datetime) -> None:
    """Change a person; who may do so has been checked.

    A person who is no longer active loses sessions and links at once; one whose rights change gets new session ids.

    Raises:
        NotFound: no such person.
        Invalid: as in :func:`create_user`.
        UniqueTaken: the user name.
        Conflict: ``last_admin``, nobody could manage the platform any more.
    """
    roles: Roles = values.get("roles", {})
    columns = {name: value for name, value in values.items() if name != "roles"}
    # Before the person's own row: everyone takes these locks in one order.
    admins = _lock_admins(connection) if {"admin", "active"} & columns.keys() else []
    standing = load_user(connection, user, lock=True)
    _require_known(connection, {**standing.row._mapping, **columns}, roles)
    if "username" in columns:
        _require_free(connection, columns["username"], user)
    if admins == [user] and not (columns.get("admin", True) and columns.get("active", True)):
        raise Conflict("last_admin")
    connection.execute(
        sa.update(USERS).where(USERS.c.id == user).values(**columns, **_derived(columns), updated_at=now)
    )
    _set_roles(connection, user, roles)
    if columns.get("active") is False:
        close_sessions(connection, user)
        delete_links(connection, user)
    elif roles or columns.get("admin", standing.row.admin) != standing.row.admin:
        mark_for_renewal(connection, user)


def load_user(connection: Connection, user: UUID, *, lock: bool = False) -> Person:
    """One person; locks the row where asked to.

    Raises:
        NotFound: no such person.
    """
    query = sa.select(*_SHOWN).where(USERS.c.id == user)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound
    return _with_roles(connection, [row])[0]


def find_username(connection: Connection, username: str) -> Person:
    """The person of a user name.

    Raises:
        NotFound: no such person.
    """
    query = sa.select(*_SHOWN).where(USERS.c.username_key == username_key(username))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return _with_roles(connection, [row])[0]


def list_users(
    connection: Connection, wanted: PeopleFilter, after: tuple[str, UUID] | None, limit: int
) -> list[Person]:
    """At most ``limit`` people by name (in pinyin) behind a place in that order (two statements)."""
    query = sa.select(*_SHOWN).order_by(USERS.c.sort_key, USERS.c.id).limit(limit)
    if wanted.search:
        text = wanted.search.lower()
        columns = (USERS.c.sort_key, USERS.c.username_key, sa.func.lower(USERS.c.name))
        joined = sa.func.replace(USERS.c.sort_key, " ", "", type_=sa.String())
        parts = [column.contains(text, autoescape=True) for column in columns]
        parts.append(joined.contains(text.replace(" ", ""), autoescape=True))  # as pinyin is typed
        query = query.where(sa.or_(*parts))
    if wanted.active is not None:
        query = query.where(USERS.c.active == sa.literal(wanted.active, USERS.c.active.type))
    if wanted.team_id is not None:
        query = query.where(USERS.c.team_id == wanted.team_id)
    if after is not None:
        place = sa.tuple_(sa.literal(after[0], USERS.c.sort_key.type), sa.literal(after[1], USERS.c.id.type))
        query = query.where(sa.tuple_(USERS.c.sort_key, USERS.c.id) > place)
    return _with_roles(connection, connection.execute(query).all())


def set_password(connection: Connection, user: UUID, password_hash: str, now: datetime) -> None:
    """Store a password's hash; every session and open link of the person ends."""
    connection.execute(
        sa.update(USERS).where(USERS.c.id == user).values(password_hash=password_hash, updated_at=now)
    )
    close_sessions(connection, user)
    delete_links(connection, user)


def store_hash(connection: Connection, user: UUID, password_hash: str) -> None:
    """Store another hash of the same password."""
    connection.execute(sa.update(USERS).where(USERS.c.id == user).values(password_hash=password_hash))


def has_admin(connection: Connection) -> bool:
    """Whether an active administrator has a password, so that the set-up is done."""
    able = sa.and_(
        USERS.c.admin == sa.true(), USERS.c.active == sa.true(), USERS.c.password_hash.is_not(None)
    )
    return connection.execute(sa.select(USERS.c.id).where(able).limit(1)).first() is not None


def has_users(connection: Connection) -> bool:
    """Whether there is anybody at all."""
    return connection.execute(sa.select(USERS.c.id).limit(1)).first() is not None


def first_admin(connection: Connection) -> UUID | None:
    """The oldest active administrator, with or without a password."""
    able = sa.and_(USERS.c.admin == sa.true(), USERS.c.active == sa.true())
    return connection.execute(sa.select(USERS.c.id).where(able).order_by(USERS.c.id).limit(1)).scalar()


def _with_roles(connection: Connection, rows: Sequence[Row[Any]]) -> list[Person]:
    ids = [row.id for row in rows]
    query = sa.select(USER_ROLES).where(USER_ROLES.c.user_id.in_(ids)) if ids else None
    held: dict[UUID, list[tuple[str, str]]] = {id_: [] for id_ in ids}
    for role in connection.execute(query).all() if query is not None else ():
        held[role.user_id].append((role.app, role.role))
    return [Person(row, group_roles(held[row.id])) for row in rows]


def _derived(columns: Mapping[str, Any]) -> dict[str, str]:
    """The keys that follow from the names."""
    derived = {}
    if "username" in columns:
        derived["username_key"] = username_key(columns["username"])
    if "name" in columns:
        derived["sort_key"] = sort_key(columns["name"])
    return derived


def _require_known(connection: Connection, columns: Mapping[str, Any], roles: Roles) -> None:
    errors = []
    for name, tree in (("team_id", TEAMS), ("region_id", REGIONS)):
        node = columns.get(name)
        found = sa.select(tree.c.id).where(tree.c.id == node)
        if node is not None and connection.execute(found).first() is None:
            errors.append(FieldError(f"/{name}", "unknown_reference"))
    begin, end = columns.get("absent_from"), columns.get("absent_to")
    if end is not None and (begin is None or begin >= end):
        errors.append(FieldError("/absent_to", "out_of_range"))
    require_valid([*errors, *_check_roles(connection, roles)])


def _check_roles(connection: Connection, roles: Roles) -> list[FieldError]:
    defined = role_rights(connection, roles) if roles else {}
    unknown = [FieldError(f"/roles/{app}", "unknown_reference") for app in roles if app not in defined]
    return unknown + [
        FieldError(f"/roles/{app}/{index}", "unknown_reference")
        for app, rights in defined.items()
        for index, role in enumerate(roles[app])
        if role not in rights
    ]


def _require_free(connection: Connection, username: str, user: UUID) -> None:
    key = username_key(username)
    if not key:
        raise Invalid([FieldError("/username", "required")])
    taken = sa.select(USERS.c.id).where(USERS.c.username_key == key, USERS.c.id != user)
    if connection.execute(taken).first() is not None:
        raise UniqueTaken(["username"])


def _lock_admins(connection: Connection) -> list[UUID]:
    """The active administrators, locked, so that two of them cannot take the right from each other at once."""
    able = sa.and_(USERS.c.admin == sa.true(), USERS.c.active == sa.true())
    query = sa.select(USERS.c.id).where(able).order_by(USERS.c.id).with_for_update()
    return list(connection.execute(query).scalars())


def _set_roles(connection: Connection, user: UUID, roles: Roles) -> None:
    """Replace the roles in the apps that are named; the others stay."""
    if not roles:
        return
    connection.execute(
        sa.delete(USER_ROLES).where(USER_ROLES.c.user_id == user, USER_ROLES.c.app.in_(sorted(roles)))
    )
    rows = [
        {"user_id": user, "app": app, "role": role}
        for app, keys in roles.items()
        for role in sorted(set(keys))
    ]
    if rows:
        connection.execute(sa.insert(USER_ROLES), rows)
