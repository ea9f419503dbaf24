"""Which columns a query reads, and under which names their values stand on the wire."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from expressions.registry import Dialect
from expressions.types import Kind, Type, list_of, reference
from runtime.access import Access
from runtime.query.encoding import Encoder, encoder_of, raw
from runtime.query.live import is_live, live_name
from runtime.served import Served
from schema_store.system import PLATFORM_ENTITIES, SYSTEM_FIELDS

#: System fields on the wire, in their order, with their types.
SYSTEM_TYPES: dict[str, Type] = {field.column: field.type for field in SYSTEM_FIELDS if field.name}


#: Names of references of people and trees: in expressions, on the wire.
PLATFORM_COLUMNS = {"team": "team_id", "region": "region_id", "parent": "parent_id"}


_NAMES = {field.column: field.name for field in SYSTEM_FIELDS if field.name}


def expression_name(key: str) -> str:
    """The name in expressions of a field by its name on the wire: ``owner_id`` is ``owner``."""
    return _NAMES.get(key, key)


@dataclass(frozen=True, slots=True)
class Column:
    """A value of the answer.

    Attributes:
        key: its name on the wire.
        sql: where it is read, in its storage form.
        encode: makes its wire form; None where it stands as it is.
    """

    key: str
    sql: sa.ColumnElement[Any]
    encode: Encoder | None


def wire_order(served: Served, entity: str) -> tuple[str, ...]:
    """Every name that a record has on the wire, in its order: system fields, then the author's."""
    if entity in PLATFORM_ENTITIES:
        return tuple(PLATFORM_ENTITIES[entity].fields)
    return (*SYSTEM_TYPES, *served.app.entities[entity].fields)


def wanted_fields(access: Access, entity: str, named: Sequence[str] | None) -> tuple[str, ...]:
    """The readable ones among the named fields (all without names) in wire order; always ``id``, ``version``."""
    if named is not None:
        return _in_wire_order(access, entity, access.readable(entity) & {*named, "id", "version"})
    place = ("query.wanted", access.policy, entity)
    found: tuple[str, ...] | None = access.served.kept.get(place)
    return found or access.served.kept.setdefault(
        place, _in_wire_order(access, entity, access.readable(entity))
    )


def _in_wire_order(access: Access, entity: str, chosen: Collection[str]) -> tuple[str, ...]:
    return tuple(key for key in wire_order(access.served, entity) if key in chosen)


def live_fields(served: Served, entity: str, keys: Iterable[str]) -> frozenset[str]:
    """Those of the fields that have no column."""
    return frozenset(key for key in keys if is_live(served, entity, key))


def columns_of(access: Access, entity: str, keys: Iterable[str], root: sa.FromClause) -> tuple[Column, ...]:
    """The columns of readable fields on ``root``, which has the live ones among them."""
    served = access.served
    if entity in PLATFORM_ENTITIES:
        return tuple(_platform_column(served, entity, key, root) for key in keys)
    return tuple(_column(access, entity, key, root) for key in keys)


def _platform_column(served: Served, entity: str, key: str, root: sa.FromClause) -> Column:
    type_ = PLATFORM_ENTITIES[entity].fields[key].type
    name = PLATFORM_COLUMNS.get(key, key)
    return _read(name, root.c[name], type_, served.dialect)


def _column(access: Access, entity: str, key: str, root: sa.FromClause) -> Column:
    served = access.served
    if key in SYSTEM_TYPES:
        return _read(key, root.c[key], SYSTEM_TYPES[key], served.dialect)
    field = served.app.entities[entity].fields[key]
    if field.spec.type == "links":  # type: ignore[attr-defined]  # every member of the union has it
        return _links(access, entity, key, root)
    name = live_name(served, entity, key) if is_live(served, entity, key) else served.column(entity, key)
    assert field.type is not None, "only links are unseen by expressions"
    return _read(key, root.c[name], field.type, served.dialect)


def _read(key: str, column: sa.ColumnElement[Any], type_: Type, dialect: Dialect) -> Column:
    return Column(key, raw(column, type_, dialect), encoder_of(type_, dialect))


def _links(access: Access, entity: str, key: str, root: sa.FromClause) -> Column:
    """The ids of the linked records that may be read, in the row itself."""
    served = access.served
    field = served.app.entities[entity].fields[key]
    target = served.app.entities[entity].children[key].entity
    link, there = served.records.links[field.id].alias(), served.entity_table(target).alias()
    found = (
        sa.select(link.c.target)
        .join(there, there.c.id == link.c.target)
        .where(link.c.source == root.c.id, access.row_filter(target, "read", there))
        .correlate(root)
    )
    type_ = list_of(reference(target))
    if served.dialect == "postgresql":
        ids: sa.ColumnElement[Any] = sa.func.array(found.order_by(link.c.target).scalar_subquery())
    else:
        inner = found.order_by(link.c.target).subquery()
        ids = (
            sa.select(sa.func.json_group_array(sa.func.hex(inner.c.target))).correlate(root).scalar_subquery()
        )
    return _read(key, ids, type_, served.dialect)


def encode_rows(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Rows of these columns in wire form, by position."""
    keys = [column.key for column in columns]
    encoded = [(column.key, column.encode) for column in columns if column.encode is not None]
    records = []
    for row in rows:
        record = dict(zip(keys, row, strict=False))  # what stands behind the columns is for others
        for key, encode in encoded:
            value = record[key]
            if value is not None:
                record[key] = encode(value)
        records.append(record)
    return records


def reference_target(served: Served, entity: str, key: str) -> str | None:
    """The entity that a field refers to by an id or a list of ids; None where it is no such field.

    ``key`` is a name as expand takes it: system fields by their names in expressions (``owner``).
    """
    if entity in PLATFORM_ENTITIES:
        info = PLATFORM_ENTITIES[entity].fields.get(key)
        return info.type.entity if info and info.type.kind is Kind.REFERENCE and key != "id" else None
    system = {field.name: field.type for field in SYSTEM_FIELDS if field.name and field.name != "id"}
    type_ = system.get(key)
    if type_ is None:
        field = served.app.entities[entity].fields.get(key)
        type_ = field.type if field else None
    if type_ is None or type_.kind not in (Kind.REFERENCE, Kind.RECORDS) or type_.entity == "file":
        return None
    return type_.entity
