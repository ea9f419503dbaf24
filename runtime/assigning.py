"""Who gets a record: the first row of a dispatch that matches and has somebody, then the strategy among its people.

Who assigns by a dispatch does so alone until the transaction ends, so that counts are exact and a batch, or many
writers, spread evenly. The reasons are kept for every record, chosen or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from uuid_utils.compat import uuid7

from runtime.change import Change
from runtime.people.tables import REGIONS, TEAMS, USER_ROLES, USERS
from runtime.unit import Unit
from runtime.writer.places import count_owned, wait_for
from schema_store.compiled.app import CompiledEntity
from schema_store.compiled.dispatch import CompiledDispatch, CompiledDispatchRow
from schema_store.compiled.rules import CompiledAssign

#: A newcomer starts with the mean load of the others, which fades to their own over this time.
SETTLING = timedelta(days=30)
#: By which the people of dispatches are kept for the request.
_PEOPLE = "people"
#: People who are named in the reasons.
_MOST_NAMED = 50


@dataclass
class Person:
    """Somebody who may be chosen.

    Attributes:
        teams, regions: ids from the root of the tree to their own; ``teams`` also names and codes of those.
        load: open records that they own now.
        base: what is added to it for a newcomer.
        since: when they came to the dispatch; ``given``: how often they were chosen.
        turn: when they were last chosen, as a count of choices.
        is_known: whether the dispatch has a row of them.
    """

    id: UUID
    absent_from: datetime | None
    absent_to: datetime | None
    region: UUID | None
    teams: frozenset[str]
    skills: frozenset[str]
    roles: set[str] = field(default_factory=set)
    load: int = 0
    base: int = 0
    since: datetime | None = None
    given: int = 0
    turn: int = 0
    is_known: bool = False

    def is_absent(self, now: datetime) -> bool:
        """Whether they are away; without an end: until it is told."""
        begun = self.absent_from is not None and self.absent_from <= now
        return begun and (self.absent_to is None or now < self.absent_to)

    def weight(self, now: datetime) -> int:
        """The load as the strategies compare it: a newcomer's start fades day by day."""
        if self.since is None or not self.base:
            return self.load
        left = max(SETTLING.days - (now - self.since).days, 0)
        return self.load + self.base * left // SETTLING.days


@dataclass(frozen=True, slots=True)
class Choice:
    """Who was chosen (None: nobody), and why, as data: rows that were looked at, people with what kept them out."""

    person: UUID | None
    why: Mapping[str, Any]


def choose(unit: Unit, dispatch: CompiledDispatch, row: Mapping[str, Any]) -> Choice:
    """Choose for a record; nothing of the record is written.

    Args:
        unit: in which it is written then.
        dispatch: of the record's entity.
        row: of the record, with ``dispatch.reads``; nobody is the fuller for having it already.
    """
    wait_for(unit, dispatch.id)
    people = _people(unit, dispatch)
    entity = unit.served.app.entities[dispatch.entity]
    holders = [people[row["owner"]]] if row["owner"] in people and _is_open(entity, row) else []
    for holder in holders:
        holder.load -= 1
    choice = _choose(unit, dispatch, people, row)
    for holder in holders:
        holder.load += 1
    return choice


def count_loads(unit: Unit, changes: Sequence[Change]) -> None:
    """Keep the loads that this request has read as they are in the database."""
    entity = changes[0].entity
    read = [kept for name, kept in unit.budget.kept.items() if name[:2] == (_PEOPLE, entity.key)]
    for change in changes if read else ():
        for values, by in ((change.before, -1), (change.after, 1)):
            is_binned = change.act == ("restore" if by < 0 else "delete")
            if values is None or is_binned or not _is_open(entity, values):
                continue
            for people in read:
                if values["owner"] in people:
                    people[values["owner"]].load += by


def _is_open(entity: CompiledEntity, values: Mapping[str, Any]) -> bool:
    """Whether a live record counts as a load (:func:`runtime.writer.places.count_owned`)."""
    return not any(
        each.stages[values[field]].outcome != "open"
        for field, pipelines in entity.pipelines.items()
        for each in pipelines
        if values[field] in each.stages
    )


