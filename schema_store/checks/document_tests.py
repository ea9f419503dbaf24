"""The tests a document carries: they name what is there."""

from __future__ import annotations

from collections.abc import Iterator

from expressions.literals import parse_instant
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.walk import Place, escape
from schema_store.diagnostics import Diagnostic
from schema_store.document.app import DocumentTest
from schema_store.document_tests.subjects import entity_of, expected_names, given_names, targets
from schema_store.messages import diagnostic, nearest

_OF_AN_ENTITY = frozenset({"formula", "validation", "gate"})


def check_document_tests(analysis: Analysis) -> Iterator[Diagnostic]:
    """Target, given and expected names exist; the moment is one. Whether they pass: :mod:`document_tests`."""
    for place in analysis.walk.of(DocumentTest):
        test = place.model
        assert isinstance(test, DocumentTest)
        if test.now is not None and parse_instant(test.now) is None:
            yield diagnostic("test.bad_moment", place, "/now", now=test.now)
        if test.kind in _OF_AN_ENTITY and test.entity is None:
            yield diagnostic("test.needs_entity", place, "/entity", key=test.key)
            continue
        if test.entity is not None and test.entity not in analysis.lookup.entities:
            continue
        yield from _names(analysis, place, test)


def _names(analysis: Analysis, place: Place, test: DocumentTest) -> Iterator[Diagnostic]:
    known = targets(analysis, test)
    if test.target not in known:
        near = nearest(test.target, known)
        yield diagnostic(
            "test.unknown_target", place, "/target", kind=test.kind, key=test.target, nearest=near
        )
        return
    given = given_names(analysis, test, entity_of(analysis, test))
    for key in test.given:
        if given is not None and key not in given:
            at = f"/given/{escape(key)}"
            yield diagnostic("test.unknown_given", place, at, key=key or "∅", nearest=nearest(key, given))
    expected = expected_names(analysis, test)
    for key in test.expect:
        if expected is not None and key not in expected:
            at = f"/expect/{escape(key)}"
            yield diagnostic(
                "test.unknown_expected", place, at, key=key or "∅", nearest=nearest(key, expected)
            )
