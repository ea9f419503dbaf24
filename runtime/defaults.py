"""Step 3, when a record is created: plain defaults, then computed ones, each after those it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runtime.change import Change, Values
from runtime.computed.rows import Rows
from runtime.loading import Want, want_of
from runtime.past import context_of
from runtime.served import Served
from runtime.unit import Unit
from schema_store.compiled.app import CompiledDefault, CompiledEntity


def fill_defaults(unit: Unit, changes: Sequence[Change]) -> None:
    """Give fields that the request does not name their defaults; a named one that is empty stays empty."""
    for change in changes:
        named = change.request.wire.keys()
        plain = unit.statement(("defaults", change.key), lambda: _plain(change.entity))  # noqa: B023  # called at once
        change.after |= {key: value for key, value in plain.items() if key not in named}
    computed = [(change, each) for change in changes if (each := _computed(change))]
    if not computed:
        return
    pending = {(change.key, change.id): change.after for change, _ in computed}
    rows: list[Values] = [dict(change.after) for change, _ in computed]
    around = Rows(unit.connection, unit.served, unit.context, pending)
    around.complete(defaults_want(unit.served, changes[0].key), rows)
    for (change, defaults), row in zip(computed, rows, strict=True):
        context = context_of(unit, change)
        for default in defaults:
            row[default.field] = change.after[default.field] = default.value(row, context)


def _plain(entity: CompiledEntity) -> Mapping[str, Any]:
    return {
        key: field.decode(field.spec.default)
        for key, field in entity.fields.items()
        if field.spec.default is not None
    }


def _computed(change: Change) -> list[CompiledDefault]:
    return [each for each in change.entity.defaults if each.field not in change.request.wire]


def defaults_want(served: Served, entity: str) -> Want:
    """What the computed defaults of an entity read."""
    name = ("defaults_want", entity)
    if name not in served.statements:
        programs = [each.program for each in served.app.entities[entity].defaults]
        paths = frozenset[tuple[str, ...]]().union(*(program.checked.fields for program in programs))
        served.statements[name] = want_of(served.app, entity, paths)
    want: Want = served.statements[name]
    return want
