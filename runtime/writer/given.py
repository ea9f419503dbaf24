"""Rows handed to a statement as a table: arrays on PostgreSQL, one JSON text on SQLite; the text of the statement and
its place in the caches are the same however many rows there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from expressions.registry import Dialect
from expressions.storage import JsonValue, Stored, json_text

Encode = Callable[[Any], Any]
Types = Mapping[str, TypeEngine[Any]]


def encoder(kind: TypeEngine[Any], dialect: Dialect) -> Encode:
    """From a value to what the driver is given for it; never asked for null."""
    if isinstance(kind, JsonValue):
        return json_text
    if isinstance(kind, Stored):
        return lambda value: kind.encode(value, dialect)
    return lambda value: value


def encoded(encoders: Sequence[Encode], rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Rows as the driver is given them, column by column; what many rows have in common is encoded once."""
    columns = []
    for encode, values in zip(encoders, zip(*rows, strict=True), strict=True):
        column, last, result = [], None, None
        for value in values:
            if value is not last:
                last, result = value, None if value is None else encode(value)
            column.append(result)
        columns.append(column)
    return columns


class Given:
    """A table of rows that come with the statement.

    Args:
        name: of the table in the statement; its binds begin with it.
        types: of its columns, by name.
        dialect: of the database.
    """

    def __init__(self, name: str, types: Types, dialect: Dialect):
        self.name, self.types, self.dialect = name, types, dialect
        self._encoders = [_member(kind, dialect) for kind in types.values()]

    @cached_property
    def table(self) -> sa.FromClause:
        """To select from."""
        if self.dialect == "sqlite":
            text = sa.bindparam(f"{self.name}_rows", type_=sa.Text())
            return sa.func.json_each(text).table_valued(sa.column("value", sa.Text()), name=self.name)
        arrays = [
            sa.bindparam(self._bind(place), type_=postgresql.ARRAY(_element(kind)))
            for place, kind in enumerate(self.types.values())
        ]
        columns = [sa.column(f"c{place}", _element(kind)) for place, kind in enumerate(self.types.values())]
        return sa.func.unnest(*arrays).table_valued(*columns, name=self.name).render_derived()

    @cached_property
    def c(self) -> Mapping[str, sa.ColumnElement[Any]]:
        """Its columns."""
        return {name: self._column(place, kind) for place, (name, kind) in enumerate(self.types.items())}

    def binds(self, rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
        """What the statement is run with; values in the order of the columns."""
        columns = encoded(self._encoders, rows) if rows else [[] for _ in self.types]
        if self.dialect == "sqlite":
            return {f"{self.name}_rows": json_text(list(zip(*columns, strict=True)))}
        return {self._bind(place): column for place, column in enumerate(columns)}

    def _bind(self, place: int) -> str:
        return f"{self.name}_{place}"

    def _column(self, place: int, kind: TypeEngine[Any]) -> sa.ColumnElement[Any]:
        if self.dialect == "sqlite":
            value = sa.func.json_extract(self.table.c.value, f"$[{place}]")
            return sa.type_coerce(sa.func.unhex(value) if _is_binary(kind) else value, kind)
        column = self.table.c[f"c{place}"]
        stored = _form(kind)
        is_text = isinstance(stored, postgresql.ARRAY | postgresql.JSONB)
        return sa.type_coerce(sa.cast(column, stored) if is_text else column, kind)


def _form(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.form("postgresql") if isinstance(kind, Stored) else kind


def _element(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type of the members of a column's array; what would be an array of arrays comes as texts."""
    form = _form(kind)
    return sa.Text() if isinstance(form, postgresql.ARRAY | postgresql.JSONB | sa.Text) else form


def _is_binary(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, Stored) and isinstance(kind.form("sqlite"), sa.LargeBinary)


def _member(kind: TypeEngine[Any], dialect: Dialect) -> Encode:
    encode = encoder(kind, dialect)
    if dialect == "sqlite" and _is_binary(kind):
        return lambda value: encode(value).hex()
    if dialect == "postgresql" and isinstance(_form(kind), postgresql.ARRAY):
        return lambda value: _array_text(encode(value))
    return encode


def _array_text(members: Iterable[Any]) -> str:
    """The text form of an array of texts or ids."""
    quoted = (str(each).replace("\\", "\\\\").replace('"', '\\"') for each in members)
    return "{" + ",".join(f'"{each}"' for each in quoted) + "}"
