"""Rows of the capability list that the template answers with data, each test named after its row."""

import pytest

from schema_store.analysis.analysis import Analysis
from schema_store.analysis.lookup import by_key
from schema_store.checks import check_document
from schema_store.document import AppDocument
from schema_store.document.automation import CreateRecord, DateTrigger
from schema_store.document.entities import Entity
from schema_store.document.fields import BaseField, CodeField, TranslatedTextField
from schema_store.document.process import Pipeline


def _entity(document: AppDocument, key: str) -> Entity:
    return by_key(document.entities)[key]


def _fields(document: AppDocument, entity: str) -> dict[str, BaseField]:
    return by_key(_entity(document, entity).fields)


def _pipeline(document: AppDocument, key: str) -> Pipeline:
    return by_key(document.pipelines)[key]


def _reads(analysis: Analysis, entity: str, key: str) -> set[str]:
    """The fields that a computed field reads, as dotted paths."""
    for place, finding in analysis.findings(BaseField):
        if place.entity == entity and place.model.key == key and finding.checked:  # type: ignore[attr-defined]
            return {".".join(path) for path in finding.checked.fields}
    raise LookupError(key)


def test_s0_10_versions_of_a_quote_with_one_current(document: AppDocument, analysis: Analysis):
    unique = by_key(_entity(document, "quote").uniques)["one_version"]
    assert unique.fields == ["opportunity", "version_no"]
    assert "opportunity.latest_quote_version" in _reads(analysis, "quote", "is_current")


def test_s0_31_twelve_nodes_counted_back_on_signing(document: AppDocument):
    rules = by_key(document.rules)
    assert [each.target for each in rules["plan_on_signing"].actions if isinstance(each, CreateRecord)] == [
        "service_plan"
    ]
    nodes = [each for each in rules["twelve_nodes"].actions if isinstance(each, CreateRecord)]
    assert len(nodes) == 12
    assert {"drawing", "material", "concealed"} <= {node.key for node in nodes}
    assert all("handover_on" in node.values["planned_on"] for node in nodes)


def test_s0_48_supply_chain_and_performance_on_the_same_base(document: AppDocument):
    keys = {entity.key for entity in document.entities}
    assert {"dealer", "dealer_order", "rebate", "sample"} <= keys
    assert by_key(document.calculations)["clerk_commission"].lines
    assert {"dealer_sales", "rebate_total", "task_completion"} <= {each.key for each in document.metrics}


def test_s1_28_prices_against_the_list_and_similar_deals(analysis: Analysis):
    assert _reads(analysis, "quote", "list_deviation") == {"net_unit_price", "list_price_then"}
    assert _reads(analysis, "quote", "deal_deviation") == {"net_unit_price", "deal_average_then"}
    assert "deal_deviation" in _reads(analysis, "quote", "price_flag")


def test_s1_31_renewal_reminders_90_30_and_7_days_before(document: AppDocument):
    triggers = [each.trigger for each in document.rules if each.key.startswith("renewal_")]
    offsets = [
        (each.field, each.offset, each.direction) for each in triggers if isinstance(each, DateTrigger)
    ]
    assert offsets == [("expires_on", f"{days}d", "before") for days in (90, 30, 7)]


def test_s1_34_grading_by_eleven_hard_indicators(document: AppDocument):
    assert len(by_key(document.scores)["grading"].factors) == 11


def test_s1_57_leads_and_accounts_belong_to_a_region_a_store_and_a_clerk(document: AppDocument):
    for entity in ("lead", "account"):
        fields = _fields(document, entity)
        assert (fields["region"].type, fields["store"].type) == ("region", "team")  # type: ignore[attr-defined]


