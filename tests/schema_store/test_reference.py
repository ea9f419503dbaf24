"""The page of complaints."""

from __future__ import annotations

from pathlib import Path

from expressions.messages import CATALOGUE as EXPRESSIONS
from schema_store.messages import CATALOGUE as DOCUMENTS
from schema_store.reference import diagnostics_page

PAGE = Path(__file__).parents[2] / "docs/reference/diagnostics.md"


def test_the_committed_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == diagnostics_page(), "run `make reference`"


def test_every_code_stands_on_it_once() -> None:
    page = diagnostics_page()
    for code in (*DOCUMENTS, *EXPRESSIONS):
        assert page.count(f"\n| `{code}` |") == 1, code
