"""Rules and records that are written together: as if each were saved by itself, each on the budgets of its own act."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from runtime import save
from runtime.change import Outcome, Request, Row
from runtime.people.users import create_user
from runtime.refusals import BudgetSpent
from schema_store.database import writing
from tests.runtime.rules.clinic import changed, created, rule, sets
from tests.runtime.rules.conftest import Install
from tests.runtime.save.kit import ACTOR, NOW, World
from tests.runtime.save.shop import label


def rows(*wires: dict[str, Any]) -> list[Row]:
    return [Row(Request({"name": "a", **wire})) for wire in wires]


def many(world: World, *wires: dict[str, Any], entity: str = "case") -> list[Outcome]:
    with world.unit() as unit:
        return save.create_many(unit, entity, rows(*wires))


def ids(outcomes: list[Outcome]) -> list[UUID]:
    found = [each.saved for each in outcomes if each.saved is not None]
    assert len(found) == len(outcomes), [each.refusal for each in outcomes]
    return [each.id for each in found]


def test_each_record_of_a_batch_starts_its_rules_and_the_answer_shows_what_they_left(
    install: Install,
) -> None:
    world = install(rule("mark", "case", created(), sets(word='"x"'), condition="number > 1"))
    outcomes = many(world, *({"number": number} for number in range(4)))
    words = [each.saved and each.saved.values["word"] for each in outcomes]
    assert words == [None, None, "x", "x"]
    assert [each.saved and each.saved.version for each in outcomes] == [1, 1, 2, 2]
    alone = world.create("case", {"name": "a", "number": 2})
    assert alone.values["word"] == "x"
    for record in ids(outcomes)[2:]:
        (run,) = world.support("run", record)
        assert (run.state, run.cause) == ("done", ["rule:mark"])


def test_a_rule_that_is_refused_takes_back_its_own_part_only(install: Install) -> None:
    world = install(rule("big", "case", created(), sets(other="1"), sets("more", number="number * 60")))
    outcomes = many(world, *({"number": number} for number in (0, 2, 1)))
    stored = [world.stored("case", record) for record in ids(outcomes)]
    assert [(row["other"], row["number"]) for row in stored] == [(1, 0), (None, 2), (1, 60)]
    states = [[run.state for run in world.support("run", record)] for record in ids(outcomes)]
    assert states == [["done"], ["failed"], ["done"]]


def test_what_was_computed_elsewhere_starts_a_rule_on_the_act_that_led_to_it(install: Install) -> None:
    world = install(rule("busy", "case", changed("letters_sent"), sets(other="letters_sent")))
    first, second, third = ids(many(world, {}, {}, {}))
    letters = many(world, *({"case": str(case)} for case in (first, second, second)), entity="letter")
    ids(letters)
    assert [world.stored("case", case)["other"] for case in (first, second, third)] == [1, 2, None]
    assert len(world.support("run", second)) == 1, "once for the wave, with the last value"


def test_a_spent_budget_refuses_the_row_that_spent_it(install: Install) -> None:
    """A rule that starts itself for ever; the other rows stand, and their runs are written once."""
    world = install(
        rule("on", "case", changed("number"), sets(number="number + 1"), condition="number < 90"),
        rule("go", "case", created(), sets(number="number + 1"), condition="number > 0"),
    )
    good, bad, last = many(world, {"number": 0}, {"number": 1}, {"number": 90})
    assert isinstance(bad.refusal, BudgetSpent)
    assert bad.refusal.limit == "depth"
    assert (good.saved and good.saved.values["number"], last.saved and last.saved.values["number"]) == (0, 91)
    assert last.saved is not None
    assert len(world.support("run", last.saved.id)) == 1
    with pytest.raises(BudgetSpent):
        world.create("case", {"name": "a", "number": 1})


def test_a_rule_may_write_another_record_of_the_batch(install: Install) -> None:
    """The parent stands later in the file of children: it is written when their rules run."""
    values = {"name": '"hi"', "case": "parent"}
    letter = {"kind": "create", "key": "letter", "target": "letter", "values": values}
    more = {"condition": "not ISBLANK(parent)", "rights": ["letter:create"]}
    world = install(rule("tell", "case", created(), letter, **more))
    (root,) = ids(many(world, {}))
    children = ids(many(world, {"parent": str(root)}, {"parent": str(root)}))
    assert world.stored("case", root)["letters_sent"] == 2
    assert all(world.stored("case", child)["letters_sent"] in (0, None) for child in children)


def test_an_import_says_what_rules_do(install: Install) -> None:
    world = install(rule("mark", "case", created(), sets(word='"x"')))
    with world.unit() as unit:
        asked = [Request({"name": "a"}, rules=rules) for rules in ("run", "simulate", "none")]
        done = save.create_many(unit, "case", [Row(each) for each in asked])
    records = ids(done)
    assert [world.stored("case", record)["word"] for record in records] == ["x", None, None]
    kept = [[(run.state, run.why.get("simulated")) for run in world.support("run", each)] for each in records]
    assert kept == [[("done", None)], [("skipped", True)], []]


@pytest.mark.parametrize("strategy", ["load", "round_robin"])
def test_a_batch_is_handed_out_as_evenly_as_single_saves(install: Install, strategy: str) -> None:
    """Whoever writes the batch owns all of it for a moment, and takes part; that makes nobody full."""
    see = {"key": "see", "entity": "case", "acts": ["read"], "scope": "all"}
    spread = {"key": "spread", "label": label("s"), "entity": "case", "strategy": strategy,
              "rows": [{"key": "all", "label": label("all"), "roles": ["nurse"]}]}  # fmt: skip
    give = {"kind": "assign", "key": "give", "dispatch": "spread"}
    world = install(
        rule("give", "case", created(), give, rights=["case:assign"]),
        dispatches=[spread],
        roles=[{"key": "nurse", "label": label("nurse"), "permissions": [see]}],
    )
    with writing(world.engine) as connection:
        for name in ("ann", "bob", "cat"):
            create_user(connection, {"username": name, "name": name, "roles": {"clinic": ["nurse"]}}, NOW)
    outcomes = many(world, *({} for _ in range(30)))
    owners = Counter(each.saved.values["owner_id"] for each in outcomes if each.saved)
    assert sorted(owners.values()) == [10, 10, 10]
    assert ACTOR not in owners
