"""The record that a document test gives."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from schema_store.analysis.analysis import Analysis
from schema_store.compile.app import build_app
from schema_store.document_tests.rows import Record
from schema_store.wire import BadWire, record_id
from tests.schema_store.sales import document

APP = build_app(Analysis(document()), 1)
CONTEXT = APP.context(datetime(2026, 3, 1, tzinfo=UTC))


def row(entity: str, given: dict[str, Any], *paths: str) -> dict[str, Any]:
    return Record(APP, entity, given).row([tuple(path.split(".")) for path in paths], CONTEXT)


def test_values_of_the_record_and_of_related_ones() -> None:
    given = {"budget": "5", "customer": {"grade": "a", "name": "Hua"}}
    assert row("lead", given, "budget", "customer.grade", "customer.name") == {
        "budget": Decimal("5.00"),
        "customer.grade": "a",
        "customer.name": "Hua",
    }


def test_what_is_not_given_is_null() -> None:
    assert row("lead", {}, "budget", "customer.grade", "owner", "customer.area.name") == {
        "budget": None,
        "customer.grade": None,
        "owner": None,
        "customer.area.name": None,
    }


def test_a_related_record_is_also_a_reference() -> None:
    given = {"customer": {"id": "hua"}, "owner": "anna"}
    found = row("lead", given, "customer", "owner", "customer.id")
    assert found["customer"] == found["customer.id"] == record_id("hua")
    assert found["owner"] == record_id("anna")


def test_a_related_record_that_is_only_named_has_no_fields() -> None:
    assert row("lead", {"customer": "hua"}, "customer.grade") == {"customer.grade": None}


def test_children_with_their_own_values() -> None:
    given = {"contracts": [{"amount": "1", "id": "one"}, {"status": "draft"}]}
    found = row("customer", given, "contracts", "contracts.amount", "contracts.status", "contracts.id")
    assert found == {
        "contracts": [
            {"amount": Decimal("1.00"), "status": None, "id": record_id("one")},
            {"amount": None, "status": "draft", "id": record_id({"status": "draft"})},
        ]
    }


def test_children_behind_a_relation() -> None:
    given = {"customer": {"contracts": [{"amount": "1"}]}}
    assert row("lead", given, "customer.contracts.amount") == {
        "customer.contracts": [{"amount": Decimal("1.00")}]
    }
    assert row("lead", {}, "customer.contracts.amount") == {"customer.contracts": []}


def test_children_that_are_only_counted() -> None:
    assert row("customer", {"contracts": [{}, {}]}, "contracts") == {"contracts": [{}, {}]}


def test_computed_values_are_computed_unless_given() -> None:
    contracts = [{"amount": "200000", "status": "signed"}]
    assert row("lead", {"customer": {"contracts": contracts}}, "customer.size") == {"customer.size": "big"}
    given = {"customer": {"contracts": contracts, "contract_total": "0"}}
    assert row("lead", given, "customer.size") == {"customer.size": "small"}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"budget": "x"}, "budget"),
        ({"customer": {"grade": "z"}}, "customer.grade"),
        ({"customer": {"contracts": 5}}, "customer.contracts.amount"),
        ({"customer": {"contracts": [{"amount": "x"}]}}, "customer.contracts.amount"),
        ({"customer": {"contracts": [5]}}, "customer.size"),
    ],
)
def test_values_that_are_none(given: dict[str, Any], path: str) -> None:
    with pytest.raises(BadWire):
        row("lead", given, path)
