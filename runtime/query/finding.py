"""A record by a value that tells it apart."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.storage import Uuid
from runtime.access import Access, Act
from runtime.query.records import require_readable
from runtime.query.store import store_of
from runtime.refusals import FieldError, Invalid, NotFound
from runtime.served import Served
from schema_store.compiled.app import CompiledEntity, CompiledField
from schema_store.field_types.base import FieldValueError
from schema_store.field_types.common import require_line
from schema_store.field_types.language import CODE_LENGTH


def is_unique(entity: CompiledEntity, field: CompiledField) -> bool:
    """Whether a value of the field belongs to one live record at most."""
    alone = any(each.fields == (field.key,) for each in entity.uniques)
    return alone or field.computed == "code" or bool(getattr(field.spec, "unique", False))


def find_by(
    connection: Connection, access: Access, now: datetime, entity: str, key: str, wire: Any
) -> UUID | None:
    """The readable record whose unique field has this value, compared as ``unique`` compares (one statement).

    Raises:
        NotFound: the entity or the field is not there or not readable, or does not tell records apart.
        Invalid: the value is none of the field.
    """
    require_readable(access, entity)
    found = access.served.app.entities[entity]
    field = found.fields.get(key)
    if field is None or key not in access.readable(entity) or not is_unique(found, field):
        raise NotFound
    return find_one(connection, access, now, entity, {key: wire})


def find_one(
    connection: Connection, access: Access, now: datetime, entity: str, wire: dict[str, Any]
) -> UUID | None:
    """The one readable record with these values in these readable fields; None where there is none or several."""
    values = {key: _compared(access, entity, key, value) for key, value in wire.items()}
    parts = tuple((key, part) for key, (part, _) in values.items())
    statement = store_of(access.served).get(
        ("find", access.policy, entity, parts), lambda: _statement(access, entity, parts)
    )
    binds = {f"value_{number}": value for number, (_, value) in enumerate(values.values())}
    rows = connection.execute(statement, {**access.parameters(now), **binds}).scalars().all()
    return rows[0] if len(rows) == 1 else None


def _compared(access: Access, entity: str, key: str, wire: Any) -> tuple[str, Any]:
    """The part of a field that is compared, and the value in it."""
    field = access.served.app.entities[entity].fields.get(key)
    if field is None or key not in access.readable(entity):
        raise Invalid([FieldError(f"/{key}", "unknown_field")])
    try:
        value = require_line(wire, CODE_LENGTH) if field.computed == "code" else field.decode(wire)
    except FieldValueError as error:
        params = {word: str(each) for word, each in error.params.items()}
        raise Invalid([FieldError(f"/{key}", error.code, params)]) from error
    if value is None:
        raise Invalid([FieldError(f"/{key}", "required")])
    if (key, "norm") in access.served.columns[entity]:
        return "norm", field.derive(value)["norm"]
    return "", value


def _statement(access: Access, entity: str, parts: tuple[tuple[str, str], ...]) -> sa.Select[Any]:
    served = access.served
    root = served.entity_table(entity).alias()
    conditions = [access.row_filter(entity, "read", root)]
    for number, (key, part) in enumerate(parts):
        column = root.c[served.column(entity, key, part)]
        conditions.append(column == sa.bindparam(f"value_{number}", type_=column.type))
    return sa.select(root.c.id).where(*conditions).limit(sa.literal_column("2"))


def ids_within(
    connection: Connection, access: Access, now: datetime, entity: str, act: Act, ids: Collection[UUID]
) -> set[UUID]:
    """Those of the records on which the actor may do the act (one statement)."""
    if not ids:
        return set()
    statement = store_of(access.served).get(
        ("within", access.policy, entity, act), lambda: _within(access, entity, act)
    )
    return set(connection.execute(statement, {**access.parameters(now), "ids": list(ids)}).scalars())


def _within(access: Access, entity: str, act: Act) -> sa.Select[Any]:
    root = access.served.entity_table(entity).alias()
    named = root.c.id.in_(sa.bindparam("ids", expanding=True, type_=Uuid()))
    return sa.select(root.c.id).where(named, access.row_filter(entity, act, root))


def is_stored(connection: Connection, served: Served, entity: str, id_: UUID) -> bool:
    """Whether there is such a record, seen or not, in the bin or not: for the audit (one statement)."""
    table = served.entity_table(entity)
    return connection.execute(sa.select(table.c.id).where(table.c.id == id_)).first() is not None
