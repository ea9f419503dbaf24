"""Single actions: what they write, by which rights, and how a run says what was refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from runtime import save
from runtime.refusals import (
    Conflict,
    FieldError,
    FieldReadOnly,
    Forbidden,
    GateClosed,
    Invalid,
    Refused,
    UniqueTaken,
    Unmet,
)
from runtime.rules.reasons import refusal_shape
from runtime.rules.running import Match, run_rule
from schema_store.analysis.analysis import Analysis
from schema_store.compile.app import build_app
from schema_store.compiled.rules import CompiledRule
from tests.conftest import Databases
from tests.runtime.rules.clinic import changed, clinic, created, rule, sets
from tests.runtime.rules.conftest import Install
from tests.runtime.save.kit import ACTOR, World, build
from tests.runtime.save.shop import label


def runs(world: World, record: UUID) -> list[Any]:
    return world.support("run", record)


def step(world: World, record: UUID, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = runs(world, record)[-1].why["steps"][index]
    return found


@pytest.mark.parametrize(
    ("refusal", "shape"),
    [
        (Forbidden(), {"code": "forbidden"}),
        (Conflict("no_tasks"), {"code": "no_tasks"}),
        (
            Invalid([FieldError("/name", "required"), FieldError("", "validation")]),
            {"code": "invalid", "errors": [{"field": "name", "code": "required"}, {"field": "", "code": "validation"}]},
        ),
        (FieldReadOnly(["a"]), {"code": "field_read_only", "fields": ["a"]}),
        (UniqueTaken(["a", "b"]), {"code": "unique", "fields": ["a", "b"]}),
        (
            GateClosed([Unmet("a", "field", "filled", "a secret", {"en": "A"})]),
            {"code": "gate_closed", "unmet": [{"key": "a", "kind": "field", "label": {"en": "A"}}]},
        ),
    ],
)  # fmt: skip
def test_a_refusal_as_data_has_no_values(refusal: Refused, shape: dict[str, Any]) -> None:
    assert refusal_shape(refusal) == shape


def test_a_rule_hands_over_by_setting_the_owner(install: Install) -> None:
    world = install(rule("hand", "case", changed("helper"), sets(owner="helper"), rights=["case:assign"]))
    case = world.create("case", {"name": "a", "owner_id": None}).id
    saved = world.update("case", case, {"helper": str(ACTOR)})
    assert saved.values["owner_id"] == ACTOR
    assert step(world, case)["values"] == {"owner_id": str(ACTOR)}


def test_a_rule_that_sets_a_stage_moves_the_record(install: Install) -> None:
    world = install(
        rule("move", "case", changed("number"), sets(stage='"busy"'), rights=["case:transition"]),
        rule("left", "case", {"kind": "stage_left", "stage": "open"}, sets(word='"left"')),
    )
    case = world.create("case", {"name": "a"}).id
    saved = world.update("case", case, {"number": 1})
    assert (saved.values["stage"], saved.values["word"]) == ("busy", "left")
    assert [row.stage for row in world.support("stage_change", case)] == ["open", "busy"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def own(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    """A clinic without rules."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    world = build(databases, request.param, clinic())
    yield world
    databases.remove(world.engine)


def _compiled(made: dict[str, Any]) -> CompiledRule:
    """A rule as it would be compiled, though its document has complaints."""
    return build_app(Analysis(clinic(made)), 1).rules[made["key"]]


@pytest.mark.parametrize(
    ("action", "rights", "state"),
    [
        (sets(word='"x"'), ["case:update"], "done"),
        (sets(word='"x"'), ["case:transition", "case:assign"], "failed"),
        ({"kind": "advance", "key": "go", "stage": "busy"}, ["case:transition"], "done"),
        ({"kind": "advance", "key": "go", "stage": "busy"}, ["case:update"], "failed"),
        ({"kind": "tag", "key": "tag", "field": "tags", "tags": ["a"]}, ["case:update"], "done"),
        ({"kind": "tag", "key": "tag", "field": "tags", "tags": ["a"]}, ["todo:create"], "failed"),
        ({"kind": "freeze", "key": "shut", "stage": "busy"}, ["case:transition"], "done"),
        ({"kind": "freeze", "key": "shut", "stage": "busy"}, ["case:update"], "failed"),
        ({"kind": "create", "key": "make", "target": "letter", "values": {"name": "name"}}, ["letter:create"], "done"),
        ({"kind": "create", "key": "make", "target": "letter", "values": {"name": "name"}}, ["case:create"], "failed"),
    ],
)  # fmt: skip
def test_each_action_takes_its_right(
    own: World, action: dict[str, Any], rights: list[str], state: str
) -> None:
    """The right is looked at when the rule runs, whatever the check of the document said."""
    key = f"{action['kind']}_{'_'.join(rights)}".replace(":", "_")
    made = rule(key, "case", created(), action, rights=rights)
    served = own.served
    compiled = _compiled(made)
    with own.unit() as unit:
        case = save.create(unit, "case", {"name": "a"})
        run_rule(unit, Match(compiled, case.id, {"trigger": {}}, None), save.DOORS)
        noted = [row for table, row in unit.budget.rows if table is served.support.run]
    assert noted[-1]["state"] == state
    if state == "failed":
        assert noted[-1]["why"]["steps"][-1]["refusal"]["code"] in ("forbidden", "field_read_only")


