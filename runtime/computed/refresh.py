"""Keeps stored computed values right when what they read changes: once per field, in the compiled order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.computed.recompute import recompute
from runtime.computed.rows import AT_ONCE, ids_bind
from runtime.served import RecordScope
from runtime.unit import Derived, Root, Unit
from schema_store.analysis.dependencies import FieldName, Refresh, Step
from schema_store.compiled.app import App

#: Records, each with the place of the first act, among those of a batch, that led to it.
Origins = Mapping[UUID, int]


class Dirty:
    """Computed fields to be refreshed, each with the records.

    Args:
        unit: whose transaction.
        roots: the acts that change something; without any, the unit's own.
    """

    def __init__(self, unit: Unit, roots: Sequence[Root] = ()):
        self._unit = unit
        self.app = unit.served.app
        self.roots = tuple(roots) or (unit.root,)
        self.ids: dict[FieldName, dict[UUID, int]] = defaultdict(dict)

    def mark(self, each: Refresh, starts: Origins, steps: tuple[Step, ...]) -> None:
        """Note the records that ``steps`` lead to from ``starts``."""
        found = follow_steps(self._unit, starts, steps)
        if found:
            self.add((each.entity, each.field), found)

    def add(self, field: FieldName, records: Origins) -> None:
        """Note records of a field."""
        earliest(self.ids[field], records.items())

    def take(self, fields: Iterable[FieldName]) -> dict[UUID, int]:
        """The records of some fields, which are dirty no more."""
        found: dict[UUID, int] = {}
        for field in fields:
            earliest(found, self.ids.pop(field).items())
        return found


def earliest(found: dict[UUID, int], more: Iterable[tuple[UUID, int]]) -> None:
    """Add records to ``found``; the first act that led to one stands."""
    for record, origin in more:
        found[record] = min(origin, found.get(record, origin))


def refresh(unit: Unit, dirty: Dirty) -> Mapping[FieldName, Mapping[UUID, Any]]:
    """Recompute what is dirty and what that makes dirty; the values that are different now, by field and record."""
    done: dict[FieldName, dict[UUID, Any]] = {}
    if not dirty.ids:
        return done
    app = unit.served.app
    for group in unit.statement(("groups",), lambda: groups_of(app)):
        fields = group & dirty.ids.keys()
        if not fields:
            continue
        ids = dirty.take(fields)
        entity = next(iter(fields))[0]
        keys = {key for _, key in with_dependants(app, fields, group)}
        changed = recompute(unit, entity, keys, ids)
        note_changes(unit, dirty, group, changed, ids)
        for field, values in changed.items():
            done.setdefault(field, {}).update(values)
    return done


def note_changes(
    unit: Unit,
    dirty: Dirty,
    group: frozenset[FieldName],
    changed: Mapping[FieldName, Mapping[UUID, Any]],
    origins: Origins,
) -> None:
    """Tell the unit what became different, and mark what reads it outside the group."""
    app = unit.served.app
    for field, values in changed.items():
        starts = {record: origins[record] for record in values}
        if not app.entities[field[0]].fields[field[1]].is_volatile:
            roots = {record: dirty.roots[origin] for record, origin in starts.items()}
            unit.derived.append(Derived(*field, roots))
        for each in app.refreshes.get(field, ()):
            if (each.entity, each.field) not in group:
                dirty.mark(each, starts, each.steps)


def groups_of(app: App) -> tuple[frozenset[FieldName], ...]:
    """Computed fields that can be brought up to date together, groups in the order to do it.

    A group's fields belong to one entity and read one another on the record itself only; everything else that they
    read is in an earlier group.
    """
    earliest_level: dict[FieldName, int] = dict.fromkeys(app.order, 0)
    for source in app.order:
        for each in app.refreshes.get(source, ()):
            target = (each.entity, each.field)
            earliest_level[target] = max(earliest_level[target], earliest_level[source] + bool(each.steps))
    level = _gathered(app, earliest_level)
    order = {name: index for index, name in enumerate(app.order)}
    groups: dict[tuple[int, str], set[FieldName]] = defaultdict(set)
    for name in app.order:
        groups[level[name], name[0]].add(name)
    first = {place: min(order[name] for name in names) for place, names in groups.items()}
    return tuple(frozenset(groups[place]) for place in sorted(groups, key=lambda p: (p[0], first[p])))


def _gathered(app: App, earliest_level: Mapping[FieldName, int]) -> Mapping[FieldName, int]:
    """Levels at which an entity has few groups, because each costs statements: a field waits for others of its entity.

    It does not wait where what reads it on the record itself reads other records too: that has SQL only as long as it
    reads nothing of its own group.
    """
    reading_others = {
        (each.entity, each.field) for found in app.refreshes.values() for each in found if each.steps
    }
    places: dict[str, set[int]] = defaultdict(set)
    for (entity, _), level in earliest_level.items():
        places[entity].add(level)
    levels: dict[FieldName, int] = {}
    for name in reversed(app.order):
        most = max(places[name[0]])
        for each in app.refreshes.get(name, ()):
            target = (each.entity, each.field)
            waits = each.steps or target not in reading_others
            most = min(most, levels.get(target, most) - bool(each.steps) if waits else earliest_level[name])
        levels[name] = max(level for level in places[name[0]] if level <= most)
    return levels


def with_dependants(
    app: App, fields: Iterable[FieldName], group: frozenset[FieldName]
) -> frozenset[FieldName]:
    """The fields and those of the group that read them on the record itself, directly or through one another."""
    found, waiting = set(fields), list(fields)
    while waiting:
        for each in app.refreshes.get(waiting.pop(), ()):
            name = (each.entity, each.field)
            if name in group and name not in found:
                found.add(name)
                waiting.append(name)
    return frozenset(found)


def follow_steps(unit: Unit, starts: Origins, steps: tuple[Step, ...]) -> Origins:
    """The records that steps lead to; one statement (per portion) for each step."""
    found = starts
    for step in steps:
        statement = unit.statement(("step", step), partial(_one_step, unit, step))
        ahead: dict[UUID, int] = {}
        start = list(found)
        for begin in range(0, len(start), AT_ONCE):
            pairs = unit.connection.execute(statement, {"ids": start[begin : begin + AT_ONCE]})
            earliest(ahead, ((row.end, found[row.start]) for row in pairs))
        found = ahead
    return found


def _one_step(unit: Unit, step: Step) -> sa.Select[Any]:
    """Pairs of the records ``ids`` and those that the step leads to."""
    scope = RecordScope(unit.served)
    if step.kind == "up":
        table = scope.table(step.owner)
        column = table.c[scope.column(step.owner, step.field)]
        return _pairs(table.c.id, column).where(column.is_not(None))
    if step.kind == "down":
        table = scope.table(step.entity)
        return _pairs(table.c[scope.column(step.entity, step.field)], table.c.id)
    field = unit.served.app.entities[step.owner].fields[step.field]
    link = unit.served.records.links[field.id]
    back, forth = _pairs(link.c.target, link.c.source), _pairs(link.c.source, link.c.target)
    if step.entity != step.owner:
        return forth
    if getattr(field.spec, "entity", None) != step.owner:
        return back
    # Links within one entity: the step does not say which way, so both ends are refreshed.
    both = sa.union_all(back, forth).subquery()
    return sa.select(both.c.start, both.c.end)


def _pairs(start: sa.ColumnElement[Any], end: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(start.label("start"), end.label("end")).where(start.in_(ids_bind()))
