"""Steps 10 to 12: the write itself, with version compare, history, stage history; and the check of the row written."""

from __future__ import annotations

from runtime.change import Change, Saved, wire_name
from runtime.history import evidence_rows, history_rows, stage_rows
from runtime.staleness import stale_of
from runtime.unit import Unit
from runtime.writer.locking import require_inside
from runtime.writer.writing import Batch, RecordWrite, VersionPassed, write

#: What a save that changes anything changes too.
STAMPS = frozenset({"version", "updated_at", "updated_by"})


def stamp(unit: Unit, change: Change) -> None:
    """Version, time and person of a save that changes anything."""
    if change.changed or change.act in ("delete", "restore"):
        version = 0 if change.before is None else change.before["version"]
        change.after |= {"version": version + 1, "updated_at": unit.now, "updated_by": unit.person}
        for each in change.request.passed:
            change.after |= {
                "version": change.after["version"] + 1,
                "updated_at": each.at,
                "updated_by": each.by,
            }


def store(unit: Unit, change: Change) -> None:
    """Write the record with its history, if it is still at the version that was looked at.

    Raises:
        Stale: it is not.
        UniqueTaken: another live record has these values.
        Invalid: a reference leads nowhere.
        BudgetSpent: too many writes.
    """
    before, asked = change.before, change.request.version
    expected = None if before is None else before["version"]
    if expected is not None and asked is not None and asked != expected:
        raise stale_of(unit, change, asked, expected)
    if not change.changed:
        return
    binned = {"delete": True, "restore": False}.get(change.act)
    values = {key: change.after[key] for key in change.changed}
    record = RecordWrite(change.key, change.id, values, expected, binned, change.pairs)
    act = "transition" if change.moves and before is not None else change.act
    history = history_rows(unit, change, act)
    try:
        write(unit, Batch(record, history, stage_rows(unit, change), evidence_rows(unit, change)))
    except VersionPassed:
        raise stale_of(unit, change, expected or 0, change.after["version"]) from None


def stay_inside(unit: Unit, change: Change) -> None:
    """The row as written must be inside the actor's row filter for what was done.

    Raises:
        Forbidden: it is outside.
    """
    if change.changed:
        # Who may hand a record over may hand it out of their own reach.
        for act in (right for right in change.rights if right != "assign"):
            require_inside(unit, change.key, change.id, act)


def saved_of(change: Change) -> Saved:
    """The answer of a save."""
    values = {wire_name(key): value for key, value in change.after.items()}
    changed = frozenset(wire_name(key) for key in change.changed - STAMPS)
    return Saved(change.id, change.key, change.after["version"], values, changed, change.warnings)
