"""Ids are derived the same everywhere, never twice, and left out exactly where they would come back."""

from __future__ import annotations

from collections import Counter

from hypothesis import given

from schema_store.document import AppDocument
from schema_store.ids import derive_id, elements_of, with_ids, without_derived_ids
from tests.schema_store.documents import documents, field, label, small


def ids(document: AppDocument) -> dict[str, str | None]:
    return {path: element.id for element, path in elements_of(document)}


def test_a_derived_id_never_changes() -> None:
    assert derive_id("crm", "entities/lead/fields/name") == "my869jxozac0"
    assert derive_id("crm~sandbox", "entities/lead") == derive_id("crm", "entities/lead")
    assert derive_id("crm2", "entities/lead") != derive_id("crm", "entities/lead")


def test_every_element_gets_an_id_by_its_path() -> None:
    found = ids(with_ids(AppDocument.model_validate(small())))
    assert {
        "entities/lead",
        "entities/lead/fields/source/options/web",
        "entities/lead/fields/parent/inverse/children",
        "forms/main/items/top/items/name",
        "rules/hot/actions/fork/otherwise/end",
    } <= set(found)
    assert all(id == derive_id("crm", path) for path, id in found.items())
    assert len(set(found.values())) == len(found)


def test_a_new_element_under_an_old_key_gets_another_id() -> None:
    renamed = field("text", "title", id=derive_id("crm", "entities/lead/fields/name"))
    entity = {"key": "lead", "label": label("线索"), "fields": [renamed, field("text", "name")]}
    document = with_ids(AppDocument.model_validate({"key": "crm", "label": label("x"), "entities": [entity]}))
    old, new = document.entities[0].fields
    assert old.id == derive_id("crm", "entities/lead/fields/name")
    assert new.id == derive_id("crm", "entities/lead/fields/name~2")


def test_export_leaves_out_what_comes_back() -> None:
    document = AppDocument.model_validate(small())
    assert without_derived_ids(with_ids(document)) == document


@given(documents())
def test_export_and_import_keep_every_id(document: AppDocument) -> None:
    full = with_ids(document)
    assert with_ids(without_derived_ids(full)) == full
    assert with_ids(full) == full


@given(documents())
def test_no_id_is_made_twice(document: AppDocument) -> None:
    given_ids = Counter(element.id for element, _ in elements_of(document) if element.id)
    for id, count in Counter(element.id for element, _ in elements_of(with_ids(document))).items():
        assert id is not None
        assert count <= max(1, given_ids[id])


@given(documents())
def test_nothing_but_ids_changes(document: AppDocument) -> None:
    def bare(one: AppDocument) -> object:
        return _without_ids(one.model_dump())

    assert bare(with_ids(document)) == bare(document)


def _without_ids(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_ids(item) for key, item in value.items() if key != "id"}
    return [_without_ids(item) for item in value] if isinstance(value, list) else value
