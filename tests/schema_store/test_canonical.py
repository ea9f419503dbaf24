"""The written form of a document does not depend on how the document came to be."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schema_store.canonical import canonical_bytes, document_hash
from schema_store.document import AppDocument
from schema_store.ids import with_ids
from schema_store.structure.load import load_document
from tests.schema_store.documents import documents, large, small


def shuffled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in sorted(value, reverse=True)}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


def test_what_it_looks_like() -> None:
    document = AppDocument.model_validate(
        {"label": {"zh-CN": "销售", "en": "Sales"}, "key": "crm", "roles": []}
    )
    assert canonical_bytes(document).decode() == (
        '{\n  "$schema": "app.schema.json",\n  "format": 1,\n  "key": "crm",\n'
        '  "label": {\n    "en": "Sales",\n    "zh-CN": "销售"\n  }\n}\n'
    )


def test_the_order_of_names_and_written_defaults_do_not_matter() -> None:
    first = canonical_bytes(AppDocument.model_validate(small()))
    data = shuffled(small()) | {"settings": {"currency": "CNY"}, "tests": []}
    assert canonical_bytes(AppDocument.model_validate(data)) == first


def test_the_order_of_lists_does() -> None:
    data = small()
    data["entities"][0]["fields"].reverse()
    assert canonical_bytes(AppDocument.model_validate(data)) != canonical_bytes(
        AppDocument.model_validate(small())
    )


@given(documents())
def test_export_load_export_gives_the_same_bytes(document: AppDocument) -> None:
    if "~" in document.key:
        document = document.model_copy(update={"key": "crm"})
    written = canonical_bytes(document)
    loaded, complaints = load_document(written)
    assert complaints == []
    assert loaded == document
    assert canonical_bytes(loaded) == written


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
        ),
        max_leaves=8,
    )
)
def test_free_json_inside_comes_back_as_it_was(value: Any) -> None:
    data = small() | {"tests": [{"key": "t", "kind": "score", "target": "s", "expect": {"value": value}}]}
    document, complaints = load_document(data)
    if complaints:  # numbers of more than 60 characters are refused, nothing else
        assert {complaint.code for complaint in complaints} == {"structure.bad_number"}
        return
    written = canonical_bytes(document)
    again, _ = load_document(written)
    assert canonical_bytes(again) == written
    assert again.tests[0].expect == {"value": value}


def test_the_hash_counts_ids() -> None:
    document = AppDocument.model_validate(small())
    assert document_hash(document) == document_hash(with_ids(document))
    other = small()
    other["entities"][0]["id"] = "abcdef"
    assert document_hash(AppDocument.model_validate(other)) != document_hash(document)
    assert len(document_hash(document)) == 64


def test_a_large_document_is_json() -> None:
    document = AppDocument.model_validate(large())
    assert json.loads(canonical_bytes(document))["entities"][3]["key"] == "e3"
