"""The tests that a document carries name what is there."""

from __future__ import annotations

import pytest

from tests.schema_store.checks.cases import GONE, Case, complaints, verify
from tests.schema_store.documents import Json

CASES = [
    Case("test.unknown_target", {"/tests/0/target": "rebat"}, "/tests/0/target"),
    Case("test.unknown_target", {"/tests/2/target": "name"}, "/tests/2/target"),
    Case("test.needs_entity", {"/tests/2/entity": GONE}, "/tests/2/entity"),
    Case("test.unknown_given", {"/tests/0/given/yeers": 1}, "/tests/0/given/yeers"),
    Case("test.unknown_given", {"/tests/1/given/visit": 1}, "/tests/1/given/visit"),
    Case("test.unknown_given", {"/tests/1/given/": 1}, "/tests/1/given/"),
    Case("test.unknown_expected", {"/tests/0/expect/bass": 1}, "/tests/0/expect/bass"),
    Case("test.unknown_expected", {"/tests/4/expect/other": 1}, "/tests/4/expect/other"),
    Case("test.bad_moment", {"/tests/0/now": "2026-03-01"}, "/tests/0/now"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    verify(case)


def given(kind: str, target: str, **more: object) -> Json:
    return {"key": "extra", "kind": kind, "target": target, "expect": {"value": True}, **more}


@pytest.mark.parametrize(
    ("test", "code"),
    [
        (given("rule", "greet"), None),
        (given("rule", "gret"), "test.unknown_target"),
        (given("gate", "offer", entity="lead"), None),
        (given("gate", "ofer", entity="lead"), "test.unknown_target"),
        (given("validation", "budget_known", entity="lead"), None),
        (given("score", "heat", given={"events": []}), None),
        (given("formula", "size", entity="nobody"), "reference.unknown_entity"),
    ],
)
def test_each_kind_looks_for_its_own_targets(test: Json, code: str | None) -> None:
    assert [each.code for each in complaints({"/tests/-": test})] == ([code] if code else [])
