"""What gates ask for: fields, files, actions, people, conditions. Each check says what it needs and what it saw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from expressions.literals import parse_duration
from expressions.storage import EPOCH
from runtime.change import Change, StageMove, Values, wire_name
from runtime.files.types import is_accepted
from runtime.people.tables import USER_ROLES, USERS
from runtime.refusals import Unmet
from runtime.support import SupportTables
from runtime.unit import Unit
from schema_store.compiled.process import CompiledCriterion, CompiledGate
from schema_store.document.process import ActionRequirement, EvidenceRequirement, PersonRequirement

#: What is called to somebody who may not know that a field exists.
_HIDDEN: Mapping[str, str] = {"zh-CN": "您不可见的内容", "en": "Something that you may not see"}


class Hall:
    """What is looked up once for all records that a batch moves.

    Args:
        unit: whose transaction.
        changes: the records on their way, of one entity.
    """

    def __init__(self, unit: Unit, changes: Sequence[Change]):
        self.unit, self.changes = unit, changes
        self._counts: dict[tuple[str, str | None], Mapping[UUID, int]] = {}
        self._holders: dict[tuple[str, tuple[str, ...]], frozenset[UUID]] = {}

    @cached_property
    def _where(self) -> dict[str, Any]:
        return {"records": [change.id for change in self.changes], "entity": self.changes[0].entity.id}

    @cached_property
    def files(self) -> Mapping[UUID, Mapping[str, Mapping[UUID, str]]]:
        """Types of the files that are shown now or were shown before, by record, requirement and id."""
        triples = {
            (change.id, each["key"], UUID(each["file_id"]))
            for change in self.changes
            for each in change.request.evidence
        }
        support, connection = self.unit.served.support, self.unit.connection
        shown, types = self.unit.statement(("evidence",), lambda: _files_shown(support))
        triples |= {tuple(row) for row in connection.execute(shown, self._where)}
        rows = connection.execute(types, {"ids": sorted({ident for _, _, ident in triples})})
        known = {row.id: row.type for row in rows}
        found: dict[UUID, dict[str, dict[UUID, str]]] = defaultdict(lambda: defaultdict(dict))
        for record, requirement, ident in triples:
            if ident in known:
                found[record][requirement][ident] = known[ident]
        return found

    def count(self, action: ActionRequirement) -> Mapping[UUID, int]:
        """How often it happened in the time that counts, by record; those where it never did are absent."""
        name = (action.event, action.within)
        if name not in self._counts:
            statement = self.unit.statement(("actions",), lambda: _events_counted(self.unit.served.support))
            window = parse_duration(action.within) if action.within else None
            since = self.unit.now - window if window is not None else EPOCH
            binds = {**self._where, "kind": action.event, "since": since, "now": self.unit.now}
            counted = self.unit.connection.execute(statement, binds)
            self._counts[name] = {row[0]: row[1] for row in counted}
        return self._counts[name]

    def holders(self, person: PersonRequirement) -> frozenset[UUID]:
        """Of the people whom the records name, those who are active and hold one of the roles in this app.

        Without roles any active person will do.
        """
        name = (person.field, tuple(person.roles))
        if name not in self._holders:
            named = {user for change in self.changes if (user := change.after.get(person.field))}
            found = self.unit.connection.execute(_holding(self.unit, person.roles), {"ids": sorted(named)})
            self._holders[name] = frozenset(found.scalars())
        return self._holders[name]


def _of_records(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    is_named = table.c.record.in_(sa.bindparam("records", expanding=True))
    return is_named, table.c.entity == sa.bindparam("entity")


def _files_shown(support: SupportTables) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """What was shown for records; the types of files."""
    shown, file = support.evidence, support.file
    is_asked = file.c.id.in_(sa.bindparam("ids", expanding=True))
    return (
        sa.select(shown.c.record, shown.c.requirement, shown.c.file).where(*_of_records(shown)),
        sa.select(file.c.id, file.c.type).where(is_asked),
    )


def _events_counted(support: SupportTables) -> sa.Select[Any]:
    event = support.event
    return (
        sa.select(event.c.record, sa.func.count())
        .where(*_of_records(event), event.c.kind == sa.bindparam("kind"))
        .where(event.c.at >= sa.bindparam("since", type_=event.c.at.type))
        .where(event.c.at <= sa.bindparam("now", type_=event.c.at.type))
        .group_by(event.c.record)
    )


def _holding(unit: Unit, roles: Sequence[str]) -> sa.Select[Any]:
    active = USERS.c.active == sa.literal(True, USERS.c.active.type)
    statement = sa.select(USERS.c.id).where(USERS.c.id.in_(sa.bindparam("ids", expanding=True)), active)
    if not roles:
        return statement
    held = sa.select(USER_ROLES.c.role).where(
        USER_ROLES.c.user_id == USERS.c.id,
        USER_ROLES.c.app == unit.served.app.key,
        USER_ROLES.c.role.in_(roles),
    )
    return statement.where(held.exists())


@dataclass
class Entering:
    """A record on its way into a stage.

    Attributes:
        row: as it will be, with what the gates look at.
    """

    hall: Hall
    change: Change
    move: StageMove
    row: Values

    @property
    def unit(self) -> Unit:
        """Who moves it, when."""
        return self.hall.unit

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
    field = entering.change.entity.fields.get(key)
    is_to_come = field is not None and field.computed == "code" and entering.change.before is None
    if is_to_come or entering.row.get(key) not in (None, (), [], ""):
        return
    if entering.is_told(key):
        yield Unmet(key, "field", "filled", None, field.label if field else {})
    else:
        yield Unmet("", "field", "filled", None, _HIDDEN)


def _evidence(entering: Entering, evidence: EvidenceRequirement) -> Iterator[Unmet]:
    types = entering.hall.files.get(entering.change.id, {}).get(evidence.key, {}).values()
    fitting = [each for each in types if is_accepted(each, evidence.accept)]
    if len(fitting) >= evidence.minimum:
        return
    seen: dict[str, Any] = {"count": len(fitting)}
    if others := sorted(set(types) - set(fitting)):
        seen["other_types"] = others
    needed = {"count": evidence.minimum, "accept": list(evidence.accept)}
    yield Unmet(evidence.key, "evidence", needed, seen, evidence.label)


def _action(entering: Entering, action: ActionRequirement) -> Iterator[Unmet]:
    count = entering.hall.count(action).get(entering.change.id, 0)
    if count < action.minimum:
        needed = {"event": action.event, "count": action.minimum, "within": action.within}
        yield Unmet(action.key, "action", needed, {"count": count}, action.label)


def _person(entering: Entering, person: PersonRequirement) -> Iterator[Unmet]:
    if entering.row.get(person.field) in entering.hall.holders(person):
        return
    needed = {"field": person.field, "roles": list(person.roles)}
    if not entering.is_told(person.field):
        needed = {"roles": list(person.roles)}
    yield Unmet(person.key, "person", needed, entering.seen(person.field), person.label)


def _criterion(entering: Entering, criterion: CompiledCriterion) -> Iterator[Unmet]:
    if criterion.program.eval(entering.row, entering.unit.context) is True:
        return
    keys = sorted({path[0] for path in criterion.program.checked.fields})
    seen = {key: value for key in keys if (value := entering.seen(key)) is not None}
    yield Unmet(criterion.key, "criterion", None, seen or None, criterion.label, criterion.message)
