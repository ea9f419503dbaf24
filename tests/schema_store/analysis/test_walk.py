"""The walk finds everything that the vocabulary marks, whatever class it stands in."""

from __future__ import annotations

import time
from typing import Any

from schema_store.analysis.walk import escape, walk
from schema_store.document.app import AppDocument
from schema_store.document.base import Element, Expr, Model, Ref
from schema_store.document.entities import Entity
from schema_store.document.fields import FormulaField
from schema_store.document.scoring import Calculation
from schema_store.ids import elements_of
from tests.schema_store.documents import large
from tests.schema_store.sales import document, sales

DOCUMENT = document()
WALK = walk(DOCUMENT)


def resolve(data: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        data = data[int(step)] if isinstance(data, list) else data[step]
    return data


def test_every_element_is_found_once_in_document_order() -> None:
    found = [place.model.id for place in WALK.of(Element) if isinstance(place.model, Element)]
    assert found == [element.id for element, _ in elements_of(DOCUMENT)]


def test_pointers_lead_to_what_was_found() -> None:
    data = DOCUMENT.model_dump(mode="json", by_alias=True)
    for place in WALK.places:
        assert resolve(data, place.pointer) == place.model.model_dump(mode="json", by_alias=True)
    for site in WALK.expressions:
        assert resolve(data, site.pointer) == site.text
    for reference in WALK.references:
        if reference.is_member:
            assert reference.pointer.rpartition("/")[2] == reference.value
        else:
            assert resolve(data, reference.pointer) == reference.value


def test_expressions_know_their_mark_and_the_entity_in_reach() -> None:
    sites = {site.pointer: site for site in WALK.expressions}
    permission = sites["/roles/1/permissions/0/when"]
    assert (permission.mark, permission.place.entity) == (Expr("boolean", "actor"), "lead")
    line = sites["/calculations/0/lines/1/expression"]
    assert (line.mark, line.place.entity) == (Expr("any", "inputs"), "contract")
    formula = sites["/entities/2/fields/17/expression"]
    assert (formula.mark, formula.place.entity) == (Expr("result", "record"), "lead")
    assert sites["/rules/0/actions/1/condition"].place.entity == "lead"


def test_a_fields_own_entity_is_its_target_and_no_scope() -> None:
    place = next(place for place in WALK.places if place.pointer == "/entities/2/fields/4")
    assert getattr(place.model, "entity", None) == "customer"
    assert place.entity == "lead"


def test_members_of_values_are_references_with_their_expression() -> None:
    site = next(site for site in WALK.expressions if site.pointer == "/rules/1/actions/0/values/amount")
    assert site.slot is not None
    assert (site.slot.value, site.slot.mark, site.slot.is_member) == ("amount", Ref("field", "target"), True)
    presets = [ref.value for ref in WALK.references if ref.pointer.startswith("/forms/0/actions/0/values/")]
    assert presets == ["stage", "source"]


def test_the_surroundings_of_a_place() -> None:
    place = next(WALK.of(FormulaField))
    entity = place.nearest(Entity)
    assert entity is not None
    assert entity.pointer == "/entities/0"
    assert place.nearest(Calculation) is None
    assert [outer.pointer for outer in place.ancestry()] == [place.pointer, "/entities/0", ""]
    gate = next(place for place in WALK.places if place.pointer == "/pipelines/0/stages/1/gate")
    assert gate.id == DOCUMENT.pipelines[0].stages[1].id
    assert WALK.places[0].id is None


def test_the_words_from_and_schema_keep_their_written_name() -> None:
    pointers = [ref.pointer for ref in WALK.references]
    assert "/pipelines/0/transitions/0/from/0" in pointers


def test_steps_are_escaped() -> None:
    assert escape("a/b~c") == "a~1b~0c"


def marks(kind: type[Model]) -> int:
    return sum(isinstance(mark, (Expr, Ref)) for info in kind.model_fields.values() for mark in info.metadata)


def test_marks_that_stand_directly_on_an_attribute_are_seen() -> None:
    """Guard against a vocabulary that hides marks where the walk does not look."""
    seen = {type(place.model) for place in WALK.places}
    assert AppDocument in seen
    assert sum(marks(kind) for kind in seen) > 20


def test_a_large_document_is_walked_quickly() -> None:
    big = AppDocument.model_validate(large(entities=22, fields=30))
    walk(big)
    start = time.perf_counter()
    found = walk(big)
    spent = time.perf_counter() - start
    print(f"{len(found.places)} places in {spent * 1000:.1f} ms")
    assert len(found.places) > 600
    assert spent < 0.2  # the target is 20 ms; a loaded machine gets ten times that


def test_the_sales_app_uses_most_of_the_vocabulary() -> None:
    assert all(value for key, value in sales().items() if key != "$schema")
