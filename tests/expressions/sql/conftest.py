"""Databases that hold the conformance world and worlds of random rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from random import Random

import pytest
import sqlalchemy as sa

from tests.conformance.world import World
from tests.conftest import Databases
from tests.expressions.sql.fuzz_world import make_world


@pytest.fixture(scope="package")
def world() -> World:
    return World.load()


@pytest.fixture(scope="package")
def filled(databases: Databases, world: World) -> Iterator[dict[str, sa.Connection]]:
    """By database name, a connection to one that holds the conformance world."""
    with ExitStack() as stack:
        yield {name: connect_filled(databases, name, [world], stack) for name in databases.names}


@pytest.fixture(scope="package")
def fuzzed(databases: Databases) -> Iterator[tuple[list[World], dict[str, sa.Connection]]]:
    """Worlds of random rows, all in every database."""
    worlds = [make_world(Random(seed), f"w{seed}_") for seed in range(3)]
    with ExitStack() as stack:
        yield worlds, {name: connect_filled(databases, name, worlds, stack) for name in databases.names}


def connect_filled(databases: Databases, name: str, worlds: list[World], stack: ExitStack) -> sa.Connection:
    """A connection to a new database with the rows of the worlds."""
    engine = databases.engine(name)
    stack.callback(databases.remove, engine)
    with engine.begin() as connection:
        for world in worlds:
            world.schema.fill(connection)
    return stack.enter_context(engine.connect().execution_options(read_only=True))
