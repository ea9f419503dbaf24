"""The order of execution (docs/order-of-execution.md): every write of a record passes the steps listed here.

Whatever the door: form, list cell, board drop, bulk, import, API, public form, rule. A step is a function of the unit
and a batch of changes of one entity; a single save is a batch of one. A step reads what the steps before it found and
writes down on the changes what it finds, what it refuses, and what must be saved next. Steps never call each other.
Only the edge commits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from runtime.access import Act, engine_access
from runtime.assigning import count_loads
from runtime.batching import Course, Step, prepare_one, run_many, run_one
from runtime.bin import released_by, require_unreferred
from runtime.change import Change, Deed, DryRun, Outcome, Request, Row, Values
from runtime.conditions import check_conditions, require_validations, require_values
from runtime.decoding import decode_evidence, decode_values, find_form, require_fields, take_files
from runtime.defaults import fill_defaults
from runtime.deriving import derive, load_surroundings
from runtime.duplicates import require_no_duplicates
from runtime.follow_ups import refresh_others
from runtime.gates import require_gates
from runtime.numbering import give_numbers
from runtime.refusals import Duplicate, FieldError, Forbidden, GateClosed, Invalid, NotFound, Refused
from runtime.rescoring import plan_rescoring
from runtime.rules.doors import Doors
from runtime.rules.matching import match_rules
from runtime.saved import Saved
from runtime.stages import settle_stages
from runtime.storing import require_version, stamp, stay_inside, store
from runtime.timers import move_timers
from runtime.unit import FollowUp, Unit
from runtime.waves import part, part_new
from runtime.writer.columns import columns_of
from runtime.writer.locking import lock_binned, lock_records

__all__ = [
    "Outcome",
    "Row",
    "create",
    "create_many",
    "delete",
    "delete_many",
    "look_alikes",
    "restore",
    "transition",
    "update",
    "update_many",
]

#: Steps 4 to 9: what the record will be, and whether it may be that. Nothing is written.
PREPARE: tuple[Step, ...] = (
    part,
    stamp,
    load_surroundings,
    derive,  # before the conditions, which may look at what is computed
    settle_stages,
    check_conditions,
    require_values,
    require_no_duplicates,
    require_validations,
    require_gates,
    require_version,
)


def follow_rules(unit: Unit, changes: Sequence[Change]) -> None:
    """Step 13: the rules that the changes start."""
    match_rules(unit, changes, DOORS)


#: Steps 10 to 14.
FINISH: tuple[Step, ...] = (
    give_numbers,
    store,
    stay_inside,
    take_files,
    count_loads,
    refresh_others,
    move_timers,
    plan_rescoring,
    follow_rules,
)
#: The same of a deletion.
FINISH_DELETE: tuple[Step, ...] = (
    store,
    count_loads,
    refresh_others,
    move_timers,
    plan_rescoring,
    follow_rules,
)
#: Steps 2 and 3, where there are values.
DECODE: tuple[Step, ...] = (require_fields, find_form, decode_values, decode_evidence)


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
    return run_one(unit, _creating(entity), Row(request or Request(wire, form=form), record_id))


def create_many(unit: Unit, entity: str, rows: Sequence[Row]) -> list[Outcome]:
    """Make records, as if each were made by itself, one after the other; a refused one leaves nothing.

    What a record causes elsewhere (rules) is done after the records that are written together with it.

    Raises:
        NotFound: there is no such entity for the actor.
    """
    return run_many(unit, _creating(entity), rows)


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
    return run_one(unit, _updating(entity), Row(asked, record_id))


def update_many(unit: Unit, entity: str, rows: Sequence[Row]) -> list[Outcome]:
    """Change records, as if each were changed by itself, one after the other; a refused one stays as it is.

    What a record causes elsewhere (rules) is done after the records that are written together with it.

    Raises:
        NotFound: there is no such entity for the actor.
    """
    return run_many(unit, _updating(entity), rows)


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
    row = Row(asked, record_id)
    if not dry_run:
        return run_one(unit, _updating(entity), row)
    try:
        prepare_one(unit, _updating(entity), row)
    except GateClosed as closed:
        return DryRun(False, closed.unmet)
    return DryRun(True)


def look_alikes(
    unit: Unit, entity: str, wire: Mapping[str, Any], record_id: UUID | None = None
) -> Sequence[Mapping[str, Any]]:
    """The records that a new one, or ``record_id`` with these values, would be taken for; nothing is written.

    What is asked while somebody still types is no whole record yet: only its values must be right.

    Raises:
        NotFound: there is no such entity, or no such record, for the actor.
        Forbidden: the actor may not make or change it.
        Invalid: values do not decode.
    """
    fill: tuple[Step, ...] = (fill_defaults,) if record_id is None else ()
    steps: tuple[Step, ...] = (*DECODE, *fill, load_surroundings, settle_stages, require_no_duplicates)
    begin = partial(_new if record_id is None else _changed, entity)
    course = Course(entity, "create" if record_id is None else "update", begin, steps, ())
    try:
        changes = prepare_one(unit, course, Row(Request(wire), record_id))
    except Duplicate as found:
        return found.matches
    return changes[0].warnings


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
    run_one(unit, _deleting(entity), Row(Request(version=version), record_id))


def delete_many(unit: Unit, entity: str, rows: Sequence[Row]) -> list[Outcome]:
    """Put records into the bin, as if each were deleted by itself, one after the other; a refused one stays.

    Raises:
        NotFound: there is no such entity for the actor.
    """
    return run_many(unit, _deleting(entity), rows)


def restore(unit: Unit, entity: str, record_id: UUID) -> Saved:
    """Take a record out of the bin; everything is checked and computed as if it were saved now.

    Raises:
        NotFound: there is none in the bin that the actor may restore.
        Forbidden: the actor may not.
        Refused: a step refuses (docs/order-of-execution.md).
    """
    course = Course(entity, "restore", partial(_restored, entity), PREPARE, FINISH)
    return run_one(unit, course, Row(Request(), record_id))


# --- the courses


def _creating(entity: str) -> Course:
    return Course(
        entity, "create", partial(_new, entity), (part_new, *DECODE, fill_defaults, *PREPARE), FINISH
    )


def _updating(entity: str) -> Course:
    return Course(entity, "update", partial(_changed, entity), (*DECODE, *PREPARE), FINISH)


def _deleting(entity: str) -> Course:
    prepare = (part, require_unreferred, stamp, require_version, release)
    return Course(entity, "delete", partial(_deleted, entity), prepare, FINISH_DELETE)


def release(unit: Unit, changes: Sequence[Change]) -> None:
    """Step 14 of a deletion, found before it is written: what refers to a record lets go of it, or goes with it.

    That may change any other record: who has such a deletion before it, waits for it.
    """
    released = released_by(unit, changes)
    for change, after in zip(changes, (*changes[1:], None), strict=True):
        for referrer, records in released.get(change.id, {}).items():
            act = delete if referrer.on_delete == "cascade" else partial(update, wire={referrer.field: None})
            cause = f"{referrer.on_delete}:{referrer.name}"
            change.follow_ups += (
                FollowUp(cause, _as_engine(act, referrer.entity, record)) for record in records
            )
        if change.follow_ups and after is not None:
            after.is_put_off = True
            return


def _as_engine(act: Callable[..., object], entity: str, record: UUID) -> Callable[[Unit], object]:
    """An act that the system carries out in the actor's name: whose rights made the cause need no others.

    A record to which several ways lead may be in the bin already; there it keeps what it refers to.
    """

    def run(unit: Unit) -> None:
        access = engine_access(unit.served, unit.access.actor, unit.access.values)
        with suppress(NotFound):
            act(replace(unit, access=access), entity, record)

    return run


# --- step 1


def _new(entity: str, unit: Unit, rows: Sequence[Row]) -> list[Change]:
    """New records with what the system knows of them."""
    _require_known(unit, entity)
    compiled = unit.served.app.entities[entity]
    known = dict.fromkeys(columns_of(unit.served, entity).names)
    known |= {"created_at": unit.now, "created_by": unit.person, "owner": unit.person}
    changes = []
    for row in rows:
        after: Values = {**known, "id": row.record_id or uuid7()}
        change = Change("create", ("create",), compiled, after["id"], row.request, None, after)
        if not unit.access.can(entity, "create"):
            change.refuse(Forbidden())
        changes.append(change)
    return changes


#: In the order in which their rights are looked at.
_WRITING: tuple[Act, ...] = ("update", "transition", "assign")


def _act_of(key: str, stages: Collection[str]) -> Act:
    if key == "owner_id":
        return "assign"
    return "transition" if key in stages else "update"


def _changed(entity: str, unit: Unit, rows: Sequence[Row]) -> list[Change]:
    """Records to change: each field needs its act (stages transition, the owner assign, all else update)."""
    _require_known(unit, entity)
    stages = unit.served.app.entities[entity].pipelines.keys()
    changes = []
    for row in rows:
        asked_for = {_act_of(key, stages) for key in row.request.wire} or {"update"}
        acts: tuple[Act, ...] = tuple(act for act in _WRITING if act in asked_for)
        changes.append(_standing(unit, "update", acts, entity, row))
    _lock(unit, changes)
    return changes


def _deleted(entity: str, unit: Unit, rows: Sequence[Row]) -> list[Change]:
    _require_known(unit, entity)
    changes = [_standing(unit, "delete", ("delete",), entity, row) for row in rows]
    _lock(unit, changes)
    return changes


def _restored(entity: str, unit: Unit, rows: Sequence[Row]) -> list[Change]:
    _require_known(unit, entity)
    changes = [_standing(unit, "restore", ("delete",), entity, row) for row in rows]
    asked = [change for change in changes if change.refusal is None]
    found = lock_binned(unit, entity, [change.id for change in asked]) if asked else {}
    for change in asked:
        _stand(change, found.get(change.id))
    return changes


def _require_known(unit: Unit, entity: str) -> None:
    """The entity is there for the actor."""
    if not any(unit.access.can(entity, act) for act in ("read", "create")):
        raise NotFound


def _standing(unit: Unit, act: Deed, rights: tuple[Act, ...], entity: str, row: Row) -> Change:
    """A change of a record that is there, refused where the actor may not do this with any."""
    assert row.record_id is not None, "which record?"
    compiled = unit.served.app.entities[entity]
    change = Change(act, rights, compiled, row.record_id, row.request, None, {})
    for right in rights:
        if not unit.access.can(entity, right):
            change.refuse(Forbidden() if unit.access.can(entity, "read") else NotFound())
    return change


def _lock(unit: Unit, changes: Sequence[Change]) -> None:
    """Load and lock records through the actor's row filters; one statement for all that need the same acts."""
    alike: dict[tuple[Act, ...], list[Change]] = {}
    for change in changes:
        if change.refusal is None:
            alike.setdefault(change.rights, []).append(change)
    for acts, them in alike.items():
        found = lock_records(unit, them[0].key, {change.id for change in them}, acts)
        for change in them:
            _stand(change, found.get(change.id))


def _stand(change: Change, found: Values | Refused | None) -> None:
    if isinstance(found, dict):
        change.before, change.after = dict(found), dict(found)
    else:
        change.refuse(found or NotFound())


#: How rules save what they do.
DOORS = Doors(create, update, transition)
