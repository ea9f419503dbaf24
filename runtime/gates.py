"""Step 9: the stage gate. Whatever the door, a stage asks for the same, and says all that is missing at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from runtime.access.policy import engine_policy
from runtime.change import Change, StageMove, Values
from runtime.computed.rows import Rows
from runtime.decoding import pointer
from runtime.freezes import find_freeze
from runtime.loading import Path, Want, want_of
from runtime.refusals import FieldError, Forbidden, GateClosed, Invalid, StageFrozen, Unmet
from runtime.requirements import Entering, check_gate
from runtime.unit import Unit
from runtime.writer.locking import require_inside
from runtime.writer.places import count_in_stage
from schema_store.compiled.process import CompiledGate, CompiledTransition

#: Why an import of what was passes a gate (DESIGN 11.3).
HISTORICAL = "historical"
#: By mode of the request, the reason with which it passes what it does not meet.
_PASSING = {"history": HISTORICAL, "undo": "undo"}
#: What the right to override does not help against.
_WAYS = frozenset({"way", "role"})
_PLACES = frozenset({"frozen", "capacity"})


def require_gates(unit: Unit, change: Change) -> None:
    """Every stage that the save enters, unless the actor may override and says why.

    Raises:
        StageFrozen: a stage takes no more records; ``unmet`` holds what else is missing, too.
        GateClosed: something is missing.
        Forbidden: a reason to override is given by somebody who may not.
        Invalid: the reason is blank.
    """
    for move in change.moves:
        passes = _is_overridden(unit, change, move)
        unmet = [each for each in check_move(unit, change, move) if not passes or each.kind in _WAYS]
        reason = _PASSING.get(change.request.mode)
        if unmet and reason is not None:
            change.request = replace(change.request, override=change.request.override or reason)
        elif any(each.kind in _PLACES for each in unmet):
            raise StageFrozen(unmet)
        elif unmet:
            raise GateClosed(unmet)


def check_move(unit: Unit, change: Change, move: StageMove) -> Iterator[Unmet]:
    """What is missing for a move. A new record starts before the initial stage, where only
    places are counted: no gate, and no look at freezes, which every new record would pay for.
    """
    stage = move.pipeline.stages[move.to or ""]
    way = way_of(move)
    if _is_first(move):
        yield from _capacity(unit, change, move)
        return
    yield from _way(unit, move, way)
    entering = Entering(unit, change, move, _row(unit, change, move))
    gates = [gate for gate in (stage.gate, way.gate if way else None) if gate is not None]
    yield from check_gate(entering, stage.required_fields, gates)
    yield from _places(unit, change, move)


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
    is_engine = unit.access.policy is engine_policy(unit.served)
    if way is not None and way.roles and not is_engine:
        held = {role.key for role in unit.access.policy.roles}
        if held.isdisjoint(way.roles):
            yield Unmet(way.key, "role", {"roles": sorted(way.roles)}, {"roles": sorted(held)}, stage.label)


def _places(unit: Unit, change: Change, move: StageMove) -> Iterator[Unmet]:
    """Whether the stage takes records at all, and has a place left."""
    stage = move.pipeline.stages[move.to or ""]
    freeze = find_freeze(unit, stage)
    if freeze is not None:
        yield Unmet(stage.key, "frozen", None, {"since": freeze.at.isoformat(), **freeze.reason}, stage.label)
    yield from _capacity(unit, change, move)


def _capacity(unit: Unit, change: Change, move: StageMove) -> Iterator[Unmet]:
    stage = move.pipeline.stages[move.to or ""]
    if stage.capacity is not None:
        inside = count_in_stage(unit, move.pipeline, stage, change.id)
        if inside >= stage.capacity:
            yield Unmet(stage.key, "capacity", {"capacity": stage.capacity}, {"count": inside}, stage.label)


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
    if change.before is not None:
        require_inside(unit, change.key, change.id, "override")
    # The record as it will be written has to be inside of the right as well.
    change.rights = (*change.rights, "override")
    return True


def _gates(move: StageMove) -> list[CompiledGate]:
    way = way_of(move)
    found = [move.pipeline.stages[move.to or ""].gate, way.gate if way else None]
    return [gate for gate in found if gate is not None]


def _row(unit: Unit, change: Change, move: StageMove) -> Values:
    """The record as it will be, with everything that the gates of a move look at."""
    want = _want(unit, change, move)
    row = dict(change.after)
    if change.before is None:
        row |= {key: row.get(key) or () for key in want.children}
    Rows(unit.connection, unit.served, unit.context, {(change.key, change.id): row}).complete(want, [row])
    return row


def _want(unit: Unit, change: Change, move: StageMove) -> Want:
    way = way_of(move)
    name = ("gate", move.pipeline.id, move.to, way.key if way else None)
    kept = unit.served.statements
    if name not in kept:
        stage = move.pipeline.stages[move.to or ""]
        keys = {*stage.required_fields, *(key for gate in _gates(move) for key in gate.fields)}
        keys |= {person.field for gate in _gates(move) for person in gate.people}
        paths: set[Path] = {(key,) for key in keys if key in unit.served.app.infos[change.key].fields}
        for gate in _gates(move):
            paths |= {path for each in gate.criteria for path in each.program.checked.fields}
        kept[name] = want_of(unit.served.app, change.key, paths)
    found: Want = kept[name]
    return found
