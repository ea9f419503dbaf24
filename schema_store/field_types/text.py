"""Texts: one line and several."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from pydantic_core import SchemaError, SchemaValidator, core_schema

from expressions import types
from schema_store.document.fields import BaseField, LongTextField, TextField
from schema_store.field_types import refusals
from schema_store.field_types.base import ColumnSpec, FieldValueError, Surroundings
from schema_store.field_types.common import (
    PRINTABLE,
    TEXTS,
    Common,
    fits_text,
    is_derived,
    is_empty,
    printed,
    require_line,
)
from schema_store.field_types.language import language_type_of
from schema_store.normalise import NORMALISERS
from schema_store.pinyin import SORT_LENGTH, sort_key

#: Normalising (NFKC) can make one character into eighteen.
_NORMALISED = 18
_BREAKS = re.compile(r" *[\n\t][ \n\t]*")
_SHORT_KINDS = PRINTABLE | TEXTS | {"options", "tags"}


def check_pattern(pattern: str) -> str | None:
    """What is wrong with a text field's ``pattern``; None when it can be used.

    Patterns are run by an engine whose time grows with the text only (no look-around, no back-references).
    """
    try:
        _matcher(pattern)
    except SchemaError as problem:
        return str(problem).splitlines()[-1]
    return None


def matches_pattern(pattern: str, value: str) -> bool:
    """Whether the whole text matches; ValueError for a pattern that :func:`check_pattern` refuses."""
    try:
        return _matcher(pattern).isinstance_python(value)
    except SchemaError as problem:
        raise ValueError(f"bad pattern: {pattern}") from problem


@lru_cache(maxsize=1_000)
def _matcher(pattern: str) -> SchemaValidator:
    SchemaValidator(core_schema.str_schema(pattern=pattern))  # alone first: it must not close our bracket
    return SchemaValidator(core_schema.str_schema(pattern=f"^(?:{pattern})$"))


class TextType(Common[TextField]):
    """One line."""

    key = "text"
    spec = TextField
    takes = _SHORT_KINDS | {"translated_text", "json"}

    def columns(self, spec: TextField, around: Surroundings) -> tuple[ColumnSpec, ...]:
        """The text, its pinyin sort key where it is a name, its normal form where one is named."""
        found = [ColumnSpec("", types.text(spec.length))]
        if spec.name_like:
            found.append(ColumnSpec("sort", types.text(SORT_LENGTH)))
        if spec.normalise:
            found.append(ColumnSpec("norm", types.text(min(spec.length * _NORMALISED, types.MAX_TEXT))))
        return tuple(found)

    def derive(self, spec: TextField, around: Surroundings, value: Any) -> dict[str, Any]:
        """The sort key and the normal form; None for None."""
        parts: dict[str, Any] = {}
        if spec.name_like:
            parts["sort"] = None if value is None else sort_key(value)
        if spec.normalise:
            parts["norm"] = (NORMALISERS[spec.normalise](value) or None) if value is not None else None
        return parts

    def decode(self, spec: TextField, around: Surroundings, wire: Any) -> str | None:
        """A trimmed line in NFC; ``wrong_type``, ``contains_control``, ``too_long``, ``bad_format`` (its pattern)."""
        text = None if is_empty(wire) else require_line(wire, spec.length)
        if text and spec.pattern and not matches_pattern(spec.pattern, text):
            raise FieldValueError("bad_format", pattern=spec.pattern)
        return text or None

    def adopt(self, kind: str, value: Any, new: TextField, around: Surroundings) -> Any:
        """The printed value; line breaks and tabs become single spaces."""
        text = plain_text(kind, value, around)
        return self.decode(new, around, _BREAKS.sub(" ", text) if kind == "long_text" else text)

    def keeps(self, kind: str, old: BaseField, new: TextField, around: Surroundings) -> bool:
        """Every line that is short enough."""
        return new.pattern is None and kind != "long_text" and prints_within(kind, old, new.length, around)


class LongTextType(Common[LongTextField]):
    """Several lines."""

    key = "long_text"
    spec = LongTextField
    takes = _SHORT_KINDS | {"translated_text", "json"}
    refusals = {
        "sort": refusals.TOO_LONG_SORT,
        "unique": refusals.TOO_LONG_INDEX,
        "index": refusals.TOO_LONG_INDEX,
    }

    def decode(self, spec: LongTextField, around: Surroundings, wire: Any) -> str | None:
        """A trimmed text in NFC with ``\\n`` as line break; ``wrong_type``, ``contains_control``, ``too_long``."""
        return None if is_empty(wire) else require_line(wire, spec.length, lines=True) or None

    def adopt(self, kind: str, value: Any, new: LongTextField, around: Surroundings) -> Any:
        """The printed value."""
        return self.decode(new, around, plain_text(kind, value, around))

    def keeps(self, kind: str, old: BaseField, new: LongTextField, around: Surroundings) -> bool:
        """Every text that is short enough."""
        return prints_within(kind, old, new.length, around)


def plain_text(kind: str, value: Any, around: Surroundings) -> str:
    """A value as text; of a translated text the first locale of the workspace that it has."""
    if kind == "translated_text":
        text: str = next(
            (value[locale] for locale in around.locales if locale in value), next(iter(value.values()))
        )
        return text
    return printed(value)


def prints_within(kind: str, old: BaseField, length: int, around: Surroundings) -> bool:
    """Whether every value prints within ``length`` characters and can be read back."""
    if is_derived(old) or kind in ("options", "tags", "translated_text", "json"):
        return False
    return fits_text(language_type_of(old, around), length)
