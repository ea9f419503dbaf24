"""Records by values that people write: many values at once, one statement per field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.access import Access
from runtime.query.columns import wanted_fields
from runtime.query.finding import ids_within, is_unique
from runtime.query.records import read_by_ids
from runtime.query.store import store_of
from runtime.served import Served
from schema_store.compiled.app import CompiledField
from schema_store.field_types.base import FieldValueError
from schema_store.field_types.common import require_line
from schema_store.field_types.language import CODE_LENGTH

#: Values of one statement.
AT_ONCE = 500


def naming_fields(access: Access, entity: str) -> list[CompiledField]:
    """The readable fields by which people name a record: numbers, fields that occur once, then the name."""
    found = access.served.app.entities[entity]
    readable = access.readable(entity)
    fields = [field for key, field in found.fields.items() if key in readable]
    own = [field for field in fields if field.computed == "code"]
    own += [field for field in fields if field.computed is None and is_unique(found, field)]
    own += [field for field in fields if field.key == found.name_field and field not in own]
    return [field for field in own if (field.key, "") in access.served.columns[entity]]


def find_values(
    connection: Connection, access: Access, now: datetime, entity: str, key: str, values: Collection[str]
) -> Mapping[str, Sequence[UUID]]:
    """The readable records that have one of the values in a readable field, by value as it was given.

    Values are compared as ``unique`` compares them; what is no value of the field has no record.
    """
    field = access.served.app.entities[entity].fields[key]
    part = "norm" if (key, "norm") in access.served.columns[entity] else ""
    compared: dict[Any, list[str]] = defaultdict(list)
    for value in values:
        meant = _meant(field, part, value)
        if meant is not None:
            compared[meant].append(value)
    found: dict[str, list[UUID]] = defaultdict(list)
    statement = store_of(access.served).get(
        ("lookup", access.policy, entity, key), lambda: _statement(access, entity, key, part)
    )
    wanted = list(compared)
    for start in range(0, len(wanted), AT_ONCE):
        binds = {**access.parameters(now), "values": wanted[start : start + AT_ONCE]}
        for value, id_ in connection.execute(statement, binds):
            for written in compared[value]:
                found[written].append(id_)
    return found


def _meant(field: CompiledField, part: str, written: str) -> Any:
    try:
        if field.computed == "code":
            return require_line(written, CODE_LENGTH)
        value = field.decode(written)
    except FieldValueError:
        return None
    return field.derive(value)["norm"] if part and value is not None else value


def _statement(access: Access, entity: str, key: str, part: str) -> sa.Select[Any]:
    root = access.served.entity_table(entity).alias()
    column = root.c[access.served.column(entity, key, part)]
    named = column.in_(sa.bindparam("values", expanding=True, type_=column.type))
    return sa.select(column, root.c.id).where(named, access.row_filter(entity, "read", root))


def visible(
    connection: Connection, access: Access, now: datetime, entity: str, ids: Collection[UUID]
) -> set[UUID]:
    """Those of the records that may be read."""
    return ids_within(connection, access, now, entity, "read", ids)


def read_many(
    connection: Connection,
    access: Access,
    now: datetime,
    entity: str,
    ids: Collection[UUID],
    keys: Collection[str],
) -> dict[UUID, dict[str, Any]]:
    """The records that may be read with the readable ones of the fields, in wire form by id (one statement)."""
    fields = wanted_fields(access, entity, sorted(keys))
    rows = read_by_ids(connection, access, access.parameters(now), entity, fields, list(ids))
    return {UUID(row["id"]): row for row in rows}


def change_of(
    connection: Connection, served: Served, entity: str, record: UUID, version: int
) -> Mapping[str, Any]:
    """What led to a version of a record: ``{field id: [before, after]}`` in wire form; empty where nothing is kept."""
    table = served.support.history
    query = sa.select(table.c.changes).where(
        table.c.record == record,
        table.c.entity == served.app.entities[entity].id,
        table.c.version == version,
    )
    found: Mapping[str, Any] | None = connection.execute(query).scalars().first()
    return found or {}
