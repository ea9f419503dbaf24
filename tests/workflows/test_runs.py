"""Runs after the commit: done once, in order, all or nothing; tried again, put aside; another's work is left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from runtime import save
from runtime.refusals import Refused
from schema_store.database import writing
from schema_store.platform import APPS
from tests.runtime.rules.clinic import changed, created, rule, sets
from tests.runtime.rules.conftest import Install, install
from tests.runtime.save.kit import ACTOR, NOW, World
from tests.workflows.kit import HELLO, NURSE, jobs, make_nurse, notices, run_of, runs, tell, wait
from workflows import telling
from workflows.executors import LeaseLost
from workflows.finishing import Finishing
from workflows.runs import PAUSES, TRIES

__all__ = ["install"]
TASK = {"kind": "task", "key": "ask", "title": {"en": "Call"}, "assignee": "owner"}


def one(install: Install, *actions: object, trigger: object = None, **more: object) -> World:
    made = install(
        rule("later", "case", trigger or created(), *actions, **more), messages=[HELLO], roles=[NURSE]
    )
    make_nurse(made)
    return made


def test_a_stage_change_makes_a_task_with_the_save_and_tells_afterwards(install: Install) -> None:
    world = one(install, TASK, tell(), trigger={"kind": "stage_entered", "stage": "busy"})
    case = world.create("case", {"name": "a", "number": 3, "other": 9})
    with world.unit() as unit:
        save.transition(unit, "case", case.id, "busy")
    with_save, after = world.support("run", case.id)
    assert [step["kind"] for step in with_save.why["steps"]] == ["task", "notify"]
    assert (with_save.state, after.state, after.why["left"]) == ("done", "waiting", ["tell"])
    assert notices(world) == []
    assert runs(world).work_off("clinic", case.id) == 1
    (notice,) = notices(world)
    assert (notice.user_id, notice.app, notice.entity, notice.record) == (ACTOR, "clinic", "case", case.id)
    assert notice.text == {"subject": "Hello a", "body": "a is Busy, number 3, other "}
    (delivery,) = world.support("delivery", case.id)
    assert (delivery.state, delivery.channel, delivery.person) == ("done", "in_app", ACTOR)
    after = world.support("run", case.id)[1]
    assert (after.state, after.why["left"], after.why["steps"][0]["told"][0]["state"]) == ("done", [], "done")


def test_whoever_is_too_many_to_be_told_is_a_row_too(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "MOST_OF_ROLE", 0)
    world = one(install, tell(audience=["role:nurse"]))
    case = world.create("case", {"name": "a"}).id
    assert runs(world).work_off("clinic", case) == 1
    assert notices(world) == []
    (delivery,) = world.support("delivery", case)
    assert (delivery.state, delivery.why["reason"]) == ("skipped", "too_many")


def test_a_save_without_such_work_costs_nothing_more(install: Install) -> None:
    world = one(install, tell(), condition="number > 1", with_save=False)
    world.create("case", {"name": "a", "number": 1})
    with world.counting() as without:
        world.create("case", {"name": "b", "number": 1})
    with world.counting() as with_work:
        world.create("case", {"name": "c", "number": 2})
    assert not [text for text in without if "workflow_" in text or "_run" in text]
    assert len(with_work) == len(without) + 3


def test_an_act_on_many_records_asks_for_one_job_which_is_spread(install: Install) -> None:
    world = one(install, sets(word='"seen"'), with_save=False)
    with world.counting() as statements, world.unit() as unit:
        for number in range(3):
            save.create(unit, "case", {"name": "a", "number": number})
    assert len([text for text in statements if "workflow_status" in text]) == 3  # three roots, each an act
    with world.unit() as unit:
        unit.drain(
            lambda: [save.create(unit, "case", {"name": "b", "number": number}) for number in range(3)]
        )
    *_, (name, place) = jobs(world)
    assert (name, place.partition(":")[0]) == ("batch", "clinic")
    for _ in range(2):
        runs(world).spread("clinic", place.partition(":")[2])
    assert [each for each, _ in jobs(world)][-3:] == ["record"] * 3
    assert len(jobs(world)) == 7


def test_what_is_taken_back_is_in_no_queue(install: Install) -> None:
    world = one(install, tell(), with_save=False)

    def ask_and_fail() -> None:
        with world.unit() as unit:
            save.create(unit, "case", {"name": "a"})
            save.create(unit, "case", {"name": None})

    with pytest.raises(Refused):
        ask_and_fail()
    assert jobs(world) == []


@pytest.mark.parametrize("last", ["number", "other"])
def test_runs_of_a_record_are_done_in_their_order(install: Install, last: str) -> None:
    names = ("number", "other")
    rules = [rule(name, "case", changed(name), sets(word=f'"{name}"'), with_save=False) for name in names]
    world = install(*rules)
    case = world.create("case", {"name": "a", "number": 0, "other": 0})
    for name in sorted(names, key=lambda name: name == last):
        world.now += timedelta(seconds=1)
        world.update("case", case.id, {name: 7})
    assert runs(world).work_off("clinic", case.id) == 2
    assert [each.state for each in world.support("run", case.id)] == ["done"] * 2
    assert world.stored("case", case.id)["word"] == last


def test_a_refused_action_takes_back_all_of_the_run(install: Install) -> None:
    world = one(install, sets(word='"x"'), sets("bad", number="1000"), tell(), with_save=False)
    case = world.create("case", {"name": "a"})
    assert runs(world).work_off("clinic", case.id) == 1
    run = run_of(world, case.id)
    assert (run.state, run.why["refusal"]["code"]) == ("failed", "invalid")
    assert [step["state"] for step in run.why["steps"]] == ["undone", "failed"]
    assert world.stored("case", case.id)["version"] == 1
    assert notices(world) == []


def test_what_goes_wrong_is_tried_again_and_then_put_aside(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = one(install, sets(word='"x"'), with_save=False)
    case = world.create("case", {"name": "a"})
    monkeypatch.setattr("workflows.runs.Finishing.resume", lambda *_: 1 / 0)
    later = timedelta()
    for attempt in range(1, TRIES):
        assert runs(world, later).work_off("clinic", case.id) == 1
        run = run_of(world, case.id)
        assert (run.state, run.attempts) == ("waiting", attempt)
        pause = timedelta(seconds=PAUSES[min(attempt, len(PAUSES)) - 1])
        assert run.next_at == NOW + later + pause
        assert runs(world, later + pause - timedelta(seconds=1)).work_off("clinic", case.id) == 0
        later += pause
    assert runs(world, later).work_off("clinic", case.id) == 1
    run = run_of(world, case.id)
    assert (run.state, run.attempts, len(run.why["failures"])) == ("dead", TRIES, TRIES)
    assert {failure["code"] for failure in run.why["failures"]} == {"internal"}
    assert runs(world, later * 2).work_off("clinic", case.id) == 0
    assert len(jobs(world)) == TRIES


def test_one_bad_run_does_not_stop_the_others(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    world = one(install, sets(word='"x"'), trigger=changed("number"), with_save=False)
    case = world.create("case", {"name": "a"})
    for number in (1, 2):
        world.update("case", case.id, {"number": number})
    real, calls = Finishing.resume, iter([True])
    monkeypatch.setattr(
        "workflows.runs.Finishing.resume",
        lambda self, left: 1 / 0 if next(calls, False) else real(self, left),
    )
    assert runs(world).work_off("clinic", case.id) == 2
    assert [run.state for run in world.support("run", case.id)] == ["waiting", "done"]


def test_nobody_does_the_work_of_a_process_that_was_taken_for_dead(install: Install) -> None:
    world = one(install, sets(word='"x"'), with_save=False)
    case = world.create("case", {"name": "a"})

    def fence(_connection: sa.Connection) -> None:
        raise LeaseLost("x")

    with pytest.raises(LeaseLost):
        runs(world, fence=fence).work_off("clinic", case.id)
    assert run_of(world, case.id).state == "waiting"


def test_a_run_that_kills_its_workers_is_put_aside(install: Install) -> None:
    world = one(install, sets(word='"x"'), with_save=False)
    case = world.create("case", {"name": "a"})
    for _ in range(TRIES):
        assert run_of(world, case.id).state == "waiting"
        runs(world).note_rescue("clinic", str(case.id), is_batch=False)
    run = run_of(world, case.id)
    assert (run.state, run.why["failures"][0]["code"]) == ("dead", "worker_died")


def test_rules_that_are_gone_or_off_say_so(install: Install) -> None:
    world = one(install, sets(word='"x"'), with_save=False)
    case = world.create("case", {"name": "a"})
    served = world.served
    off = {"element": served.app.rules["later"].id, "is_on": False, "at": NOW, "by": None}
    with writing(world.engine) as connection:
        connection.execute(sa.insert(served.support.switch), off)
        connection.execute(sa.update(APPS).values(switches=1))
    assert runs(world).work_off("clinic", case.id) == 1
    run = run_of(world, case.id)
    assert (run.state, run.why["reason"]) == ("skipped", "switched_off")


def test_runs_whose_job_is_gone_are_asked_for_again(install: Install) -> None:
    world = one(install, sets(word='"x"'), with_save=False)
    case = world.create("case", {"name": "a"})
    assert runs(world).ask_again() == 0
    assert runs(world, timedelta(minutes=6)).ask_again() == 1
    assert jobs(world) == [("record", f"clinic:{case.id}")] * 2


def test_a_run_waits_and_goes_on(install: Install) -> None:
    branch = {"kind": "branch", "key": "which", "condition": "number > 5"}
    then = {**branch, "then": [wait(), sets(word='"late"')], "otherwise": [sets("o", word='"other"')]}
    world = one(install, then, tell(), with_save=True)
    case = world.create("case", {"name": "a", "number": 6})
    run = world.support("run", case.id)[1]
    assert run.why["left"] == ["which/then/wait", "which/then/set", "tell"]
    assert runs(world).work_off("clinic", case.id) == 1
    run = world.support("run", case.id)[1]
    assert (run.state, run.next_at) == ("waiting", NOW + timedelta(hours=2))
    assert run.why["left"] == ["which/then/set", "tell"]
    (timer,) = world.support("timer", case.id)
    assert (timer.kind, timer.tier, timer.due, timer.state) == ("wait", str(run.id), run.next_at, "running")
    assert runs(world, timedelta(minutes=119)).work_off("clinic", case.id) == 0
    assert runs(world, timedelta(hours=2)).work_off("clinic", case.id) == 1
    run = world.support("run", case.id)[1]
    assert (run.state, run.why["left"]) == ("done", [])
    assert [step["kind"] for step in run.why["steps"]] == ["wait", "set", "notify"]
    assert len(notices(world)) == 1


def test_a_deleted_record_ends_its_runs(install: Install) -> None:
    world = one(install, sets(word='"x"'), with_save=False)
    case = world.create("case", {"name": "a"})
    world.delete("case", case.id)
    assert runs(world).work_off("clinic", case.id) == 1
    assert (run_of(world, case.id).state, run_of(world, case.id).why["refusal"]["code"]) == (
        "failed",
        "not_found",
    )
    assert runs(world).work_off("nowhere", uuid7()) == 0
