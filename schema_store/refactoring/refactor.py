"""Refactorings of a document: rename with every text that names the element; what a removal would break."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from expressions.printer import print_text
from expressions.problems import Span
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.usage import UsageIndex, Use
from schema_store.analysis.walk import Place
from schema_store.checks import check_analysis
from schema_store.diagnostics import Diagnostic, Severity
from schema_store.document import AppDocument
from schema_store.document.base import KEY_LENGTH, KEY_PATTERN, Element
from schema_store.document.process import Pipeline, Stage
from schema_store.messages import diagnostic
from schema_store.refactoring.edit import Edits, apply_edits, value_at

_KEY = re.compile(KEY_PATTERN)


class RenameRefused(ValueError):
    """The new key cannot be taken.

    Attributes:
        diagnostics: why; at least one.
    """

    def __init__(self, diagnostics: list[Diagnostic]):
        super().__init__("; ".join(each.message["en"] for each in diagnostics))
        self.diagnostics = diagnostics


@dataclass(frozen=True, slots=True)
class Breakage:
    """A use that a removal would leave without what it names.

    Attributes:
        use: the place that names it.
        id: of the element it names: the one to be removed, or one inside it.
        key: of that element.
    """

    use: Use
    id: str
    key: str


def rename(document: AppDocument, element_id: str, new_key: str) -> AppDocument:
    """The document with another key for one element, in every text that names it; all other bytes stay.

    Expressions with problems are not looked into. An option that is the band of a score is renamed with its band.

    Raises:
        LookupError: no element has this id.
        RenameRefused: the key is malformed, or the renamed document would have an error that it had not before.
    """
    before = Analysis(document)
    index = UsageIndex(before)
    place = _require(index, element_id)
    refused = list(_refusals(before, place, new_key))
    if refused:
        raise RenameRefused(refused)
    renamed = apply_edits(document, _edits(before, index, place, new_key))
    broken = _new_errors(before, renamed)
    if broken:
        raise RenameRefused(broken)
    return renamed


def check_rename(document: AppDocument, element_id: str, new_key: str) -> list[Diagnostic]:
    """Why an element cannot have this key; empty when :func:`rename` will do it.

    Raises:
        LookupError: no element has this id.
    """
    try:
        rename(document, element_id, new_key)
    except RenameRefused as refused:
        return refused.diagnostics
    return []


def removal_plan(document: AppDocument, element_id: str) -> list[Breakage]:
    """Every use, outside of the element, of the element and of what is inside it.

    Raises:
        LookupError: no element has this id.
    """
    analysis = Analysis(document)
    index = UsageIndex(analysis)
    root = _require(index, element_id)
    inside = [place for place in analysis.walk.of(Element) if _is_within(place.pointer, root.pointer)]
    return [
        Breakage(use, place.id or "", _key(place))
        for place in inside
        for use in index.at(place)
        if not _is_within(use.pointer, root.pointer)
    ]


def _require(index: UsageIndex, element_id: str) -> Place:
    place = index.place(element_id)
    if place is None:
        raise LookupError(element_id)
    return place


def _is_within(pointer: str, root: str) -> bool:
    return pointer == root or pointer.startswith(root + "/")


def _refusals(analysis: Analysis, place: Place, new_key: str) -> Iterator[Diagnostic]:
    if len(new_key) > KEY_LENGTH or not _KEY.fullmatch(new_key):
        yield diagnostic("rename.form", place, "/key", key=new_key or "∅")
    pipeline = place.nearest(Pipeline)
    if isinstance(place.model, Stage) and pipeline is not None and isinstance(pipeline.model, Pipeline):
        named = analysis.lookup.pipelines[pipeline.model.entity, pipeline.model.field]
        others = [each for each in named if each is not pipeline.model]
        if any(stage.key == place.model.key for each in others for stage in each.stages):
            yield diagnostic("rename.shared_stage", place, "/key", key=place.model.key)


def _new_errors(before: Analysis, renamed: AppDocument) -> list[Diagnostic]:
    known = {(each.code, each.path) for each in check_analysis(before)}
    return [
        each
        for each in check_analysis(Analysis(renamed))
        if each.severity is Severity.ERROR and (each.code, each.path) not in known
    ]


def _key(place: Place) -> str:
    assert isinstance(place.model, Element)
    return place.model.key


def _family(index: UsageIndex, place: Place) -> dict[str, Place]:
    """The element and those that must keep the same key, by pointer: options and the bands of scores."""
    family = {place.pointer: place}
    waiting = [place]
    for member in waiting:
        for use in index.at(member):
            pointer = use.pointer.removesuffix("/key")
            if use.kind == "band" and pointer not in family:
                twin = index.at_pointer(pointer)
                family[pointer] = twin
                waiting.append(twin)
    return family


def _edits(analysis: Analysis, index: UsageIndex, place: Place, new_key: str) -> Edits:
    family = _family(index, place)
    texts = {f"{pointer}/key": new_key for pointer in family}
    members: dict[str, str] = {}
    spans: dict[str, set[Span]] = defaultdict(set)
    for use in [use for member in family.values() for use in index.at(member)]:
        if use.span is not None:
            spans[use.pointer].add(use.span)
        elif use.is_member:
            members[use.pointer] = new_key
        else:
            texts[use.pointer] = new_key
    for pointer, named in spans.items():
        texts[pointer] = _rewritten(str(value_at(analysis.document, pointer)), named, new_key)
    return Edits(texts, members)


def _rewritten(text: str, spans: Iterable[Span], new_key: str) -> str:
    """The text with other characters at ``spans``; a literal keeps its kind of quotes."""
    for span in sorted(spans, key=lambda span: span.start, reverse=True):
        quote = text[span.start]
        written = print_text(new_key, quote) if quote in "'\"" else new_key
        text = text[: span.start] + written + text[span.end :]
    return text
