"""Really dropping what is retired: a separate act, counted and chosen by name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema_store.layout import Layout
from schema_store.migration.counting import count_where
from schema_store.tables import build_tables


@dataclass(frozen=True, slots=True)
class Retired:
    """Something retired that a purge would drop for good.

    Attributes:
        name: what is given to :func:`purge`: ``table``, ``table.column`` or the link table's name.
        kind: ``table``, ``column`` or ``links``.
        element: id of the entity or field.
        version: that retired it.
        rows: records (pairs) that hold something there.
    """

    name: str
    kind: Literal["table", "column", "links"]
    element: str
    version: int
    rows: int


def count_retired(connection: Connection, layout: Layout) -> tuple[Retired, ...]:
    """Everything retired, with what it still holds."""
    return tuple(_retired(connection, layout))


def _retired(connection: Connection, layout: Layout) -> Iterator[Retired]:
    tables = build_tables(layout, connection.dialect.name, retired=True)
    for table in layout.tables:
        real = tables.entities[table.entity]
        if table.retired is not None:
            rows = count_where(connection, real, sa.true()).rows
            yield Retired(table.name, "table", table.entity, table.retired, rows)
            continue
        for column in table.columns:
            if column.retired is not None:
                rows = count_where(connection, real, real.c[column.name].is_not(None)).rows
                yield Retired(f"{table.name}.{column.name}", "column", column.field, column.retired, rows)
    for link in layout.links:
        if link.retired is not None:
            pairs = build_tables(replace(layout, links=(link,)), connection.dialect.name, retired=True).links
            real = pairs[link.field]
            rows = count_where(connection, real, sa.true(), real.c.source).rows
            yield Retired(link.name, "links", link.field, link.retired, rows)


def purge(connection: Connection, layout: Layout, names: Collection[str]) -> Layout:
    """Drop retired tables, columns and link tables for good; there is no way back.

    A table takes with it the retired columns and link tables of others that refer to it.

    Args:
        connection: in a write transaction of the caller's.
        layout: the tables as they are.
        names: of :func:`count_retired`, as somebody was shown them with their rows.

    Returns:
        The tables as they are now.

    Raises:
        ValueError: a name that is not retired.
    """
    known = {found.name for found in count_retired(connection, layout)}
    unknown = sorted(set(names) - known)
    if unknown:
        raise ValueError(f"not retired: {', '.join(unknown)}")
    gone = {table.entity for table in layout.tables if table.name in names}
    quote = _Quote(connection, layout)
    for link in layout.links:
        if link.name in names or link.source in gone or link.target in gone:
            connection.exec_driver_sql(f"DROP TABLE {quote(link.name)}")
            layout = replace(layout, links=tuple(other for other in layout.links if other.name != link.name))
    layout = _drop_columns(connection, layout, names, gone)
    for table in layout.tables:
        if table.entity in gone:
            connection.exec_driver_sql(f"DROP TABLE {quote(table.name)}")
    return replace(layout, tables=tuple(table for table in layout.tables if table.entity not in gone))


def _drop_columns(connection: Connection, layout: Layout, names: Collection[str], gone: set[str]) -> Layout:
    """First of all, so that no table refers to one that goes."""
    quote = _Quote(connection, layout)
    for table in layout.tables:
        kept = []
        for column in table.columns:
            is_chosen = f"{table.name}.{column.name}" in names or column.references in gone
            if column.retired is not None and is_chosen:
                name = quote.plain(column.name)
                connection.exec_driver_sql(f"ALTER TABLE {quote(table.name)} DROP COLUMN {name}")
            else:
                kept.append(column)
        layout = layout.with_table(replace(table, columns=tuple(kept)))
    return layout


class _Quote:
    """Names of an app's tables as SQL, each from the layout and quoted by SQLAlchemy."""

    def __init__(self, connection: Connection, layout: Layout):
        self._layout, self._dialect = layout, connection.dialect.name
        self.plain = connection.dialect.identifier_preparer.quote

    def __call__(self, name: str) -> str:
        physical = self.plain(self._layout.physical(name, self._dialect))
        return f"{self.plain(self._layout.schema)}.{physical}" if self._dialect == "postgresql" else physical
