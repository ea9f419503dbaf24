"""Scores with windows and half-lives: their value, when it changes next, and the sweep that brings it about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from runtime.events import Told, record_events
from runtime.query.explaining import explain_value
from runtime.rescoring import Swept, sweep_scores
from runtime.save import DOORS
from schema_store.database import reading
from tests.conftest import Databases
from tests.runtime.rules.clinic import rule, sets
from tests.runtime.save.kit import NOW, World, build
from tests.runtime.save.shop import document, entity, field, label, option

DAY = timedelta(days=1)


def factor(key: str, points: str, per: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "label": label(key), "points": points, "per": per, **more}


SCORE = {
    "key": "heat", "label": label("heat"), "entity": "case", "field": "heat", "band_field": "band",
    "minimum": "0", "maximum": "100",
    "factors": [
        factor("visits", "8", 'COUNT(events, kind == "visit", within="40d")', half_life="10d"),
        factor("calls", "5", 'COUNT(events, kind == "call", within="7d")', cap="12"),
        factor("complaints", "-3", 'COUNT(events, kind == "complaint", within="30d")'),
    ],
    "bands": [{"key": "cold", "label": label("cold")}, {"key": "hot", "label": label("hot"), "lower": "8"}],
}  # fmt: skip
DUE = {
    "key": "due", "label": label("due"), "entity": "case", "field": "late",
    "factors": [{"key": "late", "label": label("late"), "points": "1", "condition": "due_on < TODAY()"}],
}  # fmt: skip
COLD = rule("cooled", "case", {"kind": "band", "name": "cold"}, sets(word='"cold"'), rights=["case:update"])


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    case = entity(
        "case",
        field("text", "name"),
        field("text", "word", length=20),
        field("date", "due_on"),
        field("score", "heat", scale=2),
        field("option", "band", options=[option("cold"), option("hot")]),
        field("score", "late"),
    )
    made = build(databases, request.param, document("warm", case, scores=[SCORE, DUE], rules=[COLD]))
    yield made
    databases.remove(made.engine)


@pytest.fixture(autouse=True)
def back(world: World) -> Iterator[None]:
    yield
    world.now = NOW
    with world.unit() as unit:
        unit.connection.execute(sa.delete(unit.served.support.rescore))


def tell(world: World, record: UUID, kind: str, at: datetime | None = None) -> None:
    with world.unit() as unit:
        record_events(unit, [Told(kind, "case", record, None, at, None, None, None)])


def sweep(world: World) -> Swept:
    with world.unit() as unit:
        return sweep_scores(unit, DOORS)


def heat(world: World, record: UUID) -> float:
    return float(world.stored("case", record)["heat"])


def due(world: World, record: UUID, key: str = "heat") -> datetime | None:
    with reading(world.engine) as connection:
        table = world.served.support.rescore
        score = world.served.app.scores[key].id
        query = sa.select(table.c.due).where(table.c.record == record, table.c.score == score)
        return connection.execute(query).scalar()


def test_points_fade_by_halves_and_leave_the_window(world: World) -> None:
    case = world.create("case", {"name": "a"}).id
    tell(world, case, "visit")
    assert (heat(world, case), world.stored("case", case)["band"]) == (8, "hot")
    assert due(world, case) == NOW  # refreshed from afar: the next sweep finds the moment
    assert sweep(world).changed == 0
    assert due(world, case) == NOW + 10 * DAY
    world.now = NOW + 10 * DAY - timedelta(microseconds=1)
    assert sweep(world).changed == 0
    assert heat(world, case) == 8
    for days, wanted in ((10, 4), (20, 2), (30, 1), (40, 0)):
        world.now = NOW + days * DAY
        assert sweep(world).changed == 1
        assert heat(world, case) == wanted
    assert due(world, case) is None


def test_each_child_fades_by_its_own_age(world: World) -> None:
    case = world.create("case", {"name": "a"}).id
    tell(world, case, "visit", NOW - 15 * DAY)
    tell(world, case, "visit", NOW - 5 * DAY)
    assert heat(world, case) == 8 + 4
    sweep(world)
    assert due(world, case) == NOW + 5 * DAY
    with reading(world.engine) as connection:
        access = world.access(world.served, None)
        why = explain_value(connection, access, world.now, "case", case, "heat")
    assert {each["key"]: float(each["points"]) for each in why["factors"]} == {
        "visits": 12,
        "calls": 0,
        "complaints": 0,
    }


def test_caps_windows_and_negative_points(world: World) -> None:
    case = world.create("case", {"name": "a"}).id
    for _ in range(3):
        tell(world, case, "call")
    assert heat(world, case) == 12
    tell(world, case, "complaint")
    assert heat(world, case) == 9
    sweep(world)
    assert due(world, case) == NOW + 7 * DAY
    world.now = NOW + 7 * DAY
    swept = sweep(world)
    assert (swept.changed, swept.crossed) == (1, 1)
    assert heat(world, case) == 0  # -3 is below the minimum


def test_a_sweep_tells_once_and_of_each_band_that_was_crossed(world: World) -> None:
    cases = [world.create("case", {"name": str(number)}).id for number in range(3)]
    for case in cases:
        tell(world, case, "visit")
    sweep(world)
    world.now = NOW + 10 * DAY
    before = len(told(world))
    histories = [len(world.support("history", case)) for case in cases]
    swept = sweep(world)
    assert (swept.changed, swept.crossed) == (3, 3)
    (heats,) = [each for each in told(world)[before:] if each["changed"]]
    assert heats == {"records": 3, "changed": 3, "crossed": 3}
    for case, length in zip(cases, histories, strict=True):
        crossing = [row for row in world.support("event", case) if row.kind == "band_crossed"]
        assert [(row.topic, row.data) for row in crossing] == [("heat", {"from": "hot", "to": "cold"})]
        assert world.stored("case", case)["word"] == "cold"  # the rule that waits for the band
        assert len(world.support("history", case)) == length + 1


def told(world: World) -> list[Any]:
    return [row.data for row in world.support("event", UUID(int=0)) if row.kind == "rescored"]


def test_what_depends_on_the_day_is_looked_at_at_midnight(world: World) -> None:
    case = world.create("case", {"name": "a", "due_on": "2026-03-02"}).id
    assert world.stored("case", case)["late"] == 0
    midnight = datetime.fromisoformat("2026-03-03T00:00:00+08:00")
    assert due(world, case, "due") == midnight
    world.now = midnight
    assert sweep(world).changed == 1
    assert world.stored("case", case)["late"] == 1


def test_what_went_into_the_bin_is_forgotten(world: World) -> None:
    case = world.create("case", {"name": "a", "due_on": "2026-03-02"}).id
    world.delete("case", case)
    world.now = NOW + 2 * DAY
    sweep(world)
    assert due(world, case, "due") is None


def test_a_sweep_has_a_bound(world: World) -> None:
    for number in range(4):
        world.create("case", {"name": str(number), "due_on": "2026-03-02"})
    world.now = NOW + 2 * DAY
    with world.unit() as unit:
        assert sweep_scores(unit, DOORS, most=3).records == 3
    assert sweep(world).records == 1
    assert sweep(world) == Swept()
