"""Leads of the CRM template go through the whole order of execution, on both databases."""

from decimal import Decimal

from tests.runtime.save.kit import World

LEAD = {"name": "王芳", "phone": "13800138000", "company": "华东阀门有限公司", "source": "fair"}


def test_a_lead_is_created_with_code_stage_score_and_history(crm: World):
    saved = crm.create("lead", {**LEAD, "site_minutes": 4, "downloads": 2, "appointments": 1})
    stored = crm.stored("lead", saved.id)
    assert stored["stage"] == "captured"
    assert stored["maturity"] == 43
    assert stored["version"] == 1
    assert stored["total_cost"] == Decimal("0.00")
    assert [row.act for row in crm.support("history", saved.id)] == ["create"]
    assert [(row.stage, row.previous) for row in crm.support("stage_change", saved.id)] == [
        ("captured", None)
    ]


def test_an_update_writes_what_changed(crm: World):
    saved = crm.create("lead", LEAD)
    after = crm.update("lead", saved.id, {"downloads": 3}, version=1)
    assert after.version == 2
    assert after.changed == {"downloads", "maturity", "maturity_band"}
    assert crm.stored("lead", saved.id)["maturity"] == 24
