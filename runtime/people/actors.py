"""The actor: who acts, as the rest of the engine sees them; read anew for every request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from expressions.context import ActorValues
from runtime.people.tables import REGIONS, TEAMS, USER_ROLES, USERS
from runtime.people.trees import is_below
from schema_store.platform import APPS

#: What a token may be used for: read anything, write records, work on apps, manage people.
Scope = Literal["read", "write", "build", "people"]
SCOPES: tuple[Scope, ...] = ("read", "write", "build", "people")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who is signed in, or a program in their name.

    Attributes:
        admin: may do everything to the platform.
        team_path, region_path: as in the trees; empty without one.
        roles: per app; an app without any is absent.
        scopes: of the token; None for a session, which has them all.
        team_ids, region_ids: their places in the trees and everything below.
    """

    id: UUID
    username: str
    name: str
    locale: str
    admin: bool
    team_id: UUID | None
    team_path: str
    region_id: UUID | None
    region_path: str
    roles: Mapping[str, frozenset[str]]
    scopes: frozenset[str] | None = None
    team_ids: tuple[UUID, ...] = ()
    region_ids: tuple[UUID, ...] = ()

    def has_scope(self, scope: Scope) -> bool:
        """Whether the session or token they act with may be used for this."""
        return self.scopes is None or scope in self.scopes


def person_query() -> sa.Select[Any]:
    """People with their places in the trees, one row per role they hold (one row where they hold none)."""
    return (
        sa.select(
            USERS,
            TEAMS.c.path.label("team_path"),
            REGIONS.c.path.label("region_path"),
            _ids_inside(TEAMS).label("team_ids"),
            _ids_inside(REGIONS).label("region_ids"),
            USER_ROLES.c.app,
            USER_ROLES.c.role,
        )
        .select_from(USERS)
        .outerjoin(TEAMS, TEAMS.c.id == USERS.c.team_id)
        .outerjoin(REGIONS, REGIONS.c.id == USERS.c.region_id)
        .outerjoin(USER_ROLES, USER_ROLES.c.user_id == USERS.c.id)
    )


def actor_of(rows: Sequence[Row[Any]], scopes: frozenset[str] | None = None) -> Actor:
    """The actor of the rows that :func:`person_query` gives for one person."""
    first = rows[0]
    return Actor(
        id=first.id,
        username=first.username,
        name=first.name,
        locale=first.locale,
        admin=first.admin,
        team_id=first.team_id,
        team_path=first.team_path or "",
        region_id=first.region_id,
        region_path=first.region_path or "",
        roles=group_roles((row.app, row.role) for row in rows if row.app is not None),
        scopes=scopes,
        team_ids=_ids(first.team_ids),
        region_ids=_ids(first.region_ids),
    )


def find_actor(connection: Connection, person: UUID) -> Actor | None:
    """The actor that a person is now; None where they are not active (one statement)."""
    found = person_query().where(USERS.c.id == person, USERS.c.active == sa.true())
    rows = connection.execute(found).all()
    return actor_of(rows) if rows else None


class _Joined(FunctionElement[str]):
    """The ids of rows as one text with commas, on either database."""

    type = sa.Text()
    inherit_cache = True


@compiles(_Joined, "postgresql")
def _join_postgresql(element: _Joined, compiler: Any, **options: Any) -> str:
    return f"string_agg(CAST({compiler.process(element.clauses, **options)} AS TEXT), ',')"


@compiles(_Joined, "sqlite")
def _join_sqlite(element: _Joined, compiler: Any, **options: Any) -> str:
    return f"group_concat(hex({compiler.process(element.clauses, **options)}), ',')"


def _ids_inside(tree: sa.Table) -> sa.ScalarSelect[Any]:
    """The node of ``tree`` in the outer query and all below it."""
    node = tree.alias()
    inside = is_below(node.c.path, tree.c.path)
    return sa.select(_Joined(node.c.id)).where(inside).correlate(tree).scalar_subquery()


def _ids(joined: str | None) -> tuple[UUID, ...]:
    return tuple(map(UUID, joined.split(","))) if joined else ()


def app_standing() -> tuple[sa.Label[int], ...]:
    """How the app stands that the bind ``app`` names, as columns: its served version and how often elements of it
    were switched on or off; null where there is none.
    """
    named = APPS.c.key == sa.bindparam("app", type_=sa.String())
    columns = {"app_version": APPS.c.version, "app_switches": APPS.c.switches}
    return tuple(
        sa.select(column).where(named).scalar_subquery().label(name) for name, column in columns.items()
    )


def standing_in(row: Any) -> tuple[int, int] | None:
    """The two columns of :func:`app_standing` in a row; None where there is no such app."""
    return None if row.app_version is None else (row.app_version, row.app_switches)


def group_roles(pairs: Any) -> dict[str, frozenset[str]]:
    """Roles by app, of pairs of both."""
    grouped: dict[str, set[str]] = {}
    for app, role in pairs:
        grouped.setdefault(app, set()).add(role)
    return {app: frozenset(roles) for app, roles in grouped.items()}


def actor_values(actor: Actor, app: str) -> ActorValues:
    """The values of the actor words in one app."""
    return ActorValues(
        me=actor.id,
        my_team=actor.team_id,
        my_teams=actor.team_ids,
        my_region=actor.region_id,
        my_regions=actor.region_ids,
        my_roles=tuple(sorted(actor.roles.get(app, ()))),
    )
