"""Entering: defaults and autofill, completion from a short name, customers known already, the first ten leads."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote as quoted

import pytest

from tests.api.crm import Crm, crm
from tests.api.rows.doing import change, listed, make, move, name, post, read, shown, unmet
from tests.files import PDF

__all__ = ["crm"]


def test_s0_02_defaults_and_what_earlier_records_know(crm: Crm):
    lead = make(crm, "rep1", "lead", name="王建国", phone="138 0013 8001")
    assert lead["code"].startswith("XS-202603-")
    assert (lead["stage"], lead["site_minutes"], lead["owner_id"]) == ("captured", 0, str(crm.ids["rep1"]))
    assert lead["captured_at"] == "2026-03-02T01:00:00Z"
    account = make(
        crm, "rep1", "account", name=name("杭州鼎盛建材"), city="杭州", customer_class="export",
        region=str(crm.ids["east"]),
    )  # fmt: skip
    deal = make(crm, "rep1", "opportunity", name="地暖管年度采购", account=account["id"])
    assert (deal["region"], deal["city"]) == (account["region"], "杭州")
    assert deal["process_class"] == "export"
    product = make(crm, "ops", "product", name=name("PE-RT II 地暖管"), list_price="12.50")
    quote = make(crm, "rep1", "quote", opportunity=deal["id"], product=product["id"], quantity="100")
    assert (quote["account"], quote["unit_price"], quote["version_no"]) == (account["id"], "12.5000", 1)
    assert (quote["line_amount"], quote["valid_until"]) == ("1250.00", "2026-04-01")


def test_s0_02_what_is_given_stands_over_what_is_known(crm: Crm):
    account = make(crm, "rep1", "account", name=name("绍兴宏远"), city="绍兴")
    deal = make(crm, "rep1", "opportunity", name="改造", account=account["id"], city="诸暨")
    assert deal["city"] == "诸暨"


@pytest.mark.parametrize("typed", ["鼎新", "hzdx", "杭州鼎新型材"])
def test_s4_24_a_short_name_finds_the_customer(crm: Crm, typed: str):
    full = "杭州鼎新型材有限公司"
    if not listed(crm, "admin", "account", f'name == "{full}"'):
        make(crm, "rep1", "account", name=full, short_name="鼎新")
    found = crm.items("rep1", f"/records/account?search={quoted(typed)}&fields=id,name&limit=5")
    assert full in [each["name"] for each in found]
    # Who may not see the customer completes nothing.
    assert full not in [
        each["name"] for each in crm.items("rep3", f"/records/account?search={quoted(typed)}")
    ]


def test_s4_04_a_customer_is_coded_once_and_entered_once(crm: Crm):
    first = make(crm, "rep1", "account", name="宁波海天（集团）有限公司")
    second = make(crm, "rep1", "account", name=name("宁波远洋"))
    assert first["code"] != second["code"]
    assert first["code"].startswith("KH-")
    again = post(crm, "rep1", "/records/account", {"name": "宁波海天(集团) 有限公司"})
    assert (again.status, again.code) == (409, "unique"), again.body
    code = change(crm, "rep1", "account", second["id"], code=first["code"])
    assert (code.status, code.code) == (403, "field_read_only")


def test_s0_08_a_customer_is_quoted_by_one_seller_at_a_time(crm: Crm):
    account = make(crm, "manager", "account", name=name("温州东方工程"))
    theirs = make(crm, "manager", "opportunity", name="一期", account=account["id"])
    crm.as_("manager").patch(
        f"/apps/crm/records/opportunity/{theirs['id']}", {"process_class": "aftermarket"}
    )
    priced = move(crm, "manager", "opportunity", theirs["id"], "quote", values={"amount": "186000.00"})
    assert priced.status == 200, priced.body
    ours = make(crm, "admin", "opportunity", name="二期", account=account["id"])
    offer = make(
        crm, "admin", "quote", opportunity=ours["id"], amount="180000.00", sent_at="2026-03-02T00:30:00Z"
    )
    closed = move(crm, "admin", "quote", offer["id"], "sent")
    assert unmet(closed) == {("criterion", "no_other_offer")}
    said = closed.json["unmet"][0]["message"]
    assert said == "同一客户正由别的销售报价，请先由主管协调"
    # Their own second version is no collision.
    own = make(
        crm, "manager", "quote", opportunity=theirs["id"], amount="186000.00", sent_at="2026-03-02T00:30:00Z"
    )
    assert move(crm, "manager", "quote", own["id"], "sent").status == 200
    # Once the other offer is lost, the way is free.
    lost = move(crm, "manager", "opportunity", theirs["id"], "lost", values={"lost_reason": "price"})
    assert lost.status == 200, lost.body
    assert move(crm, "admin", "quote", offer["id"], "sent").status == 200


def test_s4_42_the_same_customer_is_not_contacted_by_two(crm: Crm):
    mine = make(crm, "rep1", "lead", name="赵敏", phone="139 1111 2222")
    for who, seen in (("rep1", [mine["id"]]), ("rep3", [])):
        answer = post(crm, who, "/records/lead", {"name": "赵小姐", "phone": "+86 13911112222"})
        assert (answer.status, answer.code) == (409, "duplicate"), answer.body
        assert [each for match in answer.json["duplicates"] for each in match["records"]] == seen
        assert mine["id"].encode() not in answer.body or seen


def test_s1_04_captured_deduplicated_and_labelled(crm: Crm):
    phone = "137 2222 3333"
    lead = make(
        crm, "ops", "lead", name="钱经理", phone=phone, company="嘉兴恒信地产", source="fair", note="等Q2预算批复再定"
    )  # fmt: skip
    again = post(crm, "ops", "/records/lead", {"name": "钱总", "phone": "13722223333", "source": "fair"})
    assert (again.status, again.code) == (409, "duplicate")
    assert "budget_delay" in read(crm, "ops", "lead", lead["id"])["tags"]


def test_s3_41_ten_real_leads_through_a_first_flow(crm: Crm):
    rows: list[dict[str, Any]] = [
        {
            "name": f"首批{number}",
            "phone": f"1360000{number:04d}",
            "company": f"首批公司{number}",
            "source": "fair",
        }
        for number in range(10)
    ]
    answer = post(crm, "rep2", "/records/lead/bulk", {"create": rows})
    assert answer.status == 200, answer.body
    ids = [each["id"] for each in answer.json["results"]]
    for id_ in ids:
        assert move(crm, "rep2", "lead", id_, "contacted").status == 200
    rate = post(
        crm, "rep2", "/metrics/lead_funnel", {"dimensions": ["stage"], "filter": 'STARTSWITH(name, "首批")'}
    )
    assert [(row["stage"], row["value"]) for row in rate.json["rows"]] == [("contacted", 10)]


def test_s4_26_a_mail_domain_that_is_not_the_website_is_marked(crm: Crm):
    account = make(crm, "rep1", "account", name=name("台州金桥"), website="https://www.jinqiao.cn")
    contact = make(crm, "rep1", "contact", name="孙工", account=account["id"], email="sun@other.cn")
    assert contact["mail_mismatch"] is True
    fine = make(crm, "rep1", "contact", name="李工", account=account["id"], email="li@jinqiao.cn")
    assert fine["mail_mismatch"] is False


def test_s0_10_a_deal_has_one_current_version_of_its_quote(crm: Crm):
    account = make(crm, "rep1", "account", name=name("湖州绿城"))
    deal = make(crm, "rep1", "opportunity", name="样板间", account=account["id"])
    versions = [
        make(crm, "rep1", "quote", opportunity=deal["id"], amount=amount)
        for amount in ("1000.00", "950.00", "900.00")
    ]
    assert [each["version_no"] for each in versions] == [1, 2, 3]
    current = [read(crm, "rep1", "quote", each["id"])["is_current"] for each in versions]
    assert current == [False, False, True]
    twice = post(
        crm, "rep1", "/records/quote", {"opportunity": deal["id"], "version_no": 2, "amount": "1.00"}
    )
    assert (twice.status, twice.code) == (409, "unique"), twice.body
    assert move(crm, "rep1", "quote", versions[2]["id"], "withdrawn").status == 200
    current = [read(crm, "rep1", "quote", each["id"])["is_current"] for each in versions]
    assert current == [False, True, False]
    past = crm.get("rep1", f"/records/quote/{versions[2]['id']}/history").json["items"]
    assert past[0]["act"] == "transition"
    evidence = shown(crm, "rep1", quote=PDF)
    assert change(crm, "rep1", "quote", versions[1]["id"], file=evidence[0]["file_id"]).status == 200
