"""The order of execution (docs/order-of-execution.md): every write of a record passes the steps listed here.

Whatever the door: form, list cell, board drop, bulk, import, API, public form, rule. A step is a function of the unit
and the change; it reads what the steps before it found, writes down what it finds, and may return what must be saved
next. Steps never call each other. Only the edge commits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from runtime.access import Act, engine_access
from runtime.bin import released_by, require_unreferred
from runtime.change import Change, Deed, DryRun, Request, Saved, Values
from runtime.conditions import check_conditions, require_validations, require_values
from runtime.decoding import decode_evidence, decode_values, find_form, require_fields, take_files
from runtime.defaults import fill_defaults
from runtime.deriving import derive, load_surroundings
from runtime.duplicates import require_no_duplicates
from runtime.follow_ups import refresh_others
from runtime.gates import require_gates
from runtime.numbering import give_numbers
from runtime.refusals import FieldError, GateClosed, Invalid
from runtime.rescoring import plan_rescoring
from runtime.rules.doors import Doors
from runtime.rules.matching import match_rules
from runtime.search import index_change
from runtime.stages import settle_stages
from runtime.storing import saved_of, stamp, stay_inside, store
from runtime.timers import move_timers
from runtime.unit import FollowUp, Unit
from runtime.writer.columns import columns_of
from runtime.writer.locking import lock_binned, lock_record

Step = Callable[[Unit, Change], Iterable[FollowUp] | None]

#: Steps 3 to 9: what the record will be, and whether it may be that. Nothing is written but given numbers.
PREPARE: tuple[Step, ...] = (
    stamp,
    load_surroundings,
    derive,  # before the conditions, which may look at what is computed
    settle_stages,
    check_conditions,
    require_values,
    give_numbers,
    require_no_duplicates,
    require_validations,
    require_gates,
)


def follow_rules(unit: Unit, change: Change) -> Iterable[FollowUp]:
    """Step 13: the rules that the change starts."""
    return match_rules(unit, [change], DOORS)


def start_timers(unit: Unit, change: Change) -> None:
    """Step 12: the clocks that the change starts, moves or stops, and when time alone changes its scores."""
    move_timers(unit, [change])
    plan_rescoring(unit, [change])


#: Steps 10 to 14.
FINISH: tuple[Step, ...] = (
    store,
    stay_inside,
    take_files,
    index_change,
    refresh_others,
    start_timers,
    follow_rules,
)
#: Steps 2 and 3, where there are values.
DECODE: tuple[Step, ...] = (require_fields, find_form, decode_values, decode_evidence)

CREATE: tuple[Step, ...] = (*DECODE, fill_defaults, *PREPARE, *FINISH)
UPDATE: tuple[Step, ...] = (*DECODE, *PREPARE, *FINISH)
RESTORE: tuple[Step, ...] = (*PREPARE, *FINISH)


def create(
    unit: Unit,
    entity: str,
    wire: Mapping[str, Any],
    *,
    record_id: UUID | None = None,
    form: str | None = None,
    request: Request | None = None,
) -> Saved:
    """Make a record.

    Args:
        unit: who, when, why.
        entity: key.
        wire: JSON values by field key.
        record_id: the id that a client chose.
        form: key of the form that was filled in.
        request: everything else that may be asked; stands over ``wire`` and ``form``.

    Raises:
        NotFound: there is no such entity for the actor.
        Forbidden: the actor may not create.
        Refused: a step refuses (docs/order-of-execution.md).
    """
    unit.access.require(entity, "create")
    after: Values = dict.fromkeys(columns_of(unit.served, entity).names)
    after |= {
        "id": record_id or uuid7(),
        "created_at": unit.now,
        "created_by": unit.person,
        "owner": unit.person,
    }
    asked = request or Request(wire, form=form)
    return _run(unit, _change(unit, "create", ("create",), entity, asked, None, after), CREATE)


def update(
    unit: Unit,
    entity: str,
    record_id: UUID,
    wire: Mapping[str, Any],
    *,
    version: int | None = None,
    form: str | None = None,
    request: Request | None = None,
) -> Saved:
    """Change a record; only the fields named change. A stage that is named is a transition.

    Args:
        unit: who, when, why.
        entity: key.
        record_id: which.
        wire: JSON values by field key.
        version: the one that was looked at; None: any.
        form: key of the form that was filled in.
        request: everything else that may be asked; stands over ``wire``, ``version`` and ``form``.

    Raises:
        NotFound: it is not there for the actor.
        Forbidden: the actor may not change it.
        Refused: a step refuses (docs/order-of-execution.md).
    """
    asked = request or Request(wire, version=version, form=form)
    return _run(unit, _changed(unit, entity, record_id, asked), UPDATE)


def transition(
    unit: Unit,
    entity: str,
    record_id: UUID,
    to: str,
    *,
    field: str | None = None,
    wire: Mapping[str, Any] | None = None,
    evidence: Iterable[Mapping[str, str]] = (),
    note: str | None = None,
    override: str | None = None,
    version: int | None = None,
    dry_run: bool = False,
) -> Saved | DryRun:
    """Move a record to a stage, with what the gate asks for.

    Args:
        unit: who, when, why.
        entity: key.
        record_id: which.
        to: key of the stage.
        field: the stage field; None where the entity has one.
        wire: further JSON values by field key.
        evidence: files for the gate, ``{"key", "file_id"}``.
        note: why.
        override: the reason for passing the gate by right.
        version: the one that was looked at; None: any.
        dry_run: only say what would be missing.

    Raises:
        NotFound: it is not there for the actor.
        Forbidden: the actor may not move it.
        Refused: a step refuses (docs/order-of-execution.md).
    """
    unit.access.require(entity, "transition")
    stages = list(unit.served.app.entities[entity].pipelines)
    stage = field or (stages[0] if len(stages) == 1 else None)
    if stage not in stages:
        raise Invalid([FieldError("/field", "no_stage")])
    values = {**(wire or {}), stage: to}
    asked = Request(values, version, None, tuple(evidence), note, override)
    change = _changed(unit, entity, record_id, asked)
    if not dry_run:
        return _run(unit, change, UPDATE)
    try:
        for step in (*DECODE, *PREPARE):
            step(unit, change)
    except GateClosed as closed:
        return DryRun(False, closed.unmet)
    return DryRun(True)


def delete(unit: Unit, entity: str, record_id: UUID, *, version: int | None = None) -> None:
    """Put a record into the bin: out of every list, unique value, roll-up and relation.

    Args:
        unit: who, when, why.
        entity: key.
        record_id: which.
        version: the one that was looked at; None: any.

    Raises:
        NotFound: it is not there for the actor.
        Forbidden: the actor may not delete it.
        Referred: live records refer to it by a field that restricts.
        Stale: it is at another version.
    """
    unit.access.require(entity, "delete")
    before = lock_record(unit, entity, record_id, ("delete",))
    change = _change(unit, "delete", ("delete",), entity, Request(version=version), before, dict(before))
    _run(
        unit, change, (require_unreferred, stamp, store, release, refresh_others, start_timers, follow_rules)
    )


def restore(unit: Unit, entity: str, record_id: UUID) -> Saved:
    """Take a record out of the bin; everything is checked and computed as if it were saved now.

    Raises:
        NotFound: there is none in the bin that the actor may restore.
        Forbidden: the actor may not.
        Refused: a step refuses (docs/order-of-execution.md).
    """
    unit.access.require(entity, "delete")
    before = lock_binned(unit, entity, record_id)
    change = _change(unit, "restore", ("delete",), entity, Request(), before, dict(before))
    return _run(unit, change, RESTORE)


def release(unit: Unit, change: Change) -> Iterator[FollowUp]:
    """Step 14 of a deletion: what refers to the record lets go of it, or goes into the bin with it."""
    for referrer, records in released_by(unit, change):
        act = delete if referrer.on_delete == "cascade" else partial(update, wire={referrer.field: None})
        for record in records:
            yield FollowUp(f"{referrer.on_delete}:{referrer.name}", _as_engine(act, referrer.entity, record))


def _as_engine(act: Callable[..., object], entity: str, record: UUID) -> Callable[[Unit], object]:
    """An act that the system carries out in the actor's name: whose rights made the cause need no others."""

    def run(unit: Unit) -> object:
        access = engine_access(unit.served, unit.access.actor, unit.access.values)
        return act(replace(unit, access=access), entity, record)

    return run


