"""Step 14: what a save brings about elsewhere: values that are computed from what changed."""

from __future__ import annotations

from runtime.change import Change
from runtime.computed.refresh import Dirty, refresh
from runtime.unit import Unit
from schema_store.dependencies import Refresh
from schema_store.environment import STAGE_CHANGES, history_entity


def refresh_others(unit: Unit, change: Change) -> None:
    """Recompute what reads the changed fields: roll-ups of parents old and new, formulas of those who refer.

    Values of this very record that depend on others' new ones come back into ``after``.
    """
    dirty = Dirty(unit)
    for key in change.changed:
        for each in change.entity.refreshes.get(key, ()):
            _mark(dirty, change, each)
    if change.moves:
        history = history_entity(change.key, STAGE_CHANGES)
        for (owner, _), refreshes in unit.served.app.refreshes.items():
            for each in refreshes if owner == history else ():
                dirty.mark(each, [change.id], each.steps[1:])
    for field, values in refresh(unit, dirty).items():
        if field[0] == change.key and change.id in values:
            change.after[field[1]] = values[change.id]


def _mark(dirty: Dirty, change: Change, each: Refresh) -> None:
    """Note who must be refreshed because a field of this record changed; itself is derived already."""
    if not each.steps:
        return
    first = each.steps[0]
    if first.kind == "up":
        sides = (change.before or {}, change.after)
        found = {side.get(first.field) for side in sides} - {None}
        dirty.mark(each, found, each.steps[1:])
    elif change.before is not None or first.kind == "link":
        dirty.mark(each, [change.id], each.steps)
