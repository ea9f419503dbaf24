"""Rules that start each other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema_store.checks.cases import complaints
from tests.schema_store.documents import Json
from tests.schema_store.sales import item

ENTITIES = ("lead", "contract", "customer", "contact", "tag")


def changed(*fields: str) -> Json:
    return {"kind": "changed", "fields": list(fields)}


def sets(**values: str) -> Json:
    return {"kind": "set", "key": f"set_{'_'.join(values)}", "values": values}


def moves(stage: str) -> Json:
    return {"kind": "advance", "key": f"to_{stage}", "stage": stage}


def rule(key: str, trigger: Json, *actions: Json, entity: str = "lead", **more: Any) -> Json:
    acts = [f"{on}:{act}" for on in ENTITIES for act in ("create", "update", "transition", "assign")]
    return item(key, entity=entity, trigger=trigger, actions=list(actions), **{"rights": acts, **more})


def loops(*rules: Json) -> list[tuple[str, str]]:
    """Code and path of the loops among these rules."""
    quiet = rule("greet", {"kind": "deleted"}, {"kind": "stop", "key": "end"})  # the SLA names it
    found = complaints({"/rules": [*rules, quiet]})
    assert {each.code.split(".")[0] for each in found} <= {"rule"}
    return [(each.code, each.params["path"]) for each in found]


VISITS = sets(visits="visits + 1")
NOTE = sets(note='CONCAT(note, ".")')


def test_two_rules_that_count_each_other_up_never_end() -> None:
    assert loops(rule("a", changed("note"), VISITS), rule("b", changed("visits"), NOTE)) == [
        ("rule.loop", "a → b → a")
    ]


def test_a_rule_that_starts_itself() -> None:
    assert loops(rule("a", changed("visits"), VISITS)) == [("rule.loop", "a → a")]
    assert loops(rule("a", changed(), VISITS)) == [("rule.loop", "a → a")]


def test_a_condition_may_stop_it() -> None:
    found = loops(
        rule("a", changed("note"), VISITS), rule("b", changed("visits"), NOTE, condition="visits < 9")
    )
    assert found == [("rule.possible_loop", "a → b → a")]


def test_a_branch_may_stop_it() -> None:
    branch = {"kind": "branch", "key": "f", "condition": "visits < 9", "then": [NOTE]}
    assert loops(rule("a", changed("note"), VISITS), rule("b", changed("visits"), branch)) == [
        ("rule.possible_loop", "a → b → a")
    ]


def test_a_constant_settles_a_rule_that_starts_itself() -> None:
    assert loops(rule("a", changed(), sets(note='"done"'))) == []


def test_constants_of_two_rules_may_fight() -> None:
    one, two = sets(source='"web"'), sets(source='"fair"')
    assert loops(rule("a", changed("source"), one), rule("b", changed("source"), two)) == [
        ("rule.possible_loop", "a → b → a")
    ]


def test_stages_that_send_records_round() -> None:
    def entered(stage: str) -> Json:
        return {"kind": "stage_entered", "stage": stage}

    assert loops(rule("a", entered("new"), moves("offer")), rule("b", entered("offer"), moves("new"))) == [
        ("rule.loop", "a → b → a")
    ]
    assert loops(rule("a", entered("new"), moves("offer")), rule("b", entered("offer"), moves("won"))) == []


def test_leaving_a_stage_is_a_trigger_when_the_record_stands_there() -> None:
    left = {"kind": "stage_left", "stage": "offer"}
    assert loops(rule("a", left, moves("new"))) == []
    entered = {"kind": "stage_entered", "stage": "new"}
    assert loops(rule("a", left, moves("new")), rule("b", entered, moves("won"))) == [
        ("rule.possible_loop", "a → b → a")
    ]


def test_writing_the_stage_field_is_a_move() -> None:
    def entered(stage: str) -> Json:
        return {"kind": "stage_entered", "stage": stage}

    there, back = sets(stage='"offer"'), sets(stage='"new"')
    assert loops(rule("a", entered("new"), there), rule("b", entered("offer"), back)) == [
        ("rule.loop", "a → b → a")
    ]
    anywhere = sets(stage='IF(visits > 1, "new", "offer")')
    assert loops(rule("a", entered("new"), anywhere)) == [("rule.possible_loop", "a → a")]


def test_a_new_record_enters_the_first_stage() -> None:
    lead = {
        "kind": "create",
        "key": "l",
        "target": "lead",
        "values": {"name": "name", "customer": "customer"},
    }
    assert loops(rule("a", {"kind": "stage_entered", "stage": "new"}, lead)) == [("rule.loop", "a → a")]


def test_records_that_create_each_other() -> None:
    lead = {
        "kind": "create",
        "key": "l",
        "target": "lead",
        "values": {"name": "name", "customer": "customer"},
    }
    contact = {
        "kind": "create",
        "key": "c",
        "target": "contact",
        "values": {"name": "name", "customer": "customer"},
    }
    assert loops(
        rule("a", {"kind": "created"}, contact), rule("b", {"kind": "created"}, lead, entity="contact")
    ) == [("rule.loop", "a → b → a")]


def test_a_loop_through_a_computed_field_of_another_entity() -> None:
    """A contract's amount changes the customer's total, which changes the size, which starts the second rule."""
    raise_amount = sets(amount="amount * 2")
    touch = {
        "kind": "create",
        "key": "c",
        "target": "contract",
        "values": {"number": "name", "amount": "contract_total"},
    }
    assert loops(
        rule("a", {"kind": "created"}, raise_amount, entity="contract"),
        rule("b", changed("size"), touch, entity="customer"),
    ) == [("rule.loop", "a → b → a")]


@pytest.mark.parametrize("trigger", [{"kind": "event", "event": "visit"}, {"kind": "button", "name": "go"}])
def test_what_people_start_is_no_loop(trigger: Json) -> None:
    assert loops(rule("a", trigger, VISITS)) == []


def test_separate_loops_are_told_separately() -> None:
    amount = sets(amount="amount * 2")
    assert loops(
        rule("a", changed("visits"), VISITS), rule("b", changed("amount"), amount, entity="contract")
    ) == [("rule.loop", "a → a"), ("rule.loop", "b → b")]
