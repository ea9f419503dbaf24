"""What somebody has to do: open to-dos that are theirs, late ones first, with what each is about."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from runtime.query.tasks import _is_late
from tests.api.crm import NOW, Crm, crm

__all__ = ["crm"]
DAY = timedelta(days=1)


def test_open_ones_of_the_actor_by_due(crm: Crm) -> None:
    lead = crm.insert("lead", "rep1", name="王芳", stage="captured")
    mine = {"assignee": crm.ids["rep1"], "stage": "open"}
    crm.insert("task", "rep1", name="无期限", **mine)
    crm.insert("task", "rep1", name="后天", due_at=NOW + 2 * DAY, lead=lead, **mine)
    crm.insert("task", "rep1", name="已过期", due_at=NOW - DAY, **mine | {"stage": "doing"})
    crm.insert("task", "rep1", name="已完成", due_at=NOW - DAY, **mine | {"stage": "done"})
    crm.insert("task", "rep1", name="别人的", due_at=NOW - DAY, assignee=crm.ids["rep2"], stage="open")
    found = crm.as_("rep1").get("/tasks").json
    assert [(each["name"], each["late"]) for each in found["items"]] == [
        ("已过期", True),
        ("后天", False),
        ("无期限", False),
    ]
    assert (found["late"], found["more"]) == (1, False)
    assert found["items"][1]["about"] == {"entity": "lead", "id": str(lead), "name": "王芳"}
    assert found["items"][1]["due"] == "2026-03-04T01:00:00Z"
    assert [each["name"] for each in crm.as_("rep2").get("/tasks").json["items"]] == ["别人的"]
    short = crm.as_("rep1").get("/tasks?limit=1").json
    assert ([each["name"] for each in short["items"]], short["more"]) == (["已过期"], True)
    assert crm.as_("nobody").get("/tasks").json == {"items": [], "late": 0, "more": False}


def test_what_may_not_be_read_is_not_named(crm: Crm) -> None:
    lead = crm.insert("lead", "rep3", name="外区", stage="captured")
    crm.insert("task", "rep2", name="代跟", lead=lead, assignee=crm.ids["rep2"], stage="open")
    (found,) = [each for each in crm.as_("rep2").get("/tasks").json["items"] if each["name"] == "代跟"]
    assert found["about"] is None


def test_they_cost_few_statements(crm: Crm) -> None:
    crm.as_("rep1").get("/tasks")
    with crm.counted() as statements:
        assert crm.as_("rep1").get("/tasks").status == 200
    assert len(statements) <= 6, statements  # who, apps, version, switches; to-dos, leads


@pytest.mark.parametrize(
    ("due", "late"),
    [
        ("2026-03-01", True),
        ("2026-03-02", False),
        ("2026-03-01T16:00:00Z", True),
        ("2026-03-01T17:00:00Z", False),
    ],
)
def test_a_day_is_over_where_the_firm_is(due: str, late: bool) -> None:
    """Half past midnight in Shanghai, when it is still the day before in UTC."""
    assert _is_late(due, datetime.fromisoformat("2026-03-02T00:30:00+08:00")) is late
