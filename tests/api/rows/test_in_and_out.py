"""Behaviour that comes in and scores at once; what is traced; what goes out for others; the old system beside."""

from __future__ import annotations

import csv
import io
from urllib.parse import urlencode

from tests.api.crm import Crm, crm
from tests.api.importing import bring, rows
from tests.api.rows.doing import changed, make, name, post, read

__all__ = ["crm"]


def test_s0_26_behaviour_scores_in_the_moment_it_is_told(crm: Crm):
    """Complete +5, three points a minute on the site, eight a download, fifteen an appointment: 48, and why."""
    lead = make(
        crm, "rep1", "lead", name=name("动态评分"), phone="13900002626", company=name("完整公司"), source="fair",
        region=str(crm.ids["east"]),
    )["id"]  # fmt: skip
    assert read(crm, "rep1", "lead", lead)["maturity"] == 5
    minutes = [("site_minute", number) for number in range(4)]
    told = [*minutes, ("download", 4), ("download", 5), ("appointment", 6)]
    events = [
        {"kind": kind, "entity": "lead", "record_id": lead, "id": f"s026-{number}"} for kind, number in told
    ]
    seen = []
    for event in events:
        assert post(crm, "rep1", "/events", event).json == {"accepted": 1, "duplicates": 0}
        seen.append(read(crm, "rep1", "lead", lead)["maturity"])
    assert seen == [8, 11, 14, 17, 25, 33, 48]
    assert post(crm, "rep1", "/events", events).json == {"accepted": 0, "duplicates": 7}
    why = crm.get("rep1", f"/records/lead/{lead}/explain?field=maturity").json["value"]
    points = {each["key"]: each["points"] for each in why["factors"]}
    assert {key: float(value) for key, value in points.items()} == {
        "complete": 5, "site": 12, "downloads": 16, "appointments": 15,
    }  # fmt: skip
    assert read(crm, "rep1", "lead", lead)["maturity_band"] == "hot"


def test_s4_09_every_change_is_traced_to_a_person_a_moment_and_a_before(crm: Crm):
    account = make(crm, "rep1", "account", name=name("审计客户"), city="上海")["id"]
    changed(crm, "rep1", "account", account, city="杭州")
    history = crm.items("director", f"/records/account/{account}/history")
    assert [(entry["act"], entry["by"]["name"]) for entry in history] == [
        ("update", "rep1"),
        ("create", "rep1"),
    ]
    city = {each["field"]: (each["before"], each["after"]) for each in history[0]["changes"]}["city"]
    assert city == ("上海", "杭州")
    found = crm.items("ops", f"/audit?{urlencode({'entity': 'account', 'record': account})}")
    assert [entry["act"] for entry in found] == ["update", "create"]
    assert {entry["by"]["name"] for entry in found} == {"rep1"}


def test_s4_18_beside_the_old_system_the_differences_are_listed(crm: Crm):
    """The old system's list is compared by key; nothing is written."""
    same, other, gone = name("一致客户"), name("不同客户"), name("旧系统没有")
    for key, city in ((same, "上海"), (other, "上海"), (gone, "宁波")):
        make(crm, "rep1", "account", name=key, city=city)
    old = f"name,city\n{same},上海\n{other},苏州\n{name('只在旧系统')},无锡\n"
    job = bring(crm, "ops", old, entity="account", match="name", kind="compare")
    assert (job["state"], job["counts"]["same"], job["counts"]["different"]) == ("previewed", 1, 1)
    (row,) = [each for each in rows(crm, "ops", job) if each["kind"] == "different"]
    assert row["changes"] == [{"field": "city", "before": "上海", "after": "苏州"}]
    report = crm.get("ops", f"/imports/{job['id']}/report.csv").body.decode("utf-8-sig")
    lines = [line for line in csv.reader(io.StringIO(report)) if {same, other, gone} & set(line)]
    assert [line for line in lines if same in line] == []
    assert len([line for line in lines if other in line]) == 1
    assert len([line for line in lines if gone in line]) == 1


def test_s4_38_the_list_for_the_tax_authority_is_one_click(crm: Crm):
    key = name("税务客户")
    make(crm, "rep1", "account", name=key, credit_code="91330100MA27XF1234", address="杭州市西湖区")
    words = urlencode({"view": "tax_customer_list", "labels": "true", "locale": "zh-CN"})
    answer = crm.get("finance", f"/records/account/export?{words}")
    assert answer.status == 200, answer.body
    (row,) = [
        row for row in csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))) if row["客户名称"] == key
    ]
    assert (row["统一社会信用代码"], row["地址"]) == ("91330100MA27XF1234", "杭州市西湖区")


def test_s4_39_what_is_exported_speaks_the_language_that_is_asked_for(crm: Crm):
    key = name("多语言客户")
    texts = {"zh-CN": "杭州建材有限公司", "en": "Hangzhou Building Materials Co., Ltd."}
    make(crm, "ops", "account", name=key, export_name=texts)
    for locale, text in texts.items():
        filter_ = f'name == "{key}"'
        words = {"fields": "name,export_name", "filter": filter_, "labels": "true", "locale": locale}
        answer = crm.get("ops", f"/records/account/export?{urlencode(words)}")
        assert answer.status == 200, answer.body
        (row,) = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))[1:]
        assert row == [key, text]
