"""Tables of the random worlds, and the CRM template with people, once on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Connection

from tests.conftest import Databases
from tests.runtime.access import crm as template
from tests.runtime.access.crm import Crm
from tests.runtime.access.stage import Stage


@pytest.fixture(scope="session")
def stages(databases: Databases) -> Iterator[list[Stage]]:
    """The empty tables of the random worlds on every database there is."""
    made = [Stage(databases.engine(name)) for name in databases.names]
    yield made
    for each in made:
        databases.remove(each.engine)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def crm(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Crm]:
    """The CRM template with its staff and no records; tests roll back what they add."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    engine = databases.engine(request.param)
    yield template.install(engine)
    databases.remove(engine)


@pytest.fixture
def connection(crm: Crm) -> Iterator[Connection]:
    """A connection whose work is not kept."""
    with crm.engine.connect() as made:
        yield made
        made.rollback()
