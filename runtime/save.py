"""The order of execution (docs/order-of-execution.md): every write of a record passes the steps listed here.

Whatever the door: form, list cell, board drop, bulk, import, API, public form, rule. A step is a function of the unit
and the change; it reads what the steps before it found, writes down what it finds, and may return what must be saved
next. Steps never call each other. Only the edge commits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from runtime.access import Act
from runtime.change import Change, Request, Saved, Values, wire_name
from runtime.conditions import check_conditions, require_validations, require_values
from runtime.decoding import decode_values, require_fields
from runtime.defaults import fill_defaults
from runtime.deriving import derive, load_surroundings
from runtime.follow_ups import refresh_others
from runtime.history import history_row, stage_rows
from runtime.numbering import give_numbers
from runtime.stages import settle_stages
from runtime.staleness import stale_of
from runtime.unit import FollowUp, Unit
from runtime.writer.columns import columns_of
from runtime.writer.locking import lock_record, require_inside
from runtime.writer.writing import Batch, RecordWrite, VersionPassed, write

Step = Callable[[Unit, Change], Iterable[FollowUp] | None]


def stamp(unit: Unit, change: Change) -> None:
    """Version, time and person of a save that changes anything."""
    if change.changed:
        version = 0 if change.before is None else change.before["version"]
        change.after |= {"version": version + 1, "updated_at": unit.now, "updated_by": unit.person}


def store(unit: Unit, change: Change) -> None:
    """Steps 10 to 12: write the record with its history, if the version is still the one expected.

    Raises:
        Stale: it is not.
    """
    before, asked, version = change.before, change.request.version, change.after["version"]
    if before is not None and asked is not None and asked != before["version"]:
        raise stale_of(unit, change, asked, before["version"])
    if not change.changed:
        return
    record = RecordWrite(
        change.key,
        change.id,
        {key: change.after[key] for key in change.changed},
        None if before is None else before["version"],
        links=change.pairs,
    )
    try:
        write(unit, Batch(record, [history_row(unit, change, version, change.act)], stage_rows(unit, change)))
    except VersionPassed:
        raise stale_of(unit, change, version - 1, version) from None


def stay_inside(unit: Unit, change: Change) -> None:
    """Step 11: the row as written must be inside the actor's row filter.

    Raises:
        Forbidden: it is outside.
    """
    act: Act = "create" if change.before is None else "update"
    require_inside(unit, change.key, change.id, act)


#: Steps 2 to 14 in their order; step 1 is what makes the change.
STEPS: tuple[Step, ...] = (
    require_fields,
    decode_values,
    fill_defaults,
    stamp,
    load_surroundings,
    derive,
    settle_stages,
    check_conditions,
    require_values,
    give_numbers,
    require_validations,
    store,
    stay_inside,
    refresh_others,
)


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
        NotFound, Forbidden: the entity is not there for the actor, or may not be created.
        Refused: see docs/order-of-execution.md.
    """
    unit.access.require(entity, "create")
    compiled = unit.served.app.entities[entity]
    after: Values = dict.fromkeys(columns_of(unit.served, entity).names)
    after |= {
        "id": record_id or uuid7(),
        "created_at": unit.now,
        "created_by": unit.person,
        "owner": unit.person,
    }
    asked = request or Request(wire, form=form)
    return _run(unit, Change("create", compiled, after["id"], asked, None, after))


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
    """Change a record; only the fields named change.

    Args:
        unit: who, when, why.
        entity: key.
        record_id: which.
        wire: JSON values by field key.
        version: the one that was looked at; None: any.
        form: key of the form that was filled in.
        request: everything else that may be asked; stands over ``wire``, ``version`` and ``form``.

    Raises:
        NotFound, Forbidden: it is not there for the actor, or may not be changed.
        Refused: see docs/order-of-execution.md.
    """
    unit.access.require(entity, "update")
    asked = request or Request(wire, version=version, form=form)
    compiled = unit.served.app.entities[entity]
    stages = compiled.pipelines.keys() & asked.wire.keys()
    before = lock_record(unit, entity, record_id, ("update", "transition") if stages else ("update",))
    return _run(unit, Change("update", compiled, record_id, asked, before, dict(before)))


def _run(unit: Unit, change: Change) -> Saved:
    """Every step, then what they cause."""
    steps: Sequence[Step] = STEPS

    def act() -> Saved:
        for step in steps:
            unit.follow(*(step(unit, change) or ()))
        return saved_of(change)

    saved: Saved = unit.drain(act)
    return saved


def saved_of(change: Change) -> Saved:
    """The answer of a save."""
    values = {wire_name(key): value for key, value in change.after.items()}
    changed = frozenset(wire_name(key) for key in change.changed) - {"version", "updated_at", "updated_by"}
    return Saved(change.id, change.key, change.after["version"], values, changed, change.warnings)
