"""Keys and labels: form, reserved words, twins; ids."""

from __future__ import annotations

import keyword
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

from expressions.library import AGGREGATES, FUNCTIONS
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.environment import SYSTEM_CHILDREN
from schema_store.analysis.walk import Place
from schema_store.diagnostics import Diagnostic
from schema_store.document import AppDocument
from schema_store.document.base import Element, Labelled
from schema_store.document.entities import Entity
from schema_store.document.fields import BaseField, CodeField, Inverse
from schema_store.document.scoring import Input, Line
from schema_store.messages import diagnostic
from schema_store.system import RESERVED_ENTITY_KEYS, RESERVED_FIELD_KEYS

#: Words that a name inside an expression cannot be.
_WORDS = RESERVED_FIELD_KEYS | SYSTEM_CHILDREN | FUNCTIONS | AGGREGATES


def check_names(analysis: Analysis) -> Iterator[Diagnostic]:
    """Every key: NFKC, not reserved, unlike its siblings; every label in every locale of the workspace."""
    siblings: dict[str, list[Place]] = defaultdict(list)
    for place in analysis.walk.of(Element):
        siblings[_container(place)].append(place)
        yield from _spelling(place, _key_of(place))
    for places in siblings.values():
        yield from _twins(places)
    yield from _ids(analysis.walk.of(Element))
    yield from _labels(analysis)


def _container(place: Place) -> str:
    """Whose keys must differ: one list; inputs and lines of a calculation are one name space."""
    if isinstance(place.model, Input | Line) and place.parent:
        return place.parent.pointer
    return place.pointer.rpartition("/")[0]


def _key_of(place: Place) -> str:
    assert isinstance(place.model, Element)
    return place.model.key


def _spelling(place: Place, key: str) -> Iterator[Diagnostic]:
    model = place.model
    normal = unicodedata.normalize("NFKC", key)
    if normal != key:
        yield diagnostic("name.not_nfkc", place, "/key", key=key, normal=normal)
    if _is_reserved(model, key):
        yield diagnostic("name.reserved", place, "/key", key=key)
    if key == "code" and isinstance(model, BaseField) and not isinstance(model, CodeField):
        yield diagnostic("name.reserved_code", place, "/key", key=key)


def _is_reserved(model: object, key: str) -> bool:
    if isinstance(model, Entity):
        return key in RESERVED_ENTITY_KEYS or keyword.iskeyword(key)
    named = isinstance(model, BaseField | Inverse | Input | Line)
    return named and (key in _WORDS or keyword.iskeyword(key))


def _twins(places: list[Place]) -> Iterator[Diagnostic]:
    exact: set[str] = set()
    folded: dict[str, str] = {}
    for place in places:
        key = _key_of(place)
        first = folded.setdefault(key.casefold(), key)
        if key in exact:
            yield diagnostic("name.duplicate", place, "/key", key=key)
        elif first != key:
            yield diagnostic("name.case_twin", place, "/key", key=key, other=first)
        exact.add(key)


def _ids(places: Iterable[Place]) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for place in places:
        identity = place.id
        if identity in seen:
            yield diagnostic("id.duplicate", place, "/id", id=identity)
        elif identity:
            seen.add(identity)


def _labels(analysis: Analysis) -> Iterator[Diagnostic]:
    document = analysis.document
    root = analysis.walk.places[0]
    wanted = document.settings.locales
    if document.settings.default_locale not in wanted:
        yield diagnostic(
            "settings.locale", root, "/settings/default_locale", locale=document.settings.default_locale
        )
    for place in analysis.walk.of(AppDocument, Labelled):
        missing = [locale for locale in wanted if not place.model.label.get(locale, "").strip()]  # type: ignore[attr-defined]  # both have it
        if missing:
            yield diagnostic("name.missing_label", place, "/label", locales=", ".join(missing))
