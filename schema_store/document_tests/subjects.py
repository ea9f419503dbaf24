"""What a document test is about: its target, and the names that its given and expected values may have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from schema_store.analysis.analysis import Analysis
from schema_store.analysis.lookup import by_key
from schema_store.analysis.mentions import Mention
from schema_store.analysis.values import in_value
from schema_store.analysis.walk import Place, escape
from schema_store.document.app import DocumentTest
from schema_store.document.base import Element
from schema_store.document.fields import BaseField, FormulaField, RollupField
from schema_store.document.process import Gate
from schema_store.document.scoring import Calculation

#: The key under which a test expects the result itself.
RESULT = "value"
#: The key under which a score's test expects the band.
BAND = "band"


def targets(analysis: Analysis, test: DocumentTest) -> Mapping[str, Element]:
    """What a test of this kind can be about, by key."""
    entity = analysis.lookup.entities.get(test.entity or "")
    match test.kind:
        case "calculation":
            return by_key(analysis.document.calculations)
        case "score":
            return by_key(analysis.document.scores)
        case "rule":
            return analysis.lookup.section("rule")
        case "formula":
            fields = entity.fields if entity else []
            return by_key(field for field in fields if isinstance(field, FormulaField | RollupField))
        case "validation":
            return by_key(entity.validations) if entity else {}
        case "gate":
            return dict(analysis.lookup.stages(entity.key)) if entity else {}


def entity_of(analysis: Analysis, test: DocumentTest) -> str:
    """The entity whose record a test gives; ``""`` for a calculation or an unknown target."""
    if test.kind == "calculation":
        return ""
    target = targets(analysis, test).get(test.target)
    return test.entity or getattr(target, "entity", None) or ""


def given_names(analysis: Analysis, test: DocumentTest, entity: str) -> Mapping[str, Element | None] | None:
    """The names that given values may have; None where nothing is known of them."""
    target = targets(analysis, test).get(test.target)
    if isinstance(target, Calculation):
        return dict(by_key(target.inputs))
    return names_of(analysis, entity)


def names_of(analysis: Analysis, entity: str) -> Mapping[str, Element | None] | None:
    """Everything that the record of an entity may be given in a test: fields and children."""
    info = analysis.environments.entities.get(entity)
    if info is None:
        return None
    own = analysis.lookup.fields.get(entity, {})
    children = {key: many.field.inverse for key, many in analysis.lookup.children.get(entity, {}).items()}
    return {**dict.fromkeys(info.fields), **children, **own}


def expected_names(analysis: Analysis, test: DocumentTest) -> Mapping[str, Element | None] | None:
    """The names that expected values may have; None where nothing is known of them yet."""
    target = targets(analysis, test).get(test.target)
    if isinstance(target, Calculation):
        return {RESULT: None, **by_key(target.lines)}
    if test.kind == "score" and target is not None:
        factors = getattr(target, "factors", [])
        return {RESULT: None, BAND: None, **by_key(factors)}
    if test.kind == "gate":
        return {RESULT: None, **_asked(analysis, test)}
    if test.kind == "rule" and target is not None:
        names = names_of(analysis, entity_of(analysis, test))
        return None if names is None else {RESULT: None, **names}
    return {RESULT: None}


def _asked(analysis: Analysis, test: DocumentTest) -> dict[str, Element | None]:
    """Criteria, evidence and fields that the stages of that key ask for."""
    found: dict[str, Element | None] = {}
    fields = analysis.lookup.fields.get(test.entity or "", {})
    for pipeline in analysis.document.pipelines:
        for stage in pipeline.stages if pipeline.entity == test.entity else ():
            if stage.key == test.target:
                gate = stage.gate or Gate()
                found |= {key: fields.get(key) for key in (*stage.required_fields, *gate.fields)}
                found |= {**by_key(gate.criteria), **by_key(gate.evidence)}
    return found


def mentions_in_tests(analysis: Analysis) -> Iterator[Mention]:
    """Every element that a document test names: target, inputs, fields, lines, options."""
    for place in analysis.walk.of(DocumentTest):
        test = place.model
        assert isinstance(test, DocumentTest)
        target = targets(analysis, test).get(test.target)
        if target is None:
            continue
        yield Mention(target, f"{place.pointer}/target", place)
        entity = entity_of(analysis, test)
        yield from _members(
            analysis, place, "/given", test.given, given_names(analysis, test, entity), entity
        )
        names = expected_names(analysis, test)
        within = entity if test.kind == "rule" else ""
        yield from _members(analysis, place, "/expect", test.expect, names, within)
        if isinstance(target, BaseField):
            yield from in_value(analysis, place, f"/expect/{RESULT}", entity, target, test.expect.get(RESULT))
        if test.kind == "score":
            yield from _band(place, test, target)


def _members(
    analysis: Analysis,
    place: Place,
    at: str,
    values: Mapping[str, Any],
    names: Mapping[str, Element | None] | None,
    entity: str,
) -> Iterator[Mention]:
    for key, value in values.items():
        inner = f"{at}/{escape(key)}"
        element = (names or {}).get(key)
        if element is not None:
            yield Mention(element, place.pointer + inner, place, True)
        if isinstance(element, BaseField):
            yield from in_value(analysis, place, inner, entity, element, value)
        many = analysis.lookup.children.get(entity, {}).get(key)
        if many and isinstance(value, list):
            child = many.entity.key
            for index, row in enumerate(value):
                if isinstance(row, dict):
                    within = names_of(analysis, child)
                    yield from _members(analysis, place, f"{inner}/{index}", row, within, child)


def _band(place: Place, test: DocumentTest, target: Element) -> Iterator[Mention]:
    expected = test.expect.get(BAND)
    for band in getattr(target, "bands", []):
        if band.key == expected:
            yield Mention(band, f"{place.pointer}/expect/{BAND}", place)
