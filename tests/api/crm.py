"""The CRM served to people: one installation per kind of database and module, records written straight into tables."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.engine import Engine
from uuid_utils.compat import uuid7

from api.app import create_app
from api.settings import Settings
from api.transaction import Workspace
from builder.publish import install
from runtime.people.rights import Authority
from runtime.people.tables import REGIONS, TEAMS
from runtime.people.tokens import create_token
from runtime.people.trees import create_node
from runtime.people.users import create_user
from runtime.served import Served, serve
from schema_store.database import reading, writing
from schema_store.platform import upgrade_platform
from schema_store.structure.load import load_document
from schema_store.versions import Signature
from templates import read_template
from tests.asgi import Answer, Browser
from tests.conftest import Databases, listening
from workflows.queue import prepare

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
#: Person, team, region, roles.
PEOPLE = {
    "admin": (None, None, ["admin"]),
    "ops": (None, None, ["ops"]),
    "director": (None, None, ["director"]),
    "manager": ("east_team", "east", ["manager"]),
    "rep1": ("east_team", "east", ["rep"]),
    "rep2": ("east_team", "east", ["rep"]),
    "rep3": ("north_team", "north", ["rep"]),
    "service": (None, None, ["service"]),
    "finance": (None, None, ["finance"]),
    "legal": (None, None, ["legal"]),
    "nobody": (None, None, []),
}


@dataclass
class Clock:
    """The moment of the server."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Crm:
    """An installed CRM with people.

    Attributes:
        ids: of people, teams and regions by name.
        tokens: of people by name.
    """

    engine: Engine
    app: FastAPI
    clock: Clock
    ids: dict[str, UUID] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def as_(self, who: str) -> Browser:
        """A program with a token of this person, who reads English."""
        headers = {"authorization": f"Bearer {self.tokens[who]}", "accept-language": "en"}
        return Browser(self.app, headers=headers, tells_origin=False)

    def get(self, who: str, path: str) -> Answer:
        """``GET /apps/crm`` + ``path``."""
        return self.as_(who).get(f"/apps/crm{path}")

    def items(self, who: str, path: str) -> list[dict[str, Any]]:
        """The items of a list that has to be answered."""
        answer = self.get(who, path)
        assert answer.status == 200, answer.body
        found: list[dict[str, Any]] = answer.json["items"]
        return found

    @cached_property
    def served(self) -> Served:
        with reading(self.engine) as connection:
            return serve(connection, "crm")

    def insert(self, entity: str, owner: str | None = "rep1", **values: Any) -> UUID:
        """A record as the engine would store it, without what it derives; ``created_at`` and others may be given."""
        return self.insert_many(entity, [{"owner": owner, **values}])[0]

    def insert_many(self, entity: str, rows: list[dict[str, Any]]) -> list[UUID]:
        ids = [row.get("id") or uuid7() for row in rows]
        with writing(self.engine) as connection:
            table = self.served.entity_table(entity)
            made = [self._row(entity, id_, row) for id_, row in zip(ids, rows, strict=True)]
            names = dict.fromkeys(itertools.chain.from_iterable(made))
            connection.execute(sa.insert(table), [dict.fromkeys(names) | row for row in made])
        return ids

    def _row(self, entity: str, id_: UUID, values: dict[str, Any]) -> dict[str, Any]:
        fields = self.served.app.entities[entity].fields
        owner = values.get("owner")
        row = {
            "id": id_,
            "version": 1,
            "created_at": self.clock.now,
            "updated_at": self.clock.now,
            "owner_id": self.ids[owner] if owner else None,
        }
        for key, value in values.items():
            if key in fields:
                row[self.served.column(entity, key)] = value
                parts = fields[key].derive(value)
                row |= {self.served.column(entity, key, part): each for part, each in parts.items()}
            elif key not in ("owner", "id"):
                row[key] = value
        return row

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """The statements that are executed inside, without the beginning of transactions."""
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith("BEGIN"):
                statements.append(statement)

        with listening(self.engine, note):
            yield statements


def make_crm(databases: Databases, name: str, home: Path) -> Crm:
    """The CRM with its people on a database of its own."""
    engine, (ids, tokens) = databases.copy(name, "crm with people", _install)
    clock = Clock()
    app = create_app(engine, Settings(home=home, _env_file=None))
    old: Workspace = app.state.workspace
    app.state.workspace = Workspace(engine, old.settings, old.key, clock)
    return Crm(engine, app, clock, dict(ids), dict(tokens))


def _install(engine: Engine) -> tuple[dict[str, UUID], dict[str, str]]:
    """Install the template and the people; ids and tokens by name."""
    document, complaints = load_document(read_template("crm"))
    assert document is not None, complaints
    with writing(engine) as connection:
        upgrade_platform(connection)
    prepare(engine)
    install(engine, document, Signature("test", NOW))
    ids: dict[str, UUID] = {}
    tokens: dict[str, str] = {}
    with writing(engine) as connection:
        for name, tree in (
            ("east", REGIONS),
            ("north", REGIONS),
            ("east_team", TEAMS),
            ("north_team", TEAMS),
        ):
            ids[name] = create_node(connection, tree, {"name": name}, NOW)
        for name, (team, region, roles) in PEOPLE.items():
            values: dict[str, Any] = {
                "username": name,
                "name": name,
                "roles": {"crm": roles} if roles else {},
            }
            values |= {"team_id": ids[team]} if team else {}
            values |= {"region_id": ids[region]} if region else {}
            ids[name] = create_user(connection, values, NOW)
            tokens[name] = _token(connection, ids[name])
    return ids, tokens


def _token(connection: sa.Connection, user: UUID) -> str:
    scopes = ["read", "write", "build", "people"]
    _, token = create_token(connection, user, Authority(True, {}), "test", NOW, scopes)
    return token


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crm(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crm]:
    """The CRM with people and no records, once per module and kind of database."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    made = make_crm(databases, request.param, tmp_path_factory.mktemp("home"))
    yield made
    databases.remove(made.engine)
