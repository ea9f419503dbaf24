"""What the builder asks of a draft: where something is used, and what a part of it comes to on real records."""

from __future__ import annotations

import itertools
from typing import Any

import orjson
import pytest

from schema_store.canonical import canonical_bytes
from schema_store.refactoring.refactor import rename
from schema_store.structure.load import load_document
from tests.api.crm import Crm, crm
from tests.asgi import Answer
from tests.files import PDF, upload

__all__ = ["crm"]
_numbers = itertools.count()
LEAD = {"name": "周敏", "phone": "13900001111", "company": "华东建材", "source": "fair"}


def document(crm: Crm) -> dict[str, Any]:
    found: dict[str, Any] = crm.as_("ops").get("/apps/crm/draft").json["document"]
    return found


def place(items: list[dict[str, Any]], key: str) -> int:
    return next(index for index, each in enumerate(items) if each["key"] == key)


def patch(crm: Crm, *operations: dict[str, Any]) -> None:
    ops = crm.as_("ops")
    tag = ops.get("/apps/crm/draft").header("etag")
    answer = ops.patch("/apps/crm/draft", list(operations), headers=[("if-match", tag)])
    assert answer.status == 200, answer.body


def try_(crm: Crm, kind: str, who: str = "ops", **about: Any) -> Answer:
    return crm.as_(who).post("/apps/crm/draft/try", {"kind": kind, **about})


def tried(crm: Crm, kind: str, **about: Any) -> list[dict[str, Any]]:
    answer = try_(crm, kind, **about)
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json["results"]
    return found


def make(crm: Crm, entity: str, values: dict[str, Any], who: str = "director") -> str:
    answer = crm.as_(who).post(f"/apps/crm/records/{entity}", values)
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


@pytest.fixture
def lead(crm: Crm) -> str:
    number = next(_numbers)
    return make(crm, "lead", {**LEAD, "phone": f"139{number:08d}", "company": f"华东建材{number}"})


def id_of(crm: Crm, part: str, key: str) -> str:
    items = document(crm)[part]
    return str(items[place(items, key)]["id"])


def test_an_expression_comes_to_its_value_step_by_step(crm: Crm, lead: str) -> None:
    found = tried(crm, "expression", entity="lead", expression='CONCAT(name, "！")', records=[lead])
    assert [each["value"] for each in found] == ["周敏！"]
    assert found[0]["record"] == lead
    assert found[0]["trace"]["children"][0]["value"] == "周敏"
    given = tried(
        crm, "expression", entity="lead", expression="name", records=[lead], values={"name": "王强"}
    )
    assert given[0]["value"] == "王强"


def test_a_wrong_expression_says_where_it_is_wrong(crm: Crm, lead: str) -> None:
    answer = try_(crm, "expression", entity="lead", expression="nmae", records=[lead])
    assert answer.status == 200
    problem = answer.json["problems"][0]
    assert (problem["code"], problem["start"], problem["end"]) == ("expr.unknown_name", 0, 4)
    assert problem["message"]["zh-CN"]
    assert answer.json["results"] == []


def test_a_changed_score_is_compared_with_the_one_that_stands(crm: Crm, lead: str) -> None:
    """What everybody has, a complete lead, and what the draft gives for it."""
    assert (
        crm.as_("director").patch(f"/apps/crm/records/lead/{lead}", {"region": str(crm.ids["east"])}).status
        == 200
    )
    scores = document(crm)["scores"]
    at = place(scores, "maturity")
    factor = place(scores[at]["factors"], "complete")
    path = f"/scores/{at}/factors/{factor}/points"
    before = tried(crm, "score", of=scores[at]["id"], records=[lead])[0]
    assert (before["value"], before["stored"]["value"], before["band"]) == (5, 5, "cold")
    patch(crm, {"op": "replace", "path": path, "value": "50"})
    try:
        after = tried(crm, "score", of=scores[at]["id"], records=[lead])[0]
    finally:
        patch(crm, {"op": "replace", "path": path, "value": scores[at]["factors"][factor]["points"]})
    assert (after["value"], after["stored"]["value"]) == (50, 5)
    named = {each["key"]: each for each in after["factors"]}
    assert (named["complete"]["points"], named["downloads"]["points"]) == ("50", "0")
    assert named["complete"]["because"][0]["value"] is True


def test_a_new_field_and_a_formula_on_it_are_tried_before_they_are_published(crm: Crm, lead: str) -> None:
    entities = document(crm)["entities"]
    at = place(entities, "lead")
    fields = len(entities[at]["fields"])
    label = {"zh-CN": "展位", "en": "Stand"}
    patch(
        crm,
        {
            "op": "add",
            "path": f"/entities/{at}/fields/-",
            "value": {"key": "stand", "type": "text", "label": label},
        },
        {
            "op": "add",
            "path": f"/entities/{at}/fields/-",
            "value": {
                "key": "stand_and_name",
                "type": "formula",
                "label": label,
                "result": {"type": "text"},
                "expression": 'CONCAT(COALESCE(stand, "?"), name)',
            },
        },
    )
    try:
        formula = document(crm)["entities"][at]["fields"][fields + 1]["id"]
        assert tried(crm, "field", of=formula, records=[lead])[0]["value"] == "?周敏"
        given = tried(crm, "field", of=formula, records=[lead], values={"stand": "A3"})
        assert given[0]["value"] == "A3周敏"
    finally:
        patch(
            crm,
            {"op": "remove", "path": f"/entities/{at}/fields/{fields + 1}"},
            {"op": "remove", "path": f"/entities/{at}/fields/{fields}"},
        )


