"""Drafts compiled for a trial; the last ones are kept, because people try the same one again and again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from builder.trying.outcome import Unready
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.walk import Place
from schema_store.canonical import document_hash
from schema_store.checks import check_analysis
from schema_store.compile.app import build_app
from schema_store.compiled.app import App
from schema_store.diagnostics import Severity
from schema_store.document import AppDocument
from schema_store.document.base import Element

_CAPACITY = 8


@dataclass(frozen=True)
class Drafted:
    """A draft without errors, compiled; its elements by id."""

    analysis: Analysis
    app: App
    places: dict[str, Place]


_kept: OrderedDict[str, Drafted] = OrderedDict()
_keeping = Lock()


def drafted(document: AppDocument) -> Drafted:
    """The compiled form of a document whose elements have ids.

    Raises:
        Unready: it has errors.
    """
    name = document_hash(document)
    with _keeping:
        if name in _kept:
            _kept.move_to_end(name)
            return _kept[name]
    made = _compile(document)
    with _keeping:
        _kept[name] = made
        while len(_kept) > _CAPACITY:
            _kept.popitem(last=False)
    return made


def _compile(document: AppDocument) -> Drafted:
    analysis = Analysis(document)
    errors = [each for each in check_analysis(analysis) if each.severity is Severity.ERROR]
    if errors:
        raise Unready(errors)
    places: dict[str, Place] = {}
    for place in analysis.walk.of(Element):
        if place.id:
            places.setdefault(place.id, place)
    return Drafted(analysis, build_app(analysis, 0), places)
