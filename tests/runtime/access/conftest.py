"""Tables of the random worlds, and the CRM template with people, once on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Databases
from tests.runtime.access.stage import Stage


@pytest.fixture(scope="session")
def stages(databases: Databases) -> Iterator[list[Stage]]:
    """The empty tables of the random worlds on every database there is."""
    made = [Stage(databases.engine(name)) for name in databases.names]
    yield made
    for each in made:
        databases.remove(each.engine)