def test_a_gate_says_what_each_record_lacks(crm: Crm) -> None:
    account = make(crm, "account", {"name": "沪上管业"})
    deal = make(crm, "opportunity", {"name": "管材采购", "account": account})
    pipelines = document(crm)["pipelines"]
    stages = pipelines[place(pipelines, "opportunity_standard")]["stages"]
    stage = stages[place(stages, "proposal")]["id"]
    found = tried(crm, "gate", of=stage, records=[deal])
    assert [each["allowed"] for each in found] == [False]
    assert {each["kind"] for each in found[0]["unmet"]} >= {"evidence"}
    assert all(each["message"] for each in found[0]["unmet"])
    same = crm.as_("director").post(
        f"/apps/crm/records/opportunity/{deal}/transition", {"to": "proposal", "dry_run": True}
    )
    keys = {each["key"] for each in found[0]["unmet"]}
    assert {each["key"] for each in same.json["unmet"]} >= keys


def test_a_gate_that_asks_for_a_file_field_sees_the_file(crm: Crm) -> None:
    """Expressions do not see files, gates do."""
    account = make(crm, "account", {"name": "浦江幕墙"})
    deal = make(crm, "opportunity", {"name": "幕墙改造", "account": account})
    pipelines = document(crm)["pipelines"]
    at = place(pipelines, "opportunity_standard")
    stage = place(pipelines[at]["stages"], "negotiation")
    path = f"/pipelines/{at}/stages/{stage}/required_fields"
    patch(crm, {"op": "add", "path": path, "value": ["comparison"]})
    try:
        of = pipelines[at]["stages"][stage]["id"]
        missing = tried(crm, "gate", of=of, records=[deal])[0]
        values = {"comparison": upload(crm.as_("director"), PDF, "对比.pdf")["id"]}
        assert crm.as_("director").patch(f"/apps/crm/records/opportunity/{deal}", values).status == 200
        there = tried(crm, "gate", of=of, records=[deal])[0]
    finally:
        patch(crm, {"op": "remove", "path": path})
    assert [(each["key"], each["kind"]) for each in missing["unmet"]] == [("comparison", "field")]
    assert (there["allowed"], there["unmet"]) == (True, [])


def put(crm: Crm, whole: dict[str, Any]) -> None:
    ops = crm.as_("ops")
    tag = ops.get("/apps/crm/draft").header("etag")
    answer = ops.send("PUT", "/apps/crm/draft", json={"document": whole}, headers=[("if-match", tag)])
    assert answer.status == 200, answer.body


def test_a_field_that_is_renamed_everywhere_keeps_its_values(crm: Crm, lead: str) -> None:
    before = document(crm)
    fields = before["entities"][place(before["entities"], "lead")]["fields"]
    loaded, complaints = load_document(orjson.dumps(before))
    assert loaded is not None, complaints
    renamed = rename(loaded, fields[place(fields, "company")]["id"], "firm")
    put(crm, orjson.loads(canonical_bytes(renamed)))
    try:
        found = tried(crm, "expression", entity="lead", expression="firm", records=[lead])
        score = tried(crm, "score", of=id_of(crm, "scores", "maturity"), records=[lead])[0]
    finally:
        put(crm, before)
    assert found[0]["value"] == crm.get("director", f"/records/lead/{lead}").json["company"]
    assert score["value"] == score["stored"]["value"]


def test_a_new_entity_has_no_records(crm: Crm, lead: str) -> None:
    entities = document(crm)["entities"]
    label = {"zh-CN": "展位", "en": "Stand"}
    fields = [{"key": "title", "type": "text", "label": label}]
    stand = {"key": "stand", "label": label, "fields": fields}
    patch(crm, {"op": "add", "path": "/entities/-", "value": stand})
    try:
        assert tried(crm, "expression", entity="stand", expression="title", records=[lead]) == []
    finally:
        patch(crm, {"op": "remove", "path": f"/entities/{len(entities)}"})


