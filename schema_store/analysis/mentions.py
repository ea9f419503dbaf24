"""What an expression names, element by element, with the characters that name it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from expressions.measure import walk as walk_tree
from expressions.problems import Span
from expressions.references import Reference, places_used
from expressions.typed import ActorWord, Apply, Const, Listing, Typed
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.environment import STAGE_CHANGES, history_entity
from schema_store.analysis.findings import Finding
from schema_store.analysis.walk import Place
from schema_store.document.base import Element
from schema_store.document.fields import BaseField, FormulaField, RollupField, StageField
from schema_store.document.scoring import Calculation

_STAGE_CHANGES = history_entity("", STAGE_CHANGES)

#: An element and the characters that name it (a literal's quotes included).
Named = tuple[Element, Span]


class Mention(NamedTuple):
    """A value that names an element."""

    element: Element
    pointer: str
    place: Place
    is_member: bool = False


def options_of(analysis: Analysis, entity: str, field: BaseField, key: str) -> list[Element]:
    """The options (or the stages, of every pipeline on the field) that ``key`` means as a value of ``field``."""
    elements: Iterable[Element] = analysis.lookup.options(field)
    if isinstance(field, StageField):
        pipelines = analysis.lookup.pipelines.get((entity, field.key), [])
        elements = [stage for pipeline in pipelines for stage in pipeline.stages]
    elif isinstance(field, FormulaField | RollupField):
        elements = field.result.options
    return [element for element in elements if element.key == key]


def mentions_in(finding: Finding, analysis: Analysis) -> Iterator[Named]:
    """Every element that a checked expression names; nothing for one with problems."""
    if finding.checked is None:
        return
    target = _target(finding, analysis)
    for reference, span in places_used(finding.site.text, finding.checked, target):
        for element in _elements(reference, finding, analysis):
            yield element, span
    if "my_roles" in finding.site.text:
        yield from _roles(finding.checked.root, analysis)


def _target(finding: Finding, analysis: Analysis) -> tuple[str, str] | None:
    """The field that the value of the whole expression goes to."""
    site = finding.site
    if site.mark.expects == "result" and isinstance(site.place.model, BaseField):
        return site.place.entity or "", site.place.model.key
    if site.slot is not None and isinstance(analysis.lookup.target(site.slot), BaseField):
        return analysis.lookup.owner_entity(site.slot.mark, site.place) or "", site.slot.value
    return None


def _elements(reference: Reference, finding: Finding, analysis: Analysis) -> list[Element]:
    lookup, document = analysis.lookup, analysis.document
    match reference.kind:
        case "variable":
            owner = finding.site.place.nearest(Calculation)
            named = owner.model if owner else None
            inside = [*named.inputs, *named.lines] if isinstance(named, Calculation) else []
            return [element for element in inside if element.key == reference.key]
        case "table":
            return [table for table in document.tables if table.key == reference.key]
        case "calendar":
            return [calendar for calendar in document.calendars if calendar.key == reference.key]
        case "actor":
            return []
    entity = reference.entity or ""
    if entity.endswith(_STAGE_CHANGES):
        return _stages(entity.removesuffix(_STAGE_CHANGES), reference, analysis)
    field = lookup.fields.get(entity, {}).get(reference.key)
    if reference.kind == "option":
        return options_of(analysis, entity, field, reference.option or "") if field else []
    many = lookup.children.get(entity, {}).get(reference.key)
    named_children = many.field.inverse if many else None
    element = field or named_children
    return [element] if element else []


def _stages(entity: str, reference: Reference, analysis: Analysis) -> list[Element]:
    """The stages that a literal beside the stage history means."""
    pipelines = [pipeline for pipeline in analysis.document.pipelines if pipeline.entity == entity]
    return [stage for pipeline in pipelines for stage in pipeline.stages if stage.key == reference.option]


def _roles(root: Typed, analysis: Analysis) -> Iterator[Named]:
    """Role keys written beside ``my_roles``."""
    roles = analysis.lookup.section("role")
    for node in walk_tree(root):
        if not isinstance(node, Apply) or not any(_is_my_roles(arg) for arg in node.args):
            continue
        for arg in node.args:
            for item in arg.items if isinstance(arg, Listing) else (arg,):
                if isinstance(item, Const) and isinstance(item.value, str) and item.value in roles:
                    yield roles[item.value], item.span


def _is_my_roles(node: Typed) -> bool:
    return isinstance(node, ActorWord) and node.word == "my_roles"
