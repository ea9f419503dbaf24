"""Grants as SQL: which rows they reach. What depends on the actor is a bind, so the text is the role set's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from expressions.sql import compile_sql
from expressions.storage import Text, Uuid
from runtime.access.policy import BLIND, Policy
from runtime.people.actors import Actor
from runtime.people.tables import REGIONS, TEAMS, USERS
from runtime.people.trees import is_below
from runtime.served import RecordScope, Served
from schema_store.compiled.access import CompiledGrant
from schema_store.document.access import Act
from schema_store.document.fields import RegionField

Condition = sa.ColumnElement[bool]
_TEAM_PATH, _REGION_PATH = "actor_team_path", "actor_region_path"


def path_parameters(actor: Actor) -> dict[str, Any]:
    """The binds of the trees; null where the actor stands in none, which matches nothing."""
    return {_TEAM_PATH: actor.team_path or None, _REGION_PATH: actor.region_path or None}


def restriction(policy: Policy, entity: str, act: Act, alias: sa.FromClause) -> Condition | None:
    """The rows of an entity of the app on which holders may act, wherever they lie; None for all.

    Every act but making records is on a record that may be read.
    """
    grants = policy.grants(entity, act)
    parts = [any_of(policy.served, grants, alias)]
    if act not in BLIND and act != "read":
        seen = policy.grants(entity, "read")
        if not _reaches(grants) <= _reaches(seen):
            parts.append(any_of(policy.served, seen, alias))
    conditions = [part for part in parts if part is not None]
    return sa.and_(*conditions) if conditions else None


def any_of(served: Served, grants: Iterable[CompiledGrant], alias: sa.FromClause) -> Condition | None:
    """The rows that at least one grant reaches; None for all, FALSE without grants."""
    found: dict[Reach, Condition | None] = {}
    for grant in grants:
        if _reach(grant) not in found:
            found[_reach(grant)] = grant_condition(served, grant, alias)
    conditions = [condition for condition in found.values() if condition is not None]
    if len(conditions) < len(found):
        return None
    return sa.or_(sa.false(), *conditions)


def grant_condition(served: Served, grant: CompiledGrant, alias: sa.FromClause) -> Condition | None:
    """The rows that one grant reaches; None for all."""
    parts = [scope_condition(served, grant, alias), when_condition(served, grant, alias)]
    conditions = [part for part in parts if part is not None]
    return sa.and_(*conditions) if conditions else None


def scope_condition(served: Served, grant: CompiledGrant, alias: sa.FromClause) -> Condition | None:
    """The rows inside the scope of a grant; None for all."""
    return _SCOPES[grant.scope](served, grant.entity, alias)


def when_condition(served: Served, grant: CompiledGrant, alias: sa.FromClause) -> Condition | None:
    """The rows of which ``when`` is true; None without one.

    It is the author's rule and is decided by the whole truth: the records it looks at on its way are not filtered
    for the actor, or two rules that look at each other's entity would have no end.
    """
    if grant.when is None:
        return None
    return compile_sql(grant.when, RecordScope(served, alias), served.dialect)


Reach = tuple[str, str | None]


def _reach(grant: CompiledGrant) -> Reach:
    """What decides which rows of one entity a grant reaches."""
    return grant.scope, grant.text


def _reaches(grants: Iterable[CompiledGrant]) -> set[Reach]:
    return {_reach(grant) for grant in grants}


def _own(_served: Served, _entity: str, alias: sa.FromClause) -> Condition:
    return alias.c.owner_id == sa.bindparam("actor_me", type_=Uuid())


def _team(_served: Served, _entity: str, alias: sa.FromClause) -> Condition:
    owner = USERS.alias()
    mates = sa.select(owner.c.id).where(owner.c.team_id == sa.bindparam("actor_my_team", type_=Uuid()))
    return alias.c.owner_id.in_(mates.correlate(None))


def _team_below(_served: Served, _entity: str, alias: sa.FromClause) -> Condition:
    owner, team = USERS.alias(), TEAMS.alias()
    mates = sa.select(owner.c.id).join(team, team.c.id == owner.c.team_id)
    below = is_below(team.c.path, sa.bindparam(_TEAM_PATH, type_=Text()))
    return alias.c.owner_id.in_(mates.where(below).correlate(None))


def _region(served: Served, entity: str, alias: sa.FromClause) -> Condition:
    """By the first region field of the entity, else by the owner's region; a record without either is in none."""
    region = REGIONS.alias()
    below = is_below(region.c.path, sa.bindparam(_REGION_PATH, type_=Text()))
    field = region_field(served, entity)
    if field is not None:
        regions = sa.select(region.c.id).where(below)
        return alias.c[served.column(entity, field)].in_(regions.correlate(None))
    owner = USERS.alias()
    owners = sa.select(owner.c.id).join(region, region.c.id == owner.c.region_id)
    return alias.c.owner_id.in_(owners.where(below).correlate(None))


def region_field(served: Served, entity: str) -> str | None:
    """The field that says in which region a record lies; None where the entity has no such field."""
    fields = served.app.entities[entity].fields.values()
    return next((field.key for field in fields if isinstance(field.spec, RegionField)), None)


def _all(_served: Served, _entity: str, _alias: sa.FromClause) -> None:
    return None


_SCOPES: Mapping[str, Callable[[Served, str, sa.FromClause], Condition | None]] = {
    "own": _own,
    "team": _team,
    "team_below": _team_below,
    "region": _region,
    "all": _all,
}
