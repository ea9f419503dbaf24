"""Where an element is used: references, names and literals in expressions, values, document tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from expressions.problems import Span
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.loose_names import loose_names
from schema_store.analysis.mentions import Mention, mentions_in
from schema_store.analysis.values import mentions_in_values
from schema_store.analysis.walk import Place
from schema_store.document import AppDocument
from schema_store.document.base import Element, Model
from schema_store.document.fields import BaseField
from schema_store.document.scoring import Band, Score
from schema_store.document_tests.subjects import mentions_in_tests

UseKind = Literal["reference", "expression", "value", "test", "band"]


@dataclass(frozen=True, slots=True)
class Use:
    """One place that names an element.

    Attributes:
        pointer: of the text that names it; with ``is_member``, of the member whose key names it.
        kind: a reference, a name or literal inside an expression, a value in wire form, a document test, or a
            band that must have the key of its option.
        by: id of the element that uses it; None before ids are known.
        model: the class of the model that uses it, e.g. ``View``.
        span: inside the text at ``pointer``; None where the whole text is the key.
        is_member: whether the key of a dictionary's member names it.
    """

    pointer: str
    kind: UseKind
    by: str | None
    model: str
    span: Span | None = None
    is_member: bool = False


class UsageIndex:
    """All uses in a document, by the element that is used."""

    def __init__(self, analysis: Analysis):
        self._analysis = analysis
        self._places = {id(place.model): place for place in reversed(analysis.walk.places)}
        self._uses: dict[str, list[Use]] = defaultdict(list)
        self._references()
        self._expressions()
        self._loose_names()
        self._note("value", mentions_in_values(analysis))
        self._note("test", mentions_in_tests(analysis))
        self._bands()

    @cached_property
    def _by_pointer(self) -> dict[str, Place]:
        return {place.pointer: place for place in self._analysis.walk.places}

    @cached_property
    def _by_id(self) -> dict[str, Place]:
        found: dict[str, Place] = {}
        for place in self._analysis.walk.of(Element):
            if place.id:
                found.setdefault(place.id, place)
        return found

    def place(self, element_id: str) -> Place | None:
        """Where the element with this id stands."""
        return self._by_id.get(element_id)

    def at_pointer(self, pointer: str) -> Place:
        """The place at a JSON Pointer."""
        return self._by_pointer[pointer]

    def place_of(self, element: Model) -> Place:
        """Where an element of the document stands."""
        return self._places[id(element)]

    def of(self, element_id: str) -> list[Use]:
        """The uses of the element with this id, in a stable order; empty for an unknown id."""
        place = self.place(element_id)
        return self.at(place) if place else []

    def at(self, place: Place) -> list[Use]:
        """The uses of the element at a place."""
        return self._uses.get(place.pointer, [])

    def _add(self, element: Element | None, use: Use) -> None:
        if element is not None and id(element) in self._places:
            self._uses[self._places[id(element)].pointer].append(use)

    def _references(self) -> None:
        lookup = self._analysis.lookup
        for site in self._analysis.walk.references:
            use = Use(site.pointer, "reference", site.place.id, _name(site.place), None, site.is_member)
            targets: list[Element | None] = [*lookup.twins(site)] or [lookup.target(site)]
            for target in targets:
                self._add(target, use)

    def _expressions(self) -> None:
        for finding in self._analysis.expressions.values():
            place, pointer = finding.site.place, finding.site.pointer
            for element, span in mentions_in(finding, self._analysis):
                self._add(element, Use(pointer, "expression", place.id, _name(place), span))

    def _loose_names(self) -> None:
        for name in loose_names(self._analysis):
            pointer = name.place.pointer + name.at
            self._add(name.element, Use(pointer, "reference", name.place.id, _name(name.place), name.span))

    def _note(self, kind: UseKind, mentions: Iterable[Mention]) -> None:
        for mention in mentions:
            place = mention.place
            use = Use(mention.pointer, kind, place.id, _name(place), None, mention.is_member)
            self._add(mention.element, use)

    def _bands(self) -> None:
        """A band and the option of its key stand and fall together."""
        for place in self._analysis.walk.of(Band):
            for option in band_options(self._analysis, place):
                self._add(option, Use(f"{place.pointer}/key", "band", place.id, "Band"))
                at = self.place_of(option)
                self._add(place.model if isinstance(place.model, Element) else None, _of_band(at))


def _of_band(option: Place) -> Use:
    return Use(f"{option.pointer}/key", "band", option.id, "Option")


def band_options(analysis: Analysis, band: Place) -> Iterator[Element]:
    """The options that have the key of a band, in the field its score writes the band to."""
    score = band.nearest(Score)
    assert score is not None
    assert isinstance(score.model, Score)
    field = analysis.lookup.fields.get(score.model.entity, {}).get(score.model.band_field or "")
    if isinstance(field, BaseField) and isinstance(band.model, Band):
        key = band.model.key
        yield from (option for option in analysis.lookup.options(field) if option.key == key)


def _name(place: Place) -> str:
    return type(place.model).__name__


def usage(document: AppDocument) -> UsageIndex:
    """The where-used index of a document; expressions with problems are not looked into."""
    return UsageIndex(Analysis(document))
