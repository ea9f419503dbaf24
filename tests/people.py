"""A database with the platform's tables, and people in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from runtime.people.passwords import hash_password
from runtime.people.tables import ATTEMPTS, LINKS, REGIONS, SESSIONS, TEAMS, TOKENS, USER_ROLES, USERS
from runtime.people.users import create_user, set_password
from schema_store.database import writing
from schema_store.document import AppDocument
from schema_store.ids import with_ids
from schema_store.layout import Layout
from schema_store.migration.plan import plan
from schema_store.platform import upgrade_platform
from schema_store.versions import Signature, create_app, store_version
from tests.conftest import Databases, listening

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PASSWORD = "correct horse 42 staple"
HASH = hash_password(PASSWORD)
_EMPTIED = (ATTEMPTS, LINKS, TOKENS, SESSIONS, USER_ROLES, USERS, TEAMS, REGIONS)

ROLES = {
    "sales": [],
    "hr": ["people"],
    "builder": ["build", "publish"],
    "chief": ["people", "build", "publish"],
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def platform(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """The platform's tables and two apps, ``crm`` and ``erp``, with the roles :data:`ROLES`."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    engine = databases.engine(request.param)
    try:
        with writing(engine) as connection:
            upgrade_platform(connection)
            for key in ("crm", "erp"):
                document = with_ids(AppDocument.model_validate(_document(key)))
                create_app(connection, key, NOW)
                planned = plan(None, document, Layout(key), 1)
                store_version(connection, key, planned, Layout(key), Signature("test", NOW), ())
        yield engine
    finally:
        databases.remove(engine)


@pytest.fixture
def people(platform: Engine) -> Engine:
    """The platform with nobody in it."""
    with writing(platform) as connection:
        for table in _EMPTIED:
            if table in (TEAMS, REGIONS):
                connection.execute(sa.update(table).values(parent_id=None))
            connection.execute(sa.delete(table))
    return platform


def _document(key: str) -> dict[str, Any]:
    roles = [
        {"key": role, "label": {"zh-CN": role, "en": role}, "rights": rights, "permissions": []}
        for role, rights in ROLES.items()
    ]
    return {"key": key, "label": {"zh-CN": key, "en": key}, "entities": [], "roles": roles}


def add_person(engine: Engine, username: str, now: datetime = NOW, **values: Any) -> UUID:
    """A person who can sign in with :data:`PASSWORD`."""
    with writing(engine) as connection:
        id_ = create_user(connection, {"username": username, "name": username, **values}, now)
        set_password(connection, id_, HASH, now)
    return id_


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are executed inside."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    with listening(engine, note):
        yield statements
