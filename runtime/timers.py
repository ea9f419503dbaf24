"""Step 12: the clocks on records. Conditions start, pause, resume and stop them; each moment of a clock is a row.

A clock that was started is a generation of its rows; it ends once, by its stop condition or with the record, and what
starts it again begins the next generation. Firing the rows is for the worker.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Row
from uuid_utils.compat import uuid7

from expressions.storage import microseconds
from runtime.calendars import add_time, time_between
from runtime.change import Change, Values
from runtime.computed.rows import Rows
from runtime.loading import Path, Want, want_of
from runtime.unit import Unit
from schema_store.compiled.timing import CompiledSla

#: What a row goes through; ``fired`` is the worker's.
RUNNING, PAUSED, STOPPED = "running", "paused", "stopped"
_MOVED = ("state", "due", "left", "since", "ended", "why")


@dataclass
class _Moves:
    """What becomes of the rows: new ones, and others by id."""

    started: list[Values] = field(default_factory=list)
    moved: list[Values] = field(default_factory=list)


def clock_rows(unit: Unit, change: Change) -> list[Values]:
    """The moments of clocks that a new record starts and that look at nothing but what people write of it.

    They ride in the write of the record. The others have to see what the write brings about (:func:`move_timers`).
    """
    if change.act != "create" or change.request.mode == "history":
        return []
    moves = _Moves()
    for sla in _slas(unit, change.key, own=True):
        _move_one(unit, sla, change, change.after, [], moves)
    return moves.started


def move_timers(unit: Unit, changes: Sequence[Change]) -> None:
    """Start, pause, resume and stop the clocks that the changes concern, without those that started with the write.

    At most three statements for all changes of an entity; none where no condition looks at what changed.
    """
    by_entity: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.request.mode != "history" and any(_concerned(unit, change)):
            by_entity[change.key].append(change)
    for entity, each in by_entity.items():
        _write(unit, _move(unit, entity, each))


def _slas(unit: Unit, entity: str, *, own: bool) -> Sequence[CompiledSla]:
    """The clocks of an entity whose conditions look at nothing but values that people write of the record; the rest."""
    own_ones, others = unit.statement(("clocks", entity), lambda: _parted(unit, entity))
    return own_ones if own else others


def _parted(unit: Unit, entity: str) -> tuple[list[CompiledSla], list[CompiledSla]]:
    found: tuple[list[CompiledSla], list[CompiledSla]] = [], []
    fields = unit.served.app.entities[entity].fields
    for sla in unit.served.app.slas.get(entity, ()):
        is_own = all(
            len(path) == 1 and path[0] in fields and fields[path[0]].computed is None for path in sla.reads
        )
        found[0 if is_own else 1].append(sla)
    return found


def _concerned(unit: Unit, change: Change) -> Iterator[CompiledSla]:
    """The clocks whose conditions may be different now: of a record that comes or goes, by what they read, by time."""
    if change.act == "create":
        yield from _slas(unit, change.key, own=False)
        return
    changed = change.changed
    for sla in unit.served.app.slas.get(change.key, ()):
        conditions = (sla.start, sla.stop, sla.pause)
        is_timed = any(each is not None and each.checked.volatile for each in conditions)
        is_read = is_timed or not changed.isdisjoint(path[0] for path in sla.reads)
        if change.act != "update" or (changed and is_read):
            yield sla


def _move(unit: Unit, entity: str, changes: Sequence[Change]) -> _Moves:
    rows = _rows(unit, entity, changes)
    standing = _standing(unit, [change.id for change in changes if change.before is not None])
    moves = _Moves()
    for change in changes:
        for sla in _concerned(unit, change):
            known = standing.get((change.id, sla.id), [])
            _move_one(unit, sla, change, rows.get(change.id), known, moves)
    return moves


def _rows(unit: Unit, entity: str, changes: Sequence[Change]) -> dict[UUID, Values]:
    """The records as saved, with what the conditions read; those that went into the bin are left out."""
    rows = {change.id: dict(change.after) for change in changes if change.act != "delete"}
    want = unit.statement(("timers", entity), lambda: _want(unit, entity))
    Rows(unit.connection, unit.served, unit.context).complete(want, list(rows.values()))
    return rows


def _want(unit: Unit, entity: str) -> Want:
    paths = frozenset[Path]().union(*(sla.reads for sla in unit.served.app.slas[entity]))
    return want_of(unit.served.app, entity, paths)


def _standing(unit: Unit, records: Sequence[UUID]) -> Mapping[tuple[UUID, str], list[Row[Any]]]:
    """The rows of the last generation of each clock of the records."""
    found: dict[tuple[UUID, str], list[Row[Any]]] = defaultdict(list)
    if not records:
        return found
    table = unit.served.support.timer
    chosen = sa.select(table).where(table.c.record.in_(sa.bindparam("records", expanding=True)))
    statement = unit.statement(("timers of",), lambda: chosen.order_by(table.c.generation.desc()))
    for row in unit.connection.execute(statement, {"records": list(records)}):
        known = found[row.record, row.sla]
        if not known or known[0].generation == row.generation:
            known.append(row)
    return found


def _move_one(
    unit: Unit, sla: CompiledSla, change: Change, row: Values | None, known: list[Row[Any]], moves: _Moves
) -> None:
    """One clock of one record; it can do one thing at a time."""
    is_open = bool(known) and known[0].ended is None
    is_stopped = row is None or sla.stop.eval(row, unit.context) is True
    is_paused = row is not None and sla.pause is not None and sla.pause.eval(row, unit.context) is True
    if is_open and is_stopped:
        reason = "deleted" if change.act == "delete" else "stop"
        moves.moved += [_stopped(unit, each, reason) for each in known]
    elif is_open:
        moves.moved += list(_paused(unit, sla, known) if is_paused else _resumed(unit, sla, known))
    elif sla.id in unit.served.off:
        return
    elif row is not None and not is_stopped and sla.start.eval(row, unit.context) is True:
        generation = known[0].generation + 1 if known else 1
        moves.started += _started(unit, sla, change, generation, is_paused=is_paused)


def _started(
    unit: Unit, sla: CompiledSla, change: Change, generation: int, *, is_paused: bool
) -> Iterator[Values]:
    common = {
        "entity": change.entity.id,
        "record": change.id,
        "at": unit.now,
        "by": unit.person,
        "sla": sla.id,
        "zone": (sla.hours.zone if sla.hours else unit.served.app.zone).key,
        "calendar": sla.hours.key if sla.hours else None,
        "calendar_version": unit.served.app.version,
        "generation": generation,
        "since": unit.now,
        "ended": None,
        "state": PAUSED if is_paused else RUNNING,
    }
    kept, name = unit.budget.kept, ("clock", sla.id, is_paused, unit.now)
    if name not in kept:  # records that start it at one moment have their dues in common
        kept[name] = [_due(unit, sla, tier.after, {}, is_paused=is_paused) for tier in sla.tiers]
    for tier, due in zip(sla.tiers, kept[name], strict=True):
        about = {"id": uuid7(), "kind": tier.kind, "tier": tier.key, "left": microseconds(tier.after)}
        yield {**common, **about, **due}


def _due(
    unit: Unit, sla: CompiledSla, left: timedelta, why: Mapping[str, Any], *, is_paused: bool = False
) -> Values:
    """When the rest will have passed, and why then."""
    if is_paused:
        return {"due": None, "why": {**why, "paused": unit.now.isoformat()}}
    due = add_time(sla.hours, unit.now, left)
    return {"due": due.at, "why": {**why, **due.why()}}


def _paused(unit: Unit, sla: CompiledSla, known: Sequence[Row[Any]]) -> Iterator[Values]:
    for row in known:
        if row.state == RUNNING:
            counted = time_between(sla.hours, row.since, unit.now)
            left = max(timedelta(microseconds=row.left) - counted, timedelta())
            before = row.why.get("before", 0) + int(counted.total_seconds())
            why = {"before": before, "pauses": row.why.get("pauses", []), "paused": unit.now.isoformat()}
            yield _moved(row, state=PAUSED, due=None, left=microseconds(left), since=unit.now, why=why)


def _resumed(unit: Unit, sla: CompiledSla, known: Sequence[Row[Any]]) -> Iterator[Values]:
    for row in known:
        if row.state == PAUSED:
            pauses = [*row.why.get("pauses", []), [row.why["paused"], unit.now.isoformat()]]
            why = {"before": row.why.get("before", 0), "pauses": pauses}
            due = _due(unit, sla, timedelta(microseconds=row.left), why)
            yield _moved(row, state=RUNNING, since=unit.now, **due)


def _stopped(unit: Unit, row: Row[Any], reason: str) -> Values:
    """The clock ends; what fired has fired."""
    state = STOPPED if row.state in (RUNNING, PAUSED) else row.state
    why = {**row.why, "stopped": {"at": unit.now.isoformat(), "reason": reason}}
    return _moved(row, state=state, ended=unit.now, why=why)


def _moved(row: Row[Any], **different: Any) -> Values:
    values = {name: getattr(row, name) for name in _MOVED} | different
    return {"b_id": row.id, **{f"b_{name}": value for name, value in values.items()}}


def _write(unit: Unit, moves: _Moves) -> None:
    table = unit.served.support.timer
    if moves.started:
        unit.connection.execute(unit.statement(("timers start",), lambda: sa.insert(table)), moves.started)
    if moves.moved:
        unit.connection.execute(unit.statement(("timers move",), lambda: _move_statement(table)), moves.moved)


def _move_statement(table: sa.Table) -> sa.Update:
    values = {name: sa.bindparam(f"b_{name}", type_=table.c[name].type) for name in _MOVED}
    return sa.update(table).where(table.c.id == sa.bindparam("b_id", type_=table.c.id.type)).values(values)
