"""What somebody types is compared with what is there, before anything is saved."""

from __future__ import annotations

from typing import Any

from tests.api.crm import Crm, crm
from tests.asgi import Answer

__all__ = ["crm"]


def ask(crm: Crm, values: dict[str, Any], who: str = "rep1", **more: Any) -> Answer:
    body = {"values": values, **more}
    return crm.as_(who).send("POST", "/apps/crm/records/lead/duplicates", json=body)


def rules(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [each["rule"] for each in answer.json["duplicates"]]


def test_a_record_that_would_be_refused_or_warned_of_is_named_while_it_is_typed(crm: Crm):
    made = crm.insert(
        "lead", name="李静", phone="+8613800002222", company="远大幕墙工程有限公司", stage="captured"
    )
    same_phone = ask(crm, {"phone": "138 0000 2222"})
    assert rules(same_phone) == ["same_phone"]
    assert same_phone.json["duplicates"][0]["records"] == [str(made)]
    assert rules(ask(crm, {"name": "李静"})) == []
    assert rules(ask(crm, {"phone": "138 0000 2222"}, record_id=str(made))) == []


def test_nothing_is_written_and_nothing_is_told_of_what_the_actor_may_not_see(crm: Crm):
    crm.insert("lead", owner="rep3", name="王明", phone="+8613800003333", stage="captured")
    before = len(crm.items("admin", "/records/lead?limit=500"))
    answer = ask(crm, {"phone": "13800003333", "name": "王明"})
    assert all(each["records"] == [] for each in answer.json["duplicates"])
    assert len(crm.items("admin", "/records/lead?limit=500")) == before
    assert ask(crm, {"margin": 1}).status == 422
