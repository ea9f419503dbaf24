"""Step 3, when a record is created: plain defaults, then computed ones, each after those it reads."""

from __future__ import annotations

from runtime.change import Change
from runtime.computed.rows import Rows
from runtime.loading import Want, want_of
from runtime.past import context_of
from runtime.served import Served
from runtime.unit import Unit


def fill_defaults(unit: Unit, change: Change) -> None:
    """Give fields that the request does not name their defaults; a named one that is empty stays empty."""
    named = change.request.wire.keys()
    for key, field in change.entity.fields.items():
        if key not in named and field.spec.default is not None:
            change.after[key] = field.decode(field.spec.default)
    computed = [each for each in change.entity.defaults if each.field not in named]
    if not computed:
        return
    context = context_of(unit, change)
    rows = Rows(unit.connection, unit.served, context, {(change.key, change.id): change.after})
    row = dict(change.after)
    rows.complete(_want(unit.served, change.key), [row])
    for default in computed:
        row[default.field] = change.after[default.field] = default.value(row, context)


def _want(served: Served, entity: str) -> Want:
    name = ("defaults", entity)
    if name not in served.statements:
        programs = [each.program for each in served.app.entities[entity].defaults]
        paths = frozenset[tuple[str, ...]]().union(*(program.checked.fields for program in programs))
        served.statements[name] = want_of(served.app, entity, paths)
    want: Want = served.statements[name]
    return want
