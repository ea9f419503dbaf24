"""Clocks on records: started, paused, resumed, stopped exactly, and started again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from runtime.change import Change, Request
from runtime.timers import move_timers
from runtime.unit import Unit
from runtime.writer.locking import lock_record
from tests.conftest import Databases
from tests.runtime.rules.clinic import clinic
from tests.runtime.save.kit import NOW, World, build
from tests.runtime.save.shop import Json, label

MINUTE = timedelta(minutes=1)


def sla(key: str, **more: Any) -> Json:
    return {"key": key, "label": label(key), "entity": "case", **more}


ANSWER = sla(
    "answer",
    start='stage == "open"',
    stop='stage != "open"',
    pause='word == "waits"',
    target="30m",
    warning="20m",
    tiers=[{"key": "boss", "label": label("boss"), "after": "15m", "audience": ["owner"]}],
)
OFFICE = sla("office", start="number > 5", stop="number <= 5", target="4h", calendar="office")
CALENDAR = {
    "key": "office",
    "label": label("office"),
    "week": [{"weekday": day, "windows": [{"start": "09:00", "end": "12:00"}]} for day in range(1, 6)],
    "days": [{"date": "2026-03-03", "label": {"en": "Day off", "zh-CN": "休"}}],
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    made = build(databases, request.param, clinic(slas=[ANSWER, OFFICE], calendars=[CALENDAR]))
    yield made
    databases.remove(made.engine)


@pytest.fixture(autouse=True)
def back(world: World) -> Iterator[None]:
    yield
    world.now = NOW


def at(world: World, minutes: int) -> None:
    world.now = NOW + minutes * MINUTE


def clock(world: World, record: UUID, key: str = "answer") -> list[Any]:
    """The rows of a clock, by generation and time."""
    (ident,) = (each.id for each in world.served.app.slas["case"] if each.key == key)
    rows = [row for row in world.support("timer", record) if row.sla == ident]
    return sorted(rows, key=lambda row: (row.generation, row.left, row.tier))


def dues(world: World, record: UUID) -> list[tuple[str, str, datetime | None]]:
    return [(row.tier, row.state, row.due) for row in clock(world, record)]


def test_a_clock_starts_with_all_its_moments(world: World) -> None:
    case = world.create("case", {"name": "a"}).id
    assert dues(world, case) == [
        ("warning", "running", NOW + 20 * MINUTE),
        ("target", "running", NOW + 30 * MINUTE),
        ("boss", "running", NOW + 45 * MINUTE),
    ]
    row = clock(world, case)[0]
    assert (row.generation, row.zone, row.calendar, row.calendar_version) == (1, "Asia/Shanghai", None, 1)
    counted = [[NOW.isoformat(), (NOW + 20 * MINUTE).isoformat(), 1200]]
    assert row.why == {"counted": counted, "skipped": []}
    assert clock(world, case, "office") == []


def test_it_stops_once_and_starts_again_as_the_next_generation(world: World) -> None:
    case = world.create("case", {"name": "a"}).id
    at(world, 5)
    world.update("case", case, {"stage": "busy"})
    assert {(row.state, row.ended) for row in clock(world, case)} == {("stopped", NOW + 5 * MINUTE)}
    assert clock(world, case)[0].why["stopped"]["reason"] == "stop"
    at(world, 9)
    world.update("case", case, {"number": 1})  # nothing to do with the clock
    world.update("case", case, {"stage": "open"})
    again = [row for row in clock(world, case) if row.generation == 2]
    assert [row.due for row in again] == [NOW + minutes * MINUTE for minutes in (29, 39, 54)]
    assert len(clock(world, case)) == 6


def test_a_pause_moves_what_is_due(world: World) -> None:
    case = world.create("case", {"name": "a"}).id
    at(world, 25)  # the warning is due, and was not fired yet
    world.update("case", case, {"word": "waits"})
    assert {(state, due) for _, state, due in dues(world, case)} == {("paused", None)}
    at(world, 100)
    world.update("case", case, {"word": "goes on"})
    assert sorted(due for _, _, due in dues(world, case) if due) == [
        NOW + minutes * MINUTE for minutes in (100, 105, 120)
    ]
    why = clock(world, case)[-1].why
    assert why["before"] == 25 * 60
    assert why["pauses"] == [[(NOW + 25 * MINUTE).isoformat(), (NOW + 100 * MINUTE).isoformat()]]
    world.update("case", case, {"word": "waits"})
    world.update("case", case, {"stage": "busy"})
    assert {state for _, state, _ in dues(world, case)} == {"stopped"}


def test_a_record_made_in_a_pause_starts_paused(world: World) -> None:
    case = world.create("case", {"name": "a", "word": "waits"}).id
    assert {(state, due) for _, state, due in dues(world, case)} == {("paused", None)}
    at(world, 60)
    world.update("case", case, {"word": None})
    assert dues(world, case)[0] == ("warning", "running", NOW + 80 * MINUTE)


def test_working_hours_count_and_the_day_off_is_named(world: World) -> None:
    case = world.create("case", {"name": "a", "number": 6}).id  # Monday 9:00 in Shanghai
    (row,) = clock(world, case, "office")
    assert row.due == datetime.fromisoformat("2026-03-04T10:00:00+08:00")
    assert row.why["skipped"] == [
        {"date": "2026-03-03", "reason": "holiday", "label": {"en": "Day off", "zh-CN": "休"}}
    ]
    assert [seconds for _, _, seconds in row.why["counted"]] == [3 * 3600, 3600]
    assert (row.calendar, row.zone) == ("office", "Asia/Shanghai")


def test_a_clock_ends_with_its_record_and_begins_anew_when_it_comes_back(world: World) -> None:
    case = world.create("case", {"name": "a"}).id
    world.delete("case", case)
    assert {row.state for row in clock(world, case)} == {"stopped"}
    assert clock(world, case)[0].why["stopped"]["reason"] == "deleted"
    at(world, 10)
    world.restore("case", case)
    assert next(row.due for row in clock(world, case) if row.generation == 2) == NOW + 30 * MINUTE


def fire(world: World, record: UUID, tier: str) -> None:
    """As the worker will: the state alone."""
    with world.unit() as unit:
        table = unit.served.support.timer
        due = sa.update(table).where(table.c.record == record, table.c.tier == tier)
        unit.connection.execute(due.values(state="fired"))


def test_what_has_fired_stays_so_and_the_clock_is_not_started_again(world: World) -> None:
    case = world.create("case", {"name": "a"}).id
    for tier in ("warning", "target", "boss"):
        fire(world, case, tier)
    world.update("case", case, {"word": "waits"})
    world.update("case", case, {"word": None})
    assert [state for _, state, _ in dues(world, case)] == ["fired"] * 3
    at(world, 60)
    world.update("case", case, {"stage": "busy"})
    assert {(row.state, row.ended) for row in clock(world, case)} == {("fired", NOW + 60 * MINUTE)}
    world.update("case", case, {"stage": "open"})
    assert [row.state for row in clock(world, case) if row.generation == 2] == ["running"] * 3


def test_a_pause_leaves_what_has_fired(world: World) -> None:
    case = world.create("case", {"name": "a"}).id
    fire(world, case, "warning")
    at(world, 22)
    world.update("case", case, {"word": "waits"})
    assert sorted(state for _, state, _ in dues(world, case)) == ["fired", "paused", "paused"]
    at(world, 30)
    world.update("case", case, {"word": None})
    running = {tier: due for tier, state, due in dues(world, case) if state == "running"}
    assert running == {"target": NOW + 38 * MINUTE, "boss": NOW + 53 * MINUTE}


def test_many_records_at_once_take_no_more_statements(world: World) -> None:
    cases = [world.create("case", {"name": str(number)}).id for number in range(5)]
    with world.unit() as unit:
        changes = [moved(unit, case) for case in cases]
        with world.counting() as statements:
            move_timers(unit, changes)
    assert len([text for text in statements if "_timer" in text]) == 2
    assert {state for case in cases for _, state, _ in dues(world, case)} == {"stopped"}


def moved(unit: Unit, case: UUID) -> Change:
    before = lock_record(unit, "case", case, ("read",))
    after = {**before, "stage": "busy"}
    entity = unit.served.app.entities["case"]
    return Change("update", ("update",), entity, case, Request(), before, after)


def test_what_does_not_concern_a_clock_costs_nothing(world: World) -> None:
    case = world.create("case", {"name": "a"}).id
    world.update("case", case, {"note": "x"})
    with world.counting() as statements:
        world.update("case", case, {"note": "y"})
    assert [text for text in statements if "_timer" in text] == []
    with world.counting() as statements:
        world.create("case", {"name": "b", "number": 9})
    assert len([text for text in statements if "_timer" in text]) == 1
