"""Keeps stored computed values right when what they read changes: once per field, in the compiled order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.computed.recompute import recompute
from runtime.computed.rows import ids_bind
from runtime.served import RecordScope
from runtime.unit import Derived, Unit
from schema_store.dependencies import FieldName, Refresh, Step


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
    done: dict[FieldName, Mapping[UUID, Any]] = {}
    app = unit.served.app
    if not dirty.ids:
        return done
    for name in app.order:
        ids = dirty.ids.pop(name, None)
        if not ids:
            continue
        changed = recompute(unit, *name, ids)
        for field, values in changed.items():
            done[field] = {**done.get(field, {}), **values}
            if not values:
                continue
            if not _is_volatile(unit, field):
                unit.derived.append(Derived(*field, frozenset(values)))
            for each in app.refreshes.get(field, ()):
                dirty.mark(each, values, each.steps)
    return done


def _is_volatile(unit: Unit, field: FieldName) -> bool:
    return unit.served.app.entities[field[0]].fields[field[1]].is_volatile


def follow_steps(unit: Unit, ids: Iterable[UUID], steps: tuple[Step, ...]) -> set[UUID]:
    """The records that steps lead to; one statement, none where there are no steps."""
    start = list(dict.fromkeys(ids))
    if not steps or not start:
        return set(start)
    statement = unit.statement(("steps", steps), lambda: _statement(unit, steps))
    return set(unit.connection.execute(statement, {"ids": start}).scalars())


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
