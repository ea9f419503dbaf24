"""Small documents, and what a database physically holds, for tests of migrations."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from schema_store.database import reading, writing
from schema_store.document import AppDocument
from schema_store.field_types import FIELD_TYPES
from schema_store.ids import with_ids
from schema_store.layout import Layout, schema_name
from schema_store.migration.apply import apply_plan
from schema_store.migration.losses import count_losses
from schema_store.migration.plan import MigrationPlan, plan
from schema_store.migration.shape import shape_of
from schema_store.tables import build_tables, system_columns

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def label(text: str) -> dict[str, str]:
    return {"zh-CN": text, "en": text.title()}


def field(type_: str, key: str, ident: str | None = None, **more: Any) -> dict[str, Any]:
    """A field in JSON; the id is padded from a short one."""
    return {"type": type_, "key": key, "id": pad(ident or key), "label": label(key), **more}


def pad(ident: str) -> str:
    return ident.lower().replace("_", "")[:20].ljust(8, "0")


def entity(key: str, *fields: Mapping[str, Any], ident: str | None = None, **more: Any) -> dict[str, Any]:
    return {"key": key, "id": pad(ident or key), "label": label(key), "fields": list(fields), **more}


def option(key: str, ident: str | None = None) -> dict[str, Any]:
    return {"key": key, "id": pad(ident or f"opt{key}"), "label": label(key)}


def document(*entities: Mapping[str, Any], **more: Any) -> AppDocument:
    """A document of these entities with every id."""
    return with_ids(
        AppDocument.model_validate({"key": "toy", "label": label("toy"), "entities": entities, **more})
    )


class App:
    """An app on a database: publishes documents, writes and reads records by the keys of its document."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.document: AppDocument | None = None
        self.layout = Layout(schema_name("toy"))
        self.version = 0
        self.switched: list[int] = []
        #: Records from which a table is changed in phases; 1 for every table that holds any.
        self.large = 50_000

    def plan(self, new: AppDocument, replacements: Mapping[str, str] | None = None) -> MigrationPlan:
        made = plan(self.document, new, self.layout, self.version + 1, replacements)
        with reading(self.engine) as connection:
            return count_losses(connection, made)

    def publish(
        self, new: AppDocument, accept: Any = (), replacements: Mapping[str, str] | None = None
    ) -> MigrationPlan:
        """Publish; ``accept="all"`` accepts every loss that can be accepted."""
        made = self.plan(new, replacements)
        accepted = [loss.id for loss in made.losses] if accept == "all" else accept
        self.layout = apply_plan(self.engine, made, accepted, self._switch, large=self.large)
        self.document, self.version = new, self.version + 1
        return made

    def _switch(self, connection: Connection, layout: Layout) -> None:
        self.switched.append(len(layout.tables))

    def table(self, key: str) -> sa.Table:
        entity = next(e for e in self.document.entities if e.key == key)
        return build_tables(self.layout, self.engine.dialect.name).entities[entity.id]

    def column(self, key: str, name: str, part: str = "") -> str:
        entity = next(e for e in self.document.entities if e.key == key)
        spec = next(f for f in entity.fields if f.key == name)
        return self.layout.table(entity.id).column(spec.id, part).name

    def insert(self, key: str, *rows: Mapping[str, Any]) -> list[uuid.UUID]:
        """Insert records by field keys."""
        table = self.table(key)
        ids = [row.get("id") or uuid.uuid4() for row in rows]
        values = [self._row(key, ident, row) for ident, row in zip(ids, rows, strict=True)]
        with writing(self.engine) as connection:
            connection.execute(sa.insert(table), values)
        return ids

    def bulk(self, key: str, records: int, values: Mapping[str, str]) -> None:
        """Many records at once; values are SQL over the number ``n``."""
        table = self.table(key)
        is_postgres = self.engine.dialect.name == "postgresql"
        series = (
            f"SELECT n FROM generate_series(1, {records}) AS s(n)"
            if is_postgres
            else f"WITH s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {records}) SELECT n FROM s"
        )
        ident, now = ("gen_random_uuid()", "now()") if is_postgres else ("randomblob(16)", "1767225600000000")
        found = {"id": ident, "version": "1", "created_at": now, "updated_at": now}
        found |= {self.column(key, name): value for name, value in values.items()}
        with writing(self.engine) as connection:
            columns, wanted = ", ".join(found), ", ".join(found.values())
            connection.exec_driver_sql(
                f"INSERT INTO {table.fullname} ({columns}) SELECT {wanted} FROM ({series}) q"
            )

    def _row(self, key: str, ident: uuid.UUID, row: Mapping[str, Any]) -> dict[str, Any]:
        """A record as the engine would write it, derived parts included."""
        entity = next(e for e in self.document.entities if e.key == key)
        around = shape_of(self.document).around
        made = {
            "id": ident,
            "version": 1,
            "created_at": NOW,
            "updated_at": NOW,
            "deleted_at": row.get("deleted_at"),
        }
        for spec in entity.fields:
            value = row.get(spec.key)
            parts = {"": value, **FIELD_TYPES.of(spec).derive(spec, around[spec.id], value)}
            for part, held in parts.items():
                column = self.layout.table(entity.id).column(spec.id, part)
                if column is not None:
                    made[column.name] = held
        return made

    def link(self, key: str, name: str, *pairs: tuple[uuid.UUID, uuid.UUID]) -> None:
        """Write pairs of a many-to-many field."""
        rows = [{"source": source, "target": target} for source, target in pairs]
        with writing(self.engine) as connection:
            connection.execute(sa.insert(self._links(key, name)), rows)

    def linked(self, key: str, name: str) -> set[tuple[uuid.UUID, uuid.UUID]]:
        """The pairs of a many-to-many field."""
        with reading(self.engine) as connection:
            return {tuple(row) for row in connection.execute(sa.select(self._links(key, name)))}

    def _links(self, key: str, name: str) -> sa.Table:
        entity = next(e for e in self.document.entities if e.key == key)
        spec = next(f for f in entity.fields if f.key == name)
        return build_tables(self.layout, self.engine.dialect.name).links[spec.id]

    def values(self, key: str, name: str) -> dict[uuid.UUID, Any]:
        """Values of a field by record."""
        table = self.table(key)
        with reading(self.engine) as connection:
            rows = connection.execute(sa.select(table.c.id, table.c[self.column(key, name)]))
            return dict(map(tuple, rows))


