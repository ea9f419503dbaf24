"""Expressions of a document after their check."""

from __future__ import annotations

import pytest

from expressions import types
from expressions.types import Type
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.findings import needs_database
from schema_store.document.scoring import Factor
from tests.schema_store.checks.cases import at, changed
from tests.schema_store.sales import document

ANALYSIS = Analysis(document())
SITES = {site.pointer: site for site in ANALYSIS.walk.expressions}


@pytest.mark.parametrize(
    ("pointer", "wanted"),
    [
        ("/views/0/filter", types.BOOLEAN),
        ("/scores/0/factors/0/per", None),
        ("/metrics/0/dimensions/0/expression", None),
        (f"{at('lead', 'expected')}/expression", types.money("CNY", 2, 16)),
        (f"{at('lead', 'due')}/default_expression", types.DATE),
        ("/rules/1/actions/0/values/amount", types.money("CNY", 2, 13)),
        ("/rules/0/actions/1/then/0/values/source", types.option("web", "fair", "call")),
        ("/rules/0/actions/2/values/n", None),
        ("/calculations/0/inputs/0/expression", types.money("CNY", 2, 13)),
        ("/calculations/0/lines/0/expression", None),
    ],
)
def test_the_type_that_a_place_asks_for(pointer: str, wanted: Type | None) -> None:
    assert ANALYSIS.expected(SITES[pointer]) == wanted


def test_every_expression_is_checked_in_document_order() -> None:
    assert list(ANALYSIS.expressions) == list(SITES)
    assert all(
        finding.checked is not None and not finding.problems for finding in ANALYSIS.expressions.values()
    )


def test_equal_texts_in_one_environment_are_checked_once() -> None:
    text = 'source == "web"'
    analysis = Analysis(changed({"/pools/0/recycle": text, "/slas/0/start": text}))
    one, two = (analysis.expressions[pointer].checked for pointer in ("/pools/0/recycle", "/slas/0/start"))
    assert one is two
    assert one is not analysis.expressions["/views/0/filter"].checked


def test_expressions_of_an_unknown_entity_are_left_out() -> None:
    analysis = Analysis(changed({"/views/0/entity": "nowhere"}))
    assert "/views/0/filter" not in analysis.expressions


def test_findings_by_the_model_they_belong_to() -> None:
    found = [finding.attribute for _, finding in ANALYSIS.findings(Factor)]
    assert found == ["/per", "/per", "/condition", "/condition"]


@pytest.mark.parametrize(
    ("pointer", "needed"),
    [
        ("/views/0/filter", True),
        ("/roles/1/permissions/0/when", True),
        ("/metrics/0/dimensions/0/expression", True),
        ("/metrics/0/value", True),
        (f"{at('customer', 'contract_total')}/expression", True),
        (f"{at('lead', 'late')}/expression", True),
        (f"{at('lead', 'expected')}/expression", False),
        (f"{at('lead', 'due')}/default_expression", False),
        ("/scores/0/factors/0/per", False),
        ("/rules/0/condition", False),
    ],
)
def test_what_the_database_must_answer(pointer: str, needed: bool) -> None:
    assert needs_database(ANALYSIS.expressions[pointer], ANALYSIS.derivation.volatile) is needed


def test_values_are_judged_by_their_field() -> None:
    fields = ANALYSIS.lookup.fields["lead"]
    assert ANALYSIS.value_fault("lead", fields["stage"], "won") is None
    assert ANALYSIS.value_fault("lead", fields["stage"], "gone") == "not_an_option"
    assert ANALYSIS.value_fault("lead", fields["budget"], "-1") == "too_small"
    assert ANALYSIS.value_fault("lead", fields["expected"], "1") == "computed"


def test_refusals_come_from_the_field_type() -> None:
    fields = ANALYSIS.lookup.fields["lead"]
    assert ANALYSIS.refusal("lead", fields["name"], "sort") is None
    refusal = ANALYSIS.refusal("lead", fields["labels"], "sort")
    assert refusal is not None
    assert set(refusal.sentence) == {"zh-CN", "en"}
