"""On and off beside the version: from the next transaction on, and at no cost where nobody switched anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from runtime.refusals import NotFound
from runtime.served import serve
from runtime.switches import elements_of, list_switches, switch
from schema_store.database import reading, writing
from schema_store.platform import APPS
from tests.conftest import Databases
from tests.runtime.rules.clinic import clinic, created, rule, sets
from tests.runtime.save.kit import ACTOR, NOW, World, build
from tests.runtime.save.shop import label

SIGNAL = {
    "key": "slow",
    "label": label("slow"),
    "entity": "case",
    "field": "note",
    "phrases": ["slow"],
    "tags": ["x"],
}
SLA = {"key": "answer", "label": label("answer"), "entity": "case", "start": "number > 0", "stop": "number <= 0",
       "target": "1h"}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    made = build(
        databases,
        request.param,
        clinic(rule("mark", "case", created(), sets(word='"x"')), signals=[SIGNAL], slas=[SLA]),
    )
    yield made
    databases.remove(made.engine)


def turn(world: World, kind: str, key: str, *, on: bool) -> None:
    with writing(world.engine) as connection:
        served = serve(connection, world.app)
        switch(connection, served, world.app, kind, key, on=on, by=ACTOR, now=NOW)


def listed(world: World) -> dict[tuple[str, str], dict[str, Any]]:
    with reading(world.engine) as connection:
        found = list_switches(connection, serve(connection, world.app))
    return {(each["kind"], each["key"]): each for each in found}


def test_what_can_be_switched(world: World) -> None:
    assert list(elements_of(world.served)) == [("rule", "mark"), ("signal", "slow"), ("sla", "answer")]
    assert {each["on"] for each in listed(world).values()} == {True}


def test_an_element_is_off_until_it_is_on_again(world: World) -> None:
    assert world.create("case", {"name": "a"}).values["word"] == "x"
    for kind, key in (("rule", "mark"), ("signal", "slow"), ("sla", "answer")):
        turn(world, kind, key, on=False)
    case = world.create("case", {"name": "a", "note": "slow", "number": 1})
    assert (case.values["word"], case.values["tags"], case.version) == (None, None, 1)
    assert world.support("timer", case.id) == []
    entry = listed(world)["rule", "mark"]
    assert (entry["on"], entry["by"], entry["at"]) == (False, ACTOR, NOW)
    turn(world, "rule", "mark", on=True)
    assert world.create("case", {"name": "a"}).values["word"] == "x"
    assert world.create("case", {"name": "a", "note": "slow"}).values["tags"] is None


def test_a_clock_that_runs_goes_on_and_stops_though_its_sla_is_off(world: World) -> None:
    case = world.create("case", {"name": "a", "number": 1}).id
    turn(world, "sla", "answer", on=False)
    world.update("case", case, {"number": 0})
    assert {row.state for row in world.support("timer", case)} == {"stopped"}
    world.update("case", case, {"number": 2})
    assert len(world.support("timer", case)) == 1


def test_switching_compiles_nothing_again(world: World) -> None:
    before = world.served
    turn(world, "rule", "mark", on=False)
    after = world.served
    assert after is not before
    assert (after.app, after.records, after.off) == (
        before.app,
        before.records,
        {before.app.rules["mark"].id},
    )
    assert world.served is after


def test_nobody_switched_anything_so_nobody_asks(world: World) -> None:
    assert world.served.off == frozenset()
    with world.counting() as statements, world.unit() as unit:
        assert unit.served.off == frozenset()
    assert len(statements) == 1


def test_an_unknown_element(world: World) -> None:
    for kind, key in (("rule", "none"), ("sla", "mark"), ("form", "mark")):
        with pytest.raises(NotFound):
            turn(world, kind, key, on=False)
    with reading(world.engine) as connection:
        assert connection.execute(sa.select(APPS.c.switches)).scalar_one() == 0
