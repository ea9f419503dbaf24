"""Step 9: the stage gate. Whatever the door, a stage asks for the same, and says all that is missing at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from runtime.change import Change, StageMove, Values
from runtime.computed.rows import Rows
from runtime.decoding import pointer
from runtime.loading import Path, Want, want_of
from runtime.places import Places
from runtime.refusals import FieldError, Forbidden, GateClosed, Invalid, Refused, StageFrozen, Unmet
from runtime.requirements import Entering, Hall, check_gate
from runtime.served import Served
from runtime.stages import pipeline_of
from runtime.unit import Unit
from runtime.writer.locking import ids_inside
from schema_store.compiled.process import CompiledGate, CompiledTransition

#: Why an import of what was passes a gate (DESIGN 11.3).
HISTORICAL = "historical"
#: What the right to override does not help against.
_WAYS = frozenset({"way", "role"})
_PLACES = frozenset({"frozen", "capacity"})


def require_gates(unit: Unit, changes: Sequence[Change]) -> None:
    """Every stage that a save enters, unless the actor may override and says why.

    What comes back from the bin passes no gate again, but needs a place in the stage where it stood.

    Refuses with ``StageFrozen`` where a stage takes no more records (``unmet`` holds what else is missing, too), with
    ``GateClosed`` where something is missing, with ``Forbidden`` where somebody gives a reason to override who may not,
    with ``Invalid`` where the reason is blank.
    """
    places = Places(unit, changes)
    for change in changes:
        if change.act == "restore":
            _require_places(unit, change, places)
    moving = [change for change in changes if change.moves]
    if not moving:
        return
    hall, rows = Hall(unit, moving), _rows(unit, moving)
    for change in moving:
        for move in change.moves:
            if change.refusal is None:
                _require_gate(hall, change, move, rows, places)
        if change.is_put_off:
            return


def _require_places(unit: Unit, change: Change, places: Places) -> None:
    for field in change.entity.pipelines:
        pipeline, stage = pipeline_of(unit, change, field), change.after[field]
        if pipeline is not None and stage in pipeline.stages:
            unmet = list(places.check(change, StageMove(field, pipeline, stage, stage)))
            if unmet:
                change.refuse(StageFrozen(unmet))


#: By record and stage field, the record as it will be with what the gates of the move look at.
_Rows = dict[tuple[UUID, str], Values]


def _require_gate(hall: Hall, change: Change, move: StageMove, rows: _Rows, places: Places) -> None:
    unit = hall.unit
    try:
        passes = _is_overridden(unit, change, move)
    except Refused as refusal:
        change.refuse(refusal)
        return
    unmet: list[Unmet] = []
    if not _is_first(move):
        unmet += _missing(hall, change, move, rows[change.id, move.field])
    if not passes:
        unmet += places.check(change, move)
    unmet = [each for each in unmet if not passes or each.kind in _WAYS]
    if unmet and change.request.mode == "history":
        change.request = replace(change.request, override=change.request.override or HISTORICAL)
    elif any(each.kind in _PLACES for each in unmet):
        change.refuse(StageFrozen(unmet))
    elif unmet:
        change.refuse(GateClosed(unmet))


def _missing(hall: Hall, change: Change, move: StageMove, row: Values) -> Iterator[Unmet]:
    """What is missing for a move. A new record starts before the initial stage, where only
    places are counted: no gate, and no look at freezes, which every new record would pay for.
    """
    stage, way = move.pipeline.stages[move.to or ""], way_of(move)
    yield from _way(hall.unit, move, way)
    gates = [gate for gate in (stage.gate, way.gate if way else None) if gate is not None]
    yield from check_gate(Entering(hall, change, move, row), stage.required_fields, gates)


def way_of(move: StageMove) -> CompiledTransition | None:
    """The transition that a move takes; a record made in a later stage comes from the initial one."""
    start = move.pipeline.initial if move.start is None else move.start
    return move.pipeline.transition(start, move.to or "")


def _is_first(move: StageMove) -> bool:
    return move.start is None and move.to == move.pipeline.initial


def _way(unit: Unit, move: StageMove, way: CompiledTransition | None) -> Iterator[Unmet]:
    pipeline = move.pipeline
    stage = pipeline.stages[move.to or ""]
    if way is None and pipeline.transitions:
        starts = sorted(
            {start for each in pipeline.transitions if each.to == stage.key for start in each.starts}
        )
        yield Unmet(stage.key, "way", {"from": starts}, {"from": move.start}, stage.label)
    if way is not None and way.roles and unit.access.policy.whose == "person":
        held = {role.key for role in unit.access.policy.roles}
        if held.isdisjoint(way.roles):
            yield Unmet(way.key, "role", {"roles": sorted(way.roles)}, {"roles": sorted(held)}, stage.label)


def _is_overridden(unit: Unit, change: Change, move: StageMove) -> bool:
    reason = change.request.override
    if reason is None:
        return False
    if not reason.strip():
        raise Invalid([FieldError(pointer("override"), "required")])
    if not may_override(unit, change, move):
        raise Forbidden
    return True


def may_override(unit: Unit, change: Change, move: StageMove) -> bool:
    """Whether the actor may pass without what is missing: by a role that the gates name, or by the override act."""
    held = {role.key for role in unit.access.policy.roles}
    if any(not held.isdisjoint(gate.override_roles) for gate in _gates(move)):
        return True
    if not unit.access.can(change.key, "override"):
        return False
    if change.before is not None and not ids_inside(unit, change.key, [change.id], "override"):
        raise Forbidden
    # The record as it will be written has to be inside of the right as well.
    change.rights = (*change.rights, "override")
    return True


def _gates(move: StageMove) -> list[CompiledGate]:
    way = way_of(move)
    found = [move.pipeline.stages[move.to or ""].gate, way.gate if way else None]
    return [gate for gate in found if gate is not None]


def _rows(unit: Unit, changes: Sequence[Change]) -> _Rows:
    """What the gates look at, loaded once for all moves of one way."""
    found: _Rows = {}
    alike: dict[tuple[str, str | None, str | None, bool], list[tuple[Change, StageMove]]] = defaultdict(list)
    for change in changes:
        for move in change.moves:
            if not _is_first(move):
                way = way_of(move)
                name = (move.pipeline.id, move.to, way.key if way else None, change.before is None)
                alike[name].append((change, move))
    for (_, _, _, is_new), moving in alike.items():
        want = gate_want(unit.served, moving[0][1])
        for change, move in moving:
            row = found[change.id, move.field] = dict(change.after)
            if is_new:
                row |= {key: row.get(key) or () for key in want.children}
        pending = {(change.key, change.id): found[change.id, move.field] for change, move in moving}
        Rows(unit.connection, unit.served, unit.context, pending).complete(want, list(pending.values()))
    return found


def gate_want(served: Served, move: StageMove) -> Want:
    """What the gates of a move look at."""
    way = way_of(move)
    name = ("gate", move.pipeline.id, move.to, way.key if way else None)
    kept = served.statements
    if name not in kept:
        entity = move.pipeline.entity
        stage = move.pipeline.stages[move.to or ""]
        keys = {*stage.required_fields, *(key for gate in _gates(move) for key in gate.fields)}
        keys |= {person.field for gate in _gates(move) for person in gate.people}
        paths: set[Path] = {(key,) for key in keys if key in served.app.infos[entity].fields}
        for gate in _gates(move):
            paths |= {path for each in gate.criteria for path in each.program.checked.fields}
        kept[name] = want_of(served.app, entity, paths)
    found: Want = kept[name]
    return found
