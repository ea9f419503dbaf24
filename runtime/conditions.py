"""Steps 4 and 8: what must be filled in, what may not be touched, what must be true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runtime.change import Change
from runtime.decoding import pointer
from runtime.refusals import FieldError
from runtime.unit import Unit
from schema_store.compiled.app import CompiledEntity


def check_conditions(unit: Unit, changes: Sequence[Change]) -> None:
    """Step 4: required and read-only fields, of the entity and of the form that was named; the form only adds.

    Read-only looks at the record as it stands: what closes a field may be written together with it.
    """
    for change in changes:
        complained = {error.pointer for error in change.errors}
        for error in (*_required(unit, change), *_read_only(unit, change), *_of_form(unit, change)):
            if error.pointer not in complained:
                complained.add(error.pointer)
                change.errors.append(error)


def require_values(unit: Unit, changes: Sequence[Change]) -> None:
    """End of steps 3 to 5: refused with every complaint there is."""
    del unit
    for change in changes:
        change.require_valid(change.errors)


def require_validations(unit: Unit, changes: Sequence[Change]) -> None:
    """Step 8: the entity's validation rules; those that are not met (null is not) are refused at their fields."""
    for change in changes:
        change.require_valid(
            FieldError(
                pointer(rule.field) if rule.field else "", "validation", {"rule": rule.key, **rule.message}
            )
            for rule in change.entity.validations
            if rule.program.eval(change.row, unit.context) is not True
        )


def _required(unit: Unit, change: Change) -> Iterator[FieldError]:
    always = unit.statement(("required", change.key), lambda: _always_required(change.entity))
    required = {
        condition.field
        for condition in change.entity.conditions
        if condition.effect == "required" and condition.program.eval(change.row, unit.context) is True
    }
    for key in change.entity.fields if required else always:
        if (key in required or key in always) and _is_empty(change, key):
            yield FieldError(pointer(key), "required")


def _always_required(entity: CompiledEntity) -> tuple[str, ...]:
    return tuple(key for key, field in entity.fields.items() if field.spec.required)


def _of_form(unit: Unit, change: Change) -> Iterator[FieldError]:
    """What the form asks for of the fields that it shows."""
    form = change.form
    if form is None:
        return
    standing = change.row if change.row_before is None else change.row_before
    for each in form.fields:
        if not all(program.eval(change.row, unit.context) is True for program in each.visible):
            continue
        is_needed = each.required is not None and each.required.eval(change.row, unit.context) is True
        if is_needed and _is_empty(change, each.field):
            yield FieldError(pointer(each.field), "required")
        is_closed = each.read_only is not None and each.read_only.eval(standing, unit.context) is True
        if is_closed and each.field in change.given:
            yield FieldError(pointer(each.field), "read_only")


def _is_empty(change: Change, key: str) -> bool:
    """Of links that the request does not name nothing is known; they were filled when they were asked for."""
    field = change.entity.fields[key]
    if field.computed is not None or (key not in change.after and change.before is not None):
        return False
    return change.after.get(key) is None


def _read_only(unit: Unit, change: Change) -> Iterator[FieldError]:
    if change.row_before is None:
        return
    for condition in change.entity.conditions:
        is_closing = condition.effect == "read_only" and condition.field in change.given
        if is_closing and condition.program.eval(change.row_before, unit.context) is True:
            yield FieldError(pointer(condition.field), "read_only")
