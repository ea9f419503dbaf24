"""Who sees what of the audit, and that every act on the platform is in it with before and after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute

from api.routes.platform import GROUPS
from runtime.auditing.tables import AUDIT
from schema_store.database import reading, writing
from tests.api.crm import Crm, crm
from tests.api.importing import act, bring
from tests.asgi import Browser

__all__ = ["crm"]


@pytest.fixture(autouse=True)
def _next_minute(crm: Crm) -> None:
    crm.clock.now += timedelta(minutes=2)


def audit(crm: Crm, who: str, words: str = "") -> list[dict[str, Any]]:
    return crm.items(who, f"/audit{words}")


def make(crm: Crm, who: str, entity: str, **values: Any) -> dict[str, Any]:
    answer = crm.as_(who).post(f"/apps/crm/records/{entity}", values)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json
    return made


def acts(crm: Crm) -> list[Any]:
    """Acts of this minute, oldest first."""
    with reading(crm.engine) as connection:
        now = sa.select(AUDIT).where(AUDIT.c.at == crm.clock.now, AUDIT.c.act != "many")
        return list(connection.execute(now.order_by(AUDIT.c.id)))


def as_admin(crm: Crm) -> Browser:
    """A person who administers the platform."""
    with writing(crm.engine) as connection:
        connection.exec_driver_sql(f"UPDATE dougong_user SET admin = {_true(crm)} WHERE username = 'admin'")
    return crm.as_("admin")


def _true(crm: Crm) -> str:
    return "true" if crm.engine.dialect.name == "postgresql" else "1"


def test_changes_and_refusals_in_one_line(crm: Crm) -> None:
    made = make(crm, "rep1", "lead", name="甲", budget="5")
    path = f"/apps/crm/records/lead/{made['id']}"
    crm.as_("manager").patch(path, {"budget": "6"})
    crm.as_("rep1").delete(path)
    since = quote(crm.clock.now.isoformat())
    entries = audit(crm, "admin", f"?record={made['id']}&since={since}")
    assert {entry["kind"] for entry in entries} == {"change", "refusal"}
    changes = [entry for entry in entries if entry["kind"] == "change"]
    assert [(entry["act"], entry["by"]["name"]) for entry in changes] == [
        ("update", "manager"),
        ("create", "rep1"),
    ]
    budget = next(each for each in changes[0]["changes"] if each["field"] == "budget")
    assert (budget["before"], budget["after"]) == ("5.00", "6.00")
    (refusal,) = [entry for entry in entries if entry["kind"] == "refusal"]
    assert (refusal["act"], refusal["code"], refusal["by"]["name"]) == ("delete", "forbidden", "rep1")
    assert refusal["message"] == "您没有这样做的权限"
    assert (refusal["entity"], refusal["record"]) == ("lead", made["id"])


def test_filters_narrow_and_pages_go_on(crm: Crm) -> None:
    made = [make(crm, "rep1", "lead", name=str(number)) for number in range(5)]
    make(crm, "rep2", "account", name="乙公司")
    since = f"since={quote(crm.clock.now.isoformat())}"
    rep1 = audit(crm, "admin", f"?{since}&actor={crm.ids['rep1']}&kind=change&entity=lead")
    assert [entry["record"] for entry in rep1] == [each["id"] for each in reversed(made)]
    assert {entry["entity"] for entry in audit(crm, "admin", f"?{since}&entity=account")} == {"account"}
    assert audit(crm, "admin", f"?{since}&kind=refusal") == []
    seen, words = [], f"?{since}&kind=change&limit=2"
    path = words
    while True:
        page = crm.get("admin", f"/audit{path}").json
        seen += page["items"]
        if page["next"] is None:
            break
        path = f"{words}&cursor={page['next']}"
    everything = audit(crm, "admin", f"?{since}&kind=change")
    assert seen == everything
    page = crm.get("admin", f"/audit{words}").json["next"]
    stolen = crm.get("admin", f"/audit?{since}&limit=2&cursor={page}")
    assert (stolen.status, stolen.code) == (400, "bad_request")
    assert crm.get("admin", "/audit?entity=nonsense").status == 400


def test_who_may_look(crm: Crm) -> None:
    for who, status in {"director": 200, "finance": 200, "ops": 200, "manager": 403, "nobody": 404}.items():
        assert crm.get(who, "/audit").status == status, who
    assert crm.as_("ops").get("/audit").status == 403
    assert as_admin(crm).get("/audit").status == 200


def test_fields_that_may_not_be_read_are_not_in_it(crm: Crm) -> None:
    """Finance reads credit limits, the director here does not read what finance alone may."""
    made = make(crm, "admin", "account", name="丙公司", credit_limit="500")
    crm.as_("admin").patch(f"/apps/crm/records/account/{made['id']}", {"credit_limit": "bad"})
    words = f"?record={made['id']}"

    def fields(who: str) -> set[str]:
        entries = audit(crm, who, words)
        named = {each["field"] for entry in entries for each in entry.get("changes", [])}
        return named | {
            each["field"].strip("/") for entry in entries for each in entry.get("why", {}).get("errors", [])
        }

    assert "credit_limit" in fields("finance")
    readable = {
        field["key"]
        for each in crm.as_("director").get("/apps/crm").json["entities"]
        if each["key"] == "account"
        for field in each["fields"]
    }
    assert fields("director") <= readable | {"owner_id"}


def test_refusals_of_a_record_are_in_its_timeline_for_those_who_may_look(crm: Crm) -> None:
    made = make(crm, "rep1", "lead", name="丁")
    path = f"/records/lead/{made['id']}"
    crm.as_("rep1").patch(f"/apps/crm{path}", {"budget": "x"})
    entries = crm.get("director", f"{path}/timeline").json["items"]
    (refusal,) = [entry for entry in entries if entry["entry"] == "refusal"]
    assert (refusal["act"], refusal["code"], refusal["count"]) == ("update", "invalid", 1)
    assert refusal["why"]["errors"][0]["field"] == "/budget"
    entries = crm.get("rep1", f"{path}/timeline").json["items"]
    assert "refusal" not in {entry["entry"] for entry in entries}


def test_people_rights_and_tokens(crm: Crm) -> None:
    admin = as_admin(crm)
    person = admin.post("/users", {"username": "new", "name": "New"}).json["id"]
    admin.patch(f"/users/{person}", {"name": "Newer", "roles": {"crm": ["rep"]}})
    admin.post("/invitations", {"user_id": person})
    admin.post("/teams", {"name": "T"})
    found = acts(crm)
    assert [row.act for row in found] == ["user_created", "user_changed", "link_created", "teams_created"]
    assert all(row.by == crm.ids["admin"] for row in found)
    assert {row.subject for row in found[:3]} == {person}
    assert found[0].details["after"]["username"] == "new"
    assert found[1].details == {
        "before": {"name": "New", "roles": {}},
        "after": {"name": "Newer", "roles": {"crm": ["rep"]}},
    }
    shown = admin.get("/audit?limit=4").json["items"]
    assert [entry["act"] for entry in shown] == [row.act for row in reversed(found)]
    assert shown[0]["by"]["name"] == "admin"


def test_acts_on_an_app_are_in_its_audit(crm: Crm) -> None:
    ops = crm.as_("ops")
    draft = ops.get("/apps/crm/draft")
    draft_tag = [("if-match", draft.header("etag"))]
    assert ops.patch("/apps/crm/draft", [], headers=draft_tag).status == 200
    assert ops.post("/apps/crm/publish", {"note": "why"}).status == 200
    assert ops.get("/apps/crm/export").status == 200
    entries = audit(crm, "ops", f"?kind=act&since={quote(crm.clock.now.isoformat())}")
    assert [entry["act"] for entry in entries] == ["app_exported", "published", "draft_saved"]
    published = entries[1]
    assert published["subject"] == str(crm.as_("ops").get("/apps").json["items"][0]["version"])
    assert (published["details"]["note"], published["by"]["name"]) == ("why", "ops")
    assert len(published["details"]["hash"]) == 64


def test_sign_ins_that_fail_are_counted_and_no_name_is_kept(crm: Crm) -> None:
    stranger = Browser(crm.app)
    for _ in range(3):
        wrong = {"username": "my password by mistake", "password": "x"}
        assert stranger.post("/auth/login", wrong).status == 401
    for _ in range(12):
        stranger.post("/auth/login", {"username": "rep1", "password": "wrong"})
    found = {(row.act, row.subject): row for row in acts(crm)}
    known = str(crm.ids["rep1"])
    assert {key: row.count for key, row in found.items()} == {
        ("sign_in_failed", None): 3,
        ("sign_in_failed", known): 10,
        ("sign_in_locked", known): 2,
    }
    assert all(row.details == {"network": "203.0.113.7"} for row in found.values())
    assert "mistake" not in str(acts(crm))


#: Changing things without an act of its own: records have their history, these change nothing that lasts.
_NO_ACT = {
    *("create_record", "change_record", "delete_record", "restore_record", "move_record", "put_record"),
    *(
        "write_records",
        "find_duplicates",
        "check_draft",
        "try_draft",
        "calculate",
        "run_metric",
        "logout",
        "tell_events",
        "convert_record",
    ),
    *("find_invitation", "mark_notifications"),  # looks; what one has read oneself
    *("upload_file", "remove_file"),  # the row of a file says who and when
    *(
        "create_import",
        "map_import",
        "apply_import",
        "undo_import",
        "cancel_import",
        "delete_import",
    ),  # the job
}
#: Changing things with an act, each seen in a test.
_WITH_ACT = {
    *("login", "change_me", "change_my_password", "make_token", "end_token", "make_user", "change_user"),
    *("reset_password", "invite", "accept_invitation", "make_teams", "change_teams", "make_regions"),
    *("freeze_stage", "thaw_stage", "switch_element", "cancel_run", "replay_run"),
    *("create_saved_view", "change_saved_view", "delete_saved_view"),
    *("change_regions", "install_app", "write_draft", "patch_draft", "publish_draft", "restore_version"),
}


def test_every_route_that_changes_things_is_thought_of() -> None:
    """Whoever adds one decides here whether the audit has to tell of it."""
    routes = [route for group in GROUPS for route in group.routes if isinstance(route, APIRoute)]
    changing = {str(route.operation_id or route.name) for route in routes if route.methods != {"GET"}}
    assert len(changing) > 20
    assert changing - _NO_ACT - _WITH_ACT == set()


def test_freezes_and_switches_are_acts(crm: Crm) -> None:
    director, ops = crm.as_("director"), crm.as_("ops")
    place = "/apps/crm/pipelines/opportunity_standard/stages/proposal/freeze"
    assert director.send("PUT", place, json={"reason": "too many"}).status == 204
    assert director.send("DELETE", place).status == 204
    for on in (False, True):
        answer = ops.send("PUT", "/apps/crm/switches/rule/third_visit_makes_a", json={"on": on})
        assert answer.status == 204, answer.body
    wanted = {"stage_frozen", "stage_thawed", "switched_off", "switched_on"}
    found = {row.act: row.details for row in acts(crm) if row.act in wanted}
    assert found.keys() == wanted
    assert found["stage_frozen"]["reason"] == "too many"
    assert found["switched_off"] == {"kind": "rule", "key": "third_visit_makes_a"}


def test_what_is_taken_out_and_brought_in_is_an_act(crm: Crm) -> None:
    make(crm, "director", "lead", name="出口")
    assert (
        crm.get("ops", "/records/lead/export?filter=name%20%3D%3D%20%22%E5%87%BA%E5%8F%A3%22").status == 200
    )
    job = bring(crm, "ops", "name\n进口\n", entity="lead", name="客户.csv")
    for word in ("apply", "undo"):
        act(crm, "ops", job, word)
    found = {row.act: row for row in acts(crm) if row.by == crm.ids["ops"]}
    exported, applied, undone = (
        found[key] for key in ("records_exported", "import_applied", "import_undone")
    )
    assert (exported.app, exported.subject, exported.details["records"]) == ("crm", "lead", 1)
    assert exported.details["filter"] == 'name == "出口"'
    assert (applied.subject, applied.details["file"]) == (job["id"], "客户.csv")
    assert applied.details["counts"]["new"] == 1
    assert undone.details["entity"] == "lead"
    assert crm.get("ops", "/records/lead/export?filter=%3D%3D").status == 400
    assert len([row for row in acts(crm) if row.act == "records_exported"]) == 1
