"""Tables for any Env and records given as plain rows: columns named as the fields, no bin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from expressions.env import Env, TierTable
from expressions.sql import Inverse, Link
from expressions.storage import Uuid, column_type
from expressions.types import Kind


class EnvTables:
    """The tables of an Env, as the compiler asks for them.

    Attributes:
        root: the alias of the Env's own entity.
    """

    def __init__(self, env: Env) -> None:
        self.env = env
        self.metadata = sa.MetaData()
        self.tables = {key: self._table(key) for key in env.entities}
        self.links = {
            (entity.key, field.key): self._link(f"{entity.key}_{field.key}")
            for entity in env.entities.values()
            for field in entity.fields.values()
            if field.type.kind is Kind.RECORDS and field.inverse is None
        }
        self.root = None if env.entity is None else self.tables[env.entity].alias("r")

    def _table(self, key: str) -> sa.Table:
        fields = self.env.entities[key].fields.values()
        stored = [field for field in fields if field.type.kind is not Kind.RECORDS and field.key != "id"]
        columns = (sa.Column(field.key, column_type(field.type)) for field in stored)
        return sa.Table(key, self.metadata, sa.Column("id", Uuid(), primary_key=True), *columns)

    def _link(self, name: str) -> sa.Table:
        return sa.Table(
            name, self.metadata, *(sa.Column(end, Uuid(), primary_key=True) for end in ("near", "far"))
        )

    def fill(self, connection: sa.Connection, records: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
        """Create the tables and insert the records."""
        self.metadata.create_all(connection)
        self.insert(connection, records)

    def insert(self, connection: sa.Connection, records: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
        """Insert records; keys that are no columns are left out."""
        for key, rows in records.items():
            table = self.tables[key]
            names = {column.name for column in table.c}
            for row in rows:
                connection.execute(table.insert(), {name: row[name] for name in names & row.keys()})

    def table(self, entity: str) -> sa.Table:
        return self.tables[entity]

    def column(self, entity: str, field: str) -> str:
        return field

    def deleted(self, entity: str) -> str | None:
        return None

    def children(self, entity: str, field: str) -> Inverse | Link:
        inverse = self.env.entities[entity].fields[field].inverse
        return Link(self.links[entity, field], "near", "far") if inverse is None else Inverse(inverse)

    def row_filter(self, entity: str, alias: sa.FromClause) -> sa.ColumnElement[Any] | None:
        return None

    def tier_table(self, key: str) -> TierTable:
        return self.env.tables[key]
