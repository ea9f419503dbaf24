"""Work for after the commit: there with the transaction that asks for it, gone with the one that is taken back."""

from __future__ import annotations

import pytest
from uuid_utils.compat import uuid7

from runtime import save
from runtime.ports import NothingAfter
from runtime.refusals import Refused
from runtime.rules.rows import run_row
from tests.runtime.rules.clinic import created, rule
from tests.runtime.rules.conftest import Install, install
from tests.runtime.save.kit import ACTOR, NOW, World
from tests.runtime.save.shop import label

__all__ = ["install"]
TELL = {"kind": "notify", "key": "tell", "audience": ["owner"], "message": "hello"}


@pytest.fixture
def world(install: Install) -> World:
    hello = {"key": "hello", "label": label("hello"), "body": {"en": "Hello"}}
    later = rule("later", "case", created(), TELL, condition="number > 1", with_save=False)
    return install(later, messages=[hello])


def test_jobs_are_runs_that_wait(world: World) -> None:
    with world.counting() as statements, world.unit() as unit:
        cases = [save.create(unit, "case", {"name": "a", "number": number}) for number in (1, 2)]
    assert world.support("run", cases[0].id) == []
    (run,) = world.support("run", cases[1].id)
    rule_id = world.served.app.rules["later"].id
    assert (run.state, run.rule, run.at, run.by, run.cause) == ("waiting", rule_id, NOW, ACTOR, [])
    assert run.why["left"] == ["tell"]
    assert run.why["condition"]["values"] == {"number": 2}
    assert len([text for text in statements if "_run " in text]) == 1


def test_what_is_taken_back_was_never_asked_for(world: World) -> None:
    ident = uuid7()

    def ask_and_fail() -> None:
        with world.unit() as unit:
            save.create(unit, "case", {"name": "a", "number": 2}, record_id=ident)
            save.create(unit, "case", {"name": None})

    with pytest.raises(Refused):
        ask_and_fail()
    assert world.support("run", ident) == []


def test_a_unit_that_starts_nothing_refuses_work(world: World) -> None:
    with world.unit() as unit:
        unit.after_commit = NothingAfter()
        with pytest.raises(AssertionError, match="rule:later"):
            save.create(unit, "case", {"name": "a", "number": 2})
        unit.connection.rollback()


def test_the_row_of_a_run(world: World) -> None:
    served = world.served
    later = served.app.rules["later"]
    row = run_row(served, later, ACTOR, NOW, None, "skipped", ["a", "b"], {"x": 1})
    assert row["entity"] == served.app.entities["case"].id
    assert (row["rule"], row["state"], row["version"], row["cause"]) == (later.id, "skipped", 1, ["a", "b"])
