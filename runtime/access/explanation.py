"""Why somebody may or may not do something with a record or a field: each grant asked on its own, as data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.checker import check
from expressions.env import Env
from expressions.parser import check_syntax
from expressions.sql import is_true
from runtime.access.filters import scope_condition, when_condition
from runtime.access.policy import BLIND, WIRE_NAMES, Policy, is_given
from runtime.people.actors import Actor
from schema_store.compiled.access import CompiledGrant
from schema_store.document.access import Act, Scope

#: Why a grant does not reach a record; ``no_team`` and ``no_region``: the actor stands in none.
Obstacle = Literal["owner", "team", "team_below", "region", "no_team", "no_region", "when"]
#: What keeps a field from being written; ``not_granted``: no grant of the act allows it.
Bar = Literal["computed", "read_only", "system", "not_granted"]


@dataclass(frozen=True, slots=True)
class GrantVerdict:
    """What one grant says.

    Attributes:
        role, permission: keys; which grant.
        acts: the acts needed that it gives.
        scope: of the grant.
        condition: its ``when`` as the author wrote it; None without one, or where the reader may not name what
            stands in it.
        obstacle: what keeps it from reaching the record; None where it reaches it, or where no record was asked about.
    """

    role: str
    permission: str
    acts: tuple[Act, ...]
    scope: Scope
    condition: str | None
    obstacle: Obstacle | None

    @property
    def holds(self) -> bool:
        """Whether it lets someone in."""
        return self.obstacle is None


@dataclass(frozen=True, slots=True)
class FieldVerdict:
    """What the grants say of one field, whatever the record.

    Attributes:
        field: by its name on the wire.
        readable: whether it exists for the actor.
        shown_by, hidden_by: grants of reading, as (role, permission), that show it and that do not.
        writable: whether it can be changed.
        written_by: grants that allow it to be changed.
        bar: what keeps it from being changed; None where it can be.
    """

    field: str
    readable: bool
    shown_by: tuple[tuple[str, str], ...]
    hidden_by: tuple[tuple[str, str], ...]
    writable: bool
    written_by: tuple[tuple[str, str], ...]
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an act is allowed or not.

    Attributes:
        entity, act, record: what was asked; ``record`` None: whether it is possible on some record.
        needed: the acts that have to be granted: acts on what has been seen need reading too.
        allowed: the answer.
        grants: every grant of a needed act, role by role.
        field: of the field that was asked about.
    """

    entity: str
    act: Act
    record: UUID | None
    needed: tuple[Act, ...]
    allowed: bool
    grants: tuple[GrantVerdict, ...]
    field: FieldVerdict | None = None


def explain_act(
    connection: Connection,
    policy: Policy,
    actor: Actor,
    entity: str,
    act: Act,
    record: UUID | None,
    parameters: dict[str, Any],
    reader: Env,
) -> Explanation:
    """Why the actor may or may not do the act; one statement where a record is asked about.

    Args:
        connection: inside a transaction.
        policy: of the one it is about.
        actor: they themselves.
        entity: of the app.
        act: what would be done.
        record: one that is there, or None.
        parameters: of that actor.
        reader: what the one who asks may name.
    """
    needed: tuple[Act, ...] = (act,) if act == "read" or act in BLIND else ("read", act)
    grants = tuple(
        grant
        for role in policy.roles
        for grant in role.grants.get(entity, ())
        if grant.acts.intersection(needed)
    )
    met = _ask(connection, policy, grants, entity, record, parameters) if record and grants else ()
    answers = met or ((True, True),) * len(grants)
    verdicts = tuple(
        GrantVerdict(
            role=grant.role,
            permission=grant.key,
            acts=tuple(each for each in needed if each in grant.acts),
            scope=grant.scope,
            condition=_shown(grant, reader),
            obstacle=_obstacle(grant, actor, *answer),
        )
        for grant, answer in zip(grants, answers, strict=True)
    )
    allowed = all(any(verdict.holds and each in verdict.acts for verdict in verdicts) for each in needed)
    return Explanation(entity, act, record, needed, allowed, verdicts)


def _ask(
    connection: Connection,
    policy: Policy,
    grants: Sequence[CompiledGrant],
    entity: str,
    record: UUID,
    parameters: dict[str, Any],
) -> tuple[tuple[bool, bool], ...]:
    """For each grant whether the record is inside its scope and meets its condition."""
    table = policy.served.entity_table(entity)
    columns: list[sa.ColumnElement[bool]] = []
    for grant in grants:
        for part in (scope_condition, when_condition):
            condition = part(policy.served, grant, table)
            columns.append((sa.true() if condition is None else is_true(condition)).label(f"c{len(columns)}"))
    row = connection.execute(sa.select(*columns).where(table.c.id == record), parameters).one()
    found = [bool(value) for value in row]
    return tuple(zip(found[::2], found[1::2], strict=True))


def _obstacle(grant: CompiledGrant, actor: Actor, in_scope: bool, meets: bool) -> Obstacle | None:
    if in_scope:
        return None if meets else "when"
    match grant.scope:
        case "team" | "team_below":
            return grant.scope if actor.team_id else "no_team"
        case "region":
            return "region" if actor.region_id else "no_region"
    return "owner"


def _shown(grant: CompiledGrant, reader: Env) -> str | None:
    """The condition, where the reader may name everything in it: its text could tell of fields they do not have."""
    if grant.text is None:
        return None
    node, _ = check_syntax(grant.text)
    checked = check(node, reader, None)[0] if node else None
    return grant.text if checked else None


def explain_field(policy: Policy, entity: str, field: str) -> FieldVerdict:
    """Why a field is there or not, and whether it can be changed.

    Args:
        policy: of the one it is about.
        entity: of the app.
        field: name on the wire of a field that the entity has.
    """
    reading = policy.grants(entity, "read")
    changing = policy.changing(entity, field)
    shown = [grant for grant in reading if field in _wire(policy.seen(grant))]
    given = [grant for grant in changing if field in _wire(policy.seen(grant) - grant.read_only)]
    writable = field in policy.writable(entity, "update")
    return FieldVerdict(
        field=field,
        readable=bool(shown),
        shown_by=_names(shown),
        hidden_by=_names(grant for grant in reading if grant not in shown),
        writable=writable,
        written_by=_names(given) if writable else (),
        bar=None if writable else _bar(policy, entity, field),
    )


def _bar(policy: Policy, entity: str, field: str) -> Bar:
    found = policy.served.app.entities[entity].fields.get(field)
    if found is None:
        return "not_granted" if field == "owner_id" else "system"
    if is_given(found):
        return "not_granted"
    return "computed" if found.computed else "read_only"


def _wire(names: Iterable[str]) -> set[str]:
    return {WIRE_NAMES.get(name, name) for name in names}


def _names(grants: Iterable[CompiledGrant]) -> tuple[tuple[str, str], ...]:
    return tuple((grant.role, grant.key) for grant in grants)
