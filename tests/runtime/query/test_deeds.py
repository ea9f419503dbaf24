"""Runs and explanations of rules tell nobody what they may not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from runtime.query.deeds import Wanted, runs
from runtime.query.why import why_not
from schema_store.database import reading
from tests.conftest import Databases
from tests.runtime.rules.clinic import changed, clinic, created, rule, sets
from tests.runtime.save.kit import World, build
from tests.runtime.save.shop import Json, label

MAKE = {"kind": "create", "key": "make", "target": "letter", "values": {"name": '"l"', "case": "id"}}
RULES = [
    rule("mark", "case", created(), sets(word='"x"', other="number"), condition="number > 3"),
    rule("fails", "case", changed("word"), sets(number="1000")),
    rule("makes", "case", changed("note"), MAKE, rights=["letter:create"]),
]


def role(key: str, **more: Any) -> Json:
    see = {"key": "see", "entity": "case", "acts": ["read"], "scope": "all", **more}
    return {"key": key, "label": label(key), "permissions": [see]}


ROLES = [role("all"), role("some", hidden=["number"])]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    made = build(databases, request.param, clinic(*RULES, roles=ROLES))
    yield made
    databases.remove(made.engine)


def told(world: World, who: str, **words: Any) -> list[dict[str, Any]]:
    with reading(world.engine) as connection:
        access = world.access(world.served, (who,))
        return runs(connection, access, world.now, Wanted(**words)).items


def test_values_that_are_hidden_are_not_in_a_run(world: World) -> None:
    case = world.create("case", {"name": "a", "number": 4}).id
    (full,) = told(world, "all", record=case, element="mark")
    (part,) = told(world, "some", record=case, element="mark")
    assert full["why"]["condition"] == {"text": "number > 3", "met": True, "values": {"number": 4}}
    assert part["why"]["condition"] == {"text": None, "met": True, "values": {}}
    assert full["why"]["steps"] == part["why"]["steps"]
    assert full["why"]["steps"][0]["values"] == {"word": "x", "other": 4}
    (failed,) = told(world, "all", record=case, state="failed")
    assert failed["why"]["steps"][-1]["refusal"] == {
        "code": "invalid",
        "errors": [{"field": "number", "code": "too_big"}],
    }
    (failed,) = told(world, "some", record=case, state="failed")
    assert failed["why"]["steps"][-1]["refusal"] == {"code": "invalid", "errors": []}


def test_records_that_were_made_are_named_only_to_those_who_see_their_kind(world: World) -> None:
    case = world.create("case", {"name": "b"}).id
    world.update("case", case, {"note": "n"})
    (run,) = told(world, "all", record=case, element="makes")
    assert run["why"]["steps"] == [{"key": "make", "kind": "create", "state": "done"}]


def test_an_explanation_is_as_blind_as_its_reader(world: World) -> None:
    case = world.create("case", {"name": "c", "number": 3}).id
    with reading(world.engine) as connection:
        seen = [
            why_not(connection, world.access(world.served, (who,)), world.now, "mark", case)["condition"]
            for who in ("all", "some")
        ]
    assert seen[0]["met"] is False
    assert seen[1] == {"text": None, "met": None, "trace": None}
