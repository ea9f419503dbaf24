"""The registry is complete, and the committed reference pages are what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from expressions.library import AGGREGATES, FUNCTIONS, entries
from expressions.messages import Locale
from expressions.reference import PAGES, reference_page, write_pages
from expressions.registry import REGISTRY, Entry, Registry

DOCS = Path(__file__).parents[2] / "docs"
LOCALES: tuple[Locale, ...] = ("zh-CN", "en")
ENTRIES = entries()


@pytest.mark.parametrize("locale", LOCALES)
def test_the_committed_page_is_fresh(locale: Locale) -> None:
    written = (DOCS / PAGES[locale]).read_text("utf-8")
    assert written == reference_page(locale), "run python -m expressions.reference"


def test_writing_the_pages(tmp_path: Path) -> None:
    write_pages(tmp_path)
    assert (tmp_path / PAGES["en"]).read_text("utf-8") == reference_page("en")


def test_every_function_of_the_meaning_is_registered() -> None:
    named = (
        "IF IFS SWITCH COALESCE ISBLANK BETWEEN ABS ROUND ROUNDUP ROUNDDOWN FLOOR CEIL MOD MIN MAX LEN LOWER UPPER "
        "TRIM LEFT RIGHT MID CONTAINS STARTSWITH ENDSWITH REPLACE CONCAT TODAY NOW DATE YEAR QUARTER MONTH DAY WEEKDAY "
        "HOUR DATEADD DATEDIFF STARTOF ENDOF WORKDAYS TIER COMPLETENESS"
    )
    assert set(named.split()) == FUNCTIONS
    assert {"COUNT", "SUM", "AVG", "MIN", "MAX", "LATEST", "ANY", "ALL"} == AGGREGATES
    meaning = (DOCS / "expressions.md").read_text("utf-8")
    assert [name for name in FUNCTIONS | AGGREGATES if name not in meaning] == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_an_entry_says_everything_about_itself(entry: Entry) -> None:
    assert set(entry.doc) == set(LOCALES)
    assert all(sentence.endswith(("。", ".")) for sentence in entry.doc.values())
    assert entry.examples
    assert entry.overloads
    for overload in entry.overloads:
        first, others = entry.overloads[0].parameters, overload.parameters
        same_length = len(first) == len(others)
        assert not same_length or [p.setting for p in first] == [p.setting for p in others]
        optional = [p.optional for p in others]
        assert optional == sorted(optional), "optional parameters come last"
        assert all(not p.repeat for p in others[:-1])
        assert all(p.default is not None for p in others if p.setting and p.optional)


def test_a_key_is_taken_once_and_replaced_knowingly() -> None:
    registry = Registry()
    entry = REGISTRY["ABS"]
    registry.add(entry)
    with pytest.raises(ValueError, match="ABS"):
        registry.add(entry)
    registry.replace(entry)
    assert registry.get("ABS") is entry
    assert registry.get("FOO") is None
    with pytest.raises(KeyError):
        registry.replace(REGISTRY["ROUND"])
