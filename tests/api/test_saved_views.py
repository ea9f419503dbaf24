"""Saved views over REST: whose they are, who else sees them, what they refuse, and what a publish does to them."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from runtime.auditing.tables import AUDIT
from runtime.saved_views import MOST_VIEWS
from schema_store.database import reading
from tests.api.crm import Crm, crm
from tests.api.test_app_metadata import _without
from tests.asgi import Answer

__all__ = ["crm"]
VIEWS = "/apps/crm/saved-views"
_numbers = itertools.count()


def save(crm: Crm, who: str, **values: Any) -> Answer:
    plain = {"entity": "opportunity", "name": f"view {next(_numbers)}", "columns": ["name", "amount"]}
    return crm.as_(who).post(VIEWS, plain | values)


def saved(crm: Crm, who: str, **values: Any) -> dict[str, Any]:
    answer = save(crm, who, **values)
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json
    return found


def change(crm: Crm, who: str, view: dict[str, Any], match: int | None = None, **values: Any) -> Answer:
    headers = [] if match is None else [("if-match", f'"{match}"')]
    return crm.as_(who).patch(f"{VIEWS}/{view['id']}", values, headers=headers)


def sees(crm: Crm, who: str, view: dict[str, Any]) -> bool:
    """Whether a view is there for somebody: in the list and by its id alike."""
    listed = any(each["id"] == view["id"] for each in crm.items(who, "/saved-views?limit=500"))
    one = crm.get(who, f"/saved-views/{view['id']}")
    assert one.status == (200 if listed else 404), one.body
    return listed


def test_a_view_is_saved_read_changed_and_deleted(crm: Crm) -> None:
    asked = {"filter": 'amount > 100000 and stage in ["proposal"]', "sort": "-amount,name", "search": "泵"}
    answer = save(crm, "rep1", name=" 大单 ", columns=["name", "owner", "amount"], **asked)
    assert answer.status == 201, answer.body
    view = answer.json
    assert answer.header("location") == f"/api/v1{VIEWS}/{view['id']}"
    assert answer.header("etag") == '"1"'
    assert {name: view[name] for name in asked} == asked
    assert (view["name"], view["columns"]) == ("大单", ["name", "owner", "amount"])
    assert (view["shared"], view["writable"], view["broken"]) == ("none", True, [])
    assert view["owner"] == {"id": str(crm.ids["rep1"]), "name": "rep1"}
    read = crm.get("rep1", f"/saved-views/{view['id']}")
    assert (read.json, read.header("etag")) == (view, '"1"')
    changed = change(crm, "rep1", view, 1, name="更大的单", sort="")
    assert (changed.status, changed.header("etag")) == (200, '"2"')
    assert (changed.json["name"], changed.json["sort"], changed.json["filter"]) == (
        "更大的单",
        "",
        asked["filter"],
    )
    stale = change(crm, "rep1", view, 1, name="zu spät")
    assert (stale.status, stale.code) == (412, "stale")
    path = f"{VIEWS}/{view['id']}"
    assert crm.as_("rep1").delete(path, headers=[("if-match", '"1"')]).status == 412
    assert crm.as_("rep1").delete(path, headers=[("if-match", '"2"')]).status == 204
    assert crm.as_("rep1").delete(path).status == 404
    with reading(crm.engine) as connection:
        rows = connection.execute(
            sa.select(AUDIT).where(AUDIT.c.subject == view["id"]).order_by(AUDIT.c.id)
        ).all()
    assert [(row.act, row.app, row.by) for row in rows] == [
        (act, "crm", crm.ids["rep1"]) for act in ("view_created", "view_changed", "view_deleted")
    ]
    assert rows[1].details["after"] == {"name": "更大的单", "sort": ""}


def test_views_of_others_are_there_only_where_they_are_shared(crm: Crm) -> None:
    mine = saved(crm, "rep1")
    absent = crm.get("rep2", "/saved-views/00000000-0000-0000-0000-000000000000")
    for who in ("rep2", "rep3", "manager", "director", "ops"):
        assert not sees(crm, who, mine)
        path = f"{VIEWS}/{mine['id']}"
        hidden = [crm.as_(who).get(path), change(crm, who, mine, name="x"), crm.as_(who).delete(path)]
        assert [each.status for each in hidden] == [404] * 3
        assert {each.body for each in hidden} == {absent.body}
    assert change(crm, "rep1", mine, shared="team").status == 200
    assert sees(crm, "rep2", mine)
    assert not sees(crm, "rep3", mine)
    assert not sees(crm, "director", mine), "of no team"
    theirs = crm.get("rep2", f"/saved-views/{mine['id']}").json
    assert (theirs["writable"], theirs["owner"]["name"]) == (False, "rep1")
    refused = [change(crm, "rep2", mine, name="x"), crm.as_("rep2").delete(f"{VIEWS}/{mine['id']}")]
    assert [(each.status, each.code) for each in refused] == [(403, "forbidden")] * 2
    assert change(crm, "rep1", mine, shared="none").status == 200
    assert not sees(crm, "rep2", mine)
    assert save(crm, "director", shared="team").json["errors"][0]["code"] == "no_team"
    assert crm.get("nobody", "/saved-views").status == 404
    assert save(crm, "nobody").body == crm.get("nobody", "/saved-views").body


def test_everyone_is_reached_by_those_who_build_the_app(crm: Crm) -> None:
    refused = save(crm, "director", shared="everyone")
    assert (refused.status, refused.code) == (403, "shared_with_everyone")
    mine = saved(crm, "rep1")
    assert change(crm, "rep1", mine, shared="everyone").status == 403
    common = saved(crm, "ops", shared="everyone")
    for who in ("rep1", "rep3", "director"):
        assert sees(crm, who, common)
        assert change(crm, who, common, name="x").status == 403
    assert change(crm, "admin", common, name="tidied up").json["owner"]["name"] == "ops"
    assert crm.as_("admin").delete(f"{VIEWS}/{common['id']}").status == 204


def test_a_view_of_fields_that_may_not_be_read_is_not_there(crm: Crm) -> None:
    ways: list[dict[str, Any]] = [
        {"columns": ["name", "margin"]},
        {"sort": "-margin"},
        {"filter": "margin > 0.2"},
        {"filter": 'name == "x" or ISBLANK(margin)'},
    ]
    for way in ways:
        assert save(crm, "rep1", **way).status in (400, 422), way
        shared = saved(crm, "manager", shared="team", **way)
        assert not sees(crm, "rep1", shared), way
        assert sees(crm, "manager", shared)
        plain = {"columns": ["name"], "sort": "", "filter": ""}
        assert change(crm, "manager", shared, **plain).status == 200
        assert sees(crm, "rep1", shared)
    hidden, unknown = (save(crm, "rep1", columns=["name", key]).json for key in ("margin", "nomarg"))
    assert hidden == unknown
    assert hidden["errors"] == [
        {
            "field": "columns",
            "pointer": "/columns/1",
            "code": "unknown_field",
            "message": "没有这个字段",
        }
    ]


def test_a_view_shows_records_through_the_rights_of_whoever_opens_it(crm: Crm) -> None:
    account = crm.insert("account", name="共享")
    deal = str(crm.insert("opportunity", name="rep1 的单", account=account))
    common = saved(crm, "ops", shared="everyone", filter='name == "rep1 的单"')
    listed = {
        who: crm.items(who, f"/records/opportunity?filter={quote(common['filter'])}")
        for who in ("rep1", "rep3")
    }
    assert [each["id"] for each in listed["rep1"]] == [deal]
    assert listed["rep3"] == []


BAD: list[tuple[dict[str, Any], int, str]] = [
    ({"filter": "amount >"}, 400, "bad_expression"),
    ({"filter": "amount"}, 400, "bad_expression"),
    ({"filter": " and ".join(["amount > 1"] * 60)}, 400, "too_expensive"),
    ({"filter": "x" * 20_001}, 422, "invalid"),
    ({"sort": "nothing"}, 422, "invalid"),
    ({"sort": "owner_id"}, 422, "invalid"),
    ({"sort": "name,name"}, 422, "invalid"),
    ({"columns": []}, 422, "invalid"),
    ({"columns": ["name"] * 101}, 422, "invalid"),
    ({"columns": [1]}, 422, "invalid"),
    ({"columns": "name"}, 422, "invalid"),
    ({"search": "x" * 201}, 422, "invalid"),
    ({"name": " "}, 422, "invalid"),
    ({"name": "x" * 101}, 422, "invalid"),
    ({"name": "a\nb"}, 422, "invalid"),
    ({"name": None}, 422, "invalid"),
    ({"shared": "all"}, 422, "invalid"),
    ({"shared": None}, 422, "invalid"),
    ({"entity": "nothing"}, 422, "invalid"),
    ({"owner": "00000000-0000-0000-0000-000000000000"}, 422, "invalid"),
    ({"id": "00000000-0000-0000-0000-000000000000"}, 422, "invalid"),
    ({"version": 1}, 422, "invalid"),
]


@pytest.mark.parametrize(("values", "status", "code"), BAD)
def test_what_is_no_view_is_refused(crm: Crm, values: dict[str, Any], status: int, code: str) -> None:
    before = len(crm.items("rep3", "/saved-views?limit=500"))
    answer = save(crm, "rep3", **values)
    assert (answer.status, answer.code) == (status, code), answer.body
    assert len(crm.items("rep3", "/saved-views?limit=500")) == before
    if "entity" not in values:
        view = saved(crm, "rep3")
        answer = change(crm, "rep3", view, **values)
        assert (answer.status, answer.code) == (status, code), answer.body
        crm.as_("rep3").delete(f"{VIEWS}/{view['id']}")


def test_pages_and_bounds(crm: Crm) -> None:
    ids = {saved(crm, "legal", entity="contract", columns=["name"])["id"] for _ in range(3)}
    first = crm.get("legal", "/saved-views?entity=contract&limit=2").json
    rest = crm.get("legal", f"/saved-views?entity=contract&limit=2&cursor={first['next']}").json
    assert rest["next"] is None
    assert {each["id"] for each in first["items"] + rest["items"]} == ids
    assert crm.items("legal", "/saved-views?entity=nothing") == []
    other = crm.get("legal", f"/saved-views?entity=account&cursor={first['next']}")
    assert (other.status, other.code) == (400, "bad_request")
    assert crm.get("legal", "/saved-views?colour=red").status == 400
    for _ in range(MOST_VIEWS - 3):
        saved(crm, "legal", entity="contract", columns=["name"])
    full = save(crm, "legal", entity="contract", columns=["name"])
    assert (full.status, full.code) == (409, "too_many_views")
    assert str(MOST_VIEWS) in full.json["detail"]


def test_a_publish_breaks_views_for_others_and_says_so_to_their_owner(crm: Crm) -> None:
    plain = {"entity": "lead", "shared": "everyone", "columns": ["name"]}
    whole = saved(crm, "ops", **plain, filter="site_minutes > 3")
    ways = {"filter": "not ISBLANK(wechat_openid)", "columns": ["name", "wechat_openid"]}
    broken = [saved(crm, "ops", **(plain | {name: value})) for name, value in ways.items()]
    _publish_without(crm, "wechat_openid")
    assert sees(crm, "rep1", whole)
    for name, view in zip(ways, broken, strict=True):
        assert not sees(crm, "rep1", view)
        assert sees(crm, "ops", view)
        (fault,) = crm.get("ops", f"/saved-views/{view['id']}").json["broken"]
        assert (fault["field"], fault["code"]) == (
            (name, "unknown_field") if name == "columns" else (name, fault["code"])
        )
        assert "wechat_openid" in fault["message"]
        assert crm.as_("admin").delete(f"{VIEWS}/{view['id']}").status == 404
        assert change(crm, "ops", view, name="renamed").status in (400, 422), "everyone would get it"
        assert change(crm, "ops", view, shared="none", name="renamed").json["name"] == "renamed"
        mended = change(crm, "ops", view, shared="everyone", filter="", columns=["name"])
        assert (mended.status, mended.json["broken"]) == (200, [])
        assert sees(crm, "rep1", view)


def _publish_without(crm: Crm, field: str) -> None:
    ops = crm.as_("ops")
    draft = ops.get("/apps/crm/draft").json
    document = draft["document"]
    lead = next(each for each in document["entities"] if each["key"] == "lead")
    lead["fields"] = [each for each in lead["fields"] if each["key"] != field]
    document["forms"] = _without(document["forms"], field)
    tag = [("if-match", f'"{draft["revision"]}"')]
    assert ops.send("PUT", "/apps/crm/draft", json={"document": document}, headers=tag).status == 200
    done = ops.post("/apps/crm/publish", {})
    assert done.status == 200, done.body[:500]
