"""Diagnostics from the catalogue."""

from __future__ import annotations

import pytest

from expressions.problems import Problem, Span
from schema_store.analysis.walk import walk
from schema_store.diagnostics import Severity
from schema_store.messages import CATALOGUE, diagnostic, nearest, of_problem
from tests.schema_store.sales import document

PLACE = walk(document()).places[1]


def test_a_diagnostic_is_complete() -> None:
    found = diagnostic("name.not_nfkc", PLACE, "/key", None, key="ａ", normal="a")
    assert (found.code, found.severity, found.path) == (
        "name.not_nfkc",
        Severity.ERROR,
        f"{PLACE.pointer}/key",
    )
    assert found.id == PLACE.id
    assert found.message == {
        "zh-CN": "键“ａ”含有兼容字符",
        "en": "The key “ａ” holds compatibility characters",
    }
    assert found.hint == {"zh-CN": "请写成 a", "en": "Write a"}
    assert found.params == {"key": "ａ", "normal": "a"}


def test_a_hint_that_lacks_a_word_is_left_out() -> None:
    assert diagnostic("reference.unknown_role", PLACE, "", None, key="x", nearest="").hint == {}


def test_a_sentence_that_lacks_a_word_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        diagnostic("name.not_nfkc", PLACE)
    with pytest.raises(KeyError):
        diagnostic("no.such_code", PLACE)


def test_a_problem_of_an_expression_keeps_everything() -> None:
    problem = Problem("expr.unknown_name", Span(2, 5), {"name": "abc", "nearest": "abd"})
    found = of_problem(problem, PLACE, "/x")
    assert (found.code, found.span, found.path, found.severity) == (
        "expr.unknown_name", Span(2, 5), "/x", Severity.ERROR,
    )  # fmt: skip
    assert "abd" in found.hint["en"]


@pytest.mark.parametrize(
    ("word", "names", "found"),
    [
        ("nmae", ["name", "phone"], "name"),
        ("NAME", ["name"], "name"),
        ("客户名", ["客户名称", "金额"], "客户名称"),
        ("zzz", ["name"], ""),
        ("x", [], ""),
    ],
)
def test_near_names(word: str, names: list[str], found: str) -> None:
    assert nearest(word, names) == found


def test_the_codes_of_references_are_made_of_nouns() -> None:
    sentence = CATALOGUE["reference.unknown_option_set"]
    assert "选项集" in sentence.zh
    assert "option set" in sentence.en
