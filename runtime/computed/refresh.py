"""Keeps stored computed values right when what they read changes: once per field, in the compiled order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.computed.recompute import recompute
from runtime.computed.rows import AT_ONCE, ids_bind
from runtime.served import RecordScope
from runtime.unit import Derived, Unit
from schema_store.analysis.dependencies import FieldName, Refresh, Step
from schema_store.compiled.app import App


class Dirty:
    """Computed fields to be refreshed, each with the records."""

    def __init__(self, unit: Unit):
        self._unit = unit
        self.app = unit.served.app
        self.ids: dict[FieldName, set[UUID]] = defaultdict(set)

    def mark(self, each: Refresh, ids: Iterable[Any], steps: tuple[Step, ...]) -> None:
        """Note the records that ``steps`` lead to from ``ids``."""
        found = follow_steps(self._unit, ids, steps)
        if found:
            self.ids[each.entity, each.field] |= found


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
        ids = set[UUID]().union(*(dirty.ids.pop(field) for field in fields))
        entity = next(iter(fields))[0]
        keys = {key for _, key in with_dependants(app, fields, group)}
        changed = recompute(unit, entity, keys, ids)
        note_changes(unit, dirty, group, changed)
        for field, values in changed.items():
            done.setdefault(field, {}).update(values)
    return done


def note_changes(
    unit: Unit, dirty: Dirty, group: frozenset[FieldName], changed: Mapping[FieldName, Mapping[UUID, Any]]
) -> None:
    """Tell the unit what became different, and mark what reads it outside the group."""
    app = unit.served.app
    for field, values in changed.items():
        if not app.entities[field[0]].fields[field[1]].is_volatile:
            unit.derived.append(Derived(*field, frozenset(values)))
        for each in app.refreshes.get(field, ()):
            if (each.entity, each.field) not in group:
                dirty.mark(each, values, each.steps)


def groups_of(app: App) -> tuple[frozenset[FieldName], ...]:
    """Computed fields that can be brought up to date together, groups in the order to do it.

    A group's fields belong to one entity and read one another on the record itself only; everything else that they
    read is in an earlier group.
    """
    level: dict[FieldName, int] = dict.fromkeys(app.order, 0)
    for source in app.order:
        for each in app.refreshes.get(source, ()):
            target = (each.entity, each.field)
            level[target] = max(level[target], level[source] + bool(each.steps))
    order = {name: index for index, name in enumerate(app.order)}
    groups: dict[tuple[int, str], set[FieldName]] = defaultdict(set)
    for name in app.order:
        groups[level[name], name[0]].add(name)
    first = {place: min(order[name] for name in names) for place, names in groups.items()}
    return tuple(frozenset(groups[place]) for place in sorted(groups, key=lambda p: (p[0], first[p])))


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


def follow_steps(unit: Unit, ids: Iterable[UUID], steps: tuple[Step, ...]) -> set[UUID]:
    """The records that steps lead to; one statement (per portion), none where there are no steps."""
    start = list(dict.fromkeys(ids))
    if not steps or not start:
        return set(start)
    statement = unit.statement(("steps", steps), lambda: _statement(unit, steps))
    found: set[UUID] = set()
    for begin in range(0, len(start), AT_ONCE):
        found.update(unit.connection.execute(statement, {"ids": start[begin : begin + AT_ONCE]}).scalars())
    return found


def _statement(unit: Unit, steps: tuple[Step, ...]) -> sa.Select[Any]:
    scope = RecordScope(unit.served)
    inside: Any = ids_bind()
    found: sa.Select[Any] | None = None
    for step in steps:
        found = _one_step(unit, scope, step, inside)
        inside = found
    assert found is not None
    return found.distinct()


def _one_step(unit: Unit, scope: RecordScope, step: Step, inside: Any) -> sa.Select[Any]:
    if step.kind == "up":
        table = scope.table(step.owner)
        column = table.c[scope.column(step.owner, step.field)]
        return sa.select(column).where(table.c.id.in_(inside), column.is_not(None))
    if step.kind == "down":
        table = scope.table(step.entity)
        return sa.select(table.c.id).where(table.c[scope.column(step.entity, step.field)].in_(inside))
    field = unit.served.app.entities[step.owner].fields[step.field]
    link = unit.served.records.links[field.id]
    back = sa.select(link.c.source.label("id")).where(link.c.target.in_(inside))
    forth = sa.select(link.c.target.label("id")).where(link.c.source.in_(inside))
    if step.entity != step.owner:
        return forth
    if getattr(field.spec, "entity", None) != step.owner:
        return back
    # Links within one entity: the step does not say which way, so both ends are refreshed.
    both = sa.union_all(back, forth).subquery()
    return sa.select(both.c.id)
