"""Step 14: what a save brings about elsewhere: values that are computed from what changed."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from runtime.change import Change
from runtime.computed.refresh import Dirty, refresh
from runtime.unit import Unit
from schema_store.analysis.dependencies import Refresh
from schema_store.analysis.environment import STAGE_CHANGES, history_entity


def refresh_others(unit: Unit, change: Change) -> None:
    """Recompute what reads the changed fields: roll-ups of parents old and new, formulas of those who refer.

    Values of this very record that depend on others' new ones come back into ``after``.
    """
    dirty = Dirty(unit)
    appears = change.act in ("delete", "restore")
    for key in change.entity.refreshes if appears else change.changed:
        for each in change.entity.refreshes.get(key, ()):
            _mark(dirty, change, each)
    if change.moves:
        mark_history(dirty, change.key, STAGE_CHANGES, [change.id])
    for field, values in refresh(unit, dirty).items():
        if field[0] == change.key and change.id in values:
            change.after[field[1]] = values[change.id]


def mark_history(dirty: Dirty, entity: str, children: str, ids: Collection[UUID]) -> None:
    """Note that records of ``entity`` have new stage changes or events."""
    history = history_entity(entity, children)
    for (owner, _), refreshes in dirty.app.refreshes.items():
        for each in refreshes if owner == history else ():
            dirty.mark(each, ids, each.steps[1:])


def _mark(dirty: Dirty, change: Change, each: Refresh) -> None:
    """Note who must be refreshed because a field of this record changed; itself is derived already."""
    if not each.steps:
        return
    first, sides = each.steps[0], (change.before or {}, change.after)
    if first.kind == "up":
        dirty.mark(each, {side.get(first.field) for side in sides} - {None}, each.steps[1:])
    elif first.kind == "link" and first.owner == change.key and first.field in change.links:
        ends = {end for side in sides for end in side.get(first.field) or ()}
        dirty.mark(each, ends, each.steps[1:])
    elif change.before is not None:
        dirty.mark(each, [change.id], each.steps)