def test_s2_01_source_normalised_and_cost_traced_to_the_action(document: AppDocument, analysis: Analysis):
    for entity, key in (("lead", "source"), ("campaign", "channel"), ("opportunity", "source")):
        assert _fields(document, entity)[key].option_set == "lead_sources"  # type: ignore[attr-defined]
    assert _reads(analysis, "lead", "total_cost") == {"acquisition_cost", "action_cost"}
    assert "activities.cost" in {".".join(path) for path in _paths(analysis, "lead", "action_cost")}
    dimensions = {each.key for each in by_key(document.metrics)["cost_per_lead"].dimensions}
    assert {"source", "landing_action"} <= dimensions


def _paths(analysis: Analysis, entity: str, key: str) -> set[tuple[str, ...]]:
    return {tuple(path.split(".")) for path in _reads(analysis, entity, key)}


def test_s2_05_roles_of_the_buying_committee(document: AppDocument):
    contact = _fields(document, "contact")
    assert (contact["decision_roles"].type, contact["decision_roles"].option_set) == (
        "options",
        "decision_roles",
    )  # type: ignore[attr-defined]
    departments = {option.key for option in by_key(document.option_sets)["departments"].options}
    assert {"purchasing", "production", "equipment", "it"} <= departments
    assert _fields(document, "opportunity")["buying_committee"].type == "links"  # type: ignore[attr-defined]


def test_s2_06_six_stages_in_twenty_one_milestones(document: AppDocument):
    stages = [stage for stage in _pipeline(document, "opportunity_standard").stages if stage.milestones]
    assert len(stages) == 6
    assert sum(len(stage.milestones) for stage in stages) == 21


def test_s2_07_08_feedback_in_48_hours_with_three_tiers(document: AppDocument):
    sla = by_key(document.slas)["proposal_feedback"]
    assert sla.target == "48h"
    assert [(tier.after, tier.channel) for tier in sla.tiers] == [
        ("0h", "in_app"),
        ("24h", "wecom"),
        ("48h", "mail"),
    ]


@pytest.mark.parametrize("entity", ["lead", "account", "opportunity", "ticket", "contract", "product"])
def test_s2_31_few_required_fields_and_each_with_a_purpose(document: AppDocument, entity: str):
    required = [field for field in _entity(document, entity).fields if field.required]
    assert 1 <= len(required) <= 3


def test_s2_31_every_required_field_says_what_it_is_for(document: AppDocument):
    silent = [
        f"{entity.key}.{field.key}"
        for entity in document.entities
        for field in entity.fields
        if field.required and not field.purpose
    ]
    assert silent == []


def test_s2_36_a_canvas_of_action_decision_and_benefit(document: AppDocument):
    purposes = [field.purpose for entity in document.entities for field in entity.fields if field.purpose]
    assert len(purposes) >= 80
    assert len([each for each in purposes if each.decision and each.benefit]) >= 15


def test_s2_20_payment_nodes_are_parts_of_a_contract(document: AppDocument):
    node = _fields(document, "payment_node")
    assert node["contract"].on_delete == "cascade"  # type: ignore[attr-defined]
    assert {"due_on", "paid_on", "open_amount", "overdue_days"} <= set(node)


def test_s3_08_old_devices_of_top_hospitals_go_to_the_experts(document: AppDocument):
    first = by_key(document.dispatches)["lead_dispatch"].rows[0]
    assert (first.skills, "device_years > 5" in (first.condition or "")) == (["senior_engineer"], True)


def test_s1_06_dispatch_looks_for_people_of_the_records_region(document: AppDocument):
    rows = by_key(document.dispatches)["lead_dispatch"].rows
    assert [row.region_field for row in rows[1:-1]] == ["region"] * (len(rows) - 2)
    assert rows[-1].condition is None


def test_s1_06_a_dispatch_row_cannot_look_at_a_field_that_is_not_there(document: AppDocument):
    dispatch = by_key(document.dispatches)["lead_dispatch"]
    row = dispatch.rows[1].model_copy(update={"region_field": "province"})
    broken = document.model_copy(update={"dispatches": [dispatch.model_copy(update={"rows": [row]})]})
    found = [each for each in check_document(broken) if each.path == "/dispatches/0/rows/0/region_field"]
    assert [each.code for each in found] == ["reference.unknown_field"]


