"""How clocks stand on many records at once, and the rules that somebody can ask about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.api.crm import NOW, Crm, crm
from tests.api.test_crm_clocks import patch
from tests.api.test_crm_rules import lead

__all__ = ["crm"]


@pytest.fixture(autouse=True)
def _clock(crm: Crm) -> Iterator[None]:
    crm.clock.now = NOW
    yield
    crm.clock.now = NOW


def clock(crm: Crm, record: str, who: str = "rep1", sla: str = "lead_first_response") -> dict[str, object]:
    found = crm.items(who, f"/clocks?entity=lead&records={record}")
    return next(each for each in found if each["sla"] == sla)


def test_a_clock_goes_from_ok_to_warning_to_overdue(crm: Crm) -> None:
    record = lead(crm, "rep1")["id"]
    first = clock(crm, record)
    assert (first["state"], first["left"], first["over"]) == ("ok", 1800, 0)
    assert (first["due"], first["record_id"]) == ("2026-03-02T01:30:00Z", record)
    crm.clock.now = NOW + timedelta(minutes=21)
    assert (clock(crm, record)["state"], clock(crm, record)["left"]) == ("warning", 540)
    crm.clock.now = NOW + timedelta(hours=5)  # 14:00, of which 12:00 to 13:30 is no working time
    late = clock(crm, record)
    assert (late["state"], late["left"], late["over"]) == ("overdue", 0, 3 * 3600)


def test_what_is_over_or_not_readable_has_none(crm: Crm) -> None:
    record = lead(crm, "rep1")["id"]
    path = f"/clocks?entity=lead&records={record}"
    assert crm.items("rep3", path) == []
    assert crm.get("nobody", path).status == 404
    patch(crm, "lead", record, stage="contacted")
    assert [each["sla"] for each in crm.items("rep1", path)] == ["lead_stall"]
    assert crm.items("rep1", "/clocks?entity=product&records=" + record) == []


def test_many_are_asked_for_by_one_statement(crm: Crm) -> None:
    ids = ",".join(lead(crm, "rep1")["id"] for _ in range(3))
    crm.items("rep1", f"/clocks?entity=lead&records={ids}")
    with crm.counted() as statements:
        found = crm.items("rep1", f"/clocks?entity=lead&records={ids}")
    assert len({each["record_id"] for each in found}) == 3
    assert len(statements) <= 2, statements  # who, clocks
    assert crm.get("rep1", "/clocks?entity=lead&records=x").code == "bad_request"
    many = ",".join([ids.split(",")[0]] * 501)
    assert crm.get("rep1", f"/clocks?entity=lead&records={many}").status == 400


def test_a_day_that_makes_up_for_a_holiday_is_named(crm: Crm) -> None:
    crm.clock.now = datetime.fromisoformat("2025-09-30T17:50:00+08:00")
    record = lead(crm, "rep1")["id"]
    path = f"/timers?record={record}&sla=lead_first_response"
    why = next(each for each in crm.items("rep1", path) if each["kind"] == "target")["why"]
    names = [each["label"].get("zh-CN") for each in why["skipped"]]
    assert names
    assert all("国庆" in str(name) for name in names), names
    crm.clock.now = datetime.fromisoformat("2025-09-27T17:50:00+08:00")  # Saturday before a Sunday of work
    record = lead(crm, "rep1")["id"]
    path = f"/timers?record={record}&sla=lead_first_response"
    target = next(each for each in crm.items("rep1", path) if each["kind"] == "target")
    assert [each["reason"] for each in target["why"]["skipped"]] == ["weekday"]
    assert [each["date"] for each in target["why"]["special"]] == ["2025-09-28"]
    tiers = {each["tier"]: each["tier_label"] for each in crm.items("rep1", path)}
    assert tiers["manager"] == {"en": "The manager", "zh-CN": "提醒主管"}


def test_rules_that_can_be_asked_about(crm: Crm) -> None:
    found = {each["key"]: each for each in crm.items("rep1", "/rules?entity=lead")}
    assert found["hot_lead_pop_up"]["label"]["zh-CN"] == "高分线索手机弹窗"
    assert (found["hot_lead_pop_up"]["trigger"], found["waits_for_budget"]["kind"]) == ("band", "signal")
    assert {each["entity"] for each in found.values()} == {"lead"}
    assert crm.get("rep1", "/rules?entity=none").status == 404
    assert crm.get("nobody", "/rules").status == 404


def test_the_app_says_which_records_have_clocks(crm: Crm) -> None:
    entities = {each["key"]: each["clocks"] for each in crm.get("rep1", "").json["entities"]}
    assert (entities["lead"], entities["product"]) == (True, False)
