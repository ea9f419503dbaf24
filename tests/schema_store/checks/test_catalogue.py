"""Every code of the catalogue is used, every code used is in the catalogue, and every one has a case."""

from __future__ import annotations

import ast
from pathlib import Path

from schema_store.analysis.lookup import _INSIDE, _SECTIONS
from schema_store.messages import CATALOGUE
from tests.schema_store.checks import (
    test_access,
    test_calendars,
    test_conversions,
    test_document_tests,
    test_expressions,
    test_fields,
    test_names,
    test_processes,
    test_references,
    test_rules,
    test_scoring,
    test_surfaces,
)

PACKAGE = Path(__file__).parents[3] / "schema_store"
#: Codes whose tests stand elsewhere.
ELSEWHERE = {
    "rule.loop",
    "rule.possible_loop",
    "test.failed",
    "test.not_run",
    "rename.form",
    "rename.shared_stage",
}
#: Codes that are put together: ``reference.unknown_<kind>``, ``field.no_<capability>``, ``score.<attribute>_type``.
COMPOSED = (
    {
        f"reference.unknown_{kind}"
        for kind in (*_SECTIONS, *_INSIDE, "field", "stage", "line", "children", "band", "sla", "target")
    }
    | {f"field.no_{capability}" for capability in ("unique", "index", "sort")}
    | {f"{kind}.form" for kind in ("audience", "right")}
    | {f"score.{attribute}_type" for attribute in ("field", "band_field")}
)


def codes_in_source() -> set[str]:
    """Every text of the package that has the form of a code of the catalogue's areas."""
    areas = {code.split(".")[0] for code in CATALOGUE}
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                area, _, word = node.value.partition(".")
                if area in areas - {"expr"} and word.isidentifier() and not word.endswith("_"):
                    found.add(node.value)
    return found


def test_every_code_used_is_in_the_catalogue_and_vice_versa() -> None:
    assert codes_in_source() | COMPOSED == set(CATALOGUE)


def test_every_code_has_a_case() -> None:
    modules = (
        test_access, test_calendars, test_conversions, test_document_tests, test_expressions, test_fields, test_names,
        test_processes, test_references, test_rules, test_scoring, test_surfaces,
    )  # fmt: skip
    covered = {case.code for module in modules for case in module.CASES}
    assert set(CATALOGUE) - covered == ELSEWHERE


def test_every_sentence_is_there_in_both_languages() -> None:
    for code, sentence in CATALOGUE.items():
        assert sentence.zh.strip(), code
        assert sentence.en.strip(), code
        assert bool(sentence.zh_hint) == bool(sentence.en_hint), code
