"""Over REST: what was, events, workbooks, encodings; whose right it takes; what a reader sees of it."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from tests.api.crm import Crm, crm
from tests.api.importing import XLSX, act, bring, rows, upload

__all__ = ["crm"]
PAST = (
    "name,created_at,created_by,owner_id,stage@captured,stage@qualified\n"
    "老客,2025-04-01,rep1,rep1,2025-04-01,2025-04-02\n"
)


def workbook(*lines: list[Any]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_history_mode_takes_a_right_of_its_own(crm: Crm) -> None:
    refused = upload(crm, "finance", "name\nx\n", entity="payment_node", mode="history")
    assert (refused.status, refused.code) == (403, "forbidden")
    normal = bring(crm, "ops", PAST, entity="lead")
    assert normal["mapping"]["fields"].keys() == {"name", "owner_id"}, (
        "moments are no targets of a normal import"
    )
    assert normal["rules"] == "run"


def test_what_was_is_seen_as_it_was(crm: Crm) -> None:
    job = act(crm, "ops", bring(crm, "ops", PAST, entity="lead", mode="history"), "apply")
    assert (job["counts"]["new"], job["rules"], job["mode"]) == (1, "none", "history"), rows(crm, "ops", job)
    (row,) = rows(crm, "ops", job)
    assert row["past"]["created_at"] == "2025-03-31T16:00:00Z"
    lead = crm.get("rep1", f"/records/lead/{row['record_id']}").json
    assert (lead["created_at"], lead["stage"]) == ("2025-03-31T16:00:00Z", "qualified")
    assert lead["created_by"] == lead["owner_id"] == str(crm.ids["rep1"])
    timeline = crm.get("admin", f"/records/lead/{row['record_id']}/timeline").json["items"]
    assert [(each["entry"], each["at"]) for each in timeline if each["entry"] == "stage"] == [
        ("stage", "2025-04-01T16:00:00Z"),
        ("stage", "2025-03-31T16:00:00Z"),
    ]
    change, made = [each for each in timeline if each["entry"] == "change"]  # a version for each stage
    assert (made["act"], made["at"]) == ("create", "2025-03-31T16:00:00Z")
    assert change["by"]["id"] == str(crm.ids["rep1"])
    assert change["cause"]["imported"] == {"at": "2026-03-02T01:00:00Z", "by": str(crm.ids["ops"])}
    groups = crm.get("admin", "/records/lead/aggregate?group=month(created_at)&measure=count()").json["rows"]
    assert {each["count"] for each in groups} == {1}
    act(crm, "ops", job, "undo")


def test_events_raise_scores_and_say_what_is_wrong(crm: Crm) -> None:
    job = act(crm, "ops", bring(crm, "ops", "name,phone\n积分,13700000001\n", entity="lead"), "apply")
    (row,) = rows(crm, "ops", job)
    lead = row["record_id"]
    code = crm.get("admin", f"/records/lead/{lead}").json["code"]
    text = "record,kind,at,topic\n" + "".join(
        f"{code},product_page_visit,2026-02-0{day},椅子\n" for day in (1, 2, 3)
    )
    told = act(
        crm, "ops", bring(crm, "ops", text + "XS-0,download,,\n", entity="lead", kind="events"), "apply"
    )
    assert told["counts"] == {"new": 3, "refused": 1}
    (bad,) = rows(crm, "ops", told, "?kind=refused")
    assert [(each["field"], each["code"]) for each in bad["errors"]] == [("record", "unknown_record")]
    timeline = crm.get("admin", f"/records/lead/{lead}/timeline").json["items"]
    assert [each["topic"] for each in timeline if each["entry"] == "event"] == ["椅子"] * 3
    undone = act(crm, "ops", told, "undo")
    assert (undone["state"], undone["error"]["code"]) == ("applied", "events_stay")
    act(crm, "ops", job, "undo")


def test_a_workbook_with_numbers_days_and_texts(crm: Crm) -> None:
    raw = workbook(
        ["姓名", "手机", "预算范围", "唤醒日期", "首次响应时间", "线索来源"],
        ["表格", 13600000001, 35000.5, date(2026, 4, 1), datetime(2026, 3, 1, 9, 30), "展会"],
        ["坏格", "x", "#DIV/0!", "明天", None, "市场"],
    )
    job = bring(crm, "ops", raw, XLSX, entity="lead", name="线索.xlsx")
    assert job["file"] == {"name": "线索.xlsx", "format": "xlsx", "encoding": "", "delimiter": ""}
    good, bad = rows(crm, "ops", job)
    assert good["values"]["phone"] == "+8613600000001"
    assert good["values"]["budget"] == "35000.50"
    assert good["cells"]["姓名"] == "表格"
    assert [each["code"] for each in good["warnings"]] == ["number_as_text"]
    mapped = job["mapping"]["fields"]
    if "wake_on" in mapped:
        assert good["values"]["wake_on"] == "2026-04-01"
    assert {each["column"] for each in bad["errors"]} >= {"手机", "预算范围", "线索来源"}
    assert bad["kind"] == "refused"


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_encodings(crm: Crm, encoding: str, shown: str) -> None:
    job = bring(crm, "ops", "姓名;城市\n编码;北京\n".encode(encoding), entity="lead")
    assert (job["file"]["encoding"], job["file"]["delimiter"]) == (shown, ";")
    assert rows(crm, "ops", job)[0]["values"] == {"name": "编码", "city": "北京"}


def test_pages_of_rows_and_jobs(crm: Crm) -> None:
    text = "name\n" + "".join(f"页{number}\n" for number in range(5))
    job = bring(crm, "ops", text, entity="lead")
    first = crm.get("ops", f"/imports/{job['id']}/rows?limit=2").json
    assert ([each["row"] for each in first["items"]], first["next"]) == ([2, 3], 3)
    last = crm.get("ops", f"/imports/{job['id']}/rows?limit=3&after=3").json
    assert ([each["row"] for each in last["items"]], last["next"]) == ([4, 5, 6], None)
    crm.clock.now = crm.clock.now.replace(minute=30)
    newer = bring(crm, "ops", text, entity="lead")
    items = crm.get("ops", "/imports?limit=1").json["items"]
    assert [each["id"] for each in items] == [newer["id"]]
    older = crm.get("ops", f"/imports?before={items[0]['created_at']}").json["items"]
    assert newer["id"] not in {each["id"] for each in older}
    assert job["id"] in {each["id"] for each in older}
    assert crm.get("ops", "/imports?before=2026-01-01T00:00:00").status == 400
    assert crm.get("ops", f"/imports/{job['id']}/rows?kind=purple").status == 400


def test_the_description_names_the_routes(crm: Crm) -> None:
    paths = crm.as_("ops").get("/openapi.json").json["paths"]
    base = "/api/v1/apps/{app}/imports"
    tails = (
        "",
        "/{import_id}",
        "/{import_id}/rows",
        "/{import_id}/mapping",
        "/{import_id}/apply",
        "/{import_id}/undo",
    )
    assert {f"{base}{tail}" for tail in tails} <= paths.keys()
    assert "/api/v1/apps/{app}/records/{entity}/export" in paths
