"""Keys that name other elements."""

from __future__ import annotations

import pytest

from tests.schema_store.checks.cases import Case, at, complaints, verify
from tests.schema_store.documents import field
from tests.schema_store.sales import item

CUSTOMER = at("lead", "customer")
PAGE = "/forms/1/items/0"
CASES = [
    Case("reference.unknown_entity", {"/views/3/entity": "custommer"}, "/views/3/entity"),
    Case("reference.unknown_field", {"/views/0/columns/0": "nam"}, "/views/0/columns/0"),
    Case("reference.unknown_field", {f"{PAGE}/columns/0": "numbr"}, f"{PAGE}/columns/0"),
    Case("reference.unknown_field", {"/forms/0/actions/0/values/xyz": 1}, "/forms/0/actions/0/values/xyz"),
    Case(
        "reference.unknown_field",
        {"/rules/1/actions/0/values/numberr": "name"},
        "/rules/1/actions/0/values/numberr",
    ),
    Case(
        "reference.unknown_option_set",
        {f"{at('customer', 'grade')}/option_set": "grad"},
        f"{at('customer', 'grade')}/option_set",
    ),
    Case("reference.unknown_role", {"/forms/0/roles/0": "sellr"}, "/forms/0/roles/0"),
    Case("reference.unknown_stage", {"/pipelines/0/initial": "nw"}, "/pipelines/0/initial"),
    Case("reference.unknown_stage", {"/rules/1/trigger/stage": "wn"}, "/rules/1/trigger/stage"),
    Case("reference.unknown_line", {"/calculations/0/result": "totl"}, "/calculations/0/result"),
    Case("reference.unknown_calendar", {"/settings/calendar": "offce"}, "/settings/calendar"),
    Case("reference.unknown_message", {"/slas/0/tiers/0/message": "helo"}, "/slas/0/tiers/0/message"),
    Case(
        "reference.unknown_connector", {"/rules/0/actions/2/connector": "er"}, "/rules/0/actions/2/connector"
    ),
    Case(
        "reference.unknown_operation",
        {"/rules/0/actions/2/operation": "pushh"},
        "/rules/0/actions/2/operation",
    ),
    Case("reference.unknown_view", {"/navigation/0/view": "all_lead"}, "/navigation/0/view"),
    Case("reference.unknown_dashboard", {"/navigation/1/dashboard": "x"}, "/navigation/1/dashboard"),
    Case(
        "reference.unknown_metric",
        {"/dashboards/0/widgets/0/metric": "won"},
        "/dashboards/0/widgets/0/metric",
    ),
    Case(
        "reference.unknown_dimension",
        {"/dashboards/0/widgets/0/dimensions/0": "by_sourc"},
        "/dashboards/0/widgets/0/dimensions/0",
    ),
    Case(
        "reference.unknown_pool",
        {"/rules/0/actions/3": {"kind": "assign", "key": "give", "pool": "sea"}},
        "/rules/0/actions/3/pool",
    ),
    Case(
        "reference.unknown_dispatch", {"/rules/0/actions/3/dispatch": "west"}, "/rules/0/actions/3/dispatch"
    ),
    Case("reference.unknown_children", {f"{PAGE}/children": "contrcts"}, f"{PAGE}/children"),
    Case("reference.unknown_rule", {"/slas/0/tiers/1/actions/0": "gret"}, "/slas/0/tiers/1/actions/0"),
    Case("reference.unknown_role", {"/slas/0/tiers/1/audience/0": "role:bos"}, "/slas/0/tiers/1/audience/0"),
    Case(
        "reference.unknown_children",
        {"/rules/0/actions/0/audience/0": "ownr"},
        "/rules/0/actions/0/audience/0",
    ),
    Case(
        "reference.unknown_field",
        {"/rules/2/actions/0/assignee": "field:customer.nam"},
        "/rules/2/actions/0/assignee",
    ),
    Case("audience.form", {"/rules/2/actions/0/assignee": "boss:me"}, "/rules/2/actions/0/assignee"),
    Case("reference.unknown_entity", {"/rules/0/rights": ["leed:update"]}, "/rules/0/rights/0"),
    Case("right.form", {"/rules/0/rights": ["lead:fly"]}, "/rules/0/rights/0"),
    Case(
        "reference.unknown_band",
        {"/rules/3/trigger": {"kind": "band", "name": "hott"}},
        "/rules/3/trigger/name",
    ),
    Case(
        "reference.unknown_sla",
        {"/rules/3/trigger": {"kind": "sla_tier", "name": "x"}},
        "/rules/3/trigger/name",
    ),
    Case("reference.platform_entity", {f"{CUSTOMER}/entity": "user"}, f"{CUSTOMER}/entity"),
    Case("reference.repeated", {"/views/0/columns/1": "name"}, "/views/0/columns/1"),
    Case("reference.inverse_taken", {f"{CUSTOMER}/inverse/key": "name"}, f"{CUSTOMER}/inverse/key"),
    Case(
        "reference.inverse_taken",
        {"/entities/4/fields/-": field("reference", "of", entity="customer", inverse=item("leads"))},
        "/entities/4/fields/1/inverse/key",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    verify(case)


def test_the_nearest_name_is_the_hint() -> None:
    [found] = complaints({"/views/3/columns/0": "nmae"})
    assert found.hint == {"zh-CN": "是否指 name？", "en": "Did you mean name?"}
    assert found.params["nearest"] == "name"


@pytest.mark.parametrize(
    "audience",
    [
        "owner",
        "created_by",
        "role:boss",
        "field:partner",
        "field:customer.name",
        "field:owner.team",
        "user:anna",
    ],
)
def test_audiences(audience: str) -> None:
    assert complaints({"/rules/0/actions/0/audience/0": audience}) == []


def test_children_are_an_audience() -> None:
    greet = item(
        "meet",
        entity="customer",
        trigger={"kind": "created"},
        actions=[
            {
                "kind": "notify",
                "key": "n",
                "audience": ["contacts", "field:contacts.phone"],
                "message": "hello",
            }
        ],
    )
    assert complaints({"/rules/-": greet}) == []


@pytest.mark.parametrize(
    "trigger", [("band", "hot"), ("sla_tier", "follow_up"), ("sla_tier", "second"), ("button", "x")]
)
def test_names_that_triggers_wait_for(trigger: tuple[str, str]) -> None:
    assert complaints({"/rules/3/trigger": dict(zip(("kind", "name"), trigger, strict=True))}) == []


def test_a_name_inside_a_text_has_its_characters() -> None:
    [found] = complaints({"/rules/2/actions/0/assignee": "field:customer.nmae"})
    assert found.span is not None
    assert "field:customer.nmae"[found.span.start : found.span.end] == "nmae"


def test_without_a_near_name_there_is_no_hint() -> None:
    [found] = complaints({"/views/3/columns/0": "zzzzzz"})
    assert found.hint == {}


def test_system_fields_may_be_shown_and_sorted_by() -> None:
    assert complaints({"/views/3/columns/0": "created_at", "/views/3/sort": [{"field": "owner"}]}) == []


def test_an_unknown_owner_is_told_once_and_not_for_each_of_its_fields() -> None:
    found = complaints({"/views/3/entity": "custommer"})
    assert [each.path for each in found] == ["/views/3/entity"]