def _choose(
    unit: Unit, dispatch: CompiledDispatch, people: dict[UUID, Person], row: Mapping[str, Any]
) -> Choice:
    looked: list[dict[str, Any]] = []
    for each in dispatch.rows:
        met = each.condition is None or each.condition.eval(row, unit.context) is True
        looked.append({"key": each.key, "met": met})
        if not met:
            continue
        states = dict(_states(unit, dispatch, each, people, row))
        free = [person for person in people.values() if states.get(person.id) == "free"]
        looked[-1]["free"] = len(free)
        if free:
            chosen = min(free, key=lambda person: _order(dispatch, person, unit.now))
            states[chosen.id] = "chosen"
            why = {"rows": looked, "row": each.key, "strategy": dispatch.strategy}
            named = _named(people, states, unit.now)
            _give(unit, dispatch, people, chosen)
            return Choice(chosen.id, {**why, "people": named})
        looked[-1]["people"] = _named(people, states, unit.now)
    return Choice(None, {"rows": looked, "row": None, "strategy": dispatch.strategy})


def dispatch_to_role(role: str, entity: str) -> CompiledDispatch:
    """The dispatch that stands for a role: whoever holds it and has the least open records of ``entity``."""
    name = f"role:{role}:{entity}"
    row = CompiledDispatchRow(name, role, {}, None, None, None, frozenset({role}), frozenset(), frozenset())
    return CompiledDispatch(name, role, {}, entity, "load", None, (row,), frozenset())


def keep_assignment(
    unit: Unit, action: CompiledAssign, entity: str, record: UUID, person: UUID | None, why: Mapping[str, Any]
) -> None:
    """Write down what was decided, with the part of the act that decides it."""
    app = unit.served.app
    dispatch = app.dispatches[action.dispatch].id if action.dispatch else None
    unit.note(
        unit.served.support.assignment,
        {
            "id": uuid7(),
            "entity": app.entities[entity].id,
            "record": record,
            "at": unit.now,
            "by": unit.person,
            "dispatch": dispatch,
            "pool": app.pools[action.pool].id if action.pool else None,
            "person": person,
            "why": dict(why),
        },
    )


def _order(dispatch: CompiledDispatch, person: Person, now: datetime) -> tuple[int, int, UUID]:
    """Least first. Where all have the same capacity, most room is least load."""
    if dispatch.strategy == "round_robin":
        return (person.turn, 0, person.id)
    return (person.weight(now), person.turn, person.id)


def _states(
    unit: Unit,
    dispatch: CompiledDispatch,
    row: CompiledDispatchRow,
    people: Mapping[UUID, Person],
    values: Mapping[str, Any],
) -> Iterator[tuple[UUID, str]]:
    """Of everyone who holds a role of the row: ``free``, or what keeps them out."""
    regions = _regions(unit, values.get(row.region_field)) if row.region_field else None
    for person in people.values():
        if row.roles and person.roles.isdisjoint(row.roles):
            continue
        if row.teams and person.teams.isdisjoint(row.teams):
            yield person.id, "other_team"
        elif not row.skills <= person.skills:
            yield person.id, "skills"
        elif regions is not None and person.region not in regions:
            yield person.id, "other_region"
        elif person.is_absent(unit.now):
            yield person.id, "absent"
        elif dispatch.capacity is not None and person.load >= dispatch.capacity:
            yield person.id, "full"
        else:
            yield person.id, "free"


def _named(people: Mapping[UUID, Person], states: Mapping[UUID, str], now: datetime) -> list[dict[str, Any]]:
    """The people with state and load, the chosen one first, then those who were free."""
    rank = {"chosen": 0, "free": 1}
    ordered = sorted(states, key=lambda id_: (rank.get(states[id_], 2), people[id_].weight(now), id_))
    return [
        {
            "id": str(id_),
            "state": states[id_],
            "load": people[id_].load,
            "start": people[id_].weight(now) - people[id_].load,
        }
        for id_ in ordered[:_MOST_NAMED]
    ]


def _regions(unit: Unit, region: Any) -> frozenset[UUID]:
    """A region and those above it; nothing where the record has none."""
    if region is None:
        return frozenset()
    name = ("regions above", region)
    if name not in unit.budget.kept:
        path = unit.connection.execute(sa.select(REGIONS.c.path).where(REGIONS.c.id == region)).scalar()
        unit.budget.kept[name] = frozenset(UUID(step) for step in (path or "").split("/") if step)
    found: frozenset[UUID] = unit.budget.kept[name]
    return found