#: In the order in which their rights are looked at.
_WRITING: tuple[Act, ...] = ("update", "transition", "assign")


def _act_of(key: str, stages: Collection[str]) -> Act:
    if key == "owner_id":
        return "assign"
    return "transition" if key in stages else "update"


def _changed(unit: Unit, entity: str, record_id: UUID, asked: Request) -> Change:
    """Step 1 of an update: each field needs its act (stages transition, the owner assign, all else update)."""
    unit.access.require(entity, "read")
    stages = unit.served.app.entities[entity].pipelines.keys()
    asked_for = {_act_of(key, stages) for key in asked.wire} or {"update"}
    acts: tuple[Act, ...] = tuple(act for act in _WRITING if act in asked_for)
    for act in acts:
        unit.access.require(entity, act)
    before = lock_record(unit, entity, record_id, acts)
    return _change(unit, "update", acts, entity, asked, before, dict(before))


def _change(
    unit: Unit,
    act: Deed,
    rights: tuple[Act, ...],
    entity: str,
    asked: Request,
    before: Values | None,
    after: Values,
) -> Change:
    return Change(act, rights, unit.served.app.entities[entity], after["id"], asked, before, after)


def _run(unit: Unit, change: Change, steps: tuple[Step, ...]) -> Saved:
    """Every step, then what they cause."""
    first = len(unit.budget.saves) if unit.budget.is_draining else 0

    def act() -> None:
        for step in steps:
            unit.follow(*(step(unit, change) or ()))
        unit.budget.saves.append(saved_of(change))

    unit.drain(act)
    return _newest(change, unit.budget.saves[first:])


def _newest(change: Change, saves: Sequence[Saved]) -> Saved:
    """The record as what followed left it: rules may have saved it again."""
    again = [each for each in saves if each.id == change.id and each.entity == change.key]
    changed = frozenset[str]().union(*(each.changed for each in again))
    return replace(again[-1], changed=changed, warnings=again[0].warnings)


#: How rules save what they do.
DOORS = Doors(create, update, transition)
