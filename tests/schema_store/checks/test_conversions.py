"""Conversions: links back, order, types, what tells records apart; renames reach every name in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from schema_store.analysis.analysis import Analysis
from schema_store.compile.app import build_app
from schema_store.document import AppDocument
from schema_store.document.conversions import ConversionTarget
from schema_store.refactoring.refactor import rename
from tests.schema_store.checks.cases import GONE, Case, changed, complaints, verify
from tests.schema_store.documents import field
from tests.schema_store.sales import item

PLACE = "/entities/2/conversion"


def conversion() -> dict[str, Any]:
    """A lead becomes a customer and a contact."""
    customer = item(
        "client", target="customer", match="name", source_field="customer", values={"name": "name"}
    )
    person = item(
        "person", target="contact", values={"name": "name", "phone": "phone"}, links={"customer": "client"}
    )
    return item("convert", stage="won", targets=[customer, person])


def with_(**changes: Any) -> dict[str, Any]:
    """The change that gives leads a conversion, and others below it (``__`` stands for ``/``)."""
    below = {f"{PLACE}/{pointer.replace('__', '/')}": value for pointer, value in changes.items()}
    return {PLACE: conversion(), **below}


FIRST, SECOND = "targets__0", "targets__1"
CASES = [
    Case("conversion.no_link_back", with_(**{f"{FIRST}__source_field": GONE}), PLACE),
    Case(
        "conversion.link_later",
        with_(**{f"{SECOND}__links__customer": "person"}),
        f"{PLACE}/targets/1/links/customer",
    ),
    Case(
        "conversion.link_type",
        with_(**{f"{FIRST}__source_field": "source"}),
        f"{PLACE}/targets/0/source_field",
    ),
    Case(
        "conversion.link_type",
        {"/entities/1/fields/-": field("text", "about"), **with_(**{f"{SECOND}__links__about": "client"})},
        f"{PLACE}/targets/1/links/about",
    ),
    Case("conversion.match_unique", with_(**{f"{FIRST}__match": "area"}), f"{PLACE}/targets/0/match"),
    Case("value.computed", with_(**{f"{FIRST}__values__size": '"big"'}), f"{PLACE}/targets/0/values/size"),
    Case("rule.missing_required", with_(**{f"{SECOND}__links": {}}), f"{PLACE}/targets/1/values"),
    Case(
        "reference.unknown_target",
        with_(**{f"{SECOND}__links__customer": "clent"}),
        f"{PLACE}/targets/1/links/customer",
    ),
    Case("reference.unknown_stage", with_(stage="wun"), f"{PLACE}/stage"),
    Case("reference.unknown_field", with_(**{f"{FIRST}__match": "nam"}), f"{PLACE}/targets/0/match"),
    Case("reference.unknown_entity", with_(**{f"{FIRST}__target": "customr"}), f"{PLACE}/targets/0/target"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    verify(case)


def test_a_conversion_that_is_right_has_no_complaint() -> None:
    assert complaints(with_()) == []


def test_a_value_must_be_of_the_type_of_its_field() -> None:
    found = complaints(with_(**{f"{FIRST}__values__grade": "budget"}))
    assert [each.path for each in found] == [f"{PLACE}/targets/0/values/grade"]
    assert found[0].code.startswith("expr.")


def targets(document: AppDocument) -> list[ConversionTarget]:
    found = document.entities[2].conversion
    assert found is not None
    return found.targets


def test_renames_reach_the_names_in_a_conversion() -> None:
    document = changed(with_())
    contact_customer = document.entities[1].fields[3]
    name_of_lead = document.entities[2].fields[1]
    client = targets(document)[0]
    for element, key in ((contact_customer, "firm"), (name_of_lead, "title"), (client, "buyer")):
        assert element.id is not None
        document = rename(document, element.id, key)
    first, second = targets(document)
    assert (first.key, first.values) == ("buyer", {"name": "title"})
    assert second.links == {"firm": "buyer"}


def test_it_is_compiled_in_the_order_of_its_targets() -> None:
    app = build_app(Analysis(changed(with_())), 1)
    compiled = app.entities["lead"].conversion
    assert compiled is not None
    assert (compiled.key, compiled.stage) == ("convert", "won")
    first, second = compiled.targets
    assert (first.entity, first.match, first.source_field, dict(first.links)) == (
        "customer",
        "name",
        "customer",
        {},
    )
    assert [each.field for each in second.values] == ["name", "phone"]
    assert dict(second.links) == {"customer": "client"}
    assert app.entities["customer"].conversion is None
    row = {"name": "王一" * 200, "phone": None}
    (value,) = (each for each in first.values if each.field == "name")
    assert (
        value.value(row, app.context(datetime(2026, 3, 2, tzinfo=UTC))) == ("王一" * 200)[: value.type.length]
    )
