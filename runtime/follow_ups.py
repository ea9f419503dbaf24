"""Step 14: what a save brings about elsewhere: values that are computed from what changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from runtime.change import Change
from runtime.computed.refresh import Dirty, Origins, earliest, refresh
from runtime.unit import Unit
from schema_store.analysis.dependencies import Refresh
from schema_store.analysis.environment import STAGE_CHANGES, history_entity
from schema_store.compiled.app import App, CompiledEntity

#: Where ways to those who must be refreshed start, by the way and how many of its steps are walked.
_Ends = dict[tuple[Refresh, int], dict[UUID, int]]


def refresh_others(unit: Unit, changes: Sequence[Change]) -> None:
    """Recompute what reads the changed fields: roll-ups of parents old and new, formulas of those who refer.

    Values of these very records that depend on others' new ones come back into ``after``.
    """
    dirty = Dirty(unit, [change.root for change in changes])
    ends: _Ends = defaultdict(dict)
    entity = changes[0].entity
    read_elsewhere = unit.statement(("read elsewhere", entity.key), lambda: _read_elsewhere(entity))
    for place, change in enumerate(changes):
        appears = change.act in ("delete", "restore")
        for key in read_elsewhere.keys() if appears else read_elsewhere.keys() & change.written:
            for each in read_elsewhere[key]:
                _collect(ends, place, change, each)
    for (each, walked), ids in ends.items():
        dirty.mark(each, ids, each.steps[walked:])
    moved = {change.id: place for place, change in enumerate(changes) if change.moves}
    if moved:
        mark_history(unit, dirty, changes[0].key, STAGE_CHANGES, moved)
    own = {change.id: change for change in changes}
    for field, values in refresh(unit, dirty).items():
        for record in values.keys() & own.keys() if field[0] == changes[0].key else ():
            own[record].after[field[1]] = values[record]
            own[record].settled = None


def mark_history(unit: Unit, dirty: Dirty, entity: str, children: str, ids: Origins) -> None:
    """Note that records of ``entity`` have new stage changes or events."""
    history = history_entity(entity, children)
    for each in unit.statement(("readers of", history), lambda: _readers_of(unit.served.app, history)):
        dirty.mark(each, ids, each.steps[1:])


def _readers_of(app: App, owner: str) -> tuple[Refresh, ...]:
    """Everything that any field of an entity or a history is read by."""
    return tuple(each for (name, _), found in app.refreshes.items() if name == owner for each in found)


def _read_elsewhere(entity: CompiledEntity) -> Mapping[str, tuple[Refresh, ...]]:
    """By field, what reads it from another record; what reads it on the record itself is derived already."""
    found = {
        key: tuple(each for each in refreshes if each.steps) for key, refreshes in entity.refreshes.items()
    }
    return {key: refreshes for key, refreshes in found.items() if refreshes}


def _collect(ends: _Ends, place: int, change: Change, each: Refresh) -> None:
    """Note where the way starts to those who must be refreshed because a field of this record changed, and how many
    of its steps are walked.
    """
    first, sides = each.steps[0], (change.before or {}, change.after)
    if first.kind == "up":
        ids = {end for side in sides if (end := side.get(first.field)) is not None}
        earliest(ends[each, 1], ((end, place) for end in ids))
    elif first.kind == "link" and first.owner == change.key and first.field in change.links:
        ids = {end for side in sides for end in side.get(first.field) or ()}
        earliest(ends[each, 1], ((end, place) for end in ids))
    elif change.before is not None:
        earliest(ends[each, 0], [(change.id, place)])
