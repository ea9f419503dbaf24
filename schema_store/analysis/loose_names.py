"""Names inside texts that are no expressions: audiences, assignees, rights, what a trigger waits for, messages.

An audience or assignee is ``owner`` (or another system field that links a person), ``role:<role>``,
``field:<path to a person, a contact or an address>``, ``user:<…>``, ``team:<…>``, or the key of children. A right
is ``<entity>:<act>``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from expressions.problems import Span
from expressions.texts import names_in
from expressions.types import Kind
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.lookup import SYSTEM_NAMES
from schema_store.analysis.walk import Place, escape
from schema_store.document.access import Act
from schema_store.document.automation import CreateTask, Message, NamedTrigger, Notify, Rule
from schema_store.document.base import Element
from schema_store.document.process import Tier

#: Prefixes whose rest names people of the installation, which no document knows.
_PEOPLE = frozenset({"user", "team", "region"})
_ACTS = frozenset(get_args(Act))


@dataclass(frozen=True, slots=True)
class LooseName:
    """A name in such a text.

    Attributes:
        place: the model that holds the text; ``at`` leads from there to it.
        at: pointer below ``place``.
        text: the whole text.
        span: the characters of the name; None where the text itself is malformed.
        kind: what is named, as in ``Ref``; ``audience`` or ``right`` for a malformed text.
        key: the name.
        known: what could be named here, by key; None stands for something without an element.
    """

    place: Place
    at: str
    text: str
    span: Span | None
    kind: str
    key: str
    known: Mapping[str, Element | None]

    @property
    def element(self) -> Element | None:
        """What is named; None when it is not there, or has no element."""
        return self.known.get(self.key)


def loose_names(analysis: Analysis) -> Iterator[LooseName]:
    """Every such name of a document, in its order."""
    for place in analysis.walk.of(Notify, Tier, CreateTask, Rule, NamedTrigger, Message):
        match place.model:
            case Notify(audience=texts) | Tier(audience=texts):
                for index, text in enumerate(texts):
                    yield from _audience(analysis, place, f"/audience/{index}", text)
            case CreateTask(assignee=text):
                yield from _audience(analysis, place, "/assignee", text)
            case Rule(rights=texts):
                for index, text in enumerate(texts):
                    yield _right(analysis, place, f"/rights/{index}", text)
            case NamedTrigger():
                yield from _trigger(analysis, place, place.model)
            case Message():
                yield from _message(analysis, place, place.model)


def _message(analysis: Analysis, place: Place, message: Message) -> Iterator[LooseName]:
    """Fields that the templates name; what they name that is none, :mod:`schema_store.checks.texts` says."""
    fields = analysis.lookup.fields.get(message.entity or "", {})
    for part, texts in (("subject", message.subject or {}), ("body", message.body)):
        for locale, text in texts.items():
            for key, span in names_in(text) if "{" in text else ():
                if key in fields:
                    yield LooseName(place, f"/{part}/{escape(locale)}", text, span, "field", key, fields)


def _audience(analysis: Analysis, place: Place, at: str, text: str) -> Iterator[LooseName]:
    prefix, colon, rest = text.partition(":")
    if not colon:
        if text not in SYSTEM_NAMES:
            many = analysis.lookup.children.get(place.entity or "", {})
            known = {key: each.field.inverse for key, each in many.items()}
            yield LooseName(place, at, text, Span(0, len(text)), "children", text, known)
    elif prefix == "role":
        span = Span(len("role:"), len(text))
        yield LooseName(place, at, text, span, "role", rest, analysis.lookup.section("role"))
    elif prefix == "field":
        yield from _path(analysis, place, at, text)
    elif prefix not in _PEOPLE:
        yield LooseName(place, at, text, None, "audience", text, {})


def _path(analysis: Analysis, place: Place, at: str, text: str) -> Iterator[LooseName]:
    """Each field of ``field:a.b.c``, as far as the path is known."""
    lookup, entities = analysis.lookup, analysis.environments.entities
    entity, start = place.entity or "", len("field:")
    for key in text[start:].split("."):
        if entity not in entities:
            return
        fields = entities[entity].fields
        elements = {**dict.fromkeys(fields), **lookup.fields.get(entity, {})}
        yield LooseName(place, at, text, Span(start, start + len(key)), "field", key, elements)
        info = fields.get(key)
        if info is None or info.type.kind not in (Kind.REFERENCE, Kind.RECORDS):
            return
        entity, start = info.type.entity or "", start + len(key) + 1


def _right(analysis: Analysis, place: Place, at: str, text: str) -> LooseName:
    entity, _, act = text.partition(":")
    if act not in _ACTS:
        return LooseName(place, at, text, None, "right", text, {})
    return LooseName(place, at, text, Span(0, len(entity)), "entity", entity, analysis.lookup.entities)


def _trigger(analysis: Analysis, place: Place, trigger: NamedTrigger) -> Iterator[LooseName]:
    """Bands of the entity's scores; SLAs of the entity and their tiers."""
    document, whole = analysis.document, Span(0, len(trigger.name))
    known: dict[str, Element | None] = {}
    if trigger.kind == "band":
        known = {
            band.key: band
            for score in document.scores
            if score.entity == place.entity
            for band in score.bands
        }
        yield LooseName(place, "/name", trigger.name, whole, "band", trigger.name, known)
    elif trigger.kind == "sla_tier":
        for sla in document.slas:
            if sla.entity == place.entity:
                known |= {sla.key: sla, **{tier.key: tier for tier in sla.tiers if tier.key not in known}}
        yield LooseName(place, "/name", trigger.name, whole, "sla", trigger.name, known)
