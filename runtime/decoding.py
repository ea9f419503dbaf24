"""Steps 2 and 3: which fields a request may name, and what its wire values mean; every complaint at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from runtime.change import WIRE_NAMES, Change, wire_name
from runtime.files.attaching import Found, attach_files, check_evidence, check_files, find_files
from runtime.files.uploads import FILE_FIELDS
from runtime.refusals import FieldError, FieldReadOnly, Invalid
from runtime.unit import Unit
from runtime.writer.targets import find_targets, stored_links
from schema_store.compiled.app import CompiledEntity
from schema_store.document.fields import LinksField, ReferenceField
from schema_store.field_types.base import FieldValueError
from schema_store.field_types.relations import require_uuid
from schema_store.system import SYSTEM_FIELDS

_SYSTEM = frozenset(field.column for field in SYSTEM_FIELDS)
_PLATFORM = {"user": "user", "team": "team", "region": "region"}


def require_fields(unit: Unit, changes: Sequence[Change]) -> None:
    """Step 2: every field named must be readable and writable.

    Refuses with ``Invalid`` where a field is unknown or may not be read (the same words) or is one of the system's own,
    with ``FieldReadOnly`` where fields may be read but not written.
    """
    for change in changes:
        act: Literal["create", "update"] = "create" if change.before is None else "update"
        readable, writable = unit.access.readable(change.key), unit.access.writable(change.key, act)
        named = change.request.wire.keys()
        if not named <= writable or "owner_id" in named:
            _require_fields(unit, change, readable, writable)


def _require_fields(unit: Unit, change: Change, readable: frozenset[str], writable: frozenset[str]) -> None:
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
    change.require_valid(errors)
    if closed:
        change.refuse(FieldReadOnly(closed))


def _may_own(unit: Unit, change: Change, writable: frozenset[str]) -> bool:
    """Whether the owner may be named: by the assign act, or oneself on a new record."""
    is_own = change.before is None and change.request.wire["owner_id"] == str(unit.access.actor.id)
    return "owner_id" in writable or is_own


def find_form(unit: Unit, changes: Sequence[Change]) -> None:
    """The form that a request names; refused with ``Invalid`` where the entity has no such form."""
    for change in changes:
        key = change.request.form
        if key is None:
            continue
        form = unit.served.app.forms.get(key)
        if form is None or form.entity != change.key:
            change.refuse(Invalid([FieldError("", "unknown_form", {"form": key})]))
        change.form = form


def decode_values(unit: Unit, changes: Sequence[Change]) -> None:
    """Step 3: wire values become values; a value that is the stored one already is not looked at again."""
    _load_links(unit, changes)
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for change in changes:
        given = _decoded(change)
        change.after |= given
        change.given = frozenset(given)
        for _, target, ids in _named(unit, change):
            if target != "file":
                wanted[target].update(ids)
    found = {target: find_targets(unit, target, ids) for target, ids in wanted.items()}
    files = find_files(unit, _flat(_files_of(unit, change) for change in changes))
    for change in changes:
        for key, target, ids in _named(unit, change):
            if target != "file" and (missing := list(_missing(key, ids, found[target]))):
                change.errors += missing
                # What may not be seen is not looked at either: no default or condition after this may tell of it.
                change.after[key] = (change.before or {}).get(key)
        named = {key: ids for key, target, ids in _named(unit, change) if target == "file"}
        change.errors += check_files(unit, change, named, files)


def _load_links(unit: Unit, changes: Sequence[Change]) -> None:
    """What links fields that are named hold so far; one statement per field."""
    named = defaultdict(list)
    for change in changes:
        for name in change.request.wire if change.before is not None else ():
            if _is_links(change.entity, name):
                named[change.key, name].append(change)
    for (entity, key), them in named.items():
        stored = stored_links(unit, entity, key, [change.id for change in them])
        for change in them:
            assert change.before is not None
            change.before[key] = stored.get(change.id)


def _decoded(change: Change) -> dict[str, Any]:
    """The new values that a request gives; complaints go to the change."""
    given: dict[str, Any] = {}
    for name, wire in change.request.wire.items():
        key = WIRE_NAMES.get(name, name)
        if change.before is not None and _is_stored(change, key, wire):
            continue
        try:
            value = _decode(change.entity, key, wire)
        except FieldValueError as error:
            params = {word: str(value) for word, value in error.params.items()}
            change.errors.append(FieldError(pointer(name), error.code, params))
            continue
        given[key] = tuple(sorted(value)) if value and _is_links(change.entity, key) else value
    return given


def pointer(name: str) -> str:
    """JSON Pointer of a member of the body."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _is_stored(change: Change, key: str, wire: Any) -> bool:
    """Whether the wire value is what is stored: an option that was switched off meanwhile may stay."""
    before = change.before or {}
    if key not in before:
        return False
    stored = before[key]
    field = change.entity.fields.get(key)
    return bool(wire == (field.encode(stored) if field else stored and str(stored)))


