"""Every refusal at the door of a record is a row: who, what, by which rule, why; counted up, never a flood."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from runtime.auditing.counting import MOST_A_MINUTE
from runtime.auditing.tables import AUDIT
from schema_store.database import reading
from tests.api.crm import Crm, crm

__all__ = ["crm"]


@pytest.fixture(autouse=True)
def _next_minute(crm: Crm) -> None:
    """Each test has a minute of its own: what others were refused is not counted up here."""
    crm.clock.now += timedelta(minutes=2)


def refusals(crm: Crm, who: str) -> list[Any]:
    """What was refused to somebody in this minute."""
    table = crm.served.support.refusal
    with reading(crm.engine) as connection:
        mine = sa.select(table).where(table.c.by == crm.ids[who], table.c.at == crm.clock.now)
        return list(connection.execute(mine.order_by(table.c.id)))


def entity_id(crm: Crm, key: str) -> str:
    return crm.served.app.entities[key].id


def make(crm: Crm, who: str, entity: str, **values: Any) -> dict[str, Any]:
    answer = crm.as_(who).post(f"/apps/crm/records/{entity}", values)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json
    return made


def test_what_may_not_be_done(crm: Crm) -> None:
    made = make(crm, "rep1", "lead", name="a")
    assert crm.as_("rep1").delete(f"/apps/crm/records/lead/{made['id']}").status == 403
    (row,) = refusals(crm, "rep1")
    assert (row.entity, row.record, row.at) == (entity_id(crm, "lead"), UUID(made["id"]), crm.clock.now)
    assert (row.act, row.code, row.count) == ("delete", "forbidden", 1)
    assert row.why == {"roles": ["rep"]}


def test_each_code_with_its_why_and_without_values(crm: Crm) -> None:
    lead = make(crm, "rep1", "lead", name="b", phone="13800138777")
    path = f"/apps/crm/records/lead/{lead['id']}"
    rep = crm.as_("rep1")
    assert rep.patch(path, {"budget": "secret text"}).status == 422
    assert rep.patch(path, {"note": "x"}, headers=[("if-match", '"7"')]).status == 412
    account = make(crm, "rep1", "account", name="某客户")["id"]
    deal = crm.insert("opportunity", name="d", stage="need", account=UUID(account))
    gated = f"/apps/crm/records/opportunity/{deal}/transition"
    assert rep.post(gated, {"to": "proposal"}).code == "gate_closed"
    assert rep.send("PUT", "/apps/crm/records/lead/by/nonsense/x", json={}).status == 404
    found = {(row.act, row.code): row for row in refusals(crm, "rep1")}
    assert found.keys() == {
        ("update", "invalid"),
        ("update", "stale"),
        ("transition", "gate_closed"),
        ("upsert", "not_found"),
    }
    assert found["update", "invalid"].why["errors"][0]["field"] == "/budget"
    assert found["update", "stale"].why == {"version": 1}
    unmet = found["transition", "gate_closed"].why["unmet"]
    assert unmet
    assert all(each.keys() == {"key", "kind"} for each in unmet)
    assert "secret" not in str([row.why for row in refusals(crm, "rep1")])


def test_invisible_and_absent_records_cost_the_same_and_are_told_apart_here_only(crm: Crm) -> None:
    made = make(crm, "rep1", "lead", name="c")
    other = crm.as_("rep3")
    other.get("/me")
    with crm.counted() as seen:
        invisible = other.get(f"/apps/crm/records/lead/{made['id']}")
    with crm.counted() as not_there:
        absent = other.get(f"/apps/crm/records/lead/{uuid4()}")
    assert invisible.status == 404
    assert invisible.body == absent.body
    assert len(seen) == len(not_there)
    by_code = sorted(refusals(crm, "rep3"), key=lambda row: row.why["exists"])
    assert [(row.record, row.code, row.why) for row in by_code] == [
        (None, "not_found", {"exists": False}),
        (UUID(made["id"]), "not_found", {"exists": True}),
    ]


def test_an_entity_that_is_not_there_is_noted_without_its_name(crm: Crm) -> None:
    assert crm.as_("rep1").get("/apps/crm/records/secrets").status == 404
    assert crm.get("nobody", "/records/lead").status == 404
    assert [(row.entity, row.act, row.code) for row in refusals(crm, "rep1")] == [("", "read", "not_found")]
    assert [row.entity for row in refusals(crm, "nobody")] == [entity_id(crm, "lead")]


def test_the_same_refusal_within_a_minute_is_counted_up(crm: Crm) -> None:
    made = make(crm, "rep1", "lead", name="d")
    path = f"/apps/crm/records/lead/{made['id']}"
    for _ in range(3):
        crm.as_("rep1").delete(path)
    assert [row.count for row in refusals(crm, "rep1")] == [3]
    crm.clock.now += timedelta(minutes=1)
    crm.as_("rep1").delete(path)
    assert [row.count for row in refusals(crm, "rep1")] == [1]


def test_nobody_can_fill_the_table(crm: Crm) -> None:
    rows = [{"id": str(crm.insert("lead", owner="rep1", name="x")), "note": "y"} for _ in range(100)]
    for each in rows[: MOST_A_MINUTE + 10]:
        crm.as_("rep3").patch(f"/apps/crm/records/lead/{each['id']}", {"note": "y"})
    found = refusals(crm, "rep3")
    assert len(found) == MOST_A_MINUTE + 1
    rest = [row for row in found if row.code == "many"]
    assert [(row.act, row.record, row.count) for row in rest] == [("many", None, 10)]


def test_rows_of_a_bulk_are_noted_whether_it_is_all_or_each(crm: Crm) -> None:
    path = "/apps/crm/records/lead/bulk"
    crm.as_("rep1").post(path, {"create": [{}] * 500, "atomic": False})
    crm.as_("rep2").post(path, {"create": [{"name": "fine"}, {}]})
    assert [(row.act, row.code, row.count) for row in refusals(crm, "rep1")] == [("bulk", "invalid", 500)]
    assert [(row.act, row.code, row.count) for row in refusals(crm, "rep2")] == [("bulk", "invalid", 1)]


def test_questions_that_cannot_be_asked_are_no_refusals(crm: Crm) -> None:
    for words in ("sort=nonsense", "filter=1%20%2B", "limit=0"):
        assert crm.get("rep1", f"/records/lead?{words}").status == 400
    assert refusals(crm, "rep1") == []


def test_a_right_that_somebody_has_not_is_noted_for_the_platform(crm: Crm) -> None:
    target = str(crm.ids["admin"])
    assert crm.as_("rep1").patch(f"/users/{target}", {"name": "x"}).status == 403
    assert crm.get("rep1", "/draft").status == 403
    with reading(crm.engine) as connection:
        mine = sa.select(AUDIT).where(AUDIT.c.by == crm.ids["rep1"], AUDIT.c.at == crm.clock.now)
        found = {row.details["operation"]: row for row in connection.execute(mine)}
    assert {row.act for row in found.values()} == {"refused"}
    assert found["read_draft"].app == "crm"
    assert found["change_user"].subject == target
    assert found["change_user"].details["code"] == "forbidden"


def test_what_is_refused_leaves_nothing_but_the_row(crm: Crm) -> None:
    made = make(crm, "rep1", "lead", name="e")
    crm.as_("rep1").patch(f"/apps/crm/records/lead/{made['id']}", {"note": "half", "budget": "x"})
    assert crm.get("rep1", f"/records/lead/{made['id']}").json["note"] is None
    assert [row.code for row in refusals(crm, "rep1")] == ["invalid"]
