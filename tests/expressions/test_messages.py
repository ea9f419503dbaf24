"""Every complaint has its sentence, and every sentence its complaint."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from expressions.messages import CATALOGUE, describe
from expressions.problems import Problem, Span

PACKAGE = Path(__file__).parents[2] / "expressions"
#: Codes that are put together: ``f"expr.unknown_{kinds}"`` of a setting.
COMPOSED = {"expr.unknown_table", "expr.unknown_calendar"}


def words(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_codes_raised_and_codes_described_are_the_same() -> None:
    raised = set(COMPOSED)
    for path in PACKAGE.rglob("*.py"):
        if path.name != "messages.py":
            raised |= set(re.findall(r"\"(expr\.[a-z_]+)\"", path.read_text("utf-8")))
    assert raised == set(CATALOGUE)


@pytest.mark.parametrize("code", CATALOGUE)
def test_both_languages_say_the_same_words(code: str) -> None:
    entry = CATALOGUE[code]
    assert entry.zh
    assert entry.en
    assert words(entry.zh) == words(entry.en)
    assert words(entry.zh_hint) == words(entry.en_hint)
    assert bool(entry.zh_hint) == bool(entry.en_hint)
    assert re.search(r"[\u4e00-\u9fff]", entry.zh)
    assert not re.search(r"[\u4e00-\u9fff]", entry.en)


def test_a_hint_without_its_word_is_left_out() -> None:
    problem = Problem("expr.unknown_name", Span(0, 1), {"name": "x"})
    assert describe(problem, "en") == ("There is no field or variable x", "")
    problem = Problem("expr.unknown_name", Span(0, 1), {"name": "x", "nearest": "y"})
    assert describe(problem, "en")[1] == "Did you mean y?"
    assert describe(problem, "zh-CN") == ("没有名为 x 的字段或变量", "是否指 y？")


def test_a_sentence_without_its_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        describe(Problem("expr.unknown_name", Span(0, 1)), "en")
    with pytest.raises(KeyError):
        describe(Problem("expr.made_up", Span(0, 1)), "en")


def test_words_of_the_author_are_not_templates() -> None:
    problem = Problem("expr.unknown_name", Span(0, 1), {"name": "{nearest.__class__}"})
    assert describe(problem, "en")[0] == "There is no field or variable {nearest.__class__}"