def _is_links(entity: CompiledEntity, key: str) -> bool:
    return key in entity.fields and isinstance(entity.fields[key].spec, LinksField)


def _decode(entity: CompiledEntity, key: str, wire: Any) -> Any:
    if key == "owner":
        return None if wire is None or wire == "" else require_uuid(wire)
    return entity.fields[key].decode(wire)


def _named(unit: Unit, change: Change) -> Iterator[tuple[str, str, tuple[UUID, ...]]]:
    """What the new values refer to: by field, whose records, and their ids."""
    targets = targets_of(unit, change.entity)
    for key, target in targets.items():
        if key in change.given and (value := change.after[key]) is not None:
            yield key, target, value if isinstance(value, tuple) else (value,)


def _files_of(unit: Unit, change: Change) -> frozenset[UUID]:
    """The files that fields name for the first time."""
    named = _named(unit, change)
    return frozenset(each for _, target, ids in named if target == "file" for each in ids)


def take_files(unit: Unit, changes: Sequence[Change]) -> None:
    """After the write: files that the record names for the first time, and those shown at a gate, become its own."""
    for change in changes:
        # Nothing is written of a save that changes nothing.
        evidence = change.request.evidence
        evidence = evidence if evidence and change.changed else ()
        ids = {UUID(each["file_id"]) for each in evidence}
        ids |= _files_of(unit, change)
        if ids:
            attach_files(unit, change, ids)


def decode_evidence(unit: Unit, changes: Sequence[Change]) -> None:
    """Files shown at a gate must be asked for, be there, and be the actor's to show."""
    named = [(change, _evidence(change)) for change in changes if change.request.evidence]
    found: Found = find_files(unit, _flat(ids.values() for _, ids in named)) if named else {}
    for change, ids in named:
        change.errors += check_evidence(unit, change, ids, found)


def _evidence(change: Change) -> dict[int, UUID]:
    """The files by the place where they are named; complaints go to the change."""
    ids: dict[int, UUID] = {}
    for index, each in enumerate(change.request.evidence):
        try:
            ids[index] = require_uuid(each.get("file_id"))
        except FieldValueError as error:
            change.errors.append(FieldError(f"/evidence/{index}/file_id", error.code))
    return ids


def _missing(key: str, ids: tuple[UUID, ...], found: frozenset[UUID]) -> Iterator[FieldError]:
    for index, each in enumerate(ids):
        if each not in found:
            place = pointer(wire_name(key))
            yield FieldError(place if len(ids) == 1 else f"{place}/{index}", "no_such_record")


def targets_of(unit: Unit, entity: CompiledEntity) -> Mapping[str, str]:
    """By field, the entity that its values name records of; ``file`` for uploads."""
    return unit.statement(("targets_of", entity.key), lambda: dict(_targets(entity)))


def _targets(entity: CompiledEntity) -> Iterator[tuple[str, str]]:
    yield "owner", "user"
    for key, field in entity.fields.items():
        spec = field.spec
        if isinstance(spec, ReferenceField | LinksField):
            yield key, spec.entity
        elif isinstance(spec, FILE_FIELDS):
            yield key, "file"
        elif (kind := getattr(spec, "type", "")) in _PLATFORM:
            yield key, _PLATFORM[kind]


def _flat(groups: Iterable[Iterable[UUID]]) -> frozenset[UUID]:
    return frozenset(each for group in groups for each in group)
