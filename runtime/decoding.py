"""Steps 2 and 3: which fields a request may name, and what its wire values mean; every complaint at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal
from uuid import UUID

from runtime.change import WIRE_NAMES, Change, wire_name
from runtime.refusals import FieldError, FieldReadOnly, Invalid
from runtime.unit import Unit
from runtime.writer.targets import attach_files, find_targets, stored_links
from schema_store.compiled.app import CompiledEntity
from schema_store.document.fields import (
    FileField,
    FilesField,
    ImageField,
    ImagesField,
    LinksField,
    ReferenceField,
)
from schema_store.field_types.base import FieldValueError
from schema_store.field_types.relations import require_uuid
from schema_store.system import SYSTEM_FIELDS

_SYSTEM = frozenset(field.column for field in SYSTEM_FIELDS)
_FILES = (FileField, FilesField, ImageField, ImagesField)
_PLATFORM = {"user": "user", "team": "team", "region": "region"}


def require_fields(unit: Unit, change: Change) -> None:
    """Step 2: every field named must be readable and writable.

    Raises:
        Invalid: a field that is unknown or may not be read (the same words), or one of the system's own.
        FieldReadOnly: fields that may be read but not written.
    """
    act: Literal["create", "update"] = "create" if change.before is None else "update"
    readable, writable = unit.access.readable(change.key), unit.access.writable(change.key, act)
    errors, closed = [], []
    for name in change.request.wire:
        if name == "owner_id":
            if not _may_own(unit, change, writable):
                closed.append(name)
        elif name in _SYSTEM:
            errors.append(FieldError(pointer(name), "system_field"))
        elif name in writable:
            continue
        elif name in change.entity.fields and name in readable:
            closed.append(name)
        else:
            errors.append(FieldError(pointer(name), "unknown_field"))
    if errors:
        raise Invalid(errors)
    if closed:
        raise FieldReadOnly(closed)


def _may_own(unit: Unit, change: Change, writable: frozenset[str]) -> bool:
    """Whether the owner may be named: by the assign act, or oneself on a new record."""
    is_own = change.before is None and change.request.wire["owner_id"] == str(unit.access.actor.id)
    return "owner_id" in writable or is_own


def find_form(unit: Unit, change: Change) -> None:
    """The form that the request names.

    Raises:
        Invalid: the entity has no such form.
    """
    key = change.request.form
    if key is None:
        return
    form = unit.served.app.forms.get(key)
    if form is None or form.entity != change.key:
        raise Invalid([FieldError("", "unknown_form", {"form": key})])
    change.form = form


def decode_values(unit: Unit, change: Change) -> None:
    """Step 3: wire values become values; a value that is the stored one already is not looked at again."""
    given: dict[str, Any] = {}
    for name, wire in change.request.wire.items():
        key = WIRE_NAMES.get(name, name)
        if change.before is not None and _is_links(change.entity, key):
            change.before[key] = stored_links(unit, change, key) or None
        if _is_stored(change, key, wire):
            continue
        try:
            given[key] = _decode(change.entity, key, wire)
        except FieldValueError as error:
            params = {word: str(value) for word, value in error.params.items()}
            change.errors.append(FieldError(pointer(name), error.code, params))
    for key, value in given.items():
        given[key] = tuple(sorted(value)) if value and _is_links(change.entity, key) else value
    change.after |= given
    change.given = frozenset(given)
    for missing in check_targets(unit, change, given):
        change.errors.append(missing)
        # What may not be seen is not looked at either: no default or condition after this step may tell of it.
        key = WIRE_NAMES.get(missing.field) or missing.field
        change.after[key] = None if change.before is None else change.before.get(key)


def pointer(name: str) -> str:
    """JSON Pointer of a member of the body."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _is_stored(change: Change, key: str, wire: Any) -> bool:
    """Whether the wire value is what is stored: an option that was switched off meanwhile may stay."""
    if change.before is None or key not in change.before:
        return False
    stored = change.before[key]
    field = change.entity.fields.get(key)
    return bool(wire == (field.encode(stored) if field else stored and str(stored)))


def _is_links(entity: CompiledEntity, key: str) -> bool:
    return key in entity.fields and isinstance(entity.fields[key].spec, LinksField)


def _decode(entity: CompiledEntity, key: str, wire: Any) -> Any:
    if key == "owner":
        return None if wire is None or wire == "" else require_uuid(wire)
    return entity.fields[key].decode(wire)


def check_targets(unit: Unit, change: Change, given: Mapping[str, Any]) -> Iterator[FieldError]:
    """Whether what new values refer to is there and may be seen; one statement per target entity."""
    wanted: dict[str, dict[str, tuple[UUID, ...]]] = defaultdict(dict)
    for key, value in given.items():
        target = _target_of(change.entity, key)
        if target is not None and value is not None:
            wanted[target][key] = value if isinstance(value, tuple) else (value,)
    for target, fields in wanted.items():
        found = find_targets(unit, change, target, frozenset(_flat(fields.values())))
        for key, ids in fields.items():
            yield from _missing(key, ids, found)


def take_files(unit: Unit, change: Change) -> None:
    """After the write: files that the record names for the first time, and those shown at a gate, become its own."""
    ids: set[UUID] = {UUID(each["file_id"]) for each in change.request.evidence}
    for key in change.given:
        if _target_of(change.entity, key) == "file" and change.after[key] is not None:
            value = change.after[key]
            ids.update(value if isinstance(value, tuple) else (value,))
    attach_files(unit, change, ids)


def decode_evidence(unit: Unit, change: Change) -> None:
    """Files shown at a gate must be there and the actor's to show."""
    ids: dict[int, UUID] = {}
    for index, each in enumerate(change.request.evidence):
        try:
            ids[index] = require_uuid(each.get("file_id"))
        except FieldValueError as error:
            change.errors.append(FieldError(f"/evidence/{index}/file_id", error.code))
    found = find_targets(unit, change, "file", frozenset(ids.values())) if ids else frozenset()
    change.errors += [
        FieldError(f"/evidence/{index}/file_id", "no_such_record")
        for index, each in ids.items()
        if each not in found
    ]


def _missing(key: str, ids: tuple[UUID, ...], found: frozenset[UUID]) -> Iterator[FieldError]:
    for index, each in enumerate(ids):
        if each not in found:
            place = pointer(wire_name(key))
            yield FieldError(place if len(ids) == 1 else f"{place}/{index}", "no_such_record")


def _target_of(entity: CompiledEntity, key: str) -> str | None:
    """The entity that values of a field name records of; ``file`` for uploads; None where they name none."""
    if key == "owner":
        return "user"
    spec = entity.fields[key].spec
    if isinstance(spec, ReferenceField | LinksField):
        return spec.entity
    if isinstance(spec, _FILES):
        return "file"
    return _PLATFORM.get(getattr(spec, "type", ""))


def _flat(groups: Iterable[tuple[UUID, ...]]) -> Iterator[UUID]:
    return (each for group in groups for each in group)
