"""The unit of work: what a root writes down at its end, and what a savepoint that is gone takes with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from runtime.change import Saved
from runtime.ports import Job
from runtime.refusals import BudgetSpent
from runtime.unit import Budget, Derived, FollowUp, Unit
from tests.conftest import Databases
from tests.runtime.rules.clinic import clinic, created, rule, sets
from tests.runtime.save.kit import NOW, World, build

RULE = rule("mark", "case", created(), sets(word='"x"'), condition="number > 100")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    made = build(databases, request.param, clinic(RULE))
    yield made
    databases.remove(made.engine)


def row(unit: Unit, number: int) -> dict[str, Any]:
    return {"element": f"e{number}", "is_on": True, "at": NOW, "by": None}


def job(unit: Unit) -> Job:
    return Job(unit.served, unit.served.app.rules["mark"], uuid7(), NOW, None, (), {})


def switches(world: World) -> int:
    with world.unit() as unit:
        return len(unit.connection.execute(unit.served.support.switch.select()).all())


class Keeper:
    """Takes jobs and keeps them."""

    def __init__(self) -> None:
        self.taken: list[list[Job]] = []

    def enqueue(self, _connection: Any, jobs: Any) -> None:
        self.taken.append(list(jobs))


def test_rows_and_jobs_are_written_together_when_the_root_is_done(world: World) -> None:
    keeper = Keeper()
    before = switches(world)
    with world.counting() as statements, world.unit() as unit:
        unit.after_commit = keeper

        def act() -> None:
            for number in range(3):
                unit.note(unit.served.support.switch, row(unit, before + number))
                unit.budget.jobs.append(job(unit))
            unit.follow(FollowUp("rule:next", lambda inner: inner.budget.jobs.append(job(inner))))
            assert not any("INSERT" in text for text in statements)

        unit.drain(act)
    assert [len(jobs) for jobs in keeper.taken] == [4]
    assert len([text for text in statements if "INSERT" in text]) == 1
    assert switches(world) == before + 3


def test_a_root_begins_with_nothing_of_the_one_before(world: World) -> None:
    keeper = Keeper()
    with world.unit() as unit:
        unit.after_commit = keeper

        def fail() -> None:
            unit.budget.jobs.append(job(unit))
            unit.follow(FollowUp("rule:never", lambda _: pytest.fail("must not run")))
            raise BudgetSpent("writes", ())

        with pytest.raises(BudgetSpent):
            unit.drain(fail)
        unit.drain(lambda: unit.budget.jobs.append(job(unit)))
        unit.drain(lambda: None)
    assert [len(jobs) for jobs in keeper.taken] == [1]


def test_what_came_after_a_mark_can_be_forgotten(world: World) -> None:
    with world.unit() as unit:
        unit.derived.append(Derived("case", "heat", frozenset()))
        assert unit.fresh_derived() == [Derived("case", "heat", frozenset())]
        assert unit.fresh_derived() == []
        unit.follow(FollowUp("first", lambda _: None))
        unit.budget.saves.append(Saved(uuid7(), "case", 1, {}, frozenset()))
        mark = unit.mark()
        unit.follow(FollowUp("second", lambda _: None))
        unit.note(unit.served.support.switch, row(unit, 0))
        unit.budget.jobs.append(job(unit))
        unit.budget.saves.append(Saved(uuid7(), "case", 2, {}, frozenset()))
        unit.derived.append(Derived("case", "double", frozenset()))
        unit.fresh_derived()
        unit.count_write(7)
        unit.back_to(mark)
        assert [each.cause for _, each in unit.budget.waiting] == ["first"]
        assert (unit.budget.rows, unit.budget.jobs) == ([], [])
        assert [each.version for each in unit.budget.saves] == [1]
        assert [each.field for each in unit.derived] == ["heat"]
        assert unit.root.writes == 7  # what was used up stays used up
        unit.derived.append(Derived("case", "other", frozenset()))
        assert [each.field for each in unit.fresh_derived()] == ["other"]


def test_marks_of_an_empty_budget() -> None:
    budget = Budget()
    assert budget.mark == (0, 0, 0, 0)
    budget.begin()
    assert budget.is_draining


def test_follow_ups_run_in_their_order_with_their_chain(world: World) -> None:
    seen: list[tuple[str, ...]] = []

    def note(unit: Unit) -> None:
        seen.append(unit.cause)
        if len(unit.cause) < 3:
            unit.follow(*(FollowUp(f"{unit.cause[-1]}{letter}", note) for letter in "xy"))

    with world.unit() as unit:
        unit.drain(lambda: unit.follow(FollowUp("a", note), FollowUp("b", note)))
    assert seen[:4] == [("a",), ("b",), ("a", "ax"), ("a", "ay")]
    assert len(seen) == 2 + 4 + 8
