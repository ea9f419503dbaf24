"""Files as rows: made by an upload, read through the record that names them, removed while nobody does."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from uuid_utils.compat import uuid7

from runtime.access import Access
from runtime.files.contents import ContentStore, Incoming
from runtime.files.names import clean_name
from runtime.files.pictures import MOST_PIXELS, picture_size
from runtime.files.types import type_of
from runtime.people.tables import USERS
from runtime.query.encoding import print_moment
from runtime.query.records import read_by_ids, require_readable
from runtime.refusals import Conflict, FieldError, Forbidden, Invalid, NotFound
from runtime.served import Served
from schema_store.compiled.app import CompiledEntity
from schema_store.document.fields import FileField, FilesField, ImageField, ImagesField

#: Specs of fields whose values are files.
FILE_FIELDS = (FileField, FilesField, ImageField, ImagesField)
#: Files shown at the gates of one record that are listed, newest first.
MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file; ``type`` is what its bytes are, ``sha256`` names its content."""

    id: UUID
    name: str
    type: str
    size: int
    sha256: str

    def shape(self) -> dict[str, Any]:
        """On the wire."""
        return {"id": str(self.id), "name": self.name, "size": self.size, "type": self.type}


def require_uploader(access: Access) -> None:
    """Let through who may write any record of the app.

    Raises:
        NotFound: nothing of the app is there for the actor.
        Forbidden: they may only look at it.
    """
    entities = access.served.app.entities
    if any(access.can(key, act) for key in entities for act in ("create", "update", "transition")):
        return
    raise Forbidden if any(access.can(key, "read") for key in entities) else NotFound


