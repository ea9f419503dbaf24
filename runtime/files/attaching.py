"""Steps 3 and 12 for files: which files a record may name, and that they are the record's from then on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Row

from runtime.change import Change, wire_name
from runtime.files.types import is_accepted
from runtime.files.uploads import file_fields, is_evidence
from runtime.refusals import Conflict, FieldError
from runtime.unit import Unit
from schema_store.compiled.app import CompiledEntity
from schema_store.document.fields import ImageField, ImagesField
from schema_store.structure.strict_json import pointer_of

#: Files by id: ``id``, ``type``, ``entity``, ``record``, ``by``.
Found = Mapping[UUID, Row[Any]]
#: What picture fields take.
_PICTURES = ("image/*",)


def check_files(
    unit: Unit, change: Change, fields: Mapping[str, Sequence[UUID]], found: Found
) -> Iterator[FieldError]:
    """Whether the files that fields name are there for the actor and of a type that the field takes.

    Complaints: ``no_such_file``; ``file_taken``: the actor's own, but another record's already; ``wrong_file_type``.
    """
    for key, ids in fields.items():
        accept = _accepted(change.entity, key)
        for index, each in enumerate(ids):
            place = (wire_name(key),) if len(ids) == 1 else (wire_name(key), index)
            if (error := _complaint(unit, change, found.get(each))) is not None:
                yield FieldError(pointer_of(place), error)
            elif not is_accepted(found[each].type, accept):
                params = {"type": found[each].type, "accept": ", ".join(accept)}
                yield FieldError(pointer_of(place), "wrong_file_type", params)


def check_evidence(unit: Unit, change: Change, ids: Mapping[int, UUID], found: Found) -> Iterator[FieldError]:
    """Whether the files shown at a gate are there for the actor, and asked for at all.

    Their types are the gate's business, which says what it takes. Complaints: those of :func:`check_files`;
    ``unknown_evidence``: no gate of the entity asks for it.
    """
    known = unit.statement(("evidence", change.key), lambda: _requirements(change.entity))
    for index, each in enumerate(change.request.evidence):
        if each.get("key") not in known:
            yield FieldError(f"/evidence/{index}/key", "unknown_evidence")
    for index, id_ in ids.items():
        if (error := _complaint(unit, change, found.get(id_))) is not None:
            yield FieldError(f"/evidence/{index}/file_id", error)


def attach_files(unit: Unit, change: Change, ids: Collection[UUID]) -> None:
    """Files that the record names are the record's from now on, and readable as it is.

    Raises:
        Conflict: one of them was removed, or taken by another record, since it was looked at.
    """
    if not ids:
        return
    file = unit.served.support.file
    ours = sa.and_(file.c.entity == change.entity.id, file.c.record == change.id)
    statement = sa.update(file).where(
        file.c.id.in_(sa.bindparam("ids", expanding=True)), sa.or_(file.c.record.is_(None), ours)
    )
    taken = unit.connection.execute(
        statement.values(entity=change.entity.id, record=change.id), {"ids": sorted(ids)}
    )
    if taken.rowcount != len(ids):
        raise Conflict


def find_files(unit: Unit, ids: Collection[UUID]) -> Found:
    """The files that are there, by id; one statement for everything that a batch names."""
    if not ids:
        return {}
    statement = unit.statement(("files", "find"), lambda: _by_ids(unit.served.support.file))
    return {row.id: row for row in unit.connection.execute(statement, {"ids": sorted(ids)})}


def _by_ids(file: sa.Table) -> sa.Select[Any]:
    shown = (file.c.id, file.c.type, file.c.entity, file.c.record, file.c.by)
    return sa.select(*shown).where(file.c.id.in_(sa.bindparam("ids", expanding=True)))


def _complaint(unit: Unit, change: Change, row: Row[Any] | None) -> str | None:
    """Why a file may not be named; somebody else's that one does not see is the same as none."""
    is_mine = row is not None and unit.person in (None, row.by)
    if row is None or (row.record is None and not is_mine):
        return "no_such_file"
    if row.record is None:
        return None
    if row.record != change.id or row.entity != change.entity.id:
        return "file_taken" if is_mine else "no_such_file"
    return None if is_mine or _is_seen(unit, change, row.id) else "no_such_file"


def _is_seen(unit: Unit, change: Change, id_: UUID) -> bool:
    """Whether the actor sees a file of this record: who does not may not draw it into a field that they do see."""
    readable = unit.access.readable(change.key)
    before = change.before or {}
    for key in file_fields(change.entity):
        value = before.get(key) if key in readable else None
        if value is not None and id_ in (value if isinstance(value, tuple) else (value,)):
            return True
    return is_evidence(unit.connection, unit.served, change.id, id_)


def _accepted(entity: CompiledEntity, key: str) -> Collection[str]:
    spec = entity.fields[key].spec
    return _PICTURES if isinstance(spec, ImageField | ImagesField) else getattr(spec, "accept", ())


def _requirements(entity: CompiledEntity) -> frozenset[str]:
    """Keys of everything that the gates of an entity ask to be shown."""
    pipelines = [each for found in entity.pipelines.values() for each in found]
    gates = [stage.gate for each in pipelines for stage in each.stages.values()]
    gates += [way.gate for each in pipelines for way in each.transitions]
    return frozenset(evidence.key for gate in gates if gate is not None for evidence in gate.evidence)