def _people(unit: Unit, dispatch: CompiledDispatch) -> dict[UUID, Person]:
    """The active people who hold roles in the app, with load and turns; read once per request."""
    name = (_PEOPLE, dispatch.entity, dispatch.id)
    if name not in unit.budget.kept:
        unit.budget.kept[name] = _load(unit, dispatch)
    found: dict[UUID, Person] = unit.budget.kept[name]
    return found


def _load(unit: Unit, dispatch: CompiledDispatch) -> dict[UUID, Person]:
    teams = {row.id: row for row in unit.connection.execute(sa.select(TEAMS)) if dispatch.rows}
    people: dict[UUID, Person] = {}
    roles = frozenset[str]().union(*(each.roles for each in dispatch.rows))
    takes_all = not all(each.roles for each in dispatch.rows)
    for row in unit.connection.execute(_held_roles(), {"app": unit.served.app.key}):
        if not takes_all and row.role not in roles:
            continue
        if row.id not in people:
            skills = frozenset(row.skills or ())
            people[row.id] = Person(
                row.id, row.absent_from, row.absent_to, row.region_id, _names(teams, row.team_id), skills
            )
        people[row.id].roles.add(row.role)
    owned = count_owned(unit, dispatch.entity)
    for person in people.values():
        person.load = owned.get(person.id, 0)
    _take_part(unit, dispatch, people)
    return people


def _held_roles() -> sa.Select[Any]:
    return (
        sa.select(USERS, USER_ROLES.c.role)
        .join(USER_ROLES, USER_ROLES.c.user_id == USERS.c.id)
        .where(USER_ROLES.c.app == sa.bindparam("app", type_=USER_ROLES.c.app.type))
        .where(USERS.c.active == sa.literal(True, USERS.c.active.type))
    )


def _names(teams: Mapping[UUID, Any], team: UUID | None) -> frozenset[str]:
    """Names and codes of a team and of those above it."""
    found = set()
    while team is not None:
        row = teams[team]
        found |= {row.name, row.code} - {None}
        team = row.parent_id
    return frozenset(found)


def _take_part(unit: Unit, dispatch: CompiledDispatch, people: Mapping[UUID, Person]) -> None:
    """What is known of each in this dispatch; who comes newly to others starts at their mean, behind their turns."""
    table = unit.served.support.assignee
    for row in unit.connection.execute(sa.select(table).where(table.c.dispatch == dispatch.id)):
        if row.person in people:
            person = people[row.person]
            person.since, person.base, person.given, person.turn = row.since, row.base, row.given, row.turn
            person.is_known = True
    others = [person for person in people.values() if person.is_known]
    mean = round(sum(each.load for each in others) / len(others)) if others else 0
    last = max((each.turn for each in others), default=0)
    for person in people.values():
        if person.is_known:
            continue
        person.since, person.turn = unit.now, last
        person.base = max(mean - person.load, 0) if others else 0


def _give(unit: Unit, dispatch: CompiledDispatch, people: Mapping[UUID, Person], chosen: Person) -> None:
    """Count the choice, in memory for the rest of the request and in the table for those who come after."""
    fresh = [each for each in people.values() if not each.is_known and each is not chosen]
    chosen.given += 1
    chosen.turn = 1 + max(each.turn for each in people.values())
    _write(unit, dispatch, [chosen, *fresh])
    for each in (chosen, *fresh):
        each.is_known = True


def _write(unit: Unit, dispatch: CompiledDispatch, people: Sequence[Person]) -> None:
    table = unit.served.support.assignee
    insert = postgresql.insert(table) if unit.served.dialect == "postgresql" else sqlite.insert(table)
    rows = [
        {
            "dispatch": dispatch.id,
            "person": each.id,
            "since": each.since,
            "base": each.base,
            "given": each.given,
            "turn": each.turn,
        }
        for each in people
    ]
    made = insert.values(rows)
    put = made.on_conflict_do_update(
        index_elements=["dispatch", "person"], set_={"given": made.excluded.given, "turn": made.excluded.turn}
    )
    unit.connection.execute(put)
