"""Records of the CRM template go through the whole order of execution in few statements, on both databases."""

from __future__ import annotations

import itertools
from decimal import Decimal

import sqlalchemy as sa

from tests.runtime.save.kit import World

_numbers = itertools.count()
#: What a save of a lead may cost (DESIGN 9); the caller's look at the app row is one of them. A lead of a campaign is
#: the dearest: three statements look for the campaign and bring its figures up to date.
CREATE, UPDATE = 12, 10


def lead() -> dict[str, object]:
    number = next(_numbers)
    return {
        "name": f"王芳{number}",
        "phone": f"138{number:08d}",
        "company": f"华东阀门{number}有限公司",
        "source": "website",
    }


def test_a_lead_is_created_with_code_stage_score_and_history(still_crm: World):
    saved = still_crm.create("lead", {**lead(), "site_minutes": 4, "downloads": 2, "appointments": 1})
    stored = still_crm.stored("lead", saved.id)
    assert stored["code"]
    assert stored["stage"] == "captured"
    assert stored["maturity"] == 43
    assert stored["version"] == 1
    assert stored["total_cost"] == Decimal("0.00")
    assert [row.act for row in still_crm.support("history", saved.id)] == ["create"]
    assert [(row.stage, row.previous) for row in still_crm.support("stage_change", saved.id)] == [
        ("captured", None)
    ]


def test_an_update_writes_what_changed(still_crm: World):
    saved = still_crm.create("lead", lead())
    after = still_crm.update("lead", saved.id, {"downloads": 3}, version=1)
    assert after.version == 2
    assert after.changed == {"downloads", "maturity", "maturity_band"}
    assert still_crm.stored("lead", saved.id)["maturity"] == 24


def test_a_lead_of_a_campaign_takes_few_statements(crm: World):
    campaign = crm.create("campaign", {"name": "展会"})
    crm.create("lead", {**lead(), "campaign": str(campaign.id)})
    with crm.counting() as statements:
        saved = crm.create("lead", {**lead(), "campaign": str(campaign.id)})
    with crm.counting() as plain:
        crm.create("lead", lead())
    print(f"create of a lead: {len(statements)} statements, {len(plain)} without a campaign")
    assert len(plain) <= CREATE - 3
    assert len(statements) <= CREATE
    assert crm.stored("campaign", campaign.id)["lead_count"] == 2
    with crm.counting() as statements:
        crm.update("lead", saved.id, {"site_minutes": 9})
    print(f"update of one field: {len(statements)} statements")
    assert len(statements) <= UPDATE


def test_statements_are_kept_and_can_be_cached(crm: World):
    campaign = crm.create("campaign", {"name": "展会二"})
    crm.create("lead", {**lead(), "campaign": str(campaign.id)})
    values = list(crm.served.statements.values())
    values += [
        part
        for each in values
        for name in ("lock", "update")
        if (part := getattr(each, name, None)) is not None
    ]
    values += [part for each in values if isinstance(each, tuple) for part in each]
    kept = [each for each in values if isinstance(each, sa.ClauseElement)]
    assert len(kept) > 5
    assert [str(each) for each in kept if each._generate_cache_key() is None] == []


def test_roll_ups_over_two_entities_follow_a_payment(crm: World):
    """payment node → contract → account: paid amounts, receivable, credit left."""
    account = crm.create("account", {"name": f"客户{next(_numbers)}", "credit_limit": "500000.00"})
    contract = crm.create("contract", {"name": "合同", "account": str(account.id), "amount": "100000.00"})
    node = crm.create(
        "payment_node",
        {
            "contract": str(contract.id),
            "name": "首付",
            "sequence": 1,
            "amount": "30000.00",
            "due_on": "2026-04-01",
        },
    )
    stored = crm.stored("account", account.id)
    assert (stored["receivable"], stored["credit_available"]) == (Decimal("30000.00"), Decimal("470000.00"))
    crm.update("payment_node", node.id, {"paid_amount": "10000.00"})
    assert crm.stored("contract", contract.id)["unpaid_amount"] == Decimal("90000.00")
    assert crm.stored("account", account.id)["credit_available"] == Decimal("480000.00")


def test_the_newest_quote_is_the_current_one(crm: World):
    """A formula of a record over a roll-up of its parent over the record itself, and over its sisters."""
    account = crm.create("account", {"name": f"客户{next(_numbers)}"})
    opportunity = crm.create("opportunity", {"name": "项目", "account": str(account.id)})
    wire = {"opportunity": str(opportunity.id)}
    first = crm.create("quote", wire)
    assert first.values["is_current"] is True
    second = crm.create("quote", wire)
    assert (first.values["version_no"], second.values["version_no"]) == (1, 2)
    assert second.values["is_current"] is True
    assert crm.stored("quote", first.id)["is_current"] is False
    crm.delete("quote", second.id)
    assert crm.stored("quote", first.id)["is_current"] is True
