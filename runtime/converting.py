"""Converting a record: others are made from it or found, linked, and it moves on, all in one unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from runtime import save
from runtime.access import engine_access
from runtime.change import Values
from runtime.computed.rows import Rows
from runtime.loading import want_of
from runtime.query.finding import find_one, ids_within
from runtime.refusals import Converted, Duplicate, FieldError, Invalid, NotFound
from runtime.unit import Unit
from runtime.writer.locking import lock_record
from schema_store.compiled.conversions import CompiledConversion, CompiledTarget
from schema_store.field_types.base import FieldValueError
from schema_store.field_types.relations import require_uuid
from schema_store.structure.strict_json import pointer_of

#: What is asked of a target: values to put over those of the document, the id of a record, False for none.
Wish = Mapping[str, Any] | str | bool | None


@dataclass(frozen=True, slots=True)
class Made:
    """A record of a target; ``created``: it was not there before."""

    id: UUID
    created: bool


@dataclass
class _Converting:
    """A conversion under way.

    Attributes:
        before: the record that is converted, as stored.
        row: the same with everything that the values look at.
        made: by target.
    """

    unit: Unit
    entity: str
    conversion: CompiledConversion
    before: Values
    row: Values
    made: dict[str, Made | None] = field(default_factory=dict)


def convert(unit: Unit, entity: str, record_id: UUID, wishes: Mapping[str, Wish]) -> dict[str, Made | None]:
    """Make what a record is converted to, link it, and move the record to its stage through the gate.

    Args:
        unit: who, when.
        entity: key.
        record_id: which.
        wishes: by target. A target that is not named is made as the document says; ``None`` and ``False`` leave an
            optional one out; an id names a record; an object's values stand over those of the document.

    Returns:
        By target what was made or found, None for what was left out.

    Raises:
        NotFound: the record is not there for the actor, or its entity has no conversion.
        Forbidden: the actor may not change and move it, or may not create a target.
        Converted: it was converted before.
        Duplicate: a record that the actor may not see has the value that tells records apart.
        Refused: a step of one of the saves refuses; pointers begin with the target.
    """
    unit.access.require(entity, "read")
    conversion = unit.served.app.entities[entity].conversion
    if conversion is None:
        raise NotFound
    _require_known(conversion, wishes)
    for act in ("update", "transition"):
        unit.access.require(entity, act)
    before = lock_record(unit, entity, record_id, ("update", "transition"))
    _require_open(unit, entity, conversion, before)
    under_way = _Converting(unit, entity, conversion, before, _row(unit, entity, conversion, before))
    for target in conversion.targets:
        with _at(target.key):
            under_way.made[target.key] = _target(under_way, target, wishes)
    _finish(under_way, record_id)
    return under_way.made


def _require_known(conversion: CompiledConversion, wishes: Mapping[str, Wish]) -> None:
    targets = {target.key: target for target in conversion.targets}
    errors = [
        FieldError(pointer_of((key,)), "unknown_field" if key not in targets else "not_optional")
        for key, wish in wishes.items()
        if key not in targets or (_is_none(wish) and not targets[key].optional)
    ]
    if errors:
        raise Invalid(errors)


def _is_none(wish: Wish) -> bool:
    return wish is None or wish is False


def _require_open(unit: Unit, entity: str, conversion: CompiledConversion, before: Values) -> None:
    """A record that stands in the stage and has a link back was converted; one moved there by hand was not."""
    links = {target.key: target.source_field for target in conversion.targets if target.source_field}
    pipelines = unit.served.app.entities[entity].pipelines
    is_there = any(before.get(stage) == conversion.stage for stage in pipelines)
    if is_there and any(before.get(key) is not None for key in links.values()):
        readable = unit.access.readable(entity)
        raise Converted(
            {
                name: str(before[key])
                for name, key in links.items()
                if key in readable and before[key] is not None
            }
        )


def _row(unit: Unit, entity: str, conversion: CompiledConversion, before: Values) -> Values:
    """The record with everything that the values of the targets look at."""
    paths = {
        path
        for target in conversion.targets
        for each in target.values
        for path in each.program.checked.fields
    }
    want = unit.statement(("convert", entity), lambda: want_of(unit.served.app, entity, paths))
    row = dict(before)
    Rows(unit.connection, unit.served, unit.context, {(entity, before["id"]): row}).complete(want, [row])
    return row


@contextmanager
def _at(key: str) -> Iterator[None]:
    """Complaints about values are told at the target whose values they are."""
    try:
        yield
    except Invalid as invalid:
        place = pointer_of((key,))
        raise Invalid(replace(each, pointer=place + each.pointer) for each in invalid.errors) from invalid


def _target(doing: _Converting, target: CompiledTarget, wishes: Mapping[str, Wish]) -> Made | None:
    wish = wishes.get(target.key, True)
    if _is_none(wish):
        return None
    if isinstance(wish, str):
        return _named(doing, target, wish)
    linked = None if target.source_field is None else doing.before.get(target.source_field)
    if linked is not None and wish is True:
        return Made(linked, False)
    wire = _values(doing, target) | (dict(wish) if isinstance(wish, Mapping) else {})
    found = _match(doing, target, wire)
    if found is not None:
        return Made(found, False)
    unit = doing.unit.caused_by(_cause(doing))
    return Made(save.create(unit, target.entity, wire).id, True)


def _cause(doing: _Converting) -> str:
    return f"convert:{doing.entity}.{doing.conversion.key}"


def _named(doing: _Converting, target: CompiledTarget, wish: str) -> Made:
    """A record that the actor names, and may read."""
    unit = doing.unit
    try:
        id_ = require_uuid(wish)
    except FieldValueError as error:
        raise Invalid([FieldError("", error.code)]) from error
    if not unit.access.can(target.entity, "read") or not ids_within(
        unit.connection, unit.access, unit.now, target.entity, "read", [id_]
    ):
        raise Invalid([FieldError("", "no_such_record")])
    return Made(id_, False)


def _values(doing: _Converting, target: CompiledTarget) -> dict[str, Any]:
    """What the document gives a new record, in wire form; what is empty is left to defaults."""
    fields = doing.unit.served.app.entities[target.entity].fields
    found: dict[str, Any] = {}
    for each in target.values:
        value = each.value(doing.row, doing.unit.context)
        if value is not None and each.field in fields:
            found[each.field] = fields[each.field].encode(value)
        elif value is not None:
            found["owner_id"] = str(value)  # the only system field that can be given
    for key, name in target.links.items():
        made = doing.made[name]
        if made is not None:
            found[key] = str(made.id)
    return found


def _match(doing: _Converting, target: CompiledTarget, wire: Mapping[str, Any]) -> UUID | None:
    """The live record that has the value by which records of this entity are told apart.

    Raises:
        Duplicate: there is one, but not for the actor: it is not named.
    """
    unit, key = doing.unit, target.match
    if key is None or wire.get(key) in (None, ""):
        return None
    whole = engine_access(unit.served, unit.access.actor, unit.access.values)
    found = find_one(unit.connection, whole, unit.now, target.entity, {key: wire[key]})
    if found is None:
        return None
    if unit.access.can(target.entity, "read") and ids_within(
        unit.connection, unit.access, unit.now, target.entity, "read", [found]
    ):
        return found
    label = unit.served.app.entities[target.entity].fields[key].label
    raise Duplicate([{"code": "duplicate", "rule": key, "label": label, "records": []}])


def _finish(doing: _Converting, record_id: UUID) -> None:
    """The links back are the system's to write; the move is the actor's, through the gate."""
    unit, made = doing.unit, doing.made
    links = {
        target.source_field: str(each.id)
        for target in doing.conversion.targets
        if target.source_field is not None and (each := made[target.key]) is not None
    }
    whole = engine_access(unit.served, unit.access.actor, unit.access.values)
    save.update(replace(unit.caused_by(_cause(doing)), access=whole), doing.entity, record_id, links)
    save.transition(unit.caused_by(_cause(doing)), doing.entity, record_id, doing.conversion.stage)
