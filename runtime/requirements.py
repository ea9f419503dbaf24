"""What gates ask for: fields, files, actions, people, conditions. Each check says what it needs and what it saw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from expressions.literals import parse_duration
from runtime.change import Change, StageMove, Values, wire_name
from runtime.files.types import is_accepted
from runtime.people.tables import USER_ROLES, USERS
from runtime.refusals import Unmet
from runtime.unit import Unit
from schema_store.compiled.process import CompiledCriterion, CompiledGate
from schema_store.document.process import ActionRequirement, EvidenceRequirement, PersonRequirement

#: What is called to somebody who may not know that a field exists.
_HIDDEN: Mapping[str, str] = {"zh-CN": "您不可见的内容", "en": "Something that you may not see"}


@dataclass
class Entering:
    """A record on its way into a stage.

    Attributes:
        row: as it will be, with what the gates look at.
    """

    unit: Unit
    change: Change
    move: StageMove
    row: Values

    @cached_property
    def readable(self) -> frozenset[str]:
        """What the actor may be told of."""
        return self.unit.access.readable(self.change.key)

    def is_told(self, key: str) -> bool:
        """Whether the actor may know of a field."""
        return wire_name(key) in self.readable

    def seen(self, key: str) -> Any:
        """A value of the record in wire form; None for what the actor may not read."""
        field = self.change.entity.fields.get(key)
        value = self.row.get(key)
        if field is None or not self.is_told(key) or isinstance(value, list):
            return None
        return field.encode(value)

    @cached_property
    def files(self) -> Mapping[str, Mapping[UUID, str]]:
        """Types of the files that are shown now or were shown before, by requirement and id."""
        given = [(each["key"], UUID(each["file_id"])) for each in self.change.request.evidence]
        table, file = self.unit.served.support.evidence, self.unit.served.support.file
        shown = self.unit.connection.execute(
            sa.select(table.c.requirement, table.c.file).where(
                table.c.record == self.change.id, table.c.entity == self.change.entity.id
            )
        )
        pairs = {*given, *((row.requirement, row.file) for row in shown)}
        ids = {ident for _, ident in pairs}
        rows = self.unit.connection.execute(sa.select(file.c.id, file.c.type).where(file.c.id.in_(ids)))
        types = {row.id: row.type for row in rows}
        found: dict[str, dict[UUID, str]] = defaultdict(dict)
        for requirement, ident in pairs:
            if ident in types:
                found[requirement][ident] = types[ident]
        return found


def check_gate(
    entering: Entering, required: Collection[str], gates: Sequence[CompiledGate]
) -> Iterator[Unmet]:
    """Everything that is missing of the required fields of a stage and of its gates."""
    fields = dict.fromkeys([*required, *(key for gate in gates for key in gate.fields)])
    for key in fields:
        yield from _field(entering, key)
    for gate in gates:
        for evidence in gate.evidence:
            yield from _evidence(entering, evidence)
        for action in gate.actions:
            yield from _action(entering, action)
        for person in gate.people:
            yield from _person(entering, person)
        for criterion in gate.criteria:
            yield from _criterion(entering, criterion)


def _field(entering: Entering, key: str) -> Iterator[Unmet]:
    if entering.row.get(key) not in (None, (), [], ""):
        return
    if entering.is_told(key):
        field = entering.change.entity.fields.get(key)
        yield Unmet(key, "field", "filled", None, field.label if field else {})
    else:
        yield Unmet("", "field", "filled", None, _HIDDEN)


def _evidence(entering: Entering, evidence: EvidenceRequirement) -> Iterator[Unmet]:
    types = entering.files.get(evidence.key, {}).values()
    fitting = [each for each in types if is_accepted(each, evidence.accept)]
    if len(fitting) >= evidence.minimum:
        return
    seen: dict[str, Any] = {"count": len(fitting)}
    if others := sorted(set(types) - set(fitting)):
        seen["other_types"] = others
    needed = {"count": evidence.minimum, "accept": list(evidence.accept)}
    yield Unmet(evidence.key, "evidence", needed, seen, evidence.label)


def _action(entering: Entering, action: ActionRequirement) -> Iterator[Unmet]:
    unit, change = entering.unit, entering.change
    event = unit.served.support.event
    window = parse_duration(action.within) if action.within else None
    statement = sa.select(sa.func.count()).where(
        event.c.record == change.id,
        event.c.entity == change.entity.id,
        event.c.kind == action.event,
        event.c.at <= unit.now,
    )
    if window is not None:
        statement = statement.where(event.c.at >= unit.now - (window or timedelta()))
    count = unit.connection.execute(statement).scalar_one()
    if count < action.minimum:
        needed = {"event": action.event, "count": action.minimum, "within": action.within}
        yield Unmet(action.key, "action", needed, {"count": count}, action.label)


def _person(entering: Entering, person: PersonRequirement) -> Iterator[Unmet]:
    user = entering.row.get(person.field)
    if user is not None and _holds(entering.unit, user, person.roles):
        return
    needed = {"field": person.field, "roles": list(person.roles)}
    if not entering.is_told(person.field):
        needed = {"roles": list(person.roles)}
    yield Unmet(person.key, "person", needed, entering.seen(person.field), person.label)


def _holds(unit: Unit, user: UUID, roles: Sequence[str]) -> bool:
    """Whether a person is active and holds one of the roles in this app; without roles any active person will do."""
    statement = sa.select(USERS.c.id).where(
        USERS.c.id == user, USERS.c.active == sa.literal(True, USERS.c.active.type)
    )
    if roles:
        held = sa.select(USER_ROLES.c.role).where(
            USER_ROLES.c.user_id == USERS.c.id,
            USER_ROLES.c.app == unit.served.app.key,
            USER_ROLES.c.role.in_(roles),
        )
        statement = statement.where(held.exists())
    return unit.connection.execute(statement).first() is not None


def _criterion(entering: Entering, criterion: CompiledCriterion) -> Iterator[Unmet]:
    if criterion.program.eval(entering.row, entering.unit.context) is True:
        return
    keys = sorted({path[0] for path in criterion.program.checked.fields})
    seen = {key: value for key in keys if (value := entering.seen(key)) is not None}
    yield Unmet(criterion.key, "criterion", None, seen or None, criterion.label, criterion.message)
