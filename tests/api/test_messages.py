"""Sentences and the language of the reader."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.messages import FIELD_ERRORS, PROBLEMS, UNMET, choose_locale, say
from api.problem import Problem, problem_of, render
from runtime.refusals import FieldError, Invalid, NotFound, Refused

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "zh-CN"), ("en", "en"), ("en-GB,en;q=0.8", "en"), ("zh-TW,en;q=0.9", "zh-CN"), ("fr, en;q=0.5", "en"),
        ("zh;q=0.1, en;q=0.2", "en"), ("*", "zh-CN"), ("en;q=0", "zh-CN"), ("en;q=x", "zh-CN"), ("de", "zh-CN"),
    ],
)  # fmt: skip
def test_the_language_that_is_preferred(header: str, locale: str) -> None:
    assert choose_locale(header) == locale


@given(st.text(max_size=100))
def test_any_header_has_a_language(header: str) -> None:
    assert choose_locale(header) in ("zh-CN", "en")


def test_both_languages_say_everything_with_the_same_words() -> None:
    for texts in (PROBLEMS, FIELD_ERRORS, UNMET):
        for code, (zh, en) in texts.items():
            assert re.search("[\u4e00-\u9fff]", zh), code
            assert en.isprintable()
            assert set(re.findall(r"{\w+}", zh)) == set(re.findall(r"{\w+}", en)), code


def test_a_missing_word_is_no_crash() -> None:
    assert say(PROBLEMS, "unique", "en", {}) == "“” is taken already"


def test_every_code_that_is_used_has_a_sentence() -> None:
    """No code can be raised that the catalogue does not know."""
    used: dict[str, set[str]] = {"problem": set(), "field": set()}
    for path in (*(ROOT / "api").rglob("*.py"), *(ROOT / "runtime").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if node.func.id == "FieldError" and isinstance(code := node.args[1], ast.Constant):
                used["field"].add(code.value)
            elif node.func.id in ("Problem", "Conflict", "Forbidden", "NotSignedIn") and texts:
                used["problem"].add(texts[0])
                used["problem"] |= {
                    k.value.value
                    for k in node.keywords
                    if k.arg == "detail" and isinstance(k.value, ast.Constant)
                }
    used["problem"] |= {kind.code for kind in _all_refusals(Refused)} - {"refused"}
    assert used["problem"] <= PROBLEMS.keys()
    assert used["field"] - {"validation"} <= FIELD_ERRORS.keys()
    assert len(used["problem"]) > 12


def _all_refusals(kind: type[Refused]) -> set[type[Refused]]:
    return {kind}.union(*(_all_refusals(below) for below in kind.__subclasses__()))


def test_a_refusal_as_an_answer() -> None:
    answer = render(problem_of(Invalid([FieldError("/roles/crm/0", "unknown_reference")])), "en")
    assert answer.status_code == 422
    assert answer.media_type == "application/problem+json"
    assert bytes(answer.body).startswith(b'{"type":"urn:dougong:problem:invalid","title":"Unprocessable')
    assert b'"errors":[{"field":"roles","pointer":"/roles/crm/0","code":"unknown_reference"' in answer.body
    assert bytes(render(problem_of(NotFound()), "en").body) == bytes(
        render(problem_of(NotFound()), "en").body
    )
    assert b'"unmet":[1]' in render(Problem(409, "conflict", extra={"unmet": [1]}), "zh-CN").body
