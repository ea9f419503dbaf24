"""The CRM template, installed once on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schema_store.structure.load import load_document
from templates import read_template
from tests.conftest import Databases
from tests.runtime.save import shop as documents
from tests.runtime.save.kit import World, build


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def crm(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    document, complaints = load_document(read_template("crm"))
    assert document is not None, complaints
    world = build(databases, request.param, document)
    yield world
    databases.remove(world.engine)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def still_crm(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    """The same without rules: a save by itself."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    document, complaints = load_document(read_template("crm"))
    assert document is not None, complaints
    still = document.model_copy(update={"rules": [], "signals": [], "slas": [], "tests": []})
    world = build(databases, request.param, still)
    yield world
    databases.remove(world.engine)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    """The small app of :mod:`tests.runtime.save.shop`; tests share it, each with records of its own."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    world = build(databases, request.param, documents.shop())
    yield world
    databases.remove(world.engine)
