"""Clocks fire once, never early, with what they bring about; what was missed is caught up with or says so."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from runtime.switches import switch
from schema_store.database import writing
from tests.runtime.rules.clinic import created, rule, sets
from tests.runtime.rules.conftest import Install, install
from tests.runtime.save.kit import ACTOR, NOW, World
from tests.runtime.save.shop import Json, label
from tests.workflows.kit import HELLO, NURSE, make_nurse, notices, runs, wait
from workflows import clocks as module
from workflows.clocks import Clocks
from workflows.executors import LeaseLost
from workflows.occurrences import NONE

__all__ = ["install"]
TIER = {
    "key": "boss",
    "label": label("boss"),
    "after": "1h",
    "audience": ["owner", "role:boss"],
    "message": "hello",
}
SLA = {
    "key": "answer",
    "label": label("answer"),
    "entity": "case",
    "start": "true",
    "stop": 'stage == "done"',
    "target": "2h",
    "warning": "1h",
    "tiers": [TIER],
}


def at(world: World, **later: int) -> Clocks:
    """Whoever fires clocks, so much later."""
    return Clocks(world.engine, lambda: NOW + timedelta(**later))


def made(install: Install, *rules: Json, **more: Any) -> World:
    world = install(*rules, messages=[HELLO], roles=[NURSE], **more)
    make_nurse(world)
    at(world).fire()
    return world


def own_clock(world: World) -> Any:
    (found,) = world.support("timer", NONE)
    return found


def word(world: World, case: UUID) -> Any:
    return world.stored("case", case)["word"]


def tier_rule(name: str, **more: Any) -> Json:
    return rule(name, "case", {"kind": "sla_tier", "name": name}, sets(word=f'"{name}"'), **more)


def test_tiers_tell_and_start_rules_once_and_never_early(install: Install) -> None:
    world = made(install, tier_rule("answer"), tier_rule("boss", with_save=False), slas=[SLA])
    case = world.create("case", {"name": "a", "number": 1}).id
    assert at(world, minutes=59).fire() == 0
    assert at(world, minutes=60).fire() == 1  # the warning
    assert at(world, hours=1, minutes=59).fire() == 0
    assert at(world, hours=2).fire() == 1
    assert (word(world, case), notices(world)) == ("answer", [])
    assert at(world, hours=2).fire() == 0
    assert at(world, hours=9).fire() == 1  # late is better than never
    (notice,) = notices(world)
    assert (notice.user_id, notice.record) == (ACTOR, case)
    told = [(each.audience, each.state) for each in world.support("delivery", case)]
    assert sorted(told) == [("owner", "done"), ("role:boss", "skipped")]
    assert {each.state for each in world.support("timer", case)} == {"fired"}
    assert runs(world).work_off("clinic", case) == 1
    assert word(world, case) == "boss"


def test_a_clock_that_was_stopped_does_not_fire(install: Install) -> None:
    world = made(install, tier_rule("answer"), slas=[SLA])
    case = world.create("case", {"name": "a", "due_on": "2026-03-09"}).id
    world.update("case", case, {"stage": "done"})
    assert at(world, days=1).fire() == 0
    assert word(world, case) is None


def test_a_clock_that_was_switched_off_says_so(install: Install) -> None:
    world = made(install, tier_rule("answer"), slas=[SLA])
    case = world.create("case", {"name": "a"}).id
    with writing(world.engine) as connection:
        switch(connection, world.served, "clinic", "sla", "answer", on=False, by=None, now=NOW)
    assert at(world, days=1).fire() == 3
    assert {(each.state, each.why["skipped"]) for each in world.support("timer", case)} == {
        ("skipped", "switched_off")
    }
    assert word(world, case) is None


def test_a_run_that_waits_is_woken(install: Install) -> None:
    world = made(install, rule("later", "case", created(), wait(), sets(word='"late"'), with_save=False))
    case = world.create("case", {"name": "a"}).id
    runs(world).work_off("clinic", case)
    assert at(world, minutes=119).fire() == 0
    assert at(world, hours=2).fire() == 1
    (run,) = world.support("run", case)
    assert runs(world, timedelta(hours=2)).work_off("clinic", case) == 1
    assert (word(world, case), run.state) == ("late", "waiting")


@pytest.mark.parametrize("catch_up", ["once", "all", "skip"])
def test_a_schedule_starts_its_rule_on_every_record_that_meets_the_condition(
    install: Install, catch_up: str
) -> None:
    trigger = {"kind": "schedule", "cron": "0 6 * * *", "catch_up": catch_up}
    adds = sets(other="COALESCE(other, 0) + 1")
    world = made(install, rule("daily", "case", trigger, adds, condition="number > 1"))
    cases = [world.create("case", {"name": "a", "number": number}).id for number in (1, 2)]
    clock = own_clock(world)
    zone = world.served.app.zone
    assert clock.due.astimezone(zone).hour == 6
    assert clock.due > NOW
    first = clock.due - NOW
    assert at(world, seconds=int(first.total_seconds()) - 1).fire() == 0
    assert at(world, seconds=int(first.total_seconds())).fire() == 1
    counts = [world.stored("case", case)["other"] for case in cases]
    assert counts == [None, 1]
    # Three days without anybody who looks, until noon: three more times.
    late = Clocks(world.engine, lambda: clock.due + timedelta(days=3, hours=6))
    for _ in range(4):
        late.fire()
    skipped = own_clock(world).why["skipped"]
    count = world.stored("case", cases[1])["other"]
    assert (count, len(skipped)) == {"once": (2, 2), "all": (4, 0), "skip": (1, 3)}[catch_up]
    assert {each["reason"] for each in skipped} <= {"missed"}
    assert own_clock(world).due == clock.due + timedelta(days=4)


@pytest.mark.parametrize(("direction", "offset"), [("before", "2d"), ("after", "1d")])
def test_a_date_comes_once(install: Install, direction: str, offset: str) -> None:
    trigger = {"kind": "date", "field": "due_on", "offset": offset, "direction": direction}
    world = made(install, rule("due", "case", trigger, sets(other="COALESCE(other, 0) + 1"), with_save=False))
    zone, day = world.served.app.zone, date(2026, 3, 10)
    case = world.create("case", {"name": "a", "due_on": day.isoformat()}).id
    world.create("case", {"name": "b"})
    shift = timedelta(days=-2 if direction == "before" else 1)
    moment = datetime.combine(day + shift, datetime.min.time(), zone)
    Clocks(world.engine, lambda: moment - timedelta(seconds=1)).fire()
    assert world.support("run", case) == []
    for later in (timedelta(minutes=1), timedelta(minutes=2), timedelta(days=1)):
        Clocks(world.engine, lambda later=later: moment + later).fire()  # type: ignore[misc]  # mypy takes no default
    (run,) = world.support("run", case)
    assert (run.state, run.why["trigger"]["kind"]) == ("waiting", "date")
    assert runs(world, timedelta(days=60)).work_off("clinic", case) == 1
    assert world.stored("case", case)["other"] == 1


def test_a_date_that_was_missed_is_written_down_where_nobody_wants_it_late(install: Install) -> None:
    trigger = {"kind": "date", "field": "due_on", "offset": "0d", "catch_up": "skip"}
    world = made(install, rule("due", "case", trigger, sets(word='"x"'), with_save=False))
    case = world.create("case", {"name": "a", "due_on": "2026-03-10"}).id
    at(world, days=30).fire()
    (run,) = world.support("run", case)
    assert (run.state, run.why["reason"]) == ("skipped", "missed")


def test_many_records_are_taken_in_parts(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflows.occurrences.PART", 2)
    world = made(install, rule("daily", "case", {"kind": "schedule", "cron": "0 6 * * *"}, sets(word='"x"')))
    cases = [world.create("case", {"name": "a"}).id for _ in range(5)]
    due = own_clock(world).due
    clocks = Clocks(world.engine, lambda: due + timedelta(minutes=5))
    clocks.fire()
    assert [word(world, case) for case in cases] == ["x", "x", None, None, None]
    clocks.fire(), clocks.fire(), clocks.fire()
    assert [word(world, case) for case in cases] == ["x"] * 5
    assert [world.stored("case", case)["version"] for case in cases] == [2] * 5
    assert own_clock(world).due == due + timedelta(days=1)


def test_what_breaks_a_batch_is_put_aside_and_the_others_fire(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = made(install, tier_rule("answer"), slas=[SLA])
    bad, good = (world.create("case", {"name": "a"}).id for _ in range(2))
    real = module._tiers

    def tiers(unit: Any, rows: list[Any]) -> None:
        if any(row.record == bad for row in rows):
            raise RuntimeError("nobody expected this")
        real(unit, rows)

    monkeypatch.setattr(module, "_tiers", tiers)
    at(world, hours=2).fire()
    assert (word(world, bad), word(world, good)) == (None, "answer")
    assert {each.state for each in world.support("timer", bad) if each.kind != "tier"} == {"failed"}


def test_nobody_fires_for_a_process_that_was_taken_for_dead(install: Install) -> None:
    world = made(install, tier_rule("answer"), slas=[SLA])
    case = world.create("case", {"name": "a"}).id

    def fence(_connection: sa.Connection) -> None:
        raise LeaseLost("x")

    with pytest.raises(LeaseLost):
        Clocks(world.engine, lambda: NOW + timedelta(days=1), fence).fire()
    assert {each.state for each in world.support("timer", case)} == {"running"}


def test_a_rule_that_is_gone_takes_its_clock_with_it(install: Install) -> None:
    world = made(install, rule("daily", "case", {"kind": "schedule", "cron": "0 6 * * *"}, sets(word='"x"')))
    with writing(world.engine) as connection:
        table = world.served.support.timer
        connection.execute(sa.update(table).values(sla="gone"))
    at(world).fire()
    states = sorted((each.sla == "gone", each.state) for each in world.support("timer", NONE))
    assert states == [(False, "running"), (True, "stopped")]
