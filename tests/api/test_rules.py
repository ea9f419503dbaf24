"""Runs, timers and switches over REST: who may see what of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.crm import Crm, crm
from tests.api.test_crm_rules import lead, post, seen, tell

__all__ = ["crm"]


def runs(crm: Crm, who: str, **words: Any) -> list[dict[str, Any]]:
    return crm.items(who, "/runs?" + "&".join(f"{key}={value}" for key, value in words.items()))


def test_a_run_says_what_started_it_what_it_saw_and_what_it_did(crm: Crm) -> None:
    record = lead(crm, grade="B")["id"]
    for _ in range(3):
        tell(crm, record, "product_page_visit")
    (run,) = runs(crm, "rep1", rule="third_visit_makes_a", record=record)
    assert (run["state"], run["entity"], run["record_id"]) == ("done", "lead", record)
    assert run["by"] == {"id": str(crm.ids["rep1"]), "name": "rep1"}
    assert run["cause"] == ["rule:count_product_page_visit", "rule:third_visit_makes_a"]
    assert run["why"]["trigger"] == {"kind": "changed", "fields": ["product_page_visits"]}
    condition = run["why"]["condition"]
    assert condition["values"] == {"product_page_visits": 3, "grade": "B"}
    assert run["why"]["steps"] == [
        {"key": "upgrade", "kind": "set", "state": "done", "values": {"grade": "A"}}
    ]
    # Three visits were counted, the third made an A, and an A is followed up at once.
    assert len(runs(crm, "rep1", record=record)) == 5
    assert len(runs(crm, "rep1", rule="follow_up_by_grade", record=record)) == 1
    assert runs(crm, "rep1", record=record, state="failed") == []


def test_pages_of_runs(crm: Crm) -> None:
    record = lead(crm)["id"]
    for _ in range(3):
        tell(crm, record, "download")
    first = crm.get("rep1", f"/runs?record={record}&limit=2").json
    rest = crm.get("rep1", f"/runs?record={record}&limit=2&cursor={first['next']}").json
    assert rest["next"] is None
    assert len({run["id"] for run in first["items"] + rest["items"]}) == 3
    other = crm.get("rep1", f"/runs?limit=2&cursor={first['next']}")
    assert (other.status, other.json["code"]) == (400, "bad_request")


def test_who_may_not_read_a_record_knows_of_no_run(crm: Crm) -> None:
    record = lead(crm)["id"]
    tell(crm, record, "download")
    assert runs(crm, "rep3", record=record) == []
    assert crm.get("rep3", f"/runs/why?rule=count_download&record={record}").status == 404
    assert crm.get("nobody", "/runs").status == 404
    assert crm.get("rep1", "/runs?rule=no_such_rule").status == 404
    assert crm.get("rep1", "/runs?colour=red").status == 400


def test_work_for_after_the_commit_waits_and_can_be_seen(crm: Crm) -> None:
    record = lead(crm, downloads=3)["id"]
    for _ in range(2):
        tell(crm, record, "appointment")
    (run,) = runs(crm, "rep1", rule="hot_lead_pop_up", record=record)
    assert run["state"] == "waiting"
    assert run["why"]["trigger"] == {"kind": "band", "field": "maturity_band", "from": "warm", "to": "hot"}
    assert run["why"]["left"] == ["pop_up"]


def test_why_a_rule_would_not_run(crm: Crm) -> None:
    record = lead(crm, grade="B", product_page_visits=2)["id"]
    path = f"/runs/why?rule=third_visit_makes_a&record={record}"
    why = crm.get("rep1", path).json
    assert (why["on"], why["condition"]["met"]) == (True, False)
    assert why["trigger"] == {"kind": "changed", "fields": ["product_page_visits"]}
    left, right = why["condition"]["trace"]["children"]
    assert (left["value"], left["children"][0]["value"]) == (False, 2)
    assert right["value"] is True or right["computed"] is False
    crm.as_("rep1").patch(f"/apps/crm/records/lead/{record}", {"product_page_visits": 3})
    assert crm.get("rep1", path).json["condition"]["met"] is False  # it is grade A now
    signal = crm.get("rep1", f"/runs/why?rule=price_worry&record={record}").json
    assert signal["condition"] == {"field": "note", "phrases": [], "met": False}
    assert crm.get("rep1", f"/runs/why?rule=plan_on_signing&record={record}").status == 404


def test_timers_with_their_reasons(crm: Crm) -> None:
    record = lead(crm)["id"]
    items = crm.items("rep1", f"/timers?record={record}&sla=lead_first_response")
    assert {(each["kind"], each["tier"]) for each in items} == {
        ("warning", "warning"),
        ("target", "target"),
        ("tier", "rep"),
        ("tier", "manager"),
    }
    target = next(each for each in items if each["kind"] == "target")
    assert (target["state"], target["zone"], target["calendar"]) == (
        "running",
        "Asia/Shanghai",
        "china_office",
    )
    assert sum(seconds for _, _, seconds in target["why"]["counted"]) == 30 * 60
    assert crm.items("rep3", f"/timers?record={record}") == []
    crm.as_("rep1").patch(f"/apps/crm/records/lead/{record}", {"stage": "contacted"})
    assert seen(crm, "lead", record)["first_response_at"] is not None
    states = {each["sla"]: each["state"] for each in crm.items("rep1", f"/timers?record={record}")}
    assert states == {"lead_first_response": "stopped", "lead_follow_up": "stopped", "lead_stall": "running"}


@pytest.fixture
def switched(crm: Crm) -> Iterator[Crm]:
    yield crm
    for kind, key in (("rule", "captured_as_a"), ("signal", "price_worry"), ("sla", "lead_follow_up")):
        assert (
            crm.as_("admin").send("PUT", f"/apps/crm/switches/{kind}/{key}", json={"on": True}).status == 204
        )


def turn(crm: Crm, who: str, kind: str, key: str, on: bool) -> int:
    answer = crm.as_(who).send("PUT", f"/apps/crm/switches/{kind}/{key}", json={"on": on})
    return answer.status


def test_what_is_switched_off_does_nothing_until_it_is_on_again(switched: Crm) -> None:
    crm = switched
    off = [("rule", "captured_as_a"), ("signal", "price_worry"), ("sla", "lead_follow_up")]
    visits = {"product_page_visits": 3, "note": "客户说太贵"}
    before = lead(crm, **visits)
    assert (before["grade"], before["tags"]) == ("A", ["price_sensitive"])
    for kind, key in off:
        assert turn(crm, "ops", kind, key, False) == 204
    after = lead(crm, **visits)
    assert (after["grade"], after["tags"]) == (None, None)
    assert {each["sla"] for each in crm.items("rep1", f"/timers?record={after['id']}")} == {
        "lead_first_response"
    }
    assert crm.get("rep1", f"/runs/why?rule=captured_as_a&record={after['id']}").json["on"] is False
    listed = {(each["kind"], each["key"]): each for each in crm.items("ops", "/switches")}
    assert [listed[each]["on"] for each in off] == [False] * 3
    assert listed["rule", "captured_as_a"]["by"] == str(crm.ids["ops"])
    assert listed["rule", "third_visit_makes_a"] == {
        "kind": "rule",
        "key": "third_visit_makes_a",
        "on": True,
        "at": None,
        "by": None,
    }
    assert turn(crm, "ops", "rule", "captured_as_a", True) == 204
    assert lead(crm, **visits)["grade"] == "A"


def test_only_who_publishes_switches(crm: Crm) -> None:
    assert turn(crm, "rep1", "rule", "captured_as_a", False) in (403, 404)
    assert turn(crm, "nobody", "rule", "captured_as_a", False) == 404
    assert turn(crm, "ops", "rule", "no_such", False) == 404
    assert turn(crm, "ops", "form", "captured_as_a", False) in (404, 422)
    assert post(crm, "ops", "/switches", {}).status in (404, 405)


def test_a_create_without_switches_asks_for_none(crm: Crm) -> None:
    lead(crm)
    with crm.counted() as statements:
        lead(crm)
    assert [text for text in statements if "_switch " in text] == []
