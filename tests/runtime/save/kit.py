"""Apps installed on both databases, and short ways to save and to read what the tables hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from expressions.context import ActorValues
from runtime import save
from runtime.access import Access, access_for, engine_access
from runtime.people.actors import Actor
from runtime.people.tables import USERS
from runtime.saved import Saved
from runtime.served import Served, serve
from runtime.support import create_support
from runtime.unit import Unit
from runtime.writer.columns import columns_of
from schema_store.database import reading, writing
from schema_store.document import AppDocument
from schema_store.ids import with_ids
from schema_store.layout import Layout, schema_name
from schema_store.migration.apply import apply_plan
from schema_store.migration.ddl import Ddl
from schema_store.migration.plan import plan
from schema_store.platform import upgrade_platform
from schema_store.versions import Signature, create_app, store_version
from tests.conftest import Databases
from workflows.queue import RunQueue, prepare

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ACTOR = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


@dataclass
class World:
    """An installed app on one database, seen by the engine acting for a person unless a test asks for another."""

    engine: Engine
    app: str
    now: datetime = NOW
    statements: list[str] = field(default_factory=list)

    @contextmanager
    def unit(self, roles: tuple[str, ...] | None = None, **more: Any) -> Iterator[Unit]:
        """A transaction with its unit of work; committed at the end."""
        with writing(self.engine) as connection:
            yield self.unit_on(connection, roles, **more)

    def unit_on(self, connection: Connection, roles: tuple[str, ...] | None = None, **more: Any) -> Unit:
        served = serve(connection, self.app, lock=True)
        return Unit(connection, served, self.access(served, roles), self.now, RunQueue(), **more)

    def access(self, served: Served, roles: tuple[str, ...] | None) -> Access:
        actor = person(ACTOR, self.app, roles or ())
        values = ActorValues(actor.id, my_roles=tuple(roles or ()))
        return engine_access(served, actor, values) if roles is None else access_for(served, actor, values)

    def create(self, entity: str, wire: Mapping[str, Any] | None = None, **more: Any) -> Saved:
        with self.unit() as unit:
            return save.create(unit, entity, wire or {}, **more)

    def update(self, entity: str, record: UUID, wire: Mapping[str, Any], **more: Any) -> Saved:
        with self.unit() as unit:
            return save.update(unit, entity, record, wire, **more)

    def delete(self, entity: str, record: UUID, **more: Any) -> None:
        with self.unit() as unit:
            save.delete(unit, entity, record, **more)

    def restore(self, entity: str, record: UUID) -> Saved:
        with self.unit() as unit:
            return save.restore(unit, entity, record)

    @property
    def served(self) -> Served:
        with reading(self.engine) as connection:
            return serve(connection, self.app)

    def stored(self, entity: str, record: UUID) -> dict[str, Any]:
        """A record as its table holds it, the bin's column included."""
        with reading(self.engine) as connection:
            columns = columns_of(serve(connection, self.app), entity)
            chosen = [*columns.selected(columns.table), columns.table.c.deleted_at]
            found = connection.execute(sa.select(*chosen).where(columns.table.c.id == record))
            return dict(found.mappings().one())

    def support(self, name: str, record: UUID) -> list[Any]:
        """Rows of a support table about a record, oldest first."""
        with reading(self.engine) as connection:
            table = getattr(serve(connection, self.app).support, name)
            return list(
                connection.execute(sa.select(table).where(table.c.record == record).order_by(table.c.id))
            )

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The statements that run inside, BEGIN aside."""
        found: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith("BEGIN"):
                found.append(statement)

        event.listen(self.engine, "before_cursor_execute", note)
        try:
            yield found
        finally:
            event.remove(self.engine, "before_cursor_execute", note)


def person(ident: UUID, app: str, roles: tuple[str, ...]) -> Actor:
    return Actor(ident, "amy", "Amy", "en", False, None, "", None, "", {app: frozenset(roles)})


def build(databases: Databases, name: str, document: AppDocument) -> World:
    """An app on a new database, with one person."""
    engine, _ = databases.copy(name, "platform with amy", _platform)
    _install(engine, with_ids(document))
    return World(engine, document.key)


def _platform(engine: Engine) -> None:
    with writing(engine) as connection:
        upgrade_platform(connection)
        connection.execute(sa.insert(USERS), _user(ACTOR, "amy"))
    prepare(engine)


def _install(engine: Engine, document: AppDocument) -> None:
    """As the builder does, without the checks."""
    made = plan(None, document, Layout(schema_name(document.key)), 1)

    def switch(connection: Connection, layout: Layout) -> None:
        Ddl(connection, layout).create_schema()
        create_support(connection, layout.schema)
        create_app(connection, document.key, NOW)
        store_version(connection, document.key, made, layout, Signature("test", NOW), ())

    apply_plan(engine, made, (), switch)


def _user(ident: UUID, name: str) -> dict[str, Any]:
    plain = {"username": name, "username_key": name, "name": name, "sort_key": name, "locale": "en"}
    return {**plain, "id": ident, "active": True, "admin": False, "created_at": NOW, "updated_at": NOW}
