"""Rules with the save: what they do, in whose name, by which rights; all of it or nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from runtime.change import Request
from runtime.refusals import BudgetSpent, StageFrozen
from schema_store.database import reading
from tests.runtime.rules.clinic import changed, created, rule, sets
from tests.runtime.rules.conftest import Install
from tests.runtime.save.kit import ACTOR, NOW, World
from tests.runtime.save.shop import label

LETTER = {"kind": "create", "key": "write", "target": "letter", "values": {"name": "name", "case": "id"}}


def last(world: World, record: UUID) -> Any:
    return world.support("run", record)[-1]


def steps(world: World, record: UUID) -> list[Any]:
    found: list[Any] = last(world, record).why["steps"]
    return found


def count(world: World, entity: str) -> int:
    with reading(world.engine) as connection:
        table = world.served.entity_table(entity)
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_a_created_rule_sets_a_value(install: Install) -> None:
    world = install(rule("mark", "case", created(), sets(word='CONCAT(name, "!")'), condition="number > 3"))
    low = world.create("case", {"name": "a", "number": 3})
    high = world.create("case", {"name": "b", "number": 4})
    assert (low.version, high.version) == (1, 2)
    assert high.values["word"] == world.stored("case", high.id)["word"] == "b!"
    assert {"name", "number", "word"} <= high.changed
    assert world.support("run", low.id) == []
    (run,) = world.support("run", high.id)
    assert (run.state, run.by, run.cause) == ("done", ACTOR, ["rule:mark"])
    assert run.why == {
        "trigger": {"kind": "created"},
        "condition": {"text": "number > 3", "met": True, "values": {"number": 4}},
        "steps": [{"key": "set", "kind": "set", "state": "done", "values": {"word": "b!"}}],
    }
    made, again = world.support("history", high.id)
    assert (made.by, made.cause) == (ACTOR, {})
    assert (again.by, again.cause["chain"]) == (ACTOR, ["rule:mark"])


def test_what_is_computed_starts_only_rules_that_name_it(install: Install) -> None:
    world = install(
        rule("any", "case", changed(), sets(word='"any"')),
        rule("named", "case", changed("double"), sets(other="double")),
        rule("parent", "case", changed("letters_sent"), sets(other="letters_sent")),
    )
    case = world.create("case", {"name": "a", "number": 1}).id
    assert world.support("run", case) == []
    world.create("letter", {"name": "l", "case": str(case)})
    assert [run.why["trigger"] for run in world.support("run", case)][:1] == [
        {"kind": "changed", "fields": ["letters_sent"]}
    ]
    assert world.stored("case", case)["other"] == 1
    quiet = world.create("case", {"name": "b"}).id
    world.update("case", quiet, {"number": 4})
    rules = [run.cause for run in world.support("run", quiet)]
    assert rules[:2] == [["rule:any"], ["rule:named"]]
    assert world.stored("case", quiet)["other"] == 8


def test_stages_start_rules_when_they_are_entered_and_left(install: Install) -> None:
    world = install(
        rule("begins", "case", {"kind": "stage_entered", "stage": "open"}, sets(word='"begun"')),
        rule("leaves", "case", {"kind": "stage_left", "stage": "open"}, sets(word='"left"')),
    )
    case = world.create("case", {"name": "a"})
    assert case.values["word"] == "begun"
    moved = world.update("case", case.id, {"stage": "busy"})
    assert moved.values["word"] == "left"
    assert last(world, case.id).why["trigger"] == {
        "kind": "stage_left",
        "field": "stage",
        "from": "open",
        "to": "busy",
    }


def test_a_band_starts_a_rule_when_it_is_crossed(install: Install) -> None:
    hot = {"kind": "band", "name": "hot"}
    world = install(rule("hot", "case", hot, sets(word='"hot"')))
    born = world.create("case", {"name": "a", "number": 50})  # nothing was crossed
    assert born.values["word"] is None
    case = world.create("case", {"name": "b", "number": 15}).id
    assert world.update("case", case, {"number": 19}).values["word"] is None
    assert world.update("case", case, {"number": 20}).values["word"] == "hot"
    other = world.create("case", {"name": "c", "number": 15}).id
    world.create("letter", {"name": "l", "case": str(other)})  # ten points by another record
    assert world.stored("case", other)["word"] == "hot"
    assert last(world, other).why["trigger"] == {"kind": "band", "fields": ["heat_band"]}


def test_a_deleted_record_starts_a_rule_that_sees_what_it_was(install: Install) -> None:
    note = {"kind": "create", "key": "write", "target": "letter", "values": {"name": "name"}}
    world = install(rule("gone", "case", {"kind": "deleted"}, note, rights=["letter:create"]))
    case = world.create("case", {"name": "a", "owner_id": str(ACTOR)}).id
    world.delete("case", case)
    made = steps(world, case)[0]["made"]
    assert world.stored("letter", UUID(made["id"]))["name"] == "a"


def test_a_task_has_title_person_time_list_and_subject(install: Install) -> None:
    task = {
        "kind": "task",
        "key": "call",
        "title": {"zh-CN": "致电", "en": "Call"},
        "assignee": "field:helper",
        "due": "24h",
        "checklist": [{"zh-CN": "一"}, {"zh-CN": "二"}],
    }
    world = install(rule("call", "case", created(), task))
    case = world.create("case", {"name": "a", "helper": str(ACTOR)}).id
    todo = world.stored("todo", UUID(steps(world, case)[0]["made"]["id"]))
    assert (todo["name"], todo["who"], todo["owner"], todo["case"]) == ("致电", ACTOR, ACTOR, case)
    assert todo["due"] == NOW + timedelta(hours=24)
    assert todo["list"] == "□ 一\n□ 二"


def test_a_move_goes_through_the_gate(install: Install) -> None:
    advance = {"kind": "advance", "key": "finish", "stage": "done"}
    world = install(rule("finish", "case", changed("number"), sets(word='"near"'), advance))
    case = world.create("case", {"name": "a"}).id
    saved = world.update("case", case, {"number": 1})
    assert (saved.values["number"], saved.values["word"], saved.values["stage"]) == (1, None, "open")
    run = last(world, case)
    assert run.state == "failed"
    assert [step["state"] for step in run.why["steps"]] == ["undone", "failed"]
    assert run.why["steps"][1]["refusal"]["code"] == "gate_closed"
    assert [each["key"] for each in run.why["steps"][1]["refusal"]["unmet"]] == ["due_on"]
    assert len(world.support("history", case)) == 2
    world.update("case", case, {"due_on": "2026-03-09"})
    saved = world.update("case", case, {"number": 2})
    assert (saved.values["word"], saved.values["stage"]) == ("near", "done")
    assert steps(world, case)[1] == {
        "key": "finish",
        "kind": "advance",
        "state": "done",
        "field": "stage",
        "to": "done",
        "values": {"stage": "done"},
    }


def test_a_rule_is_all_or_nothing_and_what_it_started_goes_with_it(install: Install) -> None:
    again = {"kind": "create", "key": "again", "target": "todo", "values": {"name": "name"}}
    tell = {"kind": "notify", "key": "tell", "audience": ["owner"], "message": "hello"}
    world = install(
        rule("three", "case", changed("number"), LETTER, sets(word='"x"'), sets("bad", number="1000"),
             rights=["letter:create", "case:update"]),
        rule("chained", "letter", created(), again, rights=["todo:create"]),
        rule("later", "case", changed("word"), tell, with_save=False),
        messages=[{"key": "hello", "label": label("hello"), "body": {"en": "Hello"}}],
    )  # fmt: skip
    case = world.create("case", {"name": "a"}).id
    world.update("case", case, {"number": 5})
    assert count(world, "letter") == count(world, "todo") == 0
    (run,) = world.support("run", case)
    assert (run.state, [step["state"] for step in run.why["steps"]]) == (
        "failed",
        ["undone", "undone", "failed"],
    )
    assert world.stored("case", case)["number"] == 5
    world.update("case", case, {"word": "told"})
    assert [each.state for each in world.support("run", case)] == ["failed", "waiting"]


def test_what_a_rule_makes_belongs_to_the_owner_of_its_record(install: Install) -> None:
    world = install(rule("write", "case", created(), LETTER, rights=["letter:create"]))
    case = world.create("case", {"name": "a"}).id
    letter = world.stored("letter", UUID(steps(world, case)[0]["made"]["id"]))
    assert (letter["owner"], letter["created_by"], letter["case"]) == (ACTOR, ACTOR, case)
    assert world.stored("case", case)["letters_sent"] == 1


def test_branches_and_stops(install: Install) -> None:
    branch = {
        "kind": "branch",
        "key": "way",
        "condition": "number > 5",
        "then": [sets("big", word='"big"'), {"kind": "stop", "key": "stop"}],
        "otherwise": [sets("small", word='"small"')],
    }
    world = install(rule("ways", "case", created(), branch, sets("more", other="7")))
    big = world.create("case", {"name": "a", "number": 6})
    small = world.create("case", {"name": "b", "number": 5})
    assert (big.values["word"], big.values["other"]) == ("big", None)
    assert (small.values["word"], small.values["other"]) == ("small", 7)
    assert [step["key"] for step in steps(world, big.id)] == ["way", "big", "stop"]
    assert steps(world, small.id)[0]["way"] == "otherwise"


def test_tags_are_added_once(install: Install) -> None:
    tag = {"kind": "tag", "key": "tag", "field": "tags", "tags": ["a", "b"]}
    world = install(rule("tag", "case", changed("number"), tag))
    case = world.create("case", {"name": "a", "tags": ["b", "c"]}).id
    assert list(world.update("case", case, {"number": 1}).values["tags"]) == ["b", "c", "a"]
    version = world.update("case", case, {"number": 2}).version
    assert (version, steps(world, case)[0]["state"]) == (4, "unchanged")


def test_a_phrase_adds_tags(install: Install) -> None:
    signal = {"key": "slow", "label": label("slow"), "entity": "case", "field": "note",
              "phrases": ["等 Q2 预算", "LATER"], "tags": ["budget"]}  # fmt: skip
    world = install(signals=[signal])
    plain = world.create("case", {"name": "a", "note": "等Q2预算"}).id
    assert world.stored("case", plain)["tags"] is None
    case = world.create("case", {"name": "b", "note": "客户说：等  q2 预算。"})
    assert list(case.values["tags"]) == ["budget"]
    run = last(world, case.id)
    assert run.cause == ["signal:slow"]
    assert run.why["condition"] == {"field": "note", "phrases": ["等 q2 预算"]}
    late = world.update("case", plain, {"note": "See you later"})
    assert list(late.values["tags"]) == ["budget"]


def test_a_rule_freezes_a_stage_and_another_opens_it(install: Install) -> None:
    close = {"kind": "freeze", "key": "close", "stage": "busy", "reason": {"en": "Full", "zh-CN": "满"}}
    thaw = {"kind": "thaw", "key": "open", "stage": "busy"}
    world = install(
        rule("close", "case", changed("number"), close, condition="number == 1"),
        rule("open", "case", changed("number"), thaw, condition="number == 2"),
    )
    case = world.create("case", {"name": "a"}).id
    world.update("case", case, {"number": 1})
    with pytest.raises(StageFrozen) as refused:
        world.update("case", case, {"stage": "busy"})
    assert refused.value.unmet[0].seen["text"] == {"en": "Full", "zh-CN": "满"}
    assert refused.value.unmet[0].seen["rule"] == "close"
    world.update("case", case, {"number": 2})
    assert world.update("case", case, {"stage": "busy"}).values["stage"] == "busy"


def test_from_the_first_wait_on_everything_is_left_for_later(install: Install) -> None:
    tell = {"kind": "notify", "key": "tell", "audience": ["owner"], "message": "hello"}
    wait = {"kind": "wait", "key": "wait", "duration": "2h"}
    world = install(
        rule("mixed", "case", created(), tell, sets("now", word='"now"'), wait, sets("then", word='"then"')),
        messages=[{"key": "hello", "label": label("hello"), "body": {"en": "Hello"}}],
    )
    case = world.create("case", {"name": "a"})
    assert case.values["word"] == "now"
    done, waiting = world.support("run", case.id)
    assert [(each["key"], each["state"]) for each in done.why["steps"]] == [
        ("tell", "later"),
        ("now", "done"),
        ("wait", "later"),
        ("then", "later"),
    ]
    assert (done.state, waiting.state, waiting.why["left"]) == ("done", "waiting", ["tell", "wait", "then"])


def test_a_circle_stops_the_act_and_names_the_chain(install: Install) -> None:
    world = install(
        rule("up", "case", changed("number"), sets(other="number + 1"), condition="number < 1000"),
        rule("back", "case", changed("other"), sets(number="other"), condition="other < 1000"),
    )
    case = world.create("case", {"name": "a"}).id
    with pytest.raises(BudgetSpent) as spent:
        world.update("case", case, {"number": 1})
    assert (spent.value.limit, len(spent.value.chain)) == ("depth", 9)
    assert spent.value.chain[:2] == ("rule:up", "rule:back")
    assert world.stored("case", case)["number"] is None
    assert world.support("run", case) == []


def test_too_many_writes_stop_the_act(install: Install) -> None:
    doubling = [{**LETTER, "key": f"write{number}"} for number in range(34)]
    many = [
        {
            "kind": "create",
            "key": f"part{number}",
            "target": "case",
            "values": {"name": "name", "number": "1"},
        }
        for number in range(33)
    ]
    world = install(
        rule("spread", "case", created(), *many, condition="ISBLANK(number)", rights=["case:create"]),
        rule("write", "case", created(), *doubling, condition="number == 1", rights=["letter:create"]),
    )
    with pytest.raises(BudgetSpent) as spent:
        world.create("case", {"name": "a"})
    assert (spent.value.limit, spent.value.chain) == ("writes", ("rule:spread", "rule:write"))
    assert count(world, "case") == count(world, "letter") == 0


def test_history_imports_start_nothing(install: Install) -> None:
    world = install(rule("mark", "case", created(), sets(word='"x"')))
    request = Request({"name": "a"}, mode="history", rules="none")
    case = world.create("case", request=request)
    assert case.values["word"] is None
    assert world.support("run", case.id) == []


def test_where_nothing_can_start_nothing_is_asked(install: Install) -> None:
    world = install(rule("mark", "case", changed("word"), sets(other="1"), condition="parent.number > 1"))
    case = world.create("case", {"name": "a"}).id
    world.update("case", case, {"number": 1})
    with world.counting() as bare:
        world.update("case", case, {"number": 2})
    with world.counting() as read:
        world.update("case", case, {"word": "x"})  # no parent: nothing to read for the condition either
    assert len(read) == len(bare)
    assert not any("SAVEPOINT" in text for text in [*bare, *read])
