"""SQLAlchemy tables of a layout: what the record engine and the migrations work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from expressions.storage import column_type
from expressions.types import Kind
from schema_store.document.fields import OnDelete
from schema_store.layout import ColumnLayout, IndexLayout, Layout, LinkLayout, TableLayout, index_name
from schema_store.system import SYSTEM_FIELDS

DialectName = Literal["sqlite", "postgresql"]

RULES: Mapping[OnDelete, str] = {"restrict": "RESTRICT", "clear": "SET NULL", "cascade": "CASCADE"}


@dataclass(frozen=True, slots=True)
class RecordTables:
    """The tables of an app.

    Attributes:
        metadata: all of them.
        entities: by entity id; ``column.info`` is ``{"field": id, "part": part}``, empty for system columns.
        links: by field id; columns ``source`` and ``target``.
    """

    metadata: sa.MetaData
    entities: Mapping[str, sa.Table]
    links: Mapping[str, sa.Table]


def build_tables(layout: Layout, dialect: str, *, retired: bool = False) -> RecordTables:
    """The tables of a layout.

    Args:
        layout: what there is.
        dialect: ``sqlite`` or ``postgresql``.
        retired: whether retired tables and columns are wanted too.
    """
    metadata = sa.MetaData(schema=layout.schema if dialect == "postgresql" else None)
    entities = {
        table.entity: _table(metadata, layout, table, dialect, retired)
        for table in layout.tables
        if retired or table.retired is None
    }
    links = {
        link.field: link_table(metadata, layout, link, dialect)
        for link in layout.links
        if retired or link.retired is None
    }
    return RecordTables(metadata, entities, links)


def _table(
    metadata: sa.MetaData, layout: Layout, table: TableLayout, dialect: str, retired: bool
) -> sa.Table:
    columns = table.columns if retired else table.active
    made = sa.Table(
        layout.physical(table.name, dialect),
        metadata,
        *system_columns(),
        *(record_column(layout, column, dialect) for column in columns),
    )
    for index in table.indexes:
        where = index_condition(table, index)
        chosen = [made.c[name] for name in index.columns]
        sa.Index(index.name, *chosen, unique=index.unique, sqlite_where=where, postgresql_where=where)
    return made


def index_condition(table: TableLayout, index: IndexLayout) -> sa.ColumnElement[bool] | None:
    """The rows that an index holds; None for all.

    A unique one holds live records. One over a reference holds those that have it: it is looked up by a value, and most
    references of most records are empty (``docs/adr/0010``).
    """
    if index.unique:
        return sa.column("deleted_at").is_(None)
    first = next((column for column in table.columns if column.name == index.columns[0]), None)
    is_reference = first is not None and first.type.kind is Kind.REFERENCE
    return sa.column(index.columns[0]).is_not(None) if is_reference else None


def system_columns() -> list[sa.Column[Any]]:
    """The columns that every record table has."""
    return [
        sa.Column(
            system.column,
            column_type(system.type),
            primary_key=system.column == "id",
            nullable=system.nullable,
        )
        for system in SYSTEM_FIELDS
    ]


def record_column(
    layout: Layout, column: ColumnLayout, dialect: str, *, plain: bool = False
) -> sa.Column[Any]:
    """The column of a field; ``plain`` leaves its foreign key out."""
    info = {"field": column.field, "part": column.part}
    keys = [] if plain or column.references is None else [foreign_key(layout, column, dialect)]
    return sa.Column(column.name, column_type(column.type), *keys, nullable=column.nullable, info=info)


def foreign_key(layout: Layout, column: ColumnLayout, dialect: str) -> sa.ForeignKey:
    """The foreign key of a reference column."""
    if column.references is None or column.on_delete is None:
        raise ValueError(f"{column.name} refers to nothing")
    target = f"{table_name(layout, layout.table(column.references).name, dialect)}.id"
    return sa.ForeignKey(target, ondelete=RULES[column.on_delete], name=key_name(column))


def key_name(column: ColumnLayout) -> str:
    """The name of the foreign key constraint of a column (PostgreSQL)."""
    return f"fk_{column.name}"


def table_name(layout: Layout, name: str, dialect: str) -> str:
    """A table's name with its schema in front where the database has schemas."""
    physical = layout.physical(name, dialect)
    return f"{layout.schema}.{physical}" if dialect == "postgresql" else physical


def link_table(metadata: sa.MetaData, layout: Layout, link: LinkLayout, dialect: str) -> sa.Table:
    """Pairs of records; a pair goes when one of its records goes."""

    def side(name: str, entity: str) -> sa.Column[Any]:
        target = f"{table_name(layout, layout.table(entity).name, dialect)}.id"
        id_type = column_type(SYSTEM_FIELDS[0].type)
        return sa.Column(name, id_type, sa.ForeignKey(target, ondelete="CASCADE"), primary_key=True)

    made = sa.Table(
        layout.physical(link.name, dialect),
        metadata,
        side("source", link.source),
        side("target", link.target),
    )
    name = index_name(layout.schema, link.name, ("target", "source"), False)
    sa.Index(name, made.c.target, made.c.source)
    return made