def test_a_rule_says_what_it_would_do_and_does_nothing(crm: Crm, lead: str) -> None:
    rules = [each for each in document(crm)["rules"] if each["entity"] == "lead"]
    before = crm.get("director", f"/records/lead/{lead}").json
    found = {rule["key"]: tried(crm, "rule", of=rule["id"], records=[lead])[0] for rule in rules}
    for rule in rules:
        said = found[rule["key"]]
        assert [each["key"] for each in said["actions"]] == [each["key"] for each in rule["actions"]]
        assert [each["kind"] for each in said["actions"]] == [each["kind"] for each in rule["actions"]]
    told = found["hot_lead_pop_up"]
    assert told["met"] is True
    (notice,) = told["actions"]
    assert (
        notice["audience"]
        == next(each for each in rules if each["key"] == "hot_lead_pop_up")["actions"][0]["audience"]
    )
    assert crm.get("director", f"/records/lead/{lead}").json == before


def test_a_calculation_shows_its_lines(crm: Crm) -> None:
    found = tried(
        crm, "calculation", of=id_of(crm, "calculations", "dealer_rebate"), inputs={"amount": "350000.00"}
    )
    assert found[0]["value"] == "6500.00"
    assert all(line["expression"] for line in found[0]["lines"])


def test_a_form_says_what_it_shows_and_asks_for(crm: Crm, lead: str) -> None:
    """As the record stands, and as it would be."""
    of = id_of(crm, "forms", "lead_main")

    def shown(**values: Any) -> dict[str, bool]:
        found = tried(crm, "form", of=of, records=[lead], values=values)[0]["fields"]
        return {each["field"]: each["visible"] for each in found}

    assert (shown()["name"], shown()["invalid_reason"], shown()["wake_on"]) == (True, False, False)
    invalid, dormant = shown(stage="invalid"), shown(stage="dormant")
    assert (invalid["invalid_reason"], invalid["wake_on"]) == (True, False)
    assert (dormant["invalid_reason"], dormant["wake_on"]) == (False, True)


def test_a_draft_gives_nobody_a_right(crm: Crm) -> None:
    """Whoever may not read a field is not told it through a formula of their draft, a rename, or a record."""
    account = make(crm, "account", {"name": "苏河建工"})
    deal = make(crm, "opportunity", {"name": "样板间", "account": account})
    about = {"entity": "opportunity", "expression": "margin", "records": [deal]}
    assert "margin" not in crm.get("ops", f"/records/opportunity/{deal}").json
    for found in tried(crm, "expression", **about):
        assert "value" not in found
        assert found["withheld"] == [{"entity": "opportunity", "field": "margin"}]
    at = place(document(crm)["entities"], "opportunity")
    peek = {
        "key": "peek",
        "type": "formula",
        "label": {"zh-CN": "偷看", "en": "Peek"},
        "result": {"type": "text"},
        "expression": 'IF(margin > 0, "+", "-")',
    }
    patch(crm, {"op": "add", "path": f"/entities/{at}/fields/-", "value": peek})
    try:
        fields = document(crm)["entities"][at]["fields"]
        around = tried(crm, "expression", entity="opportunity", expression="peek", records=[deal])
        straight = tried(crm, "field", of=fields[-1]["id"], records=[deal])
    finally:
        patch(crm, {"op": "remove", "path": f"/entities/{at}/fields/{len(fields) - 1}"})
    for found in (*around, *straight):
        assert found == {"record": deal, "withheld": [{"entity": "opportunity", "field": "margin"}]}


def test_who_may_not_build_tries_nothing(crm: Crm, lead: str) -> None:
    about = {"entity": "lead", "expression": "name", "records": [lead]}
    assert try_(crm, "expression", "rep1", **about).status in (403, 404)
    assert crm.as_("rep1").get("/apps/crm/draft/usage?of=x").status in (403, 404)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "score", "of": "nothing"}, 404),
        ({"kind": "expression", "entity": "nothing", "expression": "1"}, 404),
        ({"kind": "nothing"}, 422),
        ({"kind": "expression", "entity": "lead", "expression": "1", "values": {"nothing": 1}}, 422),
        ({"kind": "expression", "entity": "lead", "expression": "1", "records": ["x"]}, 422),
        ({"kind": "expression", "entity": "lead", "expression": "x" * 5_000}, 422),
    ],
)
def test_what_cannot_be_tried_is_refused(crm: Crm, body: dict[str, Any], status: int) -> None:
    assert crm.as_("ops").post("/apps/crm/draft/try", body).status == status


def test_where_a_field_is_used(crm: Crm) -> None:
    entities = document(crm)["entities"]
    fields = entities[place(entities, "lead")]["fields"]
    of = fields[place(fields, "phone")]["id"]
    answer = crm.as_("ops").get(f"/apps/crm/draft/usage?of={of}")
    assert answer.status == 200, answer.body
    assert answer.json["element"]["key"] == "phone"
    uses = answer.json["uses"]
    assert {"reference", "expression"} <= {each["kind"] for each in uses}
    assert {"COMPLETENESS(name, phone, company, source, region)", "phone"} <= {each["text"] for each in uses}
    assert "Message" in {each["model"] for each in uses}
    for use in uses:
        if use["span"]:
            assert use["text"][use["span"]["start"] : use["span"]["end"]].strip("'\"") == "phone"
    assert crm.as_("ops").get("/apps/crm/draft/usage?of=nothing").status == 404
