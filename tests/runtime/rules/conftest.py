"""Worlds for rules: one app per set of rules, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import Databases
from tests.runtime.rules.clinic import clinic
from tests.runtime.save.kit import World, build

Install = Callable[..., World]


@pytest.fixture(params=["sqlite", "postgresql"])
def install(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Install]:
    """Installs a clinic with these rules on a database of its own."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    worlds: list[World] = []

    def make(*rules: Any, **more: Any) -> World:
        worlds.append(build(databases, request.param, clinic(*rules, **more)))
        return worlds[-1]

    yield make
    for world in worlds:
        databases.remove(world.engine)
