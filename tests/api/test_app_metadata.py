"""What an app tells of itself: to whom, with which tag; its OpenAPI; installing and exporting."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
import pytest

from api.routes import apps
from schema_store import database
from tests.api.crm import Crm, crm
from tests.asgi import Answer

__all__ = ["crm"]


def described(crm: Crm, who: str) -> dict[str, Any]:
    answer = crm.as_(who).get("/apps/crm")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def entity(app: dict[str, Any], key: str) -> dict[str, Any]:
    return next(each for each in app["entities"] if each["key"] == key)


def field(app: dict[str, Any], of: str, key: str) -> dict[str, Any]:
    return next(each for each in entity(app, of)["fields"] if each["key"] == key)


def test_apps_are_listed_for_those_who_see_something_of_them(crm: Crm) -> None:
    cards = crm.as_("rep1").get("/apps").json["items"]
    assert [(card["key"], card["version"], card["roles"]) for card in cards] == [("crm", 1, ["rep"])]
    assert crm.as_("nobody").get("/apps").json["items"] == []
    hidden, unknown = crm.as_("nobody").get("/apps/crm"), crm.as_("rep1").get("/apps/none")
    assert (hidden.status, hidden.body) == (404, unknown.body)


def test_metadata_knows_no_field_that_may_not_be_read(crm: Crm) -> None:
    admin, rep = described(crm, "admin"), described(crm, "rep1")
    assert {"lead", "account", "opportunity"} <= {each["key"] for each in rep["entities"]}
    fields = {field["key"] for field in entity(admin, "account")["fields"]}
    assert "credit_limit" in fields
    seen = {field["key"] for field in entity(rep, "account")["fields"]}
    assert "credit_limit" not in seen
    text = orjson.dumps(rep).decode()
    for hidden in ("credit_limit", "credit_available", "gross_margin_rate"):
        assert hidden not in text
    assert admin["pipelines"]
    assert admin["views"]
    assert admin["dashboards"]
    assert admin["calculations"]
    lead = entity(rep, "lead")
    assert "create" in lead["acts"]
    assert "delete" not in lead["acts"]
    stage = next(field for field in lead["fields"] if field["key"] == "stage")
    assert [option["key"] for option in stage["options"]][:2] == ["captured", "contacted"]
    maturity = next(field for field in lead["fields"] if field["key"] == "maturity")
    assert (maturity["writable"], maturity["computed"]) == (False, "score")


def test_conditions_come_as_text_and_as_tree(crm: Crm) -> None:
    rep = described(crm, "rep1")
    form = next(each for each in rep["forms"] if each["key"] == "lead_main")
    reason = next(
        item for part in form["items"] for item in part.get("items", []) if item["key"] == "invalid_reason"
    )
    assert reason["visible"] == 'stage == "invalid"'
    assert reason["trees"] == {'stage == "invalid"': ["==", ["name", "stage"], ["value", "invalid"]]}
    deals = {each["key"]: each for each in rep["pipelines"] if each["entity"] == "opportunity"}
    assert (deals["opportunity_standard"]["when"], deals["opportunity_standard"]["trees"]) == (None, {})
    assert deals["opportunity_oem"]["trees"][deals["opportunity_oem"]["when"]][0] == "=="


def test_suggestions_come_with_what_they_should_have_and_only_from_what_may_be_read(crm: Crm) -> None:
    form = next(each for each in described(crm, "rep1")["forms"] if each["key"] == "lead_main")
    scripts = form["items"][0]
    assert (scripts["kind"], scripts["view"], scripts["body"]) == ("suggest", "scripts", "body")
    assert scripts["match"] == {"industries": "industry", "pipeline_stage": '"contact"'}
    assert scripts["match_trees"]["industry"] == ["name", "industry"]
    service = described(crm, "service")
    assert "lead" in {each["key"] for each in service["entities"]}
    # Legal reads no articles: neither the view nor what it would suggest is named to them.
    legal = described(crm, "legal")
    shown = {item["kind"] for each in legal["forms"] for item in each["items"]}
    assert ("suggest" in shown) == ("article" in {each["key"] for each in legal["entities"]})


def test_the_tag_is_the_version_and_the_access(crm: Crm) -> None:
    one, two = crm.as_("rep1").get("/apps/crm"), crm.as_("rep2").get("/apps/crm")
    assert one.header("etag") == two.header("etag")
    assert one.header("etag") != crm.as_("admin").get("/apps/crm").header("etag")
    again = crm.as_("rep1").get("/apps/crm", headers=[("if-none-match", one.header("etag"))])
    assert (again.status, again.body) == (304, b"")
    assert crm.as_("rep1").get("/apps/crm", headers=[("if-none-match", '"1-x"')]).status == 200


def test_openapi_is_typed_by_entity_for_the_actor(crm: Crm) -> None:
    answer = crm.as_("rep1").get("/apps/crm/openapi.json")
    assert answer.status == 200, answer.body
    api = answer.json
    assert api["openapi"] == "3.1.0"
    schemas = api["components"]["schemas"]
    lead = schemas["Lead"]["properties"]
    assert lead["budget"]["type"] == ["string", "null"]
    assert lead["budget"]["pattern"] == r"^-?[0-9]{1,13}(\.[0-9]{1,2})?$"
    assert lead["site_minutes"]["type"] == ["integer", "null"]
    assert "captured" in lead["stage"]["enum"]
    assert lead["wake_on"]["format"] == "date"
    assert lead["captured_at"]["format"] == "date-time"
    assert lead["tags"]["items"]["maxLength"] == 40
    assert lead["name"]["maxLength"] >= 40
    assert schemas["LeadNew"]["required"] == ["name"]
    assert "maturity" not in schemas["LeadNew"]["properties"]
    assert "credit_limit" not in schemas["Account"]["properties"]
    assert "PaymentNode" in schemas
    assert "delete" not in api["paths"]["/apps/crm/records/lead/{id}"]
    assert (
        "delete"
        in crm.as_("admin").get("/apps/crm/openapi.json").json["paths"]["/apps/crm/records/lead/{id}"]
    )
    assert all(reference.split("/")[-1] in schemas for reference in _references(api))
    tag = answer.header("etag")
    assert crm.as_("rep1").get("/apps/crm/openapi.json", headers=[("if-none-match", tag)]).status == 304


def test_openapi_tells_how_files_come_and_go(crm: Crm) -> None:
    paths = crm.as_("rep1").get("/apps/crm/openapi.json").json["paths"]
    assert set(paths["/apps/crm/files/{id}"]) == {"parameters", "get", "delete"}
    body = paths["/apps/crm/files"]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert body["schema"]["properties"] == {"file": {"type": "string", "format": "binary"}}
    assert "/apps/crm/records/ticket/{id}/files" in paths
    platform = crm.as_("rep1").get("/openapi.json").json["paths"]["/api/v1/apps/{app}/files"]["post"]
    assert list(platform["requestBody"]["content"]) == ["multipart/form-data"]
    assert "201" in platform["responses"]


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [each for item in value.values() for each in _references(item)]
    if isinstance(value, list):
        return [each for item in value for each in _references(item)]
    return []


def test_a_template_is_installed_by_those_who_build(crm: Crm) -> None:
    def post(who: str, body: Any) -> Answer:
        return crm.as_(who).post("/apps", body)

    assert post("rep1", {"template": "crm", "key": "two"}).code == "forbidden"
    assert post("ops", {"template": "none", "key": "two"}).status == 422
    assert post("ops", {"template": "crm", "key": "Two!"}).status == 422
    taken = post("ops", {"template": "crm", "key": "crm"})
    assert (taken.status, taken.code) == (409, "app_exists")


def test_export_is_canonical_and_for_builders(crm: Crm) -> None:
    assert crm.as_("rep1").get("/apps/crm/export").status == 403
    answer = crm.as_("ops").get("/apps/crm/export")
    assert answer.status == 200
    assert answer.json["key"] == "crm"
    assert answer.header("content-disposition") == 'attachment; filename="crm.json"'


def test_draft_check_publish_and_restore(crm: Crm) -> None:
    ops = crm.as_("ops")
    draft = ops.get("/apps/crm/draft")
    assert draft.header("etag") == '"0"'
    assert crm.as_("rep1").get("/apps/crm/draft").status == 403
    assert crm.as_("nobody").get("/apps/crm/draft").status == 404
    document = draft.json["document"]
    position = next(
        index for index, each in enumerate(document["entities"]) if each["key"] == "competitor_price"
    )
    label = f"/entities/{position}/label/en"
    patch = [{"op": "replace", "path": label, "value": "Rival price"}]
    assert ops.patch("/apps/crm/draft", patch).status == 428
    stale = ops.patch("/apps/crm/draft", patch, headers=[("if-match", '"7"')])
    assert (stale.status, stale.code, stale.json["revision"]) == (412, "stale", 0)
    bad = ops.patch(
        "/apps/crm/draft", [{"op": "test", "path": "/key", "value": 1}], headers=[("if-match", '"0"')]
    )
    assert (bad.status, bad.code) == (422, "invalid")
    broken = ops.patch(
        "/apps/crm/draft", [{"op": "add", "path": "/nonsense", "value": 1}], headers=[("if-match", '"0"')]
    )
    assert broken.status == 422
    assert broken.json["diagnostics"]
    saved = ops.patch("/apps/crm/draft", patch, headers=[("if-match", '"0"')])
    assert (saved.status, saved.header("etag")) == (200, '"1"'), saved.body[:300]
    again = ops.send("PUT", "/apps/crm/draft", json={"document": document}, headers=[("if-match", '"0"')])
    assert again.status == 412
    checked = ops.post("/apps/crm/draft/check")
    assert checked.status == 200, checked.body[:500]
    assert checked.json["plan"]["operations"] == []
    assert checked.json["tests"]["failed"] == 0
    assert checked.json["tests"]["passed"] > 0
    assert crm.as_("rep1").post("/apps/crm/publish", {}).status == 403
    done = ops.post("/apps/crm/publish", {"note": "label"})
    assert (done.status, done.json) == (200, {"version": 2}), done.body[:500]
    assert entity(described(crm, "ops"), "competitor_price")["label"]["en"] == "Rival price"
    versions = ops.get("/apps/crm/versions").json["items"]
    assert [(each["version"], each["author"]) for each in versions] == [(2, "ops"), (1, "test")]
    version = ops.get("/apps/crm/versions/2").json
    assert version["note"] == "label"
    assert version["changes"]["en"]
    for number in ("7", "0", "x", "-1", "9" * 30):
        assert ops.get(f"/apps/crm/versions/{number}").status == 404
    back = ops.post("/apps/crm/versions/1/restore")
    assert back.status == 200
    assert back.json["document"]["entities"][position]["label"]["en"] != "Rival price"


def _without(items: list[Any], field: str) -> list[Any]:
    """Forms without the items that show a field."""
    kept = [item for item in items if item.get("field") != field]
    return [item | {"items": _without(item["items"], field)} if "items" in item else item for item in kept]


def test_a_loss_has_to_be_accepted(crm: Crm) -> None:
    ops = crm.as_("ops")
    crm.insert("lead", name="x", wechat_openid="o-1")
    draft = ops.get("/apps/crm/draft").json
    lead = next(each for each in draft["document"]["entities"] if each["key"] == "lead")
    field = next(each for each in lead["fields"] if each["key"] == "wechat_openid")
    lead["fields"].remove(field)
    draft["document"]["forms"] = _without(draft["document"]["forms"], "wechat_openid")
    tag = f'"{draft["revision"]}"'
    saved = ops.send(
        "PUT", "/apps/crm/draft", json={"document": draft["document"]}, headers=[("if-match", tag)]
    )
    assert saved.status == 200, saved.body[:500]
    refused = ops.post("/apps/crm/publish", {})
    assert (refused.status, refused.code) == (409, "loss_not_accepted"), refused.body[:500]
    losses = [loss["id"] for loss in refused.json["plan"]["losses"]]
    assert losses
    done = ops.post("/apps/crm/publish", {"accepted_losses": losses})
    assert done.status == 200, done.body[:500]


def test_too_old_a_database_library_is_a_conflict_with_a_sentence(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "sqlite_version", lambda: (3, 45, 1))
    ops = crm.as_("ops")
    draft = ops.get("/apps/crm/draft").json
    entity = next(each for each in draft["document"]["entities"] if each["key"] == "competitor_price")
    field = next(each for each in entity["fields"] if each.get("required"))
    field["required"] = False
    tag = f'"{draft["revision"]}"'
    saved = ops.send(
        "PUT", "/apps/crm/draft", json={"document": draft["document"]}, headers=[("if-match", tag)]
    )
    assert saved.status == 200, saved.body[:500]
    answer = ops.post("/apps/crm/publish", {})
    if crm.engine.dialect.name == "postgresql":
        assert answer.status == 200, answer.body[:500]
        return
    assert (answer.status, answer.code) == (409, "database_too_old")
    assert "pysqlite3" in answer.json["detail"]


def test_an_app_is_described_once_for_people_with_the_same_access(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    described(crm, "rep1")
    manager = described(crm, "manager")

    def never(*_: object) -> None:
        raise AssertionError("it was described already")

    monkeypatch.setattr(apps, "describe_app", never)
    assert described(crm, "rep2") == described(crm, "rep1") != manager == described(crm, "manager")


def test_what_is_large_travels_compressed(crm: Crm) -> None:
    asked = [("accept-encoding", "gzip")]
    packed = crm.as_("rep1").get("/apps/crm", headers=asked)
    plain = crm.as_("rep1").get("/apps/crm")
    assert packed.header("content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) * 4 < len(plain.body)
    small = crm.as_("rep1").get("/me", headers=asked)
    assert small.header("content-encoding") == ""


def test_what_a_form_foresees_comes_as_trees(crm: Crm) -> None:
    rep = described(crm, "rep1")
    price = field(rep, "quote", "unit_price")
    assert price["trees"] == {"product.list_price": ["name", "product", "list_price"]}
    total = field(rep, "quote", "line_amount")
    assert total["trees"][total["expression"]] == ["*", ["name", "quantity"], ["name", "net_unit_price"]]
    assert "trees" not in field(rep, "quote", "note")


def test_sentences_phrases_and_completions_name_only_what_may_be_read(crm: Crm) -> None:
    rep = described(crm, "rep1")
    form = next(each for each in rep["forms"] if each["entity"] == "quote")
    sentence = next(
        item for part in form["items"] for item in part.get("items", []) if item["key"] == "price_low"
    )
    assert (sentence["tone"], sentence["facts"][0]) == ("warning", "price_from")
    assert sentence["trees"][sentence["visible"]] == ["==", ["name", "price_flag"], ["value", "low"]]
    assert field(rep, "lead", "company")["completion"]["values"]["company"] == "name"
    assert field(rep, "activity", "summary")["phrases"]["text"] == "body"


def test_calculations_come_with_the_sort_of_their_lines(crm: Crm) -> None:
    finance = described(crm, "finance")
    rebate = next(each for each in finance["calculations"] if each["key"] == "dealer_rebate")
    assert [(each["type"], each["scale"]) for each in rebate["lines"]][-2:] == [("decimal", 10), ("money", 4)]
    (amount,) = rebate["inputs"]
    assert (amount["taken"], amount["trees"]) == (True, {"base_amount": ["name", "base_amount"]})
    # Of an entity that is not there for somebody there is nothing to calculate either.
    service = {each["key"] for each in described(crm, "service")["calculations"]}
    assert "dealer_rebate" not in service


def test_regions_are_found_by_how_they_sound(crm: Crm) -> None:
    made = crm.as_("admin").post("/regions", {"name": "浙江"})
    assert (made.status, made.json["pinyin"]) == (201, "zhejiang zj")
    shown = crm.as_("rep1").get("/regions?limit=500").json["items"]
    assert ("浙江", "zhejiang zj") in {(each["name"], each["pinyin"]) for each in shown}
