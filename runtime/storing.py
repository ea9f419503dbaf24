"""Steps 10 to 12: the write itself, with version compare, history, stage history; and the check of the row written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from runtime.access import Act
from runtime.change import Change, wire_name
from runtime.history import evidence_rows, history_rows, stage_rows
from runtime.past import relive
from runtime.refusals import Forbidden
from runtime.saved import Saved
from runtime.search import search_rows
from runtime.staleness import stale_of
from runtime.timers import clock_rows
from runtime.unit import Unit
from runtime.writer.locking import ids_inside
from runtime.writer.writing import Batch, RecordWrite, write

_TICK = timedelta(microseconds=1)
#: What a save that changes anything changes too.
STAMPS = frozenset({"version", "updated_at", "updated_by"})


def stamp(unit: Unit, changes: Sequence[Change]) -> None:
    """Version, time and person of a save that changes anything.

    Of two saves at once the later version has the later time, whichever of them came first: one waited for the other
    with the moment it came at, and a history in another order than the versions would name the wrong last change.
    """
    for change in changes:
        if change.before is None or change.act in ("delete", "restore") or change.changed:
            version, moment = 0, unit.now
            if change.before is not None:
                version, last = change.before["version"], change.before["updated_at"]
                moment = unit.now if unit.now > last else last + _TICK
            change.after |= {"version": version + 1, "updated_at": moment, "updated_by": unit.person}
            relive(unit, change)


def require_version(unit: Unit, changes: Sequence[Change]) -> None:
    """Step 10: each record must be at the version that was looked at; refused with ``Stale``."""
    for change in changes:
        asked = change.request.version
        if change.before is not None and asked is not None and asked != change.before["version"]:
            change.refuse(stale_of(unit, change, asked, change.before["version"]))


def store(unit: Unit, changes: Sequence[Change]) -> None:
    """Steps 10 and 12: write the records with their history, what they are found by, and clocks that start.

    Raises:
        Stale: one is not at the version that was locked.
        UniqueTaken: another live record has the values of one.
        Invalid: a reference leads nowhere.
        BudgetSpent: too many writes.
    """
    for change in changes:
        change.written = change.settled = change.changed
    writing = [change for change in changes if change.written]
    if not writing:
        return
    for change in writing:
        unit.count_write(root=change.root)
    support = unit.served.support
    rows = {
        support.history: [row for change in writing for row in history_rows(unit, change)],
        support.stage_change: [row for change in writing for row in stage_rows(unit, change)],
        support.evidence: [row for change in writing for row in evidence_rows(unit, change)],
        support.timer: [row for change in writing for row in clock_rows(unit, change)],
    }
    put = {support.search: [row for change in writing for row in search_rows(change)]}
    write(unit, Batch(writing[0].key, [_record(change) for change in writing], rows, put))


def _record(change: Change) -> RecordWrite:
    expected = None if change.before is None else change.before["version"]
    binned = {"delete": True, "restore": False}.get(change.act)
    return RecordWrite(change.id, change.after, change.written, expected, binned, change.pairs)


def stay_inside(unit: Unit, changes: Sequence[Change]) -> None:
    """Step 11: the rows as written must be inside the actor's row filter for what was done; else ``Forbidden``."""
    asked: dict[Act, list[Change]] = {}
    for change in changes:
        # Who may hand a record over may hand it out of their own reach.
        for act in change.rights:
            if act != "assign" and change.written:
                asked.setdefault(act, []).append(change)
    for act, them in asked.items():
        inside = ids_inside(unit, them[0].key, [change.id for change in them], act)
        for change in them:
            if change.id not in inside:
                change.refuse(Forbidden())


def saved_of(change: Change) -> Saved:
    """The answer of a save."""
    values = {("owner_id" if key == "owner" else key): value for key, value in change.after.items()}
    changed = frozenset(map(wire_name, change.changed - STAMPS))
    return Saved(change.id, change.key, change.after["version"], values, changed, change.warnings)
