"""Expressions of a document and cycles among them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema_store.checks.cases import Case, at, changed, complaints, verify
from tests.schema_store.documents import Json, field
from tests.schema_store.sales import sales

TOTAL = f"{at('customer', 'contract_total')}/expression"
EXPECTED = f"{at('lead', 'expected')}/expression"
#: Right in Python; a list of numbers is no value of a database.
LISTS = "visits in IF(true, [1], [2])"
TAG = "/entities/4/fields/-"


def rollup(key: str, expression: str, result: str) -> Json:
    return field("rollup", key, expression=expression, result={"type": result})


CASES = [
    Case("expression.not_a_number", {"/scores/0/factors/0/per": "name"}, "/scores/0/factors/0/per"),
    Case("expression.not_an_aggregate", {TOTAL: "SUM(contracts, amount) * 2"}, TOTAL),
    Case(
        "expression.not_direct",
        {"/entities/1/fields/-": rollup("deals", "COUNT(customer.contracts)", "integer")},
        "/entities/1/fields/4/expression",
    ),
    Case("expression.volatile_rollup", {TOTAL: 'SUM(contracts, amount, within="30d")'}, TOTAL),
    Case("cycle.computed", {EXPECTED: "weight * 2"}, at("lead", "expected")),
    Case(
        "cycle.default",
        {TAG: field("text", "a", default_expression="a")},
        "/entities/4/fields/1",
    ),
    Case(
        "field.default_reads_computed",
        {f"{at('lead', 'note')}/default_expression": 'IF(late, "!", "")'},
        f"{at('lead', 'note')}/default_expression",
    ),
    # complaints of the language itself, told at the text
    Case("expr.unknown_name", {"/views/0/filter": "ownr == me"}, "/views/0/filter"),
    Case("expr.actor_not_allowed", {"/slas/0/start": "owner == me"}, "/slas/0/start"),
    Case("expr.result_type", {"/views/0/filter": "budget"}, "/views/0/filter"),
    Case("expr.result_type", {EXPECTED: "name"}, EXPECTED),
    Case(
        "expr.result_type",
        {"/rules/1/actions/0/values/amount": '"a lot"'},
        "/rules/1/actions/0/values/amount",
    ),
    Case("expr.bad_literal", {"/views/0/filter": 'stage == "ofer"'}, "/views/0/filter"),
    Case("expr.syntax", {"/pools/0/recycle": "stage =="}, "/pools/0/recycle"),
    Case(
        "expr.unknown_table",
        {"/calculations/0/lines/0/expression": 'TIER(amount, "x", "rate")'},
        "/calculations/0/lines/0/expression",
    ),
    Case(
        "expr.unknown_name",
        {"/calculations/0/lines/0/expression": "loyalty"},
        "/calculations/0/lines/0/expression",
    ),
    Case("expr.not_translatable", {"/metrics/0/filter": LISTS}, "/metrics/0/filter"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    if case.code.startswith("expr."):
        told = [each for each in complaints(case.changes) if each.path == case.path]
        assert case.code in [each.code for each in told]
        assert all(each.span is not None for each in told)
    else:
        verify(case)


def test_a_problem_keeps_its_place_in_the_text_and_its_hint() -> None:
    [found] = complaints({"/views/0/filter": "owner == me and budgt > 1"})
    assert (found.code, found.span and (found.span.start, found.span.end)) == ("expr.unknown_name", (16, 21))
    assert found.hint["en"] == "Did you mean budget?"
    assert found.id == changed({}).views[0].id


def test_a_cycle_over_entities_is_drawn() -> None:
    found = complaints(
        {
            f"{at('contract', 'bonus')}/expression": "customer.contract_total * 1",
            TOTAL: "SUM(contracts, bonus)",
        }
    )
    assert [each.code for each in found] == ["cycle.computed"]
    assert found[0].params["path"] in (
        "customer.contract_total → contract.bonus → customer.contract_total",
        "contract.bonus → customer.contract_total → contract.bonus",
    )


def with_fields(*fields: Json) -> dict[str, Any]:
    """The tag entity with more fields."""
    return {"/entities/4/fields": [*sales()["entities"][4]["fields"], *fields]}


def test_a_formula_over_its_own_parent_is_a_cycle() -> None:
    parent = field("reference", "parent", entity="tag")
    depth = field("formula", "depth", expression="parent.depth + 1", result={"type": "integer"})
    [found] = complaints(with_fields(parent, depth))
    assert (found.code, found.params["path"]) == ("cycle.computed", "tag.depth → tag.depth")


def test_defaults_may_read_each_other_in_one_direction() -> None:
    first = field("integer", "first", default_expression="second + 1")
    second = field("integer", "second", default_expression="1 + 1")
    assert complaints(with_fields(first, second)) == []


def test_a_broken_line_is_told_once_and_lines_behind_it_name_what_is_missing() -> None:
    found = complaints({"/calculations/0/lines/0/expression": "1 +"})
    assert {each.path for each in found} == {
        "/calculations/0/lines/0/expression",
        "/calculations/0/lines/1/expression",
        "/calculations/0/lines/2/expression",
    }


def test_a_volatile_formula_must_be_answerable_by_the_database() -> None:
    late = f"{at('lead', 'late')}/expression"
    found = complaints({late: f"due < TODAY() and {LISTS}"})
    assert {(each.code, each.path) for each in found} == {("expr.not_translatable", late)}
    assert complaints({late: LISTS}) == []


def test_events_and_stage_history_can_be_asked() -> None:
    assert (
        complaints(
            {
                "/scores/0/factors/0/per": 'COUNT(stage_changes, previous == "offer", within="7d")',
                "/metrics/2/filter": 'stage == "won" and record.customer.grade == "a" and by.active',
            }
        )
        == []
    )
