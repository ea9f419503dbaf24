"""The CRM template on a database, with the people of its demo company."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from runtime.access import Access, access_for
from runtime.people.actors import actor_of, actor_values, person_query
from runtime.people.tables import REGIONS, TEAMS, USER_ROLES, USERS
from runtime.people.trees import create_node
from runtime.served import Served, serve
from schema_store.database import reading, writing
from schema_store.ids import with_ids
from schema_store.layout import Layout, schema_name
from schema_store.migration.apply import apply_plan
from schema_store.migration.plan import plan
from schema_store.platform import upgrade_platform
from schema_store.structure.load import load_document
from schema_store.versions import Signature, create_app, store_version
from templates import read_template
from tests.people import NOW

#: By user name: team, region, role.
STAFF = {
    "rep1": ("east", "shanghai", "rep"),
    "rep2": ("east", "shanghai", "rep"),
    "rep3": ("west", "chengdu", "rep"),
    "manager": ("sales", "china", "manager"),
    "director": ("head", "china", "director"),
    "finance": ("head", "china", "finance"),
    "service": ("head", "china", "service"),
    "legal": ("head", "china", "legal"),
    "boss": ("head", "china", "admin"),
    "guest": ("head", "china", None),
}
_TEAMS = {"head": None, "sales": "head", "east": "sales", "west": "sales"}
_REGIONS = {"china": None, "shanghai": "china", "chengdu": "china"}
_SPACE = UUID(int=7)


def ident(name: str) -> UUID:
    return uuid5(_SPACE, name)


@dataclass(frozen=True)
class Crm:
    """The installed template."""

    engine: Engine
    served: Served

    def access(self, connection: Connection, name: str, *more: str, admin: bool = False) -> Access:
        """The access of one of :data:`STAFF`, with further roles."""
        actor = actor_of(connection.execute(person_query().where(USERS.c.id == ident(name))).all())
        held = actor.roles.get("crm", frozenset()) | set(more)
        actor = replace(actor, roles={"crm": held}, admin=admin)
        return access_for(self.served, actor, actor_values(actor, "crm"))

    def add(self, connection: Connection, entity: str, record: str, owner: str | None, **values: Any) -> UUID:
        """Insert a record as it is; its id is that of its name."""
        columns = {self.served.column(entity, key): value for key, value in values.items()}
        system = {"version": 1, "created_at": NOW, "updated_at": NOW, "owner_id": owner and ident(owner)}
        row = {"id": ident(record), **system, **columns}
        connection.execute(sa.insert(self.served.entity_table(entity)), row)
        return ident(record)

    def add_deal(
        self, connection: Connection, record: str, owner: str | None, technician: str | None = None
    ) -> None:
        """An opportunity at an account of nobody's."""
        account = self.add(connection, "account", f"account of {record}", None, name=record)
        values = {"name": record, "account": account, "technician": technician and ident(technician)}
        self.add(connection, "opportunity", record, owner, **values)

    def visible(self, connection: Connection, access: Access, entity: str, act: Any = "read") -> set[UUID]:
        table = self.served.entity_table(entity)
        query = sa.select(table.c.id).where(access.row_filter(entity, act, table))
        return set(connection.execute(query, access.parameters(NOW)).scalars())


def install(engine: Engine) -> Crm:
    """The template and its staff on an empty database."""
    document, complaints = load_document(read_template("crm"))
    assert document is not None, complaints
    made = plan(None, with_ids(document), Layout(schema_name("crm")), 1)

    def switch(connection: Connection, layout: Layout) -> None:
        create_app(connection, "crm", NOW)
        store_version(connection, "crm", made, layout, Signature("test", NOW), ())

    with writing(engine) as connection:
        upgrade_platform(connection)
    apply_plan(engine, made, (), switch)
    with writing(engine) as connection:
        _staff(connection)
    with reading(engine) as connection:
        return Crm(engine, serve(connection, "crm"))


def _staff(connection: Connection) -> None:
    teams = _tree(connection, TEAMS, _TEAMS)
    regions = _tree(connection, REGIONS, _REGIONS)
    for name, (team, region, role) in STAFF.items():
        texts = dict.fromkeys(("username", "username_key", "name", "sort_key"), name)
        flags = {"locale": "en", "active": True, "admin": False, "created_at": NOW, "updated_at": NOW}
        places = {"team_id": teams[team], "region_id": regions[region]}
        connection.execute(sa.insert(USERS), {"id": ident(name), **texts, **flags, **places})
        if role:
            connection.execute(sa.insert(USER_ROLES), {"user_id": ident(name), "app": "crm", "role": role})


def _tree(connection: Connection, table: sa.Table, nodes: dict[str, str | None]) -> dict[str, UUID]:
    made: dict[str, UUID] = {}
    for name, parent in nodes.items():
        values = {"name": name, "parent_id": made[parent] if parent else None}
        made[name] = create_node(connection, table, values, NOW)
    return made
