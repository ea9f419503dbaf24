"""Rows handed to a statement as a table: one JSON text, whatever the database.

The text of the statement and its place in the caches are the same however many rows and columns there are, and a driver
has one value to send: arrays of every column with ``unnest`` cost it two to six times the work (``docs/adr/0013``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from expressions.registry import Dialect
from expressions.storage import JsonValue, ScaledDecimal, Stored, json_text

Encode = Callable[[Any], Any]
Types = Mapping[str, TypeEngine[Any]]


def encoder(kind: TypeEngine[Any], dialect: Dialect) -> Encode:
    """From a value to what the driver is given for it; never asked for null."""
    if isinstance(kind, JsonValue):
        return json_text
    return kind.encoder(dialect) if isinstance(kind, Stored) else as_it_is


def as_it_is(value: Any) -> Any:
    """What the driver takes already."""
    return value


def encoded(encoders: Sequence[Encode], rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    """Rows as the driver is given them, column by column."""
    if len(rows) == 1:
        return [
            [None if value is None else encode(value)]
            for encode, value in zip(encoders, rows[0], strict=True)
        ]
    columns = zip(*rows, strict=True)
    return [_encoded(encode, values) for encode, values in zip(encoders, columns, strict=True)]


def _encoded(encode: Encode, values: Sequence[Any]) -> Sequence[Any]:
    """A column; an object that all rows have in common is encoded once, and so is any one whose text takes its time."""
    if encode is as_it_is:
        return values
    first = values[0]
    if all(value is first for value in values):
        return [None if first is None else encode(first)] * len(values)
    if encode is json_text:
        different = {id(value): value for value in values}
        texts = {place: None if value is None else encode(value) for place, value in different.items()}
        return [texts[id(value)] for value in values]
    return [None if value is None else encode(value) for value in values]


class Given:
    """A table of rows that come with the statement.

    Args:
        name: of the table in the statement; its bind begins with it.
        types: of its columns, by name.
        dialect: of the database.
        is_one: whether there is always one row. PostgreSQL takes a table of rows for a hundred, and would rather read
            a whole table beside it than look a hundred of them up.
    """

    def __init__(self, name: str, types: Types, dialect: Dialect, *, is_one: bool = False):
        self.name, self.types, self.dialect, self.is_one = name, types, dialect, is_one
        self._encoders = [_member(kind, dialect) for kind in types.values()]

    @cached_property
    def table(self) -> sa.FromClause:
        """To select from."""
        text = sa.bindparam(f"{self.name}_rows", type_=sa.Text())
        if self.dialect == "sqlite":
            return sa.func.json_each(text).table_valued(sa.column("value", sa.Text()), name=self.name)
        columns = [sa.column(f"c{place}", _form(kind)) for place, kind in enumerate(self.types.values())]
        read = sa.func.json_to_record if self.is_one else sa.func.json_to_recordset
        return (
            read(sa.cast(text, postgresql.JSON))
            .table_valued(*columns, name=self.name)
            .render_derived(with_types=True)
        )

    @cached_property
    def c(self) -> Mapping[str, sa.ColumnElement[Any]]:
        """Its columns."""
        return {name: self._column(place, kind) for place, (name, kind) in enumerate(self.types.items())}

    def binds(self, rows: Sequence[Sequence[Any]]) -> dict[str, str]:
        """What the statement is run with; values in the order of the columns."""
        columns = encoded(self._encoders, rows)
        names = [f"c{place}" for place in range(len(columns))]
        plain = (zip(names, row, strict=True) for row in zip(*columns, strict=True))
        given = [{name: value for name, value in row if value is not None} for row in plain]
        is_bare = self.is_one and self.dialect == "postgresql"
        return {f"{self.name}_rows": json_text(given[0] if is_bare else given)}

    def _column(self, place: int, kind: TypeEngine[Any]) -> sa.ColumnElement[Any]:
        if self.dialect == "postgresql":
            return sa.type_coerce(self.table.c[f"c{place}"], kind)
        value = sa.func.json_extract(self.table.c.value, f"$.c{place}")
        return sa.type_coerce(sa.func.unhex(value) if _is_binary(kind) else value, kind)


def _form(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type of a column on PostgreSQL."""
    form = kind.form("postgresql") if isinstance(kind, Stored) else kind
    return sa.Text() if isinstance(form, sa.Text) else form  # a collation is the column's, not the value's


def _is_binary(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, Stored) and isinstance(kind.form("sqlite"), sa.LargeBinary)


def _member(kind: TypeEngine[Any], dialect: Dialect) -> Encode:
    """From a value to what stands in the JSON text for it."""
    encode = encoder(kind, dialect)
    if dialect == "sqlite":
        return (lambda value: encode(value).hex()) if _is_binary(kind) else encode
    if isinstance(kind, JsonValue):
        return as_it_is
    if isinstance(kind, ScaledDecimal):
        return lambda value: format(Decimal(encode(value)), "f")  # exact in whatever number the reader has
    return encode
