"""Files into the CRM over REST: whose they are, what they do, what they refuse, and how they are taken back."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.crm import Crm, crm
from tests.api.importing import act, bring, rows, upload, wait

__all__ = ["crm"]
LEADS = "姓名,手机,线索来源,预算范围\n王一,13800000001,官网询盘,3.5万\n王二,13800000002,展览,x\n"


def named(crm: Crm, start: str) -> list[dict[str, Any]]:
    """The leads whose names begin so."""
    return crm.items("admin", "/records/lead?filter=" + quote(f'STARTSWITH(name, "{start}")'))


def test_a_file_is_previewed_applied_and_taken_back(crm: Crm) -> None:
    answer = upload(crm, "ops", LEADS, entity="lead", name="线索.csv")
    assert answer.status == 201, answer.body
    job = answer.json
    assert answer.header("location") == f"/api/v1/apps/crm/imports/{job['id']}"
    assert (job["state"], job["goal"], job["entity"]) == ("staged", "previewed", "lead")
    assert job["mapping"]["fields"]["budget"] == {"column": "预算范围"}
    assert job["file"] == {"name": "线索.csv", "format": "csv", "encoding": "utf-8-sig", "delimiter": ","}
    job = wait(crm, "ops", job["id"])
    assert (job["state"], job["counts"]) == ("previewed", {"new": 1, "refused": 1})
    assert named(crm, "王") == []
    good, bad = rows(crm, "ops", job)
    assert (good["row"], good["kind"], good["record_id"], good["values"]["budget"]) == (
        2,
        "new",
        None,
        "35000.00",
    )
    assert [(error["column"], error["code"]) for error in bad["errors"]] == [
        ("线索来源", "not_an_option"),
        ("预算范围", "not_a_number"),
    ]
    assert bad["errors"][0]["suggestion"] == "展会"
    assert bad["errors"][0]["message"] == "“展览”不是可选项；可用：展会"
    job = act(crm, "ops", job, "apply")
    assert (job["state"], job["counts"]["new"], job["counts"]["fields"]["phone"]) == ("applied", 1, 1)
    (lead,) = named(crm, "王")
    assert (lead["source"], lead["created_by"]) == ("website", str(crm.ids["ops"]))
    (shown,) = rows(crm, "ops", job, "?kind=new")
    assert shown["record_id"] == lead["id"]
    errors = crm.get("ops", f"/imports/{job['id']}/errors.csv")
    assert errors.header("content-type") == "text/csv; charset=utf-8"
    mended = errors.body.decode().replace("展览", "展会").replace('"x"', '"¥1,200"')
    # With its rules run it would have a to-do hanging on it, and stay.
    again = act(crm, "ops", bring(crm, "ops", mended, entity="lead", rules="none"), "apply")
    assert (again["counts"]["new"], again["counts"].get("refused")) == (1, None)
    for each in (again, job):
        undone = act(crm, "ops", each, "undo")
        assert (undone["state"], undone["counts"]["undone"]) == ("undone", 1)
    assert named(crm, "王") == []


def test_an_update_shows_before_and_after_and_can_be_taken_back(crm: Crm) -> None:
    first = act(
        crm,
        "ops",
        bring(crm, "ops", "name,city,phone\n甲公司,上海,\n乙公司,北京,\n丙公司,广州,\n", entity="account"),
        "apply",
    )
    assert first["counts"]["new"] == 3
    text = "客户名称,城市,电话\n甲公司,苏州,021-62345678\n乙公司,北京,\n丙公司,深圳,\n丁公司,成都,\n"
    job = bring(crm, "ops", text, entity="account", match="name")
    assert job["counts"] == {"new": 1, "changed": 2, "same": 1}, rows(crm, "ops", job)
    changed = rows(crm, "ops", job, "?kind=changed")
    assert {"field": "city", "before": "上海", "after": "苏州"} in changed[0]["changes"]
    job = act(crm, "ops", job, "apply")
    assert job["counts"]["changed"] == 2
    touched = changed[1]["record_id"]
    patched = crm.as_("ops").patch(f"/apps/crm/records/account/{touched}", {"city": "珠海"})
    assert patched.status == 200, patched.body
    job = act(crm, "ops", job, "undo")
    assert job["counts"]["kept"] == 1
    assert job["counts"]["undone"] == 2
    (kept,) = rows(crm, "ops", job, "?kind=kept")
    assert (kept["row"], kept["record_id"], kept["errors"][0]["code"]) == (4, touched, "stale")
    cities = {item["name"]: item["city"] for item in crm.items("ops", "/records/account")}
    assert cities == {"甲公司": "上海", "乙公司": "北京", "丙公司": "珠海"}
    history = crm.get("ops", f"/records/account/{changed[0]['record_id']}/history").json["items"]
    assert history[0]["cause"]["mode"] == "undo"
    assert history[1]["cause"]["chain"] == [f"import:{job['id']}"]


def test_a_mapping_is_remembered_and_can_be_changed(crm: Crm) -> None:
    text = "Kunde,Ort\n记住公司,柏林\n"
    job = bring(crm, "ops", "Kunde,Ort\n忘记公司,波恩\n", entity="account")
    assert (job["state"], job["error"]["code"]) == ("staged", "nothing_mapped")
    assert [column["used"] for column in job["columns"]] == [False, False]
    mapping = {
        "fields": {
            "name": "Kunde",
            "city": {"column": "Ort"},
            "address": {"expression": 'CONCAT(Ort, "-", _row)'},
        }
    }
    put = crm.as_("ops").send(
        "PUT", f"/apps/crm/imports/{job['id']}/mapping", json={**mapping, "match": "name"}
    )
    assert put.status == 202, put.body
    assert put.json["mapping"]["fields"]["name"] == {"column": "Kunde"}
    job = act(crm, "ops", wait(crm, "ops", job["id"]), "apply")
    assert job["counts"]["new"] == 1
    second = bring(crm, "ops", text, entity="account")
    assert second["mapping"] == job["mapping"]
    assert second["match"] == "name"
    (row,) = rows(crm, "ops", second)
    assert row["values"] == {"name": "记住公司", "city": "柏林", "address": "柏林-1"}


def test_what_columns_can_be_brought_into_is_told(crm: Crm) -> None:
    job = bring(crm, "ops", "客户名称,来源\n目标公司,x\n", entity="account")
    path = f"/imports/{job['id']}/mapping"
    told = {each["key"]: each for each in crm.get("ops", path).json["targets"]}
    assert told["name"] == {
        "key": "name",
        "label": {"zh-CN": "客户名称", "en": "Account name"},
        "part": "field",
        "field": "name",
        "required": True,
        "match": True,
    }
    assert (told["city"]["required"], told["city"]["match"]) == (False, False)
    assert (told["id"]["match"], told["owner_id"]["label"]["zh-CN"], told["owner_id"]["field"]) == (
        True,
        "负责人",
        None,
    )
    assert "created_at" not in told
    past = {each["key"]: each for each in crm.get("ops", f"{path}?mode=history").json["targets"]}
    assert past["created_at"]["part"] == "moment"
    assert crm.get("ops", f"{path}?mode=none").status == 400
    assert crm.get("admin", path).status == 404
    service = bring(crm, "admin", "name\n历史\n", entity="lead")
    leads = {
        each["key"]: each
        for each in crm.get("admin", f"/imports/{service['id']}/mapping?mode=history").json["targets"]
    }
    assert leads["stage@qualified"]["label"]["zh-CN"] == "阶段@确认有效"


def test_how_a_job_brings_in_can_be_changed_after_the_file_came(crm: Crm) -> None:
    path = "/apps/crm/imports/{id}/mapping"
    job = bring(crm, "ops", "name,建立\n方式公司,2020-01-02\n", entity="account")
    assert (job["mode"], job["rules"], job["clears"]) == ("normal", "run", False)
    fields = {"name": "name", "created_at": "建立"}
    put = crm.as_("ops").send(
        "PUT", path.format(**job), json={"fields": fields, "mode": "history", "blank": "clear"}
    )
    assert put.status == 202, put.body
    assert (put.json["mode"], put.json["rules"], put.json["clears"]) == ("history", "none", True)
    assert put.json["changed_at"] >= put.json["created_at"]
    job = act(crm, "ops", wait(crm, "ops", job["id"]), "apply")
    (made,) = rows(crm, "ops", job)
    account = crm.get("ops", f"/records/account/{made['record_id']}").json
    assert account["created_at"] == "2020-01-01T16:00:00Z"
    back = bring(crm, "ops", "name\n方式公司\n", entity="account", mode="history", rules="simulate")
    put = crm.as_("ops").send("PUT", path.format(**back), json={"fields": {"name": "name"}})
    assert (put.json["mode"], put.json["rules"]) == ("history", "simulate")


def test_history_takes_its_right_at_the_mapping_too(crm: Crm) -> None:
    job = bring(crm, "finance", "code\n1\n", entity="payment_node")
    path = f"/apps/crm/imports/{job['id']}/mapping"
    refused = crm.as_("finance").send("PUT", path, json={"fields": {"code": "code"}, "mode": "history"})
    assert (refused.status, refused.code) == (403, "forbidden")
    assert crm.as_("finance").get(f"{path}?mode=history").status == 403
    assert crm.get("finance", f"/imports/{job['id']}").json["mode"] == "normal"


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"fields": {"nme": "Kunde"}}, "invalid"),
        ({"fields": {"name": "Kunden"}}, "invalid"),
        ({"fields": {"name": {"expression": "CONCAT("}}}, "bad_expression"),
        ({"fields": {"name": {"expression": "nothing"}}}, "bad_expression"),
        ({"fields": {"name": {"column": "Kunde", "value": "x"}}}, "invalid"),
        ({"fields": {}}, "invalid"),
        ({"fields": {"name": "Kunde"}, "columns": {"Kunde": "colour"}}, "invalid"),
        ({"fields": {"name": "Kunde"}, "match": "city"}, "invalid"),
    ],
)
def test_a_mapping_that_does_not_fit(crm: Crm, mapping: dict[str, Any], code: str) -> None:
    job = bring(crm, "ops", "name,Kunde\n1,2\n", entity="account")
    answer = crm.as_("ops").send("PUT", f"/apps/crm/imports/{job['id']}/mapping", json=mapping)
    assert answer.status in (400, 422), answer.body
    assert answer.code == code
    assert answer.json["errors"][0]["message"]


def test_who_may_not_import_does_not(crm: Crm) -> None:
    for who, entity, status in (
        ("rep1", "lead", 403), ("nobody", "lead", 404), ("ops", "none", 404), ("finance", "lead", 404),
    ):  # fmt: skip
        answer = upload(crm, who, "name\nx\n", entity=entity)
        assert answer.status in (status, 403 if status == 404 and who == "finance" else status), (
            who,
            answer.body,
        )
    assert upload(crm, "finance", "name\nx\n", entity="lead", mode="history").status in (403, 404)
    assert upload(crm, "finance", "name\nx\n", entity="payment_node", mode="history").status == 403
    assert upload(crm, "ops", "name\nx\n").json["errors"][0]["field"] == "entity"


def test_a_job_is_its_makers_alone(crm: Crm) -> None:
    job = bring(crm, "ops", "name\n私有\n", entity="lead")
    path = f"/imports/{job['id']}"
    absent = crm.get("admin", "/imports/01890a5d-ac96-774b-bcce-b302099a8057")
    for tail in ("", "/rows", "/errors.csv"):
        foreign = crm.get("admin", path + tail)
        assert (foreign.status, foreign.body) == (404, absent.body)
    assert crm.as_("admin").post(f"/apps/crm{path}/apply").status == 404
    assert job["id"] not in {each["id"] for each in crm.get("admin", "/imports").json["items"]}
    assert crm.get("ops", "/imports?limit=1").json["items"][0]["id"] == job["id"]
    assert crm.as_("ops").delete(f"/apps/crm{path}").status == 204
    assert crm.get("ops", path).status == 404


def test_a_job_goes_only_where_a_way_leads(crm: Crm) -> None:
    job = bring(crm, "ops", "name\n状态\n", entity="lead")
    path = f"/apps/crm/imports/{job['id']}"
    early = crm.as_("ops").post(f"{path}/undo")
    assert (early.status, early.code) == (409, "import_state")
    assert act(crm, "ops", job, "cancel")["state"] == "cancelled"
    late = crm.as_("ops").post(f"{path}/apply")
    assert (late.status, late.code) == (409, "import_state")
    mapped = crm.as_("ops").send("PUT", f"{path}/mapping", json={"fields": {"name": "name"}})
    assert (mapped.status, mapped.code) == (409, "import_state")


def test_all_rows_or_none(crm: Crm) -> None:
    job = bring(crm, "ops", "name,budget\n全一,1\n全二,x\n", entity="lead", atomic="true")
    job = act(crm, "ops", job, "apply")
    assert (job["state"], job["error"]["code"]) == ("previewed", "atomic_refused")
    assert "3" in job["error"]["message"]
    assert named(crm, "全") == []


def test_the_importers_rights_hold_for_every_row(crm: Crm) -> None:
    """Finance may import payment nodes, but make none: each row is refused, with its reason."""
    job = bring(crm, "finance", "name,sequence\n首款,1\n", entity="payment_node")
    codes = {error["code"] for row in rows(crm, "finance", job, "?kind=refused") for error in row["errors"]}
    assert codes, job
    assert crm.items("admin", "/records/payment_node") == []
