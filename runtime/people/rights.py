"""What a person may do beside records: rights of the roles they hold, and over whom those reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.people.actors import Actor
from runtime.refusals import Forbidden
from schema_store.platform import APPS, VERSIONS
from schema_store.versions import load_version

#: Rights by role of an app's document.
RoleRights = Mapping[str, frozenset[str]]

#: Documents never change, so what was read of one stays true; keyed by hash.
_known: dict[str, RoleRights] = {}
_MOST_KNOWN = 200
_SCOPE_RIGHTS = {"build": frozenset({"build", "publish"}), "people": frozenset({"people"})}


@dataclass(frozen=True, slots=True)
class Authority:
    """What someone may do to the platform: everything, or what the rights of their roles say, per app."""

    admin: bool
    rights: Mapping[str, frozenset[str]]

    def has(self, right: str, app: str | None = None) -> bool:
        """Whether they hold a right, in ``app`` or, without one, in any."""
        held = self.rights.values() if app is None else [self.rights.get(app, frozenset())]
        return self.admin or any(right in rights for rights in held)

    def allows_scope(self, scope: str) -> bool:
        """Whether a token of theirs may have the scope."""
        needed = _SCOPE_RIGHTS.get(scope)
        return needed is None or any(self.has(right) for right in needed)

    def covers(self, other: Authority) -> bool:
        """Whether whoever holds this may do all that the other may."""
        if self.admin:
            return True
        return not other.admin and all(
            rights <= self.rights.get(app, frozenset()) for app, rights in other.rights.items()
        )


def role_rights(connection: Connection, apps: Iterable[str]) -> dict[str, RoleRights]:
    """The roles of each app that is installed, with their rights (one statement, once a document is known)."""
    wanted = sa.select(APPS.c.key, APPS.c.version, VERSIONS.c.hash).join(
        VERSIONS, sa.and_(VERSIONS.c.app == APPS.c.key, VERSIONS.c.number == APPS.c.version)
    )
    rows = connection.execute(wanted.where(APPS.c.key.in_(sorted(apps)))).all()
    return {
        row.key: _known[row.hash]
        if row.hash in _known
        else _learn(connection, row.key, row.version, row.hash)
        for row in rows
    }


def _learn(connection: Connection, app: str, version: int, hash_: str) -> RoleRights:
    document = load_version(connection, app, version).document
    rights = {role.key: frozenset[str](role.rights) for role in document.roles}
    if len(_known) < _MOST_KNOWN:
        _known[hash_] = rights
    return rights


def authority_of(connection: Connection, admin: bool, roles: Mapping[str, Iterable[str]]) -> Authority:
    """The authority that roles give, per app; reads nothing for an administrator or without roles."""
    if admin or not roles:
        return Authority(admin, {})
    defined = role_rights(connection, roles)
    held = {
        app: frozenset[str]().union(*(rights.get(role, frozenset()) for role in roles[app]))
        for app, rights in defined.items()
    }
    return Authority(False, {app: rights for app, rights in held.items() if rights})


def load_authority(connection: Connection, actor: Actor) -> Authority:
    """The authority of whoever acts."""
    return authority_of(connection, actor.admin, actor.roles)


def require_people_authority(connection: Connection, actor: Actor) -> Authority:
    """The authority of an actor who may manage people.

    Raises:
        Forbidden: they may not, or their token may not be used for it.
    """
    authority = load_authority(connection, actor)
    if not authority.has("people") or not actor.has_scope("people"):
        raise Forbidden
    return authority
