"""Bulk writes, and what a record's past and its explanation tell to whom."""

from __future__ import annotations

from typing import Any

from tests.api.crm import Crm, crm
from tests.asgi import Answer

__all__ = ["crm"]


def bulk(crm: Crm, who: str, body: Any) -> Answer:
    return crm.as_(who).post("/apps/crm/records/lead/bulk", body)


def make(crm: Crm, who: str, entity: str, **values: Any) -> dict[str, Any]:
    answer = crm.as_(who).post(f"/apps/crm/records/{entity}", values)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json
    return made


def test_bulk_writes_all_or_nothing(crm: Crm) -> None:
    before = len(crm.items("rep1", "/records/lead?limit=500"))
    done = bulk(crm, "rep1", {"create": [{"name": "a"}, {"name": "b"}]})
    assert done.status == 200, done.body
    assert [(row["index"], row["status"]) for row in done.json["results"]] == [(0, 201), (1, 201)]
    first = done.json["results"][0]["id"]
    body = {"create": [{"name": "c"}], "update": [{"id": first, "note": "x"}, {"id": first, "budget": "y"}]}
    refused = bulk(crm, "rep1", body)
    assert (refused.status, refused.code, refused.json["index"]) == (422, "invalid", 2)
    assert crm.get("rep1", f"/records/lead/{first}").json["note"] is None
    assert len(crm.items("rep1", "/records/lead?limit=500")) == before + 2


def test_bulk_row_by_row(crm: Crm) -> None:
    made = make(crm, "rep1", "lead", name="row")
    body = {
        "atomic": False,
        "create": [{"name": "one"}, {}],
        "update": [
            {"id": made["id"], "version": 7, "note": "x"},
            {"id": made["id"], "version": 1, "note": "y"},
            {"note": "z"},
        ],
        "delete": [made["id"], "nonsense", {"id": made["id"], "version": True}],
    }
    done = bulk(crm, "rep1", body)
    assert done.status == 200, done.body
    rows = done.json["results"]
    assert [row["index"] for row in rows] == list(range(8))
    assert [row["status"] for row in rows] == [201, 422, 412, 200, 422, 403, 422, 422]
    assert rows[1]["error"]["errors"][0]["field"] == "name"
    assert crm.get("rep1", f"/records/lead/{made['id']}").json["note"] == "y"
    assert bulk(crm, "admin", {"delete": [made["id"]]}).json["results"][0]["status"] == 204
    assert bulk(crm, "rep1", {"create": [{"name": "x"}] * 1_001}).status == 413
    assert bulk(crm, "nobody", {"create": []}).status == 404
    assert bulk(crm, "rep1", {"nonsense": []}).status == 422


def test_history_names_fields_people_and_causes(crm: Crm) -> None:
    made = make(crm, "rep1", "lead", name="历史", budget="5")
    path = f"/records/lead/{made['id']}"
    crm.as_("manager").patch(f"/apps/crm{path}", {"budget": "6", "note": "n"})
    entries = crm.get("rep1", f"{path}/history").json
    assert entries["next"] is None
    newest, oldest = entries["items"]
    assert newest["by"] == {"id": str(crm.ids["manager"]), "name": "manager"}
    assert (newest["act"], newest["version"]) == ("update", 2)
    changes = {change["field"]: (change["before"], change["after"]) for change in newest["changes"]}
    assert changes["budget"] == ("5.00", "6.00")
    assert changes["note"] == (None, "n")
    assert oldest["act"] == "create"
    page = crm.get("rep1", f"{path}/history?limit=1").json
    assert page["items"] == [newest]
    rest = crm.get("rep1", f"{path}/history?limit=1&cursor={page['next']}").json
    assert rest["items"] == [oldest]
    assert crm.get("rep3", f"{path}/history").status == 404
    other = make(crm, "rep1", "lead", name="x")
    stolen = crm.get("rep1", f"/records/lead/{other['id']}/history?cursor={page['next']}")
    assert (stolen.status, stolen.code) == (400, "bad_request")


def test_history_hides_fields_that_may_not_be_read(crm: Crm) -> None:
    made = make(crm, "admin", "account", name="某公司", credit_limit="500", owner_id=str(crm.ids["rep1"]))
    path = f"/records/account/{made['id']}"
    crm.as_("admin").patch(f"/apps/crm{path}", {"credit_limit": "900"})

    def fields(who: str) -> set[str]:
        items = crm.get(who, f"{path}/history").json["items"]
        return {change["field"] for entry in items for change in entry["changes"]}

    assert "credit_limit" in fields("admin")
    assert "credit_limit" not in fields("rep1")
    assert crm.get("rep1", f"{path}?fields=credit_limit").code == "unknown_field"


def test_timeline_joins_what_happened(crm: Crm) -> None:
    made = make(crm, "rep1", "lead", name="时间线", phone="13800138001")
    items = crm.get("rep1", f"/records/lead/{made['id']}/timeline").json["items"]
    assert {item["entry"] for item in items} == {"change", "stage"}
    stage = next(item for item in items if item["entry"] == "stage")
    assert (stage["field"], stage["stage"], stage["previous"]) == ("stage", "captured", None)


def test_explain_a_formula_a_score_and_a_plain_field(crm: Crm) -> None:
    make(crm, "rep1", "lead", name="x")
    made = make(crm, "rep1", "lead", name="解释", phone="13800138002", site_minutes=4)
    path = f"/records/lead/{made['id']}/explain"
    score = crm.get("rep1", f"{path}?field=maturity")
    assert score.status == 200, score.body
    assert score.json["allowed"] is True
    assert score.json["sentences"]
    value = score.json["value"]
    assert value["kind"] == "score"
    assert value["complete"] is True
    assert value["value"] == made["maturity"]
    assert sum(float(factor["points"]) for factor in value["factors"]) == made["maturity"]
    formula = crm.get("rep1", f"{path}?field=days_idle").json["value"]
    assert formula["kind"] == "formula"
    assert formula["trace"]["value"] == formula["value"]
    assert formula["trace"]["children"]
    plain = crm.get("rep1", f"{path}?field=name").json["value"]
    assert plain["kind"] == "given"
    assert plain["change"]["after"] == "解释"
    assert crm.get("rep1", f"{path}?field=nonsense").code == "unknown_field"
    refused = crm.get("rep1", f"{path}?act=delete").json
    assert refused["allowed"] is False
    assert refused["value"] is None
    assert crm.get("rep3", path).status == 404