def add_file(
    connection: Connection, access: Access, now: datetime, store: ContentStore, content: Incoming, name: str
) -> File:
    """Keep what was uploaded; it is the actor's alone until a record names it.

    The row is written before the content becomes visible, and the content before the row commits: a sweep, which
    waits for writers of rows, never sees a content that a row is about to name.

    Args:
        connection: inside the transaction.
        access: of the uploader.
        now: the moment.
        store: of contents.
        content: all of it.
        name: as it was sent.

    Raises:
        Invalid: ``empty_file``; ``too_many_pixels``: a picture that unpacks to more than a reader's machine can hold.
    """
    if not content.size:
        raise Invalid([FieldError("/file", "empty_file")])
    type_ = type_of(content.reader())
    width, height = picture_size(content.reader(), type_) or (0, 0)
    if width * height > MOST_PIXELS:
        limit = str(MOST_PIXELS // 1_000_000)
        raise Invalid([FieldError("/file", "too_many_pixels", {"limit": limit})])
    file = File(uuid7(), clean_name(name), type_, content.size, content.sha256)
    row = {"id": file.id, "name": file.name, "type": type_, "size": file.size, "sha256": file.sha256}
    connection.execute(sa.insert(access.served.support.file).values(row | {"at": now, "by": access.by}))
    store.keep(content)
    return file


def find_file(connection: Connection, access: Access, now: datetime, file_id: UUID) -> File:
    """A file that the actor may have: their own that no record names yet, or one that a record shows them.

    Raises:
        NotFound: there is none, or it is not for them; nobody can tell which.
    """
    row = _row_of(connection, access.served, file_id)
    if row is None or not _may_have(connection, access, now, row):
        raise NotFound
    return _file(row)


def remove_file(connection: Connection, access: Access, now: datetime, file_id: UUID) -> None:
    """Take back an upload that no record names; its content goes with the next sweep.

    Raises:
        NotFound: there is none for the actor.
        Conflict: ``file_in_use``: it is a record's, and goes only by changing the record.
    """
    find_file(connection, access, now, file_id)
    table = access.served.support.file
    removed = connection.execute(sa.delete(table).where(table.c.id == file_id, table.c.record.is_(None)))
    if not removed.rowcount:
        raise Conflict("file_in_use")


def files_of(
    connection: Connection, access: Access, now: datetime, entity: str, record_id: UUID
) -> list[dict[str, Any]]:
    """The files of a record, one item per place that names it: those of readable fields, those shown at gates.

    Three statements. ``at`` and ``by``: of a field's file when and by whom it was uploaded, else when it was shown.

    Raises:
        NotFound: the record is not readable.
    """
    require_readable(access, entity)
    named = _named(connection, access, now, entity, record_id)
    if named is None:
        raise NotFound
    shown = _evidence(connection, access, entity, record_id)
    ids = {*(UUID(each) for _, each in named), *(row.file for row in shown)}
    rows = {row.id: row for row in _rows_of(connection, access.served, ids)}
    fields = [
        _item(rows[UUID(each)], rows[UUID(each)], field=key) for key, each in named if UUID(each) in rows
    ]
    evidence = [_item(rows[row.file], row, requirement=row.requirement) for row in shown if row.file in rows]
    return [*fields, *evidence]


def file_fields(entity: CompiledEntity) -> tuple[str, ...]:
    """Keys of the fields whose values are files."""
    return tuple(key for key, field in entity.fields.items() if isinstance(field.spec, FILE_FIELDS))


def is_evidence(connection: Connection, served: Served, record_id: UUID, file_id: UUID) -> bool:
    """Whether a file was shown at a gate of a record."""
    table = served.support.evidence
    query = sa.select(table.c.id).where(table.c.record == record_id, table.c.file == file_id).limit(1)
    return connection.execute(query).first() is not None


def _may_have(connection: Connection, access: Access, now: datetime, row: Row[Any]) -> bool:
    if row.record is None:
        return bool(row.by == access.by)
    entities = access.served.app.entities
    entity = next((key for key, each in entities.items() if each.id == row.entity), None)
    if entity is None or not access.can(entity, "read"):
        return False
    named = _named(connection, access, now, entity, row.record)
    if named is None:
        return False
    is_named = any(each == str(row.id) for _, each in named)
    return is_named or is_evidence(connection, access.served, row.record, row.id)


def _named(
    connection: Connection, access: Access, now: datetime, entity: str, record_id: UUID
) -> list[tuple[str, str]] | None:
    """Readable field and file of a record, in the order of its fields; None where the record is not readable."""
    readable = access.readable(entity)
    fields = tuple(key for key in file_fields(access.served.app.entities[entity]) if key in readable)
    rows = read_by_ids(connection, access, access.parameters(now), entity, ("id", *fields), [record_id])
    if not rows:
        return None
    return [(key, each) for key in fields for each in _ids(rows[0][key])]


def _ids(value: Any) -> Iterator[str]:
    if value is not None:
        yield from value if isinstance(value, list | tuple) else (value,)


def _evidence(connection: Connection, access: Access, entity: str, record_id: UUID) -> list[Row[Any]]:
    table = access.served.support.evidence
    query = (
        sa.select(table.c.requirement, table.c.file, table.c.at, table.c.by, USERS.c.name.label("person"))
        .select_from(table.outerjoin(USERS, USERS.c.id == table.c.by))
        .where(table.c.record == record_id, table.c.entity == access.served.app.entities[entity].id)
        .order_by(table.c.at.desc(), table.c.id.desc())
        .limit(MOST_SHOWN)
    )
    return list(connection.execute(query))


def _row_of(connection: Connection, served: Served, file_id: UUID) -> Row[Any] | None:
    return next(iter(_rows_of(connection, served, [file_id])), None)


def _rows_of(connection: Connection, served: Served, ids: Collection[UUID]) -> list[Row[Any]]:
    if not ids:
        return []
    table = served.support.file
    query = (
        sa.select(*table.c, USERS.c.name.label("person"))
        .select_from(table.outerjoin(USERS, USERS.c.id == table.c.by))
        .where(table.c.id.in_(ids))
    )
    return list(connection.execute(query))


def _file(row: Row[Any]) -> File:
    return File(row.id, row._mapping["name"], row.type, row.size, row.sha256)


def _item(file: Row[Any], seen: Row[Any], **place: str) -> dict[str, Any]:
    by = None if seen.by is None else {"id": str(seen.by), "name": seen.person}
    where: dict[str, str | None] = {"field": None, "requirement": None, **place}
    return _file(file).shape() | where | {"at": print_moment(seen.at), "by": by}
