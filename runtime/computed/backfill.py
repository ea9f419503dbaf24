"""After a publish: computed values whose meaning is new, for every record there is.

What is to be computed is written down by the transaction that switches versions and done in batches, each a transaction
of its own that also says how far it came: whoever dies in between leaves it to the next start.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from uuid_utils.compat import uuid7

from expressions.measure import walk
from expressions.typed import Apply
from runtime.access import engine_access
from runtime.computed.recompute import Computed, fields_of
from runtime.computed.refresh import Dirty, groups_of, note_changes, refresh, with_dependants
from runtime.computed.sweep import sweep
from runtime.ports import NothingAfter
from runtime.served import Served, serve
from runtime.support import support_tables
from runtime.unit import Unit
from schema_store.analysis.dependencies import FieldName
from schema_store.compiled.app import App, CompiledFormula
from schema_store.database import reading, writing
from schema_store.layout import schema_name
from schema_store.versions import list_apps


@dataclass(frozen=True, slots=True)
class Pending:
    """Values of an app that are not computed yet.

    Attributes:
        app: key.
        fields: ids of the computed fields; those that read them follow by themselves.
        at: when it was published.
    """

    app: str
    fields: tuple[str, ...]
    at: datetime


def note(connection: Connection, schema: str, field_ids: Collection[str], at: datetime) -> None:
    """Write down what is to be computed, in the transaction that switches versions."""
    table = support_tables(schema, connection.dialect.name).backfill
    if field_ids:
        row = {"id": uuid7(), "at": at, "fields": sorted(field_ids), "doing": None, "after": None}
        connection.execute(sa.insert(table), row)


def pending(connection: Connection) -> list[Pending]:
    """What publishes have left to compute, of every app."""
    found = []
    for app in list_apps(connection):
        table = support_tables(schema_name(app.key), connection.dialect.name).backfill
        # Apps that were installed before there was such a table get it with their next publish.
        if sa.inspect(connection).has_table(table.name, schema=table.schema):
            rows = connection.execute(sa.select(table).order_by(table.c.id))
            found += [Pending(app.key, tuple(row.fields), row.at) for row in rows]
    return found


def resume(engine: Engine, app: str | None = None) -> int:
    """Compute what is pending, of one app or of all, until nothing is; how many values were written.

    It may be called by several at once, and after a crash: every batch is one transaction.
    """
    with reading(engine) as connection:
        waiting = {each.app for each in pending(connection) if app in (None, each.app)}
    count = 0
    for key in sorted(waiting):
        changed: int | None = 0
        while changed is not None:
            count += changed
            with writing(engine) as connection:
                changed = _batch(connection, key)
    return count


def settle(connection: Connection, app: str) -> int:
    """The same in the caller's transaction, for an app that nobody works with yet; how many values were written."""
    count = 0
    while (changed := _batch(connection, app)) is not None:
        count += changed
    return count


def _batch(connection: Connection, app: str) -> int | None:
    """One portion of records; how many values were written, None where nothing is left."""
    served = serve(connection, app, lock=True)
    table = served.support.backfill
    row = connection.execute(sa.select(table).order_by(table.c.id).limit(1).with_for_update()).one_or_none()
    if row is None:
        return None
    is_it = table.c.id == row.id
    unit = Unit(connection, served, engine_access(served), row.at, NothingAfter())
    group, fields = _next_group(unit, row.fields)
    if not fields:
        connection.execute(sa.delete(table).where(is_it))
        return 0
    doing = sorted(_field_id(served, field) for field in fields)
    count, last = _portion(unit, group, fields, row.after if row.doing == doing else None)
    progress: dict[str, Any] = {"doing": doing, "after": last}
    if last is None:
        left = sorted(set(row.fields) - set(doing))
        progress = {"fields": left, "doing": None, "after": None}
    connection.execute(sa.update(table).where(is_it).values(progress))
    return count


def _next_group(unit: Unit, field_ids: Collection[str]) -> tuple[frozenset[FieldName], frozenset[FieldName]]:
    """The first group with some of the fields, and which; fields that the version does not have are done."""
    app = unit.served.app
    named = {(f.entity, f.key) for key in field_ids if (f := app.fields_by_id.get(key)) is not None}
    for group in unit.statement(("groups",), lambda: groups_of(app)):
        if fields := group & named:
            return group, fields
    return frozenset(), frozenset()


def _field_id(served: Served, field: FieldName) -> str:
    return served.app.entities[field[0]].fields[field[1]].id


def _portion(
    unit: Unit, group: frozenset[FieldName], fields: frozenset[FieldName], after: UUID | None
) -> tuple[int, UUID | None]:
    """Some records behind ``after``, and what reads them: how many values were written, and the last record, None at
    the end.
    """
    (entity,) = {name for name, _ in fields}
    keys = {key for _, key in with_dependants(unit.served.app, fields, group)}
    changed, last = sweep(unit, entity, keys, after)
    dirty = Dirty(unit)
    ids = {each for values in changed.values() for each in values}
    note_changes(unit, dirty, group, changed, dict.fromkeys(ids, 0))
    count = sum(len(values) for values in changed.values())
    return count + sum(len(values) for values in refresh(unit, dirty).values()), last


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
