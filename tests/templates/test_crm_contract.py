"""Keys, types and numbers that the contract promises to programs outside."""

import pytest

from schema_store.analysis.lookup import by_key
from schema_store.document import AppDocument
from schema_store.document.access import Permission
from schema_store.document.fields import BaseField, OptionField, TextField
from schema_store.document.process import Gate, Pipeline, Stage

ENTITIES = [
    *("lead", "account", "contact", "opportunity", "quote", "contract", "payment_node", "ticket"),
    *("service_plan", "service_node", "activity", "task", "product", "dealer", "dealer_order", "rebate"),
    *("campaign", "article", "complaint", "request", "sample", "competitor_price"),
]
FIELDS = {
    "lead": {
        "name": "text",
        "phone": "phone",
        "company": "text",
        "source": "option",
        "region": "region",
        "stage": "stage",
        "budget": "money",
        "site_minutes": "integer",
        "downloads": "integer",
        "appointments": "integer",
        "product_page_visits": "integer",
        "maturity": "score",
        "maturity_band": "option",
        "grade": "option",
        "tags": "tags",
        "note": "long_text",
    },
    "opportunity": {
        "name": "text",
        "account": "reference",
        "amount": "money",
        "stage": "stage",
        "expected_close": "date",
        "lost_reason": "option",
        "margin": "money",
    },
    "account": {"name": "text", "credit_limit": "money", "code": "code"},
}
ROLES = {"admin", "ops", "director", "manager", "rep", "service", "finance", "legal"}


def _field(document: AppDocument, entity: str, key: str) -> BaseField:
    return by_key(by_key(document.entities)[entity].fields)[key]


def _pipeline(document: AppDocument, key: str) -> Pipeline:
    return by_key(document.pipelines)[key]


def _stage(document: AppDocument, pipeline: str, stage: str) -> Stage:
    return by_key(_pipeline(document, pipeline).stages)[stage]


def _gate(document: AppDocument, pipeline: str, stage: str) -> Gate:
    gate = _stage(document, pipeline, stage).gate
    assert gate is not None
    return gate


def test_the_entities(document: AppDocument):
    assert document.key == "crm"
    assert [entity.key for entity in document.entities] == ENTITIES


@pytest.mark.parametrize(
    ("entity", "key", "type_"),
    [(entity, *pair) for entity, fields in FIELDS.items() for pair in fields.items()],
)
def test_the_fields(document: AppDocument, entity: str, key: str, type_: str):
    assert _field(document, entity, key).type == type_  # type: ignore[attr-defined]  # every field has it


def test_only_a_name_is_needed_for_a_lead_and_an_account(document: AppDocument):
    for entity in ("lead", "account"):
        needed = [field.key for field in by_key(document.entities)[entity].fields if field.required]
        assert needed == ["name"]


def test_the_options_of_grade_and_band(document: AppDocument):
    for key, options in (("grade", ["A", "B", "C"]), ("maturity_band", ["cold", "warm", "hot"])):
        field = _field(document, "lead", key)
        assert isinstance(field, OptionField)
        assert [option.key for option in field.options] == options


def test_the_stages_of_a_lead(document: AppDocument):
    stages = [stage.key for stage in _pipeline(document, "lead_follow_up").stages]
    assert stages == ["captured", "contacted", "qualified", "converted", "invalid", "dormant"]


def test_the_stages_of_a_standard_deal(document: AppDocument):
    stages = [stage.key for stage in _pipeline(document, "opportunity_standard").stages]
    assert stages == ["need", "proposal", "quote", "sample", "negotiation", "won", "lost"]
    assert document.pipelines.index(_pipeline(document, "opportunity_standard")) > max(
        index for index, each in enumerate(document.pipelines) if each.entity == "opportunity" and each.when
    )


def test_a_proposal_needs_the_requirement_and_a_technician(document: AppDocument):
    gate = _gate(document, "opportunity_standard", "proposal")
    assert [each.key for each in gate.evidence] == ["requirement_document"]
    assert [(each.field, each.roles) for each in gate.people] == [("technician", ["service"])]


def test_a_quote_needs_the_survey_photo_and_the_signed_page(document: AppDocument):
    gate = _gate(document, "opportunity_standard", "quote")
    assert [each.key for each in gate.evidence] == ["site_survey_photo", "signed_confirmation"]


