"""Texts of messages: what a template may hold, and the values that it names."""

from __future__ import annotations

from collections.abc import Iterator

from expressions.texts import BadText, parse_text
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.walk import Place, escape
from schema_store.diagnostics import Diagnostic
from schema_store.document.automation import Message
from schema_store.messages import diagnostic
from schema_store.system import SYSTEM_FIELDS

#: What every record has beside its fields, by its names on the wire.
_SYSTEM = frozenset(field.column for field in SYSTEM_FIELDS)


def check_texts(analysis: Analysis) -> Iterator[Diagnostic]:
    """Each language of each message can be written, of values that its record has."""
    for place in analysis.walk.of(Message):
        message = place.model
        assert isinstance(message, Message)
        for part, texts in (("subject", message.subject or {}), ("body", message.body)):
            for locale, text in texts.items():
                if "{" in text:
                    yield from _text(analysis, place, message, f"/{part}/{escape(locale)}", text)


def _text(analysis: Analysis, place: Place, message: Message, at: str, text: str) -> Iterator[Diagnostic]:
    try:
        names = parse_text(text).names
    except BadText as error:
        yield diagnostic("message.bad_text", place, at, detail=error.detail or error.code)
        return
    if message.entity is not None:
        known = analysis.lookup.fields.get(message.entity, {}).keys() | _SYSTEM
        for name in sorted(names - known):
            yield diagnostic("message.unknown_name", place, at, name=name, entity=message.entity)
