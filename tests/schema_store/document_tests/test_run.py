"""The tests that a document carries, run against its compiled form."""

from __future__ import annotations

from typing import Any

import pytest

from schema_store.analysis.analysis import Analysis
from schema_store.compile.app import build_app
from schema_store.document.app import DocumentTest
from schema_store.document_tests.run import TestResult, check_tests, run_test, run_tests
from tests.schema_store.checks.cases import changed
from tests.schema_store.sales import document

APP = build_app(Analysis(document()), 1)


def run(kind: str, target: str, given: dict[str, Any], expect: dict[str, Any], **more: Any) -> TestResult:
    test = {"key": "t", "kind": kind, "target": target, "given": given, "expect": expect, **more}
    return run_test(DocumentTest.model_validate(test), APP)


def test_the_tests_of_the_sales_app_pass() -> None:
    results = run_tests(document().tests, APP)
    assert [result.key for result in results if not result.passed] == []
    assert len(results) == 5


def test_a_calculation_compares_named_lines() -> None:
    result = run("calculation", "rebate", {"amount": "100", "years": 1}, {"base": "3", "value": "3.01"})
    assert (result.passed, result.wrong) == (False, ("value",))
    assert result.got == {"base": "3.0000", "value": "3.00"}
    assert result.trace == {"base": "3.0000", "loyalty": "0.00000", "total": "3.00000", "value": "3.00"}


@pytest.mark.parametrize(
    ("given", "failure"),
    [
        ({"amount": "many", "years": 1}, "bad_format"),
        ({"amount": "1"}, "required"),
        ({"amount": "0.001", "years": 1}, "too_precise"),
    ],
)
def test_given_values_that_are_none(given: dict[str, Any], failure: str) -> None:
    result = run("calculation", "rebate", given, {"value": "1"})
    assert (result.passed, result.failure) == (False, failure)


def test_a_score_compares_points_value_and_band() -> None:
    given = {"visits": 2, "customer": {"contract_total": "100000.00"}}
    result = run("score", "heat", given, {"visited": 20, "big": 20, "value": 40, "band": "warm"})
    assert result.passed, result
    assert result.trace["rich"] == "0"


def test_a_score_looks_at_events_around_its_moment() -> None:
    events = [
        {"kind": "download", "at": "2026-02-20T00:00:00Z"},
        {"kind": "download", "at": "2025-02-20T00:00:00Z"},
    ]
    moments = {"2026-03-01T00:00:00+08:00": 8, "2026-06-01T00:00:00+08:00": 0}
    for now, points in moments.items():
        assert run("score", "heat", {"events": events}, {"downloads": points}, now=now).passed


def test_a_formula_computes_what_is_not_given() -> None:
    """``weight`` reads ``expected``, which is computed from what is given."""
    given = {"budget": "100.00", "chance": "0.5", "customer": {"grade": "a"}}
    assert run("formula", "weight", given, {"value": "100.00"}, entity="lead").passed
    assert run("formula", "weight", {**given, "expected": "1.00"}, {"value": "2.00"}, entity="lead").passed


def test_a_rollup_of_children_and_a_formula_over_it() -> None:
    contracts = [{"amount": "60000.00", "status": "signed"}, {"amount": "50000.00", "status": "signed"}]
    given = {"contracts": contracts}
    assert run("formula", "contract_total", given, {"value": "110000.00"}, entity="customer").passed
    assert run("formula", "size", given, {"value": "big"}, entity="customer").passed
    assert run("formula", "size", {}, {"value": "small"}, entity="customer").passed


def test_a_formula_that_is_null() -> None:
    assert run("formula", "expected", {}, {"value": None}, entity="lead").passed
    assert not run("formula", "expected", {}, {"value": "0"}, entity="lead").passed


def test_time_is_the_tests_own() -> None:
    def late(now: str | None) -> Any:
        more = {"now": now} if now else {}
        return run("formula", "late", {"due": "2026-03-01"}, {"value": True}, entity="lead", **more).got[
            "value"
        ]

    assert late("2026-03-01T15:59:00Z") is False
    assert late("2026-03-01T16:00:00Z") is True  # midnight in the workspace's zone
    assert late(None) is False