def test_the_standard_deal_and_a_lead_ask_for_nothing_else(document: AppDocument):
    """What else people should fill in is asked by forms; other programs need only what the contract names."""
    for pipeline in ("opportunity_standard", "lead_follow_up"):
        asked = {stage.key: stage.required_fields for stage in _pipeline(document, pipeline).stages}
        assert {key: fields for key, fields in asked.items() if fields} in ({}, {"need": ["account"]})
    required = [each for each in by_key(document.entities)["lead"].conditions if each.effect == "required"]
    assert required == []


@pytest.mark.parametrize("suffix", ["standard", "oem", "aftermarket", "export"])
def test_winning_needs_a_signed_contract_whatever_the_process(document: AppDocument, suffix: str):
    gate = _gate(document, f"opportunity_{suffix}", "won")
    assert [each.key for each in gate.evidence] == ["signed_contract"]
    assert _gate(document, f"opportunity_{suffix}", "lost").fields == ["lost_reason"]


def test_signing_a_contract_needs_its_scan(document: AppDocument):
    assert [each.key for each in _gate(document, "contract_status", "signed").evidence] == ["signed_scan"]


def test_closing_a_ticket_needs_the_acceptance_sheet(document: AppDocument):
    assert [each.key for each in _gate(document, "ticket_loop", "closed").evidence] == ["acceptance_sheet"]


def test_an_account_name_is_unique_as_a_company(document: AppDocument):
    field = _field(document, "account", "name")
    assert isinstance(field, TextField)
    assert (field.unique, field.normalise) == (True, "company")


def test_the_points_of_maturity(document: AppDocument):
    score = by_key(document.scores)["maturity"]
    assert [(factor.key, factor.points) for factor in score.factors] == [
        ("complete", "5"),
        ("site", "3"),
        ("downloads", "8"),
        ("appointments", "15"),
    ]
    assert not any(factor.cap or factor.half_life for factor in score.factors)


def test_the_roles_are_those_of_the_demo_people(document: AppDocument):
    assert {role.key for role in document.roles} == ROLES


def _sees(permission: Permission, key: str) -> bool:
    return key not in permission.hidden and (permission.only is None or key in permission.only)


def _readers(document: AppDocument, entity: str, key: str) -> set[str]:
    return {
        role.key
        for role in document.roles
        for permission in role.permissions
        if permission.entity == entity and "read" in permission.acts and _sees(permission, key)
    }


def test_who_sees_margins(document: AppDocument):
    """Also what a margin could be told from: its rate, the cost of a quote and of a product."""
    readers = {"manager", "director", "finance", "admin"}
    secrets = {
        "opportunity": ["margin", "margin_rate"],
        "quote": ["margin", "margin_rate", "cost_amount"],
        "product": ["cost_price", "gross_margin_rate"],
    }
    for entity, keys in secrets.items():
        for key in keys:
            assert _readers(document, entity, key) == readers, (entity, key)


def test_who_sees_credit_limits(document: AppDocument):
    for key in ("credit_limit", "credit_available"):
        assert _readers(document, "account", key) == {"finance", "admin"}


def test_scopes_of_the_sales_roles(document: AppDocument):
    scopes = {
        role.key: {permission.scope for permission in role.permissions if permission.entity == "lead"}
        for role in document.roles
    }
    assert scopes["rep"] == {"own"}
    assert scopes["manager"] == {"team_below"}
    assert scopes["director"] == {"all"}


def test_who_builds(document: AppDocument):
    builders = {role.key for role in document.roles if "publish" in role.rights}
    assert builders == {"admin", "ops"}


def test_the_public_form_takes_a_name_and_sets_the_source_itself(document: AppDocument):
    form = by_key(document.public_forms)["fair_lead"]
    assert form.entity == "lead"
    assert "name" in form.fields
    assert form.values["source"] == "fair"
    assert not {"stage", "grade", "maturity", "site_minutes"} & set(form.fields)


def test_the_rebate_has_its_slices_as_lines(document: AppDocument):
    calculation = by_key(document.calculations)["dealer_rebate"]
    assert [each.key for each in calculation.inputs] == ["amount"]
    assert [each.key for each in calculation.lines][-1] == calculation.result == "rebate"
    rows = [(row.start, row.rate) for row in by_key(document.tables)["dealer_rebate"].rows]
    assert rows == [("0", "0.01"), ("100000", "0.02"), ("300000", "0.03")]
