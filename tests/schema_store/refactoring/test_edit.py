"""Single texts change; the rest is shared."""

from __future__ import annotations

import pytest

from schema_store.refactoring.edit import Edits, apply_edits, value_at
from tests.schema_store.sales import document

DOCUMENT = document()


def test_texts_and_members() -> None:
    edits = Edits(
        {
            "/label/en": "Sales",
            "/pipelines/0/transitions/0/from/0": "lost",
            "/rules/1/actions/0/values/amount": "1",
        },
        {"/rules/1/actions/0/values/amount": "sum"},
    )
    changed = apply_edits(DOCUMENT, edits)
    assert changed.label["en"] == "Sales"
    assert changed.pipelines[0].transitions[0].from_ == ["lost"]
    values = changed.rules[1].actions[0].model_dump()["values"]
    assert list(values.items()) == [("number", "name"), ("sum", "1"), ("customer", "customer")]
    assert changed.entities is DOCUMENT.entities


def test_no_edits_give_the_document_itself() -> None:
    assert apply_edits(DOCUMENT, Edits()) is DOCUMENT


@pytest.mark.parametrize("pointer", ["/nowhere", "/label/en/deep", "/entities/0/nothing/1"])
def test_a_pointer_that_leads_nowhere(pointer: str) -> None:
    with pytest.raises(LookupError):
        apply_edits(DOCUMENT, Edits({pointer: "x"}))


def test_a_value_by_its_pointer() -> None:
    assert value_at(DOCUMENT, "") is DOCUMENT
    assert value_at(DOCUMENT, "/pipelines/0/transitions/0/from/0") == "new"
    assert value_at(DOCUMENT, "/rules/1/actions/0/values/number") == "name"
    with pytest.raises(LookupError):
        value_at(DOCUMENT, "/rules/99")
