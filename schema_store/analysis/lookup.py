"""Elements of a document by key: what a reference means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple, TypeVar

from schema_store.analysis.walk import Place, ReferenceSite
from schema_store.document import AppDocument
from schema_store.document.base import Element, Ref
from schema_store.document.conversions import Conversion
from schema_store.document.entities import Entity, OptionSet
from schema_store.document.fields import (
    BaseField,
    LinksField,
    Option,
    OptionField,
    OptionsField,
    ReferenceField,
)
from schema_store.document.process import Pipeline, Stage
from schema_store.document.scoring import Calculation
from schema_store.document.surfaces import View
from schema_store.system import SYSTEM_FIELDS

#: Kinds of reference that the document itself owns, with its section.
_SECTIONS = {
    "entity": "entities",
    "option_set": "option_sets",
    "role": "roles",
    "calendar": "calendars",
    "message": "messages",
    "connector": "connectors",
    "view": "views",
    "dashboard": "dashboards",
    "metric": "metrics",
    "pool": "pools",
    "dispatch": "dispatches",
    "rule": "rules",
}
#: Kinds of reference that another named element owns, with the attribute of that owner.
_INSIDE = {"operation": "operations", "dimension": "dimensions"}
#: Owners that enclose the reference, with their attribute.
_ENCLOSING: dict[str, tuple[type[Pipeline] | type[Calculation] | type[Conversion], str]] = {
    "pipeline": (Pipeline, "stages"),
    "calculation": (Calculation, "lines"),
    "conversion": (Conversion, "targets"),
}
#: System fields under the names that expressions and references use.
SYSTEM_NAMES = tuple(field.name for field in SYSTEM_FIELDS if field.name)


class Children(NamedTuple):
    """The many side of a relation: ``field`` of ``entity`` points here."""

    entity: Entity
    field: ReferenceField | LinksField


E = TypeVar("E", bound=Element)


def by_key(elements: Iterable[E]) -> dict[str, E]:
    """Elements by key; of twins the first wins (they are a diagnostic of their own)."""
    found: dict[str, E] = {}
    for element in elements:
        found.setdefault(element.key, element)
    return found


class Lookup:
    """What the keys of one document mean.

    Attributes:
        document: the document.
        entities: by key.
        fields: of every entity, by key.
        children: the many sides that other entities declare at each entity, by inverse key.
    """

    def __init__(self, document: AppDocument):
        self.document = document
        self.entities = by_key(document.entities)
        self.fields = {key: by_key(entity.fields) for key, entity in self.entities.items()}
        self.children = _children(document)
        self._sections: dict[str, Mapping[str, Element]] = {"entity": self.entities}

    def section(self, kind: str) -> Mapping[str, Element]:
        """The elements that the document itself owns, by key; ``kind`` as in ``Ref``."""
        if kind not in self._sections:
            self._sections[kind] = by_key(getattr(self.document, _SECTIONS[kind]))
        return self._sections[kind]

    @cached_property
    def links(self) -> Mapping[tuple[str, str], tuple[str, str]]:
        """For every name of many-to-many children (entity, key), the links field (entity, key) that declares it."""
        found = {}
        for entity in self.document.entities:
            for field in entity.fields:
                if isinstance(field, LinksField):
                    found[entity.key, field.key] = (entity.key, field.key)
                    if field.inverse:
                        found.setdefault((field.entity, field.inverse.key), (entity.key, field.key))
        return found

    @cached_property
    def pipelines(self) -> Mapping[tuple[str, str], list[Pipeline]]:
        """The pipelines of each (entity, stage field)."""
        found = defaultdict(list)
        for pipeline in self.document.pipelines:
            found[pipeline.entity, pipeline.field].append(pipeline)
        return found

    def stages(self, entity: str, field: str | None = None) -> dict[str, Stage]:
        """The stages of an entity's pipelines (of those on ``field``), by key; equal keys are one stage."""
        return by_key(
            stage
            for (owner, name), pipelines in self.pipelines.items()
            if owner == entity and field in (None, name)
            for pipeline in pipelines
            for stage in pipeline.stages
        )

    def options(self, field: BaseField) -> list[Option]:
        """The options of a choice: its own or those of the shared set it names; empty for an unknown set."""
        if not isinstance(field, OptionField | OptionsField):
            return []
        if field.option_set is None:
            return field.options
        shared = self.section("option_set").get(field.option_set)
        return shared.options if isinstance(shared, OptionSet) else []

    def candidates(self, site: ReferenceSite) -> Mapping[str, Element | None] | None:
        """What a reference may name, by key; None when its owner is not there (which is a complaint of its own).

        A value of None stands for something that every entity has without an element: a system field.
        """
        mark, place = site.mark, site.place
        if mark.kind in _SECTIONS:
            return self.section(mark.kind)
        if mark.kind in _INSIDE:
            return self._inside(mark, place)
        if mark.of in _ENCLOSING:
            kind, attribute = _ENCLOSING[mark.of]
            owner = place.nearest(kind)
            return by_key(getattr(owner.model, attribute)) if owner else None
        return self._of_entity(mark.kind, self.owner_entity(mark, place))

    def owner_entity(self, mark: Ref, place: Place) -> str | None:
        """The key of the entity that owns what ``mark`` names; None where none is in reach."""
        if mark.of == "entity":
            return place.entity
        named = getattr(place.model, mark.of, None)
        if mark.of == "view":
            view = self.section("view").get(named or "")
            return view.entity if isinstance(view, View) else None
        if mark.of != "children":
            return named
        many = self.children.get(place.entity or "", {}).get(named or "")
        return many.entity.key if many else None

    def target(self, site: ReferenceSite) -> Element | None:
        """The element that a reference names; None when there is none, or for a system field."""
        return (self.candidates(site) or {}).get(site.value)

    def twins(self, site: ReferenceSite) -> list[Element]:
        """The stages of one key in several pipelines, which a reference over the entity names all at once."""
        if site.mark.kind != "stage" or site.mark.of != "entity":
            return []
        return [
            stage
            for pipeline in self.document.pipelines
            for stage in pipeline.stages
            if pipeline.entity == site.place.entity and stage.key == site.value
        ]

    def _inside(self, mark: Ref, place: Place) -> Mapping[str, Element] | None:
        owner = self.section(mark.of).get(getattr(place.model, mark.of))
        return by_key(getattr(owner, _INSIDE[mark.kind])) if owner else None

    def _of_entity(self, kind: str, entity: str | None) -> Mapping[str, Element | None] | None:
        if entity not in self.entities:
            return None
        if kind == "stage":
            return dict(self.stages(entity))
        if kind == "children":
            return {key: many.field.inverse for key, many in self.children.get(entity, {}).items()}
        return {**dict.fromkeys(SYSTEM_NAMES), **self.fields[entity]}


def _children(document: AppDocument) -> dict[str, dict[str, Children]]:
    found: dict[str, dict[str, Children]] = defaultdict(dict)
    for entity in document.entities:
        for field in entity.fields:
            if isinstance(field, ReferenceField | LinksField) and field.inverse:
                found[field.entity].setdefault(field.inverse.key, Children(entity, field))
    return found
