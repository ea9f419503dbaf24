"""Events told by programs, and calculations on demand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from schema_store.database import reading
from tests.api.crm import Crm, crm
from tests.asgi import Answer

__all__ = ["crm"]


def tell(crm: Crm, who: str, body: Any) -> Answer:
    return crm.as_(who).post("/apps/crm/events", body)


def make(crm: Crm, **values: Any) -> str:
    answer = crm.as_("rep1").post("/apps/crm/records/lead", {"name": "王", **values})
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


def test_events_are_kept_once(crm: Crm) -> None:
    lead = make(crm, phone="13800138009")
    event = {"kind": "download", "entity": "lead", "record_id": lead, "id": "e-1", "data": {"page": "x"}}
    first = tell(crm, "rep1", event)
    assert (first.status, first.json) == (202, {"accepted": 1, "duplicates": 0}), first.body
    again = tell(crm, "rep1", [event, {**event, "id": "e-2"}, {**event, "id": "e-2"}, {**event, "id": None}])
    assert again.json == {"accepted": 2, "duplicates": 2}
    with reading(crm.engine) as connection:
        table = crm.served.support.event
        assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 3
    items = crm.get("rep1", f"/records/lead/{lead}/timeline").json["items"]
    events = [item for item in items if item["entry"] == "event"]
    assert len(events) == 3
    assert {event["kind"] for event in events} == {"download"}
    found = crm.items("rep1", "/records/lead?filter=COUNT(events,%20kind%20==%20%22download%22)%20%3E%202")
    assert [item["id"] for item in found] == [lead]


def test_an_event_finds_its_record_by_values(crm: Crm) -> None:
    lead = make(crm, phone="13912345678")
    event = {
        "kind": "visit",
        "entity": "lead",
        "match": {"phone": "139 1234 5678"},
        "at": "2026-03-01T00:00:00Z",
    }
    assert tell(crm, "rep1", event).json == {"accepted": 1, "duplicates": 0}
    items = crm.get("rep1", f"/records/lead/{lead}/timeline").json["items"]
    assert any(item["entry"] == "event" and item["at"] == "2026-03-01T00:00:00Z" for item in items)


@pytest.mark.parametrize(
    ("change", "status", "place", "code"),
    [
        ({"record_id": "01900000-0000-7000-8000-000000000000"}, 422, "/0/record_id", "no_such_record"),
        ({"record_id": None}, 422, "/0/record_id", "required"),
        ({"match": {"name": "x"}}, 422, "/0/record_id", "required"),
        ({"record_id": None, "match": {"name": "nobody"}}, 422, "/0/match", "no_such_record"),
        ({"record_id": None, "match": {"nonsense": 1}}, 422, "/0/match/nonsense", "unknown_field"),
        ({"at": "2027-01-01T00:00:00Z"}, 422, "/0/at", "out_of_range"),
        ({"kind": "no good"}, 422, "", ""),
        ({"entity": "starship"}, 404, "", ""),
        ({"entity": "user"}, 404, "", ""),
    ],
)
def test_events_that_are_refused(
    crm: Crm, change: dict[str, Any], status: int, place: str, code: str
) -> None:
    lead = make(crm)
    answer = tell(crm, "rep1", [{"kind": "visit", "entity": "lead", "record_id": lead, **change}])
    assert answer.status == status, answer.body
    if place:
        assert [(error["pointer"], error["code"]) for error in answer.json["errors"]] == [(place, code)]


def test_only_who_may_change_a_record_tells_of_it(crm: Crm) -> None:
    lead = make(crm)
    event = {"kind": "visit", "entity": "lead", "record_id": lead}
    assert tell(crm, "rep3", event).status == 422
    assert tell(crm, "nobody", event).status == 404
    assert tell(crm, "rep1", [event] * 1_001).status == 413


def test_the_rebate_with_its_lines(crm: Crm) -> None:
    answer = crm.as_("finance").post(
        "/apps/crm/calculations/dealer_rebate", {"inputs": {"amount": "350000.00"}}
    )
    assert answer.status == 200, answer.body
    assert answer.json["value"] == "6500.00"
    lines = answer.json["lines"]
    assert [line["key"] for line in lines] == ["slice_1", "slice_2", "slice_3", "effective_rate", "rebate"]
    assert all(line["expression"] and line["label"] for line in lines)
    assert [float(line["value"]) for line in lines[:3]] == [1000, 4000, 1500]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"inputs": {}}, 422, "/inputs/amount"),
        ({"inputs": {"amount": "x"}}, 422, "/inputs/amount"),
        ({"inputs": {"amount": "1" * 40}}, 422, "/inputs/amount"),
        ({"inputs": {"amount": 5, "nonsense": 1}}, 422, "/inputs/nonsense"),
    ],
)
def test_inputs_that_are_none(crm: Crm, body: Any, status: int, field: str) -> None:
    answer = crm.as_("finance").post("/apps/crm/calculations/dealer_rebate", body)
    assert answer.status == status, answer.body
    assert [error["pointer"] for error in answer.json["errors"]] == [field]
    assert crm.as_("finance").post("/apps/crm/calculations/none", {}).status == 404
    assert crm.as_("nobody").post("/apps/crm/calculations/dealer_rebate", body).status == 404


def test_inputs_from_a_record(crm: Crm) -> None:
    dealer = crm.as_("admin").post("/apps/crm/records/dealer", {"name": "经销商"})
    assert dealer.status == 201, dealer.body
    rebate = crm.insert(
        "rebate", "admin", dealer=dealer_id(dealer), year=2026, quarter=1, base_amount=350_000
    )
    answer = crm.as_("finance").post("/apps/crm/calculations/dealer_rebate", {"record_id": str(rebate)})
    assert answer.status == 200, answer.body
    assert answer.json["value"] == "6500.00"
    hidden = crm.as_("rep3").post("/apps/crm/calculations/dealer_rebate", {"record_id": str(rebate)})
    assert hidden.status in (403, 404)


def dealer_id(answer: Answer) -> Any:
    return UUID(answer.json["id"])