def test_a_record_that_is_gone_fails_the_run_and_nothing_else(install: Install) -> None:
    drop = {"kind": "create", "key": "make", "target": "letter", "values": {"name": "name", "case": "id"}}
    world = install(
        rule(
            "late",
            "case",
            {"kind": "deleted"},
            sets(word='"x"'),
            drop,
            rights=["case:update", "letter:create"],
        )
    )
    case = world.create("case", {"name": "a"}).id
    world.delete("case", case)
    assert runs(world, case)[-1].state == "failed"
    assert step(world, case)["refusal"] == {"code": "not_found"}
    assert world.stored("case", case)["deleted_at"] is not None


def test_a_value_that_its_field_cannot_hold_fails_the_run(install: Install) -> None:
    world = install(rule("big", "case", created(), sets(number="other")))
    case = world.create("case", {"name": "a", "other": 101}).id
    assert step(world, case)["refusal"] == {
        "code": "invalid",
        "errors": [{"field": "number", "code": "too_big"}],
    }
    fine = world.create("case", {"name": "a", "other": 99})
    assert fine.values["number"] == 99


def test_actions_see_what_the_ones_before_them_did(install: Install) -> None:
    name = {"name": 'IF(number > 10, "big", "small")'}
    make = {"kind": "create", "key": "make", "target": "letter", "values": name}
    both = [sets("one", other="number + 1"), sets("two", number="other * 2")]
    world = install(rule("count", "case", created(), *both, make, rights=["case:update", "letter:create"]))
    case = world.create("case", {"name": "a", "number": 5})
    assert (case.values["other"], case.values["number"]) == (6, 12)
    made = step(world, case.id, 2)["made"]
    assert world.stored("letter", UUID(made["id"]))["name"] == "big"


def test_paths_to_other_records_can_be_read(install: Install) -> None:
    world = install(
        rule(
            "copy",
            "case",
            created(),
            sets(word="parent.name", other="COUNT(parent.parts)"),
            condition="parent.number > 1",
        )
    )
    parent = world.create("case", {"name": "mother", "number": 2}).id
    child = world.create("case", {"name": "child", "parent": str(parent)})
    assert (child.values["word"], child.values["other"]) == ("mother", 1)
    assert runs(world, child.id)[0].why["condition"]["values"] == {"parent.number": 2}


def test_moving_to_where_it_is_changes_nothing(install: Install) -> None:
    world = install(rule("go", "case", changed("number"), {"kind": "advance", "key": "go", "stage": "open"}))
    case = world.create("case", {"name": "a"}).id
    assert world.update("case", case, {"number": 1}).version == 2
    assert step(world, case)["state"] == "unchanged"


def test_a_pool_takes_a_record_from_its_owner(install: Install) -> None:
    pool = {"key": "sea", "label": label("sea"), "entity": "case"}
    world = install(
        rule("drop", "case", changed("number"), {"kind": "assign", "key": "drop", "pool": "sea"}),
        pools=[pool],
    )
    case = world.create("case", {"name": "a"}).id
    assert world.update("case", case, {"number": 1}).values["owner_id"] is None
    (kept,) = world.support("assignment", case)
    assert (kept.pool, kept.dispatch, kept.person) == (world.served.app.pools["sea"].id, None, None)


def test_a_task_names_nobody_where_nobody_is_there(install: Install) -> None:
    task = {"kind": "task", "key": "call", "title": {"en": "Call"}, "assignee": "field:helper"}
    world = install(rule("call", "case", created(), task))
    case = world.create("case", {"name": "a"}).id
    todo = world.stored("todo", UUID(step(world, case)["made"]["id"]))
    assert (todo["name"], todo["who"], todo["due"], todo["list"]) == ("Call", None, None, None)
    assert todo["owner"] == ACTOR  # of the case


def test_signals_and_rules_on_one_text_both_run(install: Install) -> None:
    signal = {
        "key": "slow",
        "label": label("slow"),
        "entity": "case",
        "field": "note",
        "phrases": ["slow"],
        "tags": ["x"],
    }
    tagged = rule("tagged", "case", changed("tags"), sets(word='"tagged"'), condition='"x" in tags')
    world = install(tagged, signals=[signal])
    case = world.create("case", {"name": "a", "note": "so SLOW"})
    assert (list(case.values["tags"]), case.values["word"]) == (["x"], "tagged")
    assert [run.cause for run in runs(world, case.id)] == [["signal:slow"], ["signal:slow", "rule:tagged"]]
    assert case.version == 3
