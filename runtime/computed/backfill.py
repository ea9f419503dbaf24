"""After a publish: computed values whose meaning is new, for every record there is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy.engine import Connection

from expressions.measure import walk
from expressions.typed import Apply
from runtime.access import engine_access
from runtime.computed.recompute import Computed, fields_of, recompute
from runtime.computed.refresh import Dirty, groups_of, note_changes, refresh, with_dependants
from runtime.computed.rows import live_ids
from runtime.ports import NothingAfter
from runtime.served import Served
from runtime.unit import Unit
from schema_store.compiled.app import App, CompiledFormula


def recompute_all(connection: Connection, served: Served, field_ids: Collection[str], now: datetime) -> int:
    """Compute stored fields for every live record, and what reads them; in the caller's transaction.

    Args:
        connection: to write on.
        served: the version that is served from now on.
        field_ids: ids of computed fields: those with new columns, and those of :func:`changed_fields`.
        now: the moment.

    Returns:
        how many values are different now.
    """
    unit = Unit(connection, served, engine_access(served), now, NothingAfter())
    app = served.app
    named = {(f.entity, f.key) for key in field_ids if (f := app.fields_by_id.get(key)) is not None}
    dirty, count = Dirty(unit), 0
    for group in unit.statement(("groups",), lambda: groups_of(app)):
        fields = named & group
        if not fields:
            continue
        entity = next(iter(fields))[0]
        keys = {key for _, key in with_dependants(app, fields, group)}
        for ids in live_ids(connection, served, entity):
            changed = recompute(unit, entity, keys, ids)
            note_changes(unit, dirty, group, changed, dict.fromkeys(ids, 0))
            count += sum(len(values) for values in changed.values())
    return count + sum(len(values) for values in refresh(unit, dirty).values())


def changed_fields(old: App, new: App) -> frozenset[str]:
    """Ids of stored computed fields that both versions have and that the new one computes in another way."""
    return frozenset(_changed(old, new))


def _changed(old: App, new: App) -> Iterator[str]:
    before = {
        (entity.id, entity.fields[step.field].id): step
        for entity in old.entities.values()
        for step in entity.derivation
    }
    moved = {key for key, table in new.tables.items() if old.tables.get(key) != table}
    moved |= {key for key, calendar in new.calendars.items() if old.calendars.get(key) != calendar}
    for entity in new.entities.values():
        for step in entity.derivation:
            was = before.get((entity.id, entity.fields[step.field].id))
            if was is None:
                continue
            if was != step or old.zone != new.zone or not moved.isdisjoint(_settings(step)):
                yield from (entity.fields[key].id for key in fields_of(step))


def _settings(step: Computed) -> Iterator[str]:
    """Keys of the tables and calendars that a step names."""
    if isinstance(step, CompiledFormula):
        programs = [step.program]
    else:
        programs = [each for factor in step.factors for each in (factor.condition, factor.per) if each]
    for program in programs:
        for node in walk(program.checked.root):
            if isinstance(node, Apply):
                yield from (str(value) for _, value in node.settings)
                if node.entry == "WORKDAYS":
                    yield ""  # the workspace's own calendar, where none is named
