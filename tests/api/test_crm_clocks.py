"""Every rule and every clock of the CRM template that runs with a save, over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.crm import NOW, Crm, crm
from tests.api.test_crm_rules import contract, lead, make, post, seen

__all__ = ["crm"]


def dues(crm: Crm, record: str, sla: str) -> dict[str, timedelta]:
    """How long after the moment of the server each moment of a clock is due."""
    items = crm.items("admin", f"/timers?record={record}&sla={sla}&state=running")
    return {each["tier"]: datetime.fromisoformat(each["due"]) - crm.clock.now for each in items}


def patch(crm: Crm, entity: str, record: str, **values: Any) -> dict[str, Any]:
    answer = crm.as_("admin").patch(f"/apps/crm/records/{entity}/{record}", values)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def account(crm: Crm, **values: Any) -> str:
    return str(make(crm, "admin", "account", name=f"时限客户{lead(crm)['code']}", **values)["id"])


def tell(crm: Crm, entity: str, record: str, kind: str, **more: Any) -> None:
    event = {"kind": kind, "entity": entity, "record_id": record, **more}
    assert post(crm, "admin", "/events", event).status == 202


def run_states(crm: Crm, record: str) -> dict[str, str]:
    return {run["rule"]: run["state"] for run in crm.items("admin", f"/runs?record={record}")}


HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def test_the_clock_of_the_server_stands_in_office_hours() -> None:
    local = NOW.astimezone(datetime.fromisoformat("2026-03-02T09:00:00+08:00").tzinfo)
    assert (local.isoweekday(), local.hour) == (1, 9)


def test_clocks_of_a_lead(crm: Crm) -> None:
    record = lead(crm)["id"]
    assert dues(crm, record, "lead_first_response") == {
        "warning": 20 * MINUTE,
        "target": 30 * MINUTE,
        "rep": 30 * MINUTE,
        "manager": 60 * MINUTE,
    }
    assert dues(crm, record, "lead_follow_up") == {"target": 48 * HOUR, "rep": 48 * HOUR}
    patch(crm, "lead", record, stage="contacted")
    assert dues(crm, record, "lead_first_response") == {}
    assert dues(crm, record, "lead_stall") == {"target": 120 * HOUR, "manager": 120 * HOUR}


def test_a_lead_of_friday_evening_waits_for_monday_morning(crm: Crm) -> None:
    crm.clock.now = datetime.fromisoformat("2026-03-06T17:50:00+08:00")
    try:
        record = lead(crm)["id"]
        items = crm.items("admin", f"/timers?record={record}&sla=lead_first_response")
        target = next(each for each in items if each["tier"] == "target")
        assert target["due"] == "2026-03-09T01:20:00Z"  # Monday 9:20
        assert [each["date"] for each in target["why"]["skipped"]] == ["2026-03-07", "2026-03-08"]
        assert [seconds for *_, seconds in target["why"]["counted"]] == [600, 1200]
    finally:
        crm.clock.now = NOW


def test_s1_57_three_steps_of_feedback_on_a_proposal(crm: Crm) -> None:
    record = make(crm, "admin", "opportunity", name="方案反馈", account=account(crm))["id"]
    move = {"to": "proposal", "override": "测试"}
    assert post(crm, "admin", f"/records/opportunity/{record}/transition", move).status == 200
    assert dues(crm, record, "proposal_file_due") == {"target": 48 * HOUR, "manager": 48 * HOUR}
    assert dues(crm, record, "proposal_feedback") == {}
    patch(crm, "opportunity", record, proposal_sent_at=NOW.isoformat())
    assert dues(crm, record, "proposal_feedback") == {
        "warning": 36 * HOUR,
        "target": 48 * HOUR,
        "rep": 48 * HOUR,
        "manager": 72 * HOUR,
        "director": 96 * HOUR,
    }
    patch(crm, "opportunity", record, feedback_at=NOW.isoformat())
    assert dues(crm, record, "proposal_feedback") == {}


def test_clocks_of_a_ticket_by_urgency(crm: Crm) -> None:
    record = make(crm, "service", "ticket", name="漏水", priority="urgent", account=account(crm))["id"]
    assert dues(crm, record, "ticket_first_response") == {
        "warning": 15 * MINUTE,
        "target": 22 * MINUTE,
        "service": 22 * MINUTE,
        "manager": 52 * MINUTE,
    }
    assert dues(crm, record, "ticket_urgent")["director"] == 36 * HOUR
    assert dues(crm, record, "ticket_normal") == {}
    patch(crm, "ticket", record, priority="normal")
    assert dues(crm, record, "ticket_urgent") == {}
    assert dues(crm, record, "ticket_normal")["target"] == 72 * HOUR


def test_a_contract_in_approval_counts_office_hours(crm: Crm) -> None:
    record = contract(crm)
    assert dues(crm, record, "contract_approval") == {}
    patch(crm, "contract", record, stage="legal_review")
    # three whole days of 7.5 hours and 1.5 hours of the fourth
    assert dues(crm, record, "contract_approval") == {
        "target": timedelta(days=3, hours=1.5),
        "legal": timedelta(days=3, hours=1.5),
    }
    patch(crm, "contract", record, stage="approval")  # the condition holds on: the clock is not started anew
    assert len(crm.items("admin", f"/timers?record={record}&sla=contract_approval")) == 2


@pytest.mark.parametrize(
    ("entity", "values", "sla", "target"),
    [
        ("complaint", {"name": "送货晚"}, "complaint_tracing", 24 * HOUR),
        ("activity", {"name": "拜访", "kind": "visit"}, "visit_notes", 24 * HOUR),
    ],
)
def test_other_clocks(crm: Crm, entity: str, values: dict[str, Any], sla: str, target: timedelta) -> None:
    record = make(crm, "admin", entity, account=account(crm), **values)["id"]
    assert dues(crm, record, sla)["target"] == target


def test_an_order_in_the_erp_makes_the_customer_active(crm: Crm) -> None:
    plain, strategic = account(crm, level="dormant"), account(crm, level="strategic")
    for record in (plain, strategic):
        tell(crm, "account", record, "erp_order")
    assert seen(crm, "account", plain, "admin")["level"] == "active"
    assert seen(crm, "account", strategic, "admin")["level"] == "strategic"


def test_leaving_the_first_stage_stamps_the_first_response_once(crm: Crm) -> None:
    record = lead(crm)["id"]
    moved = patch(crm, "lead", record, stage="contacted")
    assert moved["first_response_at"] == "2026-03-02T01:00:00Z"
    patch(crm, "lead", record, stage="captured")
    crm.clock.now = NOW + HOUR
    try:
        patch(crm, "lead", record, stage="contacted")
    finally:
        crm.clock.now = NOW
    assert seen(crm, "lead", record)["first_response_at"] == "2026-03-02T01:00:00Z"


def test_tags_start_what_waits_for_them(crm: Crm) -> None:
    record = account(crm)
    patch(crm, "account", record, tags=["record_no_package"])
    assert run_states(crm, record) == {"video_consultation": "waiting"}
    patch(crm, "account", record, tags=["no_record"])
    assert run_states(crm, record) == {"video_consultation": "waiting", "open_health_record": "waiting"}
    shy = account(crm, push_excluded=True)
    patch(crm, "account", shy, tags=["no_record"])
    assert run_states(crm, shy) == {}


def test_the_same_topic_twice_waits_to_be_sent(crm: Crm) -> None:
    record = account(crm)
    for topic in ("pipe_pressure", "price", "pipe_pressure"):
        tell(crm, "account", record, "inquiry", topic=topic)
    assert "repeated_topic" not in run_states(crm, record)
    tell(crm, "account", record, "inquiry", topic="pipe_pressure")
    assert run_states(crm, record)["repeated_topic"] == "waiting"


def test_three_purchases_without_service_bring_a_call_and_a_message(crm: Crm) -> None:
    record = account(crm)
    for days in (80, 50):
        tell(crm, "account", record, "glucose_purchase", at=(NOW - timedelta(days=days)).isoformat())
    assert run_states(crm, record) == {}
    tell(crm, "account", record, "glucose_purchase")
    (run,) = crm.items("admin", f"/runs?record={record}&rule=three_months_without_service")
    assert (run["state"], run["why"]["left"]) == ("waiting", ["call", "sms"])
    served = account(crm)
    tell(crm, "account", served, "follow_up_service")
    for _ in range(3):
        tell(crm, "account", served, "glucose_purchase")
    assert run_states(crm, served) == {}


def test_a_complaint_waits_to_be_told(crm: Crm) -> None:
    record = make(crm, "admin", "complaint", name="发错货", account=account(crm))["id"]
    assert run_states(crm, record) == {"complaint_pauses_pushes": "waiting"}


@pytest.mark.parametrize(
    ("entity", "field", "text", "tag"),
    [
        ("lead", "note", "客户说别家更便宜", "price_sensitive"),
        ("ticket", "problem", "货还没到货", "delivery"),
    ],
)
def test_s1_34_phrases_become_tags(crm: Crm, entity: str, field: str, text: str, tag: str) -> None:
    values = {field: text} | ({"account": account(crm)} if entity == "ticket" else {})
    record = lead(crm, **values) if entity == "lead" else make(crm, "service", entity, name="x", **values)
    assert record["tags"] == [tag]


def test_an_account_that_falls_below_thirty_is_to_be_rescued(crm: Crm) -> None:
    record = account(crm)
    assert seen(crm, "account", record, "admin")["health_band"] == "rescue"
    assert run_states(crm, record) == {}  # a new one crosses nothing
    for number in range(4):
        make(crm, "admin", "activity", name=f"电话{number}", kind="call", account=record)
    assert seen(crm, "account", record, "admin")["health_band"] == "watch"
    for number in range(2):
        make(crm, "admin", "complaint", name=f"投诉{number}", account=record)
    assert seen(crm, "account", record, "admin")["health_band"] == "rescue"
    (run,) = crm.items("admin", f"/runs?record={record}")
    assert (run["rule"], run["state"]) == ("rescue", "waiting")
    assert run["why"]["trigger"] == {"kind": "band", "fields": ["health_band"]}
