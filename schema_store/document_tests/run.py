"""The tests that a document carries: run by the check, a failing one blocks publishing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from expressions.context import Context
from expressions.literals import parse_instant
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.walk import Place, escape
from schema_store.compiled.app import App
from schema_store.compiled.scoring import CompiledCalculation, CompiledScore
from schema_store.diagnostics import Diagnostic
from schema_store.document.app import DocumentTest
from schema_store.document_tests.processes import gate_values, rule_values
from schema_store.document_tests.rows import Record
from schema_store.document_tests.subjects import BAND, RESULT
from schema_store.field_types.base import FieldValueError
from schema_store.messages import diagnostic
from schema_store.wire import BadWire, is_same, to_wire

#: The moment of a test that names none.
DEFAULT_NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TestResult:
    """What a test found.

    Attributes:
        key: of the test.
        passed: whether every expected value was met.
        expected: by name, in wire form, as the author wrote it.
        got: the same names, in wire form.
        wrong: the names whose value was not met.
        trace: every value on the way (lines, points by factor), in wire form.
        failure: why it could not be run (a given value that is none); None when it could.
    """

    __test__ = False  # for pytest, which takes the name for a test of its own

    key: str
    passed: bool
    expected: Mapping[str, Any]
    got: Mapping[str, Any]
    trace: Mapping[str, Any] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()
    failure: str | None = None


def run_tests(tests: list[DocumentTest], app: App) -> list[TestResult]:
    """Every test of a document without errors, against its compiled form; never raises for what a test gives."""
    return [run_test(test, app) for test in tests]


def run_test(test: DocumentTest, app: App) -> TestResult:
    """One test."""
    context = app.context((parse_instant(test.now) if test.now else None) or DEFAULT_NOW)
    try:
        values = _values(test, app, context)
    except (BadWire, FieldValueError) as problem:
        return TestResult(test.key, False, test.expect, {}, failure=str(problem))
    trace = {name: to_wire(value) for name, value in values.items()}
    got = {name: trace.get(name) for name in test.expect}
    wrong = tuple(name for name, wanted in test.expect.items() if not is_same(values.get(name), wanted))
    return TestResult(test.key, not wrong, test.expect, got, trace, wrong)


def _values(test: DocumentTest, app: App, context: Context) -> dict[str, Any]:
    """Every value that the test's subject gives, the result itself under ``value``."""
    match test.kind:
        case "calculation":
            return _calculation(app.calculations[test.target], test.given, context)
        case "score":
            return _score(
                app.scores[test.target], Record(app, app.scores[test.target].entity, test.given), context
            )
        case "formula":
            record = Record(app, test.entity or "", test.given)
            return {RESULT: record.compute(test.target, context)}
        case "gate":
            record = Record(app, test.entity or "", test.given)
            return gate_values(app, record, test.target, test.evidence, context)
        case "rule":
            tested = app.rules[test.target]
            return rule_values(tested, Record(app, tested.entity, test.given), context, test.expect)
    entity = app.entities[test.entity or ""]
    rule = next(each for each in entity.validations if each.key == test.target)
    record = Record(app, entity.key, test.given)
    met = rule.program.eval(record.row(rule.program.checked.fields, context), context)
    return {RESULT: met is True}


def _calculation(
    calculation: CompiledCalculation, given: Mapping[str, Any], context: Context
) -> dict[str, Any]:
    inputs = {item.key: item.decode(given.get(item.key)) for item in calculation.inputs}
    result = calculation.evaluate(inputs, context)
    return {**result.lines, RESULT: result.value}


def _score(score: CompiledScore, record: Record, context: Context) -> dict[str, Any]:
    result = score.evaluate(record.row(score.reads, context), context)
    return {**result.points, RESULT: result.value, BAND: result.band}


def check_tests(analysis: Analysis, results: list[TestResult]) -> list[Diagnostic]:
    """A diagnostic for every test that failed, one per expected value that was not met.

    Args:
        analysis: of the document.
        results: of :func:`run_tests` over its tests, in order.
    """
    places = analysis.walk.of(DocumentTest)
    return [
        complaint
        for place, result in zip(places, results, strict=True)
        for complaint in _failures(place, result)
    ]


def _failures(place: Place, result: TestResult) -> Iterator[Diagnostic]:
    if result.passed:
        return
    if result.failure is not None:
        yield diagnostic("test.not_run", place, "/given", key=result.key, reason=result.failure)
        return
    for name in result.wrong:
        words = {
            "key": result.key,
            "line": name,
            "expected": json.dumps(result.expected[name], ensure_ascii=False),
            "got": json.dumps(result.got[name], ensure_ascii=False),
        }
        yield diagnostic("test.failed", place, f"/expect/{escape(name)}", None, **words)
