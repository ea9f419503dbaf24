"""Forms, views, metrics, public forms, the menu."""

from __future__ import annotations

import pytest

from tests.schema_store.checks.cases import GONE, Case, complaints, verify

CASES = [
    Case("form.field_twice", {"/forms/0/items/2/field": "name"}, "/forms/0/items/2/field"),
    Case("form.missing_required", {"/forms/0/items/0/items/1/field": "phone"}, "/forms/0/items"),
    Case("form.unlike", {"/forms/1/items/2/match": {"heat": "name"}}, "/forms/1/items/2/match/heat"),
    Case(
        "form.unlike", {"/forms/1/items/2/match": {"heat": "contract_total"}}, "/forms/1/items/2/match/heat"
    ),
    Case("view.no_group", {"/views/1/group": GONE}, "/views/1"),
    Case("view.board_group", {"/views/1/group": "budget"}, "/views/1/group"),
    Case("view.calendar_group", {"/views/2/group": "name"}, "/views/2/group"),
    Case("view.calendar_group", {"/views/2/group": GONE}, "/views/2"),
    Case("view.amount", {"/views/1/amount": "name"}, "/views/1/amount"),
    Case("field.no_sort", {"/views/0/sort/0/field": "labels"}, "/views/0/sort/0/field"),
    Case("metric.no_value", {"/metrics/0/value": GONE}, "/metrics/0/measure"),
    Case("metric.no_share", {"/metrics/1/measure": "share"}, "/metrics/1/measure"),
    Case("metric.time", {"/metrics/0/time": "name"}, "/metrics/0/time"),
    Case("value.computed", {"/forms/0/actions/0/values/heat": 3}, "/forms/0/actions/0/values/heat"),
    Case("value.invalid", {"/forms/0/actions/0/values/source": "tv"}, "/forms/0/actions/0/values/source"),
    Case("value.computed", {"/public_forms/0/fields/1": "code"}, "/public_forms/0/fields/1"),
    Case("value.invalid", {"/public_forms/0/values/source": 5}, "/public_forms/0/values/source"),
    Case("public_form.missing_required", {"/public_forms/0/fields/0": "phone"}, "/public_forms/0/fields"),
    Case("public_form.field_type", {"/public_forms/0/fields/1": "labels"}, "/public_forms/0/fields/1"),
    Case(
        "public_form.autocomplete",
        {"/public_forms/0/autocomplete": {"budget": "name"}},
        "/public_forms/0/autocomplete/budget",
    ),
    Case(
        "public_form.asked_and_set",
        {"/public_forms/0/values/phone": "13800000000"},
        "/public_forms/0/values/phone",
    ),
    Case("navigation.target", {"/navigation/0/view": GONE}, "/navigation/0"),
    Case("navigation.target", {"/navigation/0/dashboard": "overview"}, "/navigation/0"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    verify(case)


def test_a_calendar_may_use_a_system_moment() -> None:
    assert complaints({"/views/2/group": "created_at"}) == []


def test_a_preset_value_counts_as_given_on_a_public_form() -> None:
    changes = {"/public_forms/0/fields/0": "phone", "/public_forms/0/values/name": "web"}
    assert {each.code for each in complaints(changes)} == {"reference.repeated"}


def test_a_form_for_editing_may_leave_required_fields_out() -> None:
    assert complaints({"/forms/0/purpose": "edit", "/forms/0/items/0/items/1/field": "phone"}) == []
