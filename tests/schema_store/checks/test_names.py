"""Keys, labels, ids."""

from __future__ import annotations

import pytest

from tests.schema_store.checks.cases import Case, at, complaints, verify
from tests.schema_store.sales import item

TAG = at("tag", "name")
CASES = [
    Case("name.not_nfkc", {"/roles/1/key": "ｂｏｓｓ２"}, "/roles/1/key"),
    Case("name.reserved", {f"{TAG}/key": "class"}, f"{TAG}/key"),
    Case("name.reserved", {f"{TAG}/key": "version"}, f"{TAG}/key"),
    Case("name.reserved", {f"{TAG}/key": "events"}, f"{TAG}/key"),
    Case("name.reserved", {f"{TAG}/key": "ROUND"}, f"{TAG}/key"),
    Case("name.reserved", {"/entities/4/key": "team"}, "/entities/4/key"),
    Case("name.reserved", {"/calculations/0/inputs/1/key": "within"}, "/calculations/0/inputs/1/key"),
    Case("name.reserved_code", {f"{TAG}/key": "code"}, f"{TAG}/key"),
    Case("name.duplicate", {"/roles/1/key": "seller"}, "/roles/1/key"),
    Case("name.duplicate", {"/calculations/0/lines/0/key": "years"}, "/calculations/0/lines/0/key"),
    Case("name.case_twin", {"/roles/-": item("Boss")}, "/roles/2/key"),
    Case("name.missing_label", {"/roles/0/label": {"zh-CN": "销售"}}, "/roles/0/label"),
    Case("name.missing_label", {"/label": {"en": " ", "zh-CN": "销售"}}, "/label"),
    Case("id.duplicate", {"/roles/0/id": "abcdef", "/roles/1/id": "abcdef"}, "/roles/1/id"),
    Case("settings.locale", {"/settings/default_locale": "fr"}, "/settings/default_locale"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    verify(case)


def test_the_sales_app_has_no_complaint() -> None:
    assert complaints({}) == []


def test_a_code_field_may_be_called_code_and_an_option_anything() -> None:
    assert complaints({"/option_sets/0/options/1/key": "class"}) == []


def test_the_complaint_about_a_missing_label_names_the_locales() -> None:
    found = complaints({"/settings/locales": ["zh-CN", "en", "de"]})
    assert {each.code for each in found} == {"name.missing_label"}
    assert {each.params["locales"] for each in found} == {"de"}


def test_complaints_carry_the_id_of_the_nearest_element() -> None:
    found = complaints({"/roles/1/id": "theboss", "/roles/1/key": "seller"})
    assert {each.id for each in found if each.code == "name.duplicate"} == {"theboss"}
