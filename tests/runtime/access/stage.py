"""Puts a random world into a database, and asks that database what somebody may."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from expressions.checker import check
from expressions.context import ActorValues
from expressions.parser import check_syntax
from expressions.sql import compile_sql
from runtime.access import Access, access_for
from runtime.people.actors import Actor
from runtime.people.tables import REGIONS, TEAMS, USERS
from runtime.served import Served
from runtime.support import create_support, support_tables
from schema_store.analysis.analysis import Analysis
from schema_store.compile.app import build_app
from schema_store.database import writing
from schema_store.layout import Layout, schema_name
from schema_store.migration.apply import apply_plan
from schema_store.migration.plan import plan
from schema_store.platform import upgrade_platform
from schema_store.tables import build_tables
from tests.runtime.access.world import FIELDS, ROLES, Person, Record, World, below
from tests.runtime.access.worlds import app_document

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Stage:
    """One database with the tables of :func:`~tests.runtime.access.worlds.app_document`."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.name: Any = engine.dialect.name
        empty = app_document(dict.fromkeys(ROLES, ()))
        with writing(engine) as connection:
            upgrade_platform(connection)
        self.layout = apply_plan(engine, plan(None, empty, Layout(schema_name("toy")), 1))
        with writing(engine) as connection:
            create_support(connection, self.layout.schema)

    def serve(self, world: World) -> Served:
        """The app with the roles of a world."""
        return Served(
            app=build_app(Analysis(app_document(world.roles)), 1),
            key="",
            hash="",
            layout=self.layout,
            records=build_tables(self.layout, self.name),
            support=support_tables(self.layout.schema, self.name),
            dialect=self.name,
        )


def fill(connection: Connection, served: Served, world: World) -> None:
    """Insert a world into empty tables."""
    for table, tree in ((TEAMS, world.teams), (REGIONS, world.regions)):
        for node, parent in tree.items():
            row = {"id": node, "parent_id": parent, "name": "n", "path": path(tree, node)}
            connection.execute(sa.insert(table), {**row, "created_at": NOW, "updated_at": NOW})
    connection.execute(sa.insert(USERS), [_person(person) for person in world.people.values()])
    for key in FIELDS:
        rows = [_record(served, record) for record in world.of(key)]
        connection.execute(sa.insert(served.entity_table(key)), rows)
    (links,) = served.records.links.values()
    if world.near:
        connection.execute(sa.insert(links), [{"source": deal, "target": shop} for deal, shop in world.near])


def path(tree: dict[UUID, UUID | None], node: UUID | None) -> str:
    return "" if node is None else f"{path(tree, tree[node])}{node.hex}/"


def _person(person: Person) -> dict[str, Any]:
    name = person.id.hex
    return {
        "id": person.id,
        "username": name,
        "username_key": name,
        "name": name,
        "sort_key": name,
        "locale": "en",
        "active": True,
        "admin": False,
        "team_id": person.team,
        "region_id": person.region,
        "created_at": NOW,
        "updated_at": NOW,
    }


def _record(served: Served, record: Record) -> dict[str, Any]:
    values = {served.column(record.entity, key): value for key, value in record.values.items()}
    system = {"id": record.id, "version": 1, "created_at": NOW, "updated_at": NOW, "owner_id": record.owner}
    return {**system, "deleted_at": NOW if record.deleted else None, **values}


def access_of(served: Served, world: World, person: Person) -> Access:
    actor = Actor(
        id=person.id,
        username="x",
        name="x",
        locale="en",
        admin=False,
        team_id=person.team,
        team_path=path(world.teams, person.team),
        region_id=person.region,
        region_path=path(world.regions, person.region),
        roles={"toy": person.roles},
    )
    values = ActorValues(
        me=person.id,
        my_team=person.team,
        my_teams=tuple(below(world.teams, person.team)),
        my_region=person.region,
        my_regions=tuple(below(world.regions, person.region)),
        my_roles=tuple(sorted(person.roles)),
    )
    return access_for(served, actor, values)


def rows(connection: Connection, access: Access, entity: str, act: Any) -> set[UUID]:
    table = access.served.entity_table(entity)
    query = sa.select(table.c.id).where(access.row_filter(entity, act, table))
    return set(connection.execute(query, access.parameters(NOW)).scalars())


def binned(connection: Connection, access: Access, entity: str) -> set[UUID]:
    table = access.served.entity_table(entity)
    query = sa.select(table.c.id).where(access.bin_filter(entity, table))
    return set(connection.execute(query, access.parameters(NOW)).scalars())


def values(connection: Connection, access: Access, entity: str, text: str) -> dict[UUID, Any] | None:
    """An expression of the actor's on every record they may read; None where they may not name something in it."""
    node, problems = check_syntax(text)
    assert node is not None, problems
    checked, problems = check(node, access.env(entity), None)
    if checked is None:
        assert {problem.code for problem in problems} == {"expr.unknown_name"}
        return None
    table = access.served.entity_table(entity)
    built = compile_sql(checked, access.scope(table), access.served.dialect)
    query = sa.select(table.c.id, built).where(access.row_filter(entity, "read", table))
    return {row[0]: row[1] for row in connection.execute(query, access.parameters(NOW))}