def physical(engine: Engine) -> dict[str, Any]:
    """Every table, column, index and constraint that the database has, and every row in it."""
    with reading(engine) as connection:
        if engine.dialect.name == "sqlite":
            schema = connection.exec_driver_sql(
                "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2"
            ).all()
            names = [row.name for row in schema if row.type == "table"]
            quoted = [f'"{name}"' for name in names]
        else:
            schema = connection.exec_driver_sql(POSTGRES_SCHEMA).all()
            found = connection.exec_driver_sql(POSTGRES_TABLES).all()
            quoted = [f'"{row.schemaname}"."{row.tablename}"' for row in found]
        rows = {
            name: sorted(map(repr, connection.exec_driver_sql(f"SELECT * FROM {name}").all()))
            for name in quoted
        }
    return {"schema": [tuple(row) for row in schema], "rows": rows}


def active_shape(engine: Engine, layout: Layout) -> dict[str, Any]:
    """What the database has for the tables and columns in use, by ids: names, retired things and defaults left out."""
    inspector = sa.inspect(engine)
    schema = layout.schema if engine.dialect.name == "postgresql" else None
    tables = {layout.physical(table.name, engine.dialect.name): table for table in layout.tables}
    shape: dict[str, Any] = {}
    for name, table in tables.items():
        if table.retired is not None:
            continue
        ids = {column.name: (column.field, column.part) for column in table.active}
        system = {column.name: ("", column.name) for column in system_columns()}
        columns = {
            ids.get(found["name"]) or system.get(found["name"]): (repr(found["type"]), found["nullable"])
            for found in inspector.get_columns(name, schema)
            if found["name"] in ids or found["name"] in system
        }
        keys = {
            (
                ids[key["constrained_columns"][0]],
                tables[key["referred_table"]].entity,
                key["options"].get("ondelete"),
            )
            for key in inspector.get_foreign_keys(name, schema)
            if key["constrained_columns"][0] in ids
        }
        indexes = {
            (tuple((ids | system)[column] for column in index["column_names"]), bool(index["unique"]))
            for index in inspector.get_indexes(name, schema)
        }
        shape[table.entity] = {"columns": columns, "keys": keys, "indexes": indexes}
    links = {link.field for link in layout.links if link.retired is None}
    return {"tables": shape, "links": links}


POSTGRES_TABLES = """SELECT schemaname, tablename FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"""
POSTGRES_SCHEMA = """
SELECT 'column', table_schema, table_name, column_name, data_type || coalesce('/' || udt_name, ''), is_nullable,
       coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
UNION ALL SELECT 'index', schemaname, tablename, indexname, indexdef, '', '' FROM pg_indexes
WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
UNION ALL SELECT 'constraint', n.nspname, c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid),
       c.convalidated::text, '' FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
UNION ALL SELECT 'trigger', '', tgrelid::regclass::text, tgname, '', '', '' FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'schema', nspname, '', '', '', '', '' FROM pg_namespace
WHERE nspname NOT LIKE 'pg\\_%%' AND nspname <> 'information_schema'
ORDER BY 1, 2, 3, 4
"""