def test_s3_29_nine_clauses_checked_and_only_high_risk_to_legal(document: AppDocument, analysis: Analysis):
    expression = _fields(document, "contract")["clause_risks"].expression  # type: ignore[attr-defined]
    assert expression.count("IF(") == 9
    approval = by_key(_pipeline(document, "contract_status").stages)["approval"].gate
    assert approval is not None
    assert 'risk != "high"' in approval.criteria[0].condition


def test_s4_01_eight_stages_with_required_fields_and_responsible_roles(document: AppDocument):
    stages = _pipeline(document, "customer_lifecycle").stages
    assert [stage.label["zh-CN"] for stage in stages] == [
        "线索获取", "初步接触", "需求确认", "报价发送", "样品交付", "合同签订", "订单执行", "售后服务",
    ]  # fmt: skip
    assert all(stage.responsible and stage.required_fields for stage in stages)


def test_s4_04_one_code_and_one_name_per_customer(document: AppDocument):
    account = _entity(document, "account")
    code = _fields(document, "account")["code"]
    assert isinstance(code, CodeField)
    assert (code.pattern, code.gaps) == ("KH-{YYYY}{MM}-{seq:5}", "none")
    compared = {match.field for rule in account.duplicates for match in rule.fields}
    assert {"name", "phone", "email"} <= compared
    phone = by_key(_entity(document, "lead").duplicates)["same_phone"]
    assert phone.action == "refuse"


def test_s4_14_a_process_for_each_customer_class(document: AppDocument):
    conditions = [each.when for each in document.pipelines if each.entity == "opportunity"]
    assert conditions == [f'process_class == "{each}"' for each in ("oem", "aftermarket", "export")] + [None]


def test_s4_15_apqp_sub_stages(document: AppDocument):
    stages = [stage.key for stage in _pipeline(document, "opportunity_oem").stages]
    assert stages[stages.index("sample") : stages.index("negotiation")] == [
        "sample",
        "ppap",
        "volume_licence",
    ]


def test_s4_39_names_in_several_languages(document: AppDocument):
    for entity, key in (
        ("product", "export_name"),
        ("product", "export_description"),
        ("account", "export_name"),
    ):
        assert isinstance(_fields(document, entity)[key], TranslatedTextField)


def test_s1_51_bands_of_health_at_their_bounds(document: AppDocument):
    """The bounds decided: 85 and 65 belong below, 45 and 30 above; no gap between the bands."""
    bands = [(band.key, band.lower, band.exclusive) for band in by_key(document.scores)["health"].bands]
    assert bands == [
        ("rescue", None, False),
        ("watch", "30", False),
        ("education", "45", False),
        ("stable", "65", True),
        ("vip", "85", True),
    ]
    assert all(band.strategy for band in by_key(document.scores)["health"].bands)


def test_s1_36_to_38_segments_of_a_pharmacy_get_their_own_action(document: AppDocument):
    rules = by_key(document.rules)
    kinds = {
        key: [action.kind for action in rules[key].actions]
        for key in ("open_health_record", "video_consultation", "three_months_without_service")
    }
    assert list(kinds.values()) == [["notify"], ["task"], ["task", "notify"]]
    assert rules["three_months_without_service"].trigger.count == 3  # type: ignore[union-attr]


def test_s2_13_twelve_fields_from_the_company_registry(document: AppDocument):
    filled = {"name", "credit_code", "registered_capital", "insured_people", "legal_person", "founded_on"}
    filled |= {"shareholders", "address", "phone", "website", "city", "industry"}
    assert len(filled) == 12
    assert filled <= set(_fields(document, "account"))


def test_s4_38_customer_list_for_the_tax_authority(document: AppDocument):
    columns = by_key(document.views)["tax_customer_list"].columns
    assert {"name", "credit_code", "address", "legal_person"} <= set(columns)
