"""Where an element of a draft is used, said so that a person finds the places."""

from __future__ import annotations

from typing import Any

from runtime.refusals import NotFound
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.usage import UsageIndex
from schema_store.analysis.walk import Place
from schema_store.document import AppDocument
from schema_store.document.base import Element
from schema_store.refactoring.edit import value_at

Json = dict[str, Any]


def where_used(document: AppDocument, element_id: str) -> Json:
    """``{element, uses}``: the element, and each place that names it, in a stable order.

    Each is ``{pointer, kind, by, model, key, label, text, span}``: what uses it, the text that names it, and where in
    the text; ``label`` is None where what uses it has none.

    Raises:
        NotFound: no element has this id.
    """
    index = UsageIndex(Analysis(document))
    place = index.place(element_id)
    if place is None:
        raise NotFound
    uses = []
    for use in index.of(element_id):
        owner = index.place(use.by) if use.by else None
        text = None if use.is_member else value_at(document, use.pointer)
        span = None if use.span is None else {"start": use.span.start, "end": use.span.end}
        about = _about(owner) if owner is not None else {"id": use.by, "key": None, "label": None}
        uses.append(
            {
                "pointer": use.pointer,
                "kind": use.kind,
                "model": use.model,
                "by": about["id"],
                "key": about["key"],
                "label": about["label"],
                "text": text if isinstance(text, str) else None,
                "span": span,
            }
        )
    return {
        "element": {**_about(place), "pointer": place.pointer, "model": type(place.model).__name__},
        "uses": uses,
    }


def _about(place: Place) -> Json:
    model = place.model
    label = getattr(model, "label", None)
    return {
        "id": place.id,
        "key": model.key if isinstance(model, Element) else None,
        "label": dict(label) if label else None,
    }