def test_a_validation_is_met_or_not() -> None:
    given = {"stage": "offer", "budget": "1.00"}
    assert run("validation", "budget_known", given, {"value": True}, entity="lead").passed
    assert not run("validation", "budget_known", {"stage": "offer"}, {"value": True}, entity="lead").passed


@pytest.mark.parametrize(
    "given",
    [
        {"budget": []},
        {"budget": "1.234"},
        {"budget": True},
        {"budget": "1" * 200},
        {"budget": "NaN"},
        {"budget": 1e300},
    ],
)
def test_a_given_value_of_another_type(given: dict[str, Any]) -> None:
    result = run("formula", "expected", given, {"value": None}, entity="lead")
    assert not result.passed
    assert result.failure is not None
    assert "money" in result.failure


@pytest.mark.parametrize("contracts", [{}, "x", [1], [[]]])
def test_children_that_are_no_list_of_objects(contracts: Any) -> None:
    result = run("formula", "contract_total", {"contracts": contracts}, {"value": "0"}, entity="customer")
    assert result.failure == "contracts must be a list of objects"


def test_failures_are_complaints() -> None:
    tests = [
        {"key": "a", "kind": "rule", "target": "greet", "expect": {"value": False}},
        {"key": "b", "kind": "score", "target": "heat", "expect": {"value": 1, "band": "hot", "rich": 0}},
        {
            "key": "c",
            "kind": "calculation",
            "target": "rebate",
            "given": {"amount": "x"},
            "expect": {"value": 1},
        },
    ]
    analysis = Analysis(changed({"/tests": tests}))
    found = check_tests(analysis, run_tests(analysis.document.tests, APP))
    assert [(each.code, each.path) for each in found] == [
        ("test.failed", "/tests/1/expect/value"),
        ("test.failed", "/tests/1/expect/band"),
        ("test.not_run", "/tests/2/given"),
    ]
    assert found[1].message["en"] == 'The test b fails: band should be "hot" and is "cold"'


def test_a_gate_says_what_is_met() -> None:
    given = {"budget": "2000.00", "due": "2026-05-01"}
    wanted = {"budget": True, "due": True, "rich": True, "photo": True, "value": True}
    met = run("gate", "offer", given, wanted, entity="lead", evidence=["photo"])
    assert met.passed, met
    poor = {"budget": True, "due": False, "rich": False, "photo": False, "value": False}
    assert run("gate", "offer", {"budget": "900.00"}, poor, entity="lead").passed


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ({"source": "web", "budget": "2000.00"}, {"chance": "0.5", "source": "call", "value": True}),
        ({"source": "web", "budget": "900.00"}, {"source": "web", "labels": ["small"], "value": True}),
        ({"source": "web", "budget": "900.00", "labels": ["small", "x"]}, {"labels": ["small", "x"]}),
        ({"source": "call", "budget": "2000.00"}, {"source": "call", "chance": None, "value": False}),
    ],
)
def test_a_rule_leaves_the_record_like_this(given: dict[str, Any], expect: dict[str, Any]) -> None:
    result = run("rule", "greet", given, expect)
    assert result.passed, result


def test_actions_see_what_the_actions_before_them_wrote() -> None:
    actions = [
        {"kind": "set", "key": "one", "values": {"visits": "visits + 1"}},
        {"kind": "set", "key": "two", "values": {"visits": "visits * 10"}},
        {"kind": "advance", "key": "on", "stage": "offer"},
        {"kind": "stop", "key": "end"},
    ]
    rights = ["lead:update", "lead:transition"]
    edited = changed(
        {"/rules/0/actions": actions, "/rules/0/condition": "visits > 0", "/rules/0/rights": rights}
    )
    app = build_app(Analysis(edited), 1)
    test = {"key": "t", "kind": "rule", "target": "greet", "given": {"visits": 1}}
    expect = {"visits": 20, "stage": "offer", "value": True}
    assert run_test(DocumentTest.model_validate({**test, "expect": expect}), app).passed
