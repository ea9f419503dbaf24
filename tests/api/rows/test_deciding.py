"""Deciding: scores and bands, prices, calculations, forecasts, the ways of a record, who sees and owns what."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.api.crm import NOW, Crm, crm
from tests.api.rows.doing import (
    change,
    changed,
    listed,
    make,
    move,
    moved,
    name,
    post,
    read,
    unmet,
)
from tests.asgi import Answer

__all__ = ["crm"]


@pytest.mark.parametrize(
    ("score", "band", "contracts", "touches", "nps", "deals"),
    [
        (86, "vip", 3, 8, 3, 1),
        (85, "stable", 3, 5, 10, 0),
        (66, "stable", 4, 4, 2, 0),
        (65, "education", 3, 5, None, 0),
        (45, "education", 1, 5, None, 0),
        (44, "watch", 0, 8, None, 0),
        (30, "watch", 1, 0, None, 0),
        (29, "rescue", 0, 3, None, 0),
    ],
)
def test_s1_51_health_has_bands_without_gaps(
    crm: Crm, score: int, band: str, contracts: int, touches: int, nps: int | None, deals: int
):
    account = crm.insert("account", name=name("健康度客户"), nps=nps, open_opportunities=deals)
    for _ in range(contracts):
        signed = date(2026, 3, 2) - timedelta(days=10)
        crm.insert("contract", name="c", account=account, stage="signed", signed_on=signed, amount=Decimal(1))
    for number in range(touches):
        is_survey = nps is not None and number == 0
        crm.insert(
            "activity",
            name="a",
            account=account,
            kind="survey" if is_survey else "call",
            nps=nps if is_survey else None,
            happened_at=NOW - timedelta(days=1),
        )
    for _ in range(deals):
        crm.insert("opportunity", name=name("进行中"), account=account, stage="need")
    seen = changed(crm, "rep1", "account", str(account), name=name("改名"))  # what a score reads
    why = crm.get("rep1", f"/records/account/{account}/explain?field=health").json
    assert (seen["health"], seen["health_band"]) == (score, band), why


def test_s1_34_eleven_hard_indicators_grade_a_pharmacy(crm: Crm):
    all_of_them = {
        "insurance_designated": True, "dtp_certified": True, "record_rate": "0.8", "store_grade": "three",
        "store_count": 12, "pharmacists": 20, "members": 9000, "cold_chain": True, "outpatient_pooling": True,
        "e_prescription": True, "monthly_sales": "1200000.00",
    }  # fmt: skip
    best = make(crm, "rep1", "account", name=name("康民大药房"), **all_of_them)
    # 15 + 15 + 16 + 8 + 10 + 6 + 6 + 5 + 5 + 5 + 5
    assert (best["grading"], best["grading_band"]) == (96, "a")
    plain = make(crm, "rep1", "account", name=name("小药店"))
    assert (plain["grading"], plain["grading_band"]) == (0, "d")
    why = crm.get("rep1", f"/records/account/{best['id']}/explain?field=grading").json
    assert len(why["value"]["factors"]) == 11
    middle = changed(crm, "rep1", "account", plain["id"], insurance_designated=True, dtp_certified=True)
    assert (middle["grading"], middle["grading_band"]) == (30, "c")


def test_s1_28_a_price_far_from_what_others_paid_is_flagged(crm: Crm):
    product = make(crm, "ops", "product", name=name("PPR 管件"), list_price="100.00")
    account = make(crm, "rep1", "account", name=name("价格客户"))
    deal = make(crm, "rep1", "opportunity", name="管件", account=account["id"])
    flags: dict[str, Any] = {}
    for number, price in enumerate(("79.00", "81.00", "100.00", "106.00")):
        made = make(
            crm, "rep1", "quote", opportunity=deal["id"], product=product["id"], quantity="1",
            unit_price=price, version_no=number + 1, amount=price,
        )  # fmt: skip
        flags[price] = made["price_flag"]
    assert flags == {"79.00": "low", "81.00": "normal", "100.00": "normal", "106.00": "high"}
    odd = listed(crm, "rep1", "quote", f'opportunity == "{deal["id"]}" and price_flag == "low"')[0]
    changed(crm, "rep1", "quote", odd["id"], sent_at="2026-03-02T00:30:00Z")
    assert unmet(move(crm, "rep1", "quote", odd["id"], "sent")) == {("criterion", "price_approved")}
    moved(crm, "rep1", "quote", odd["id"], "approval")
    assert moved(crm, "manager", "quote", odd["id"], "sent")["stage"] == "sent"


def test_s0_30_deals_by_size(crm: Crm):
    account = make(crm, "admin", "account", name=name("单量客户"))
    for amount, band in (
        ("99999.99", "small"),
        ("100000.00", "medium"),
        ("299999.99", "medium"),
        ("300000.00", "large"),
    ):
        made = make(crm, "admin", "opportunity", name=name("单量"), account=account["id"], amount=amount)
        assert made["size_band"] == band
    answer = crm.get("admin", "/records/opportunity/aggregate?group=size_band&measure=count(),sum(amount)")
    rows = {row["size_band"]: row["sum_amount"] for row in answer.json["rows"]}
    assert rows["medium"] == "399999.99"
    share = post(crm, "admin", "/metrics/large_deal_rate", {})
    assert share.status == 200


def test_s4_41_the_forecast_weighs_each_deal_by_its_stage(crm: Crm):
    account = make(crm, "rep1", "account", name=name("预测客户"))
    make(
        crm,
        "rep1",
        "opportunity",
        name=name("预测"),
        account=account["id"],
        amount="1000.00",
        expected_close="2026-07-10",
    )
    sure = make(
        crm, "rep1", "opportunity", name=name("预测"), account=account["id"], amount="2000.00",
        expected_close="2026-07-20", probability_override="0.75",
    )  # fmt: skip
    assert sure["weighted_amount"] == "1500.00"
    asked = {"dimensions": ["month"], "filter": f'account == "{account["id"]}"'}
    rows = post(crm, "rep1", "/metrics/weighted_forecast", asked).json["rows"]
    assert [(row["month"], row["value"]) for row in rows] == [("2026-07-01", "1600.00")]
    behind = listed(crm, "rep1", "opportunity", rows[0]["filter"])
    assert len(behind) == 2


def test_s4_32_lifetime_value_from_repurchase_and_margin(crm: Crm):
    account = crm.insert(
        "account",
        name=name("长期客户"),
        repurchase_rate=Decimal("0.5"),
        contract_count=2,
        total_contract_amount=Decimal("2000.00"),
        average_order=Decimal("1000.00"),
    )
    for _ in range(2):
        signed = {"signed_on": date(2026, 1, 5), "amount": Decimal("1000.00")}
        crm.insert("contract", name="c", account=account, stage="signed", **signed)
    changed(crm, "admin", "account", str(account), gross_margin_rate="0.25")
    # The mean order of 1,000, a margin of 0.25, 2 orders a year, 1 / (1 - 0.5).
    worth = read(crm, "admin", "account", str(account))
    assert (worth["contract_count"], Decimal(worth["clv"])) == (2, Decimal("1000"))
    assert "clv" not in read(crm, "rep1", "account", str(account))


def test_s0_45_the_rebate_of_the_director_with_the_cases_of_finance(crm: Crm):
    cases = [
        ("0.00", "0.00"),
        ("100000.00", "1000.00"),
        ("300000.00", "5000.00"),
        ("350000.00", "6500.00"),
        ("99999.99", "1000.00"),
    ]
    for amount, rebate in cases:
        answer = post(crm, "finance", "/calculations/dealer_rebate", {"inputs": {"amount": amount}})
        assert (answer.status, answer.json["value"]) == (200, rebate), answer.body
        assert len(answer.json["lines"]) >= 3
        assert all(line.keys() >= {"key", "label", "expression", "value"} for line in answer.json["lines"])


def test_s2_01_a_lead_names_its_source_and_costs_are_traced_to_each_action(crm: Crm):
    lead = make(
        crm, "rep1", "lead", name="成本线索", source="baidu", keyword="防水涂料", acquisition_cost="386.00"
    )
    for cost in ("20.00", "37.50"):
        make(crm, "rep1", "activity", name="电话", kind="call", lead=lead["id"], cost=cost)
    seen = read(crm, "rep1", "lead", lead["id"])
    assert (seen["action_cost"], seen["total_cost"]) == ("57.50", "443.50")
    wrong = post(crm, "rep1", "/records/lead", {"name": "x", "source": "百度"})
    assert (wrong.status, wrong.code) == (422, "invalid")
    rows = post(crm, "rep1", "/metrics/cost_per_lead", {"dimensions": ["source"]}).json["rows"]
    assert {row["source"]: row["value"] for row in rows}["baidu"] == "443.5000000000"


def test_s2_05_the_buying_committee_with_its_roles(crm: Crm):
    account = make(crm, "rep1", "account", name=name("常州恒力"))
    roles = {
        "purchasing": ["buyer"],
        "production": ["user", "influencer"],
        "equipment": ["technical"],
        "it": ["decider"],
    }
    common = {"account": account["id"], "phone": "13800000001"}
    people = [
        make(crm, "rep1", "contact", name=f"决策人{key}", department=key, decision_roles=each, **common)
        for key, each in roles.items()
    ]
    deal = make(
        crm,
        "rep1",
        "opportunity",
        name="产线",
        account=account["id"],
        buying_committee=[each["id"] for each in people],
    )
    assert sorted(deal["buying_committee"]) == sorted(each["id"] for each in people)
    deciders = listed(crm, "rep1", "contact", f'account == "{account["id"]}" and "decider" in decision_roles')
    assert [each["department"] for each in deciders] == ["it"]
    assert read(crm, "rep1", "account", account["id"])["decision_makers"] == 4


def test_s2_18_every_change_of_a_contact_can_be_read(crm: Crm):
    account = make(crm, "rep1", "account", name=name("变更客户"))
    contact = make(crm, "rep1", "contact", name="周工", account=account["id"], phone="13811112222")
    changed(crm, "rep1", "contact", contact["id"], phone="13833334444", position="厂长")
    newest = crm.get("rep1", f"/records/contact/{contact['id']}/history").json["items"][0]
    seen = {each["field"]: (each["before"], each["after"]) for each in newest["changes"]}
    assert seen == {"phone": ("+8613811112222", "+8613833334444"), "position": (None, "厂长")}
    assert newest["by"]["name"] == "rep1"


def test_s2_25_customers_stay_when_their_seller_leaves(crm: Crm):
    who = "rep2"
    mine = [make(crm, who, "account", name=name("交接客户")) for _ in range(3)]
    gone = crm.as_("admin").patch(f"/users/{crm.ids[who]}", {"active": False})
    assert gone.status == 200, gone.body
    try:
        assert crm.get(who, "/records/account").status == 401
        rows = [{"id": each["id"], "owner_id": str(crm.ids["rep1"])} for each in mine]
        handed = post(crm, "manager", "/records/account/bulk", {"update": rows})
        assert handed.status == 200, handed.body
        for each in mine:
            assert read(crm, "rep1", "account", each["id"])["owner_id"] == str(crm.ids["rep1"])
            past = crm.get("manager", f"/records/account/{each['id']}/history").json["items"]
            assert len(past) == 2  # who made it is still known
        refused = change(crm, "manager", "account", mine[0]["id"], owner_id=str(crm.ids[who]))
        assert refused.status == 422  # nobody is handed to somebody who has left
    finally:
        assert crm.as_("admin").patch(f"/users/{crm.ids[who]}", {"active": True}).status == 200


def test_s2_26_any_customer_in_few_statements(crm: Crm):
    account = make(crm, "rep1", "account", name=name("手机查客户"))
    words = "/records/account?search=%E6%89%8B%E6%9C%BA%E6%9F%A5&expand=owner,region&limit=20"
    crm.get("rep1", words)
    with crm.counted() as found:
        assert crm.get("rep1", words).status == 200
    assert len(found) <= 6, found
    crm.get("rep1", f"/records/account/{account['id']}?expand=owner")
    with crm.counted() as one:
        assert crm.get("rep1", f"/records/account/{account['id']}?expand=owner").status == 200
    assert len(one) <= 6, one


def test_s4_01_eight_stages_each_with_its_fields(crm: Crm):
    account = make(crm, "rep1", "account", name=name("生命周期客户"))
    assert account["lifecycle"] == "lead_acquired"
    needs: dict[str, dict[str, Any]] = {
        "first_contact": {"industry": "construction"},
        "need_confirmed": {"customer_class": "project", "region": str(crm.ids["east"])},
        "quote_sent": {"level": "key"},
        "sample_delivered": {"address": "杭州市余杭区"},
        "contract_signed": {"credit_code": "91330110MA2XXXXX1K"},
        "order_execution": {},
        "after_sales": {"phone": "0571-88886666"},
    }
    for stage, values in needs.items():
        if values:
            closed = move(crm, "rep1", "account", account["id"], stage)
            assert unmet(closed) == {("field", key) for key in values}
        assert moved(crm, "rep1", "account", account["id"], stage, values=values)["lifecycle"] == stage
    described = crm.get("rep1", "").json["pipelines"]
    stages = next(each["stages"] for each in described if each["key"] == "customer_lifecycle")
    assert len(stages) == 8
    assert all(stage["responsible"] for stage in stages)


def test_s4_08_own_region_and_all(crm: Crm):
    mine = make(crm, "rep1", "lead", name="本人的线索")["id"]
    for who, status in (
        ("rep1", 200),
        ("rep2", 404),
        ("manager", 200),
        ("rep3", 404),
        ("director", 200),
        ("finance", 404),
    ):
        assert crm.get(who, f"/records/lead/{mine}").status == status, who


def test_s4_14_each_class_of_customer_has_its_own_process(crm: Crm):
    """A car maker's deal goes from the need to a proposal, the aftermarket's to a quote at once."""
    ways = {
        "oem": ("proposal", "quote"),
        "export": ("proposal", "quote"),
        "aftermarket": ("quote", "negotiation"),
    }
    for kind, (there, not_there) in ways.items():
        account = make(crm, "rep1", "account", name=name("分类客户"), customer_class=kind)
        deal = make(crm, "rep1", "opportunity", name="机床", account=account["id"])
        assert deal["process_class"] == kind
        assert "way" not in kinds(try_move(crm, deal["id"], there))
        assert "way" in kinds(try_move(crm, deal["id"], not_there))
    # The aftermarket has no samples at all.
    sample = move(crm, "rep1", "opportunity", deal["id"], "sample", dry_run=True)
    assert (sample.status, sample.code) == (422, "invalid"), sample.body


def test_s0_25_the_grade_decides_how_a_lead_is_followed_up(crm: Crm):
    for grade, days in (("A", 1), ("B", 3), ("C", 7)):
        lead = make(crm, "rep1", "lead", name=f"{grade} 级线索")
        changed(crm, "rep1", "lead", lead["id"], grade=grade)
        tasks = listed(crm, "rep1", "task", f'lead == "{lead["id"]}"')
        assert len(tasks) == 1, tasks
        assert tasks[0]["owner_id"] == str(crm.ids["rep1"])
        assert tasks[0]["due_at"] == (NOW + timedelta(days=days)).isoformat().replace("+00:00", "Z")
        runs = crm.get("rep1", f"/runs?record={lead['id']}").json["items"]
        assert [run["rule"] for run in runs if run["rule"] == "follow_up_by_grade"] == ["follow_up_by_grade"]


def try_move(crm: Crm, deal: str, to: str) -> Answer:
    values = {"amount": "1000.00", "expected_close": "2026-06-01"}
    return move(crm, "rep1", "opportunity", deal, to, values=values, dry_run=True)


def kinds(answer: Answer) -> set[str]:
    """What a dry run would ask for."""
    assert answer.status == 200, answer.body
    return {each["kind"] for each in answer.json["unmet"]}


def test_s4_15_sample_ppap_and_volume_licence_of_a_car_maker(crm: Crm):
    described = crm.get("admin", "").json["pipelines"]
    stages = {each["key"]: [stage["key"] for stage in each["stages"]] for each in described}
    assert [key for key in stages["opportunity_oem"] if key in ("sample", "ppap", "volume_licence")] == [
        "sample",
        "ppap",
        "volume_licence",
    ]
    account = make(crm, "admin", "account", name=name("主机厂"), customer_class="oem")
    deal = crm.insert(
        "opportunity", name="紧固件", account=UUID(account["id"]), stage="sample", process_class="oem"
    )
    closed = try_move(crm, str(deal), "ppap")
    assert {(each["kind"], each["key"]) for each in closed.json["unmet"]} == {
        ("criterion", "sample_passed"),
        ("evidence", "sample_report"),
    }


def test_s0_51_one_clerk_works_on_many_records_at_once(crm: Crm):
    rows = [
        {"name": f"批量{number}", "phone": f"1350000{number:04d}", "source": "sms"} for number in range(120)
    ]
    made = post(crm, "ops", "/records/lead/bulk", {"create": rows})
    assert made.status == 200, made.body
    ids = [each["id"] for each in made.json["results"]]
    handed = post(
        crm, "ops", "/records/lead/bulk",
        {"update": [{"id": each, "owner_id": str(crm.ids["rep1"]), "city": "杭州"} for each in ids]},
    )  # fmt: skip
    assert handed.status == 200, handed.body
    assert len(listed(crm, "rep1", "lead", 'source == "sms" and city == "杭州"')) == 120
    assert "build" in crm.get("ops", "").json["rights"]  # the same clerk owns the rules
    refused = post(
        crm, "rep1", "/records/lead/bulk", {"update": [{"id": ids[0], "owner_id": str(crm.ids["rep2"])}]}
    )
    assert refused.status == 403, refused.body


def test_s1_57_a_region_has_stores_and_a_store_has_clerks(crm: Crm):
    admin = crm.as_("admin")
    store = admin.post("/teams", {"name": name("西湖店"), "parent_id": str(crm.ids["east_team"])})
    assert store.status == 201, store.body
    moved_in = admin.patch(f"/users/{crm.ids['rep2']}", {"team_id": store.json["id"]})
    assert moved_in.status == 200, moved_in.body
    try:
        sale = make(crm, "rep2", "lead", name="门店线索")["id"]
        assert crm.get("manager", f"/records/lead/{sale}").status == 200  # of the region above
        assert crm.get("rep1", f"/records/lead/{sale}").status == 404  # beside it
        assert crm.get("director", f"/records/lead/{sale}").status == 200
    finally:
        back = admin.patch(f"/users/{crm.ids['rep2']}", {"team_id": str(crm.ids["east_team"])})
        assert back.status == 200
