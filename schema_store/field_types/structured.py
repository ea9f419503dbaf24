"""Values with an inside: texts in several languages, and JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError as BadSchema
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry
from referencing.exceptions import Unresolvable

from schema_store.document.fields import BaseField, JsonField, TranslatedTextField
from schema_store.field_types import refusals
from schema_store.field_types.base import Capability, FieldValueError, Refusal, Surroundings
from schema_store.field_types.common import PRINTABLE, TEXTS, Common, is_empty, printed, require_line, wire_of
from schema_store.structure.strict_json import MAX_DEPTH, MAX_NUMBER, pointer_of

#: Characters of a JSON value as text.
MAX_JSON = 200_000
#: Words of JSON Schema that run patterns of the author over names, which nothing bounds in time.
_UNBOUNDED = frozenset({"pattern", "patternProperties"})
_REFUSALS: Mapping[Capability, Refusal] = {
    "filter": refusals.STRUCTURED,
    "sort": refusals.STRUCTURED,
    "unique": refusals.STRUCTURED,
    "index": refusals.STRUCTURED,
}


class TranslatedTextType(Common[TranslatedTextField]):
    """A text per locale."""

    key = "translated_text"
    spec = TranslatedTextField
    takes = PRINTABLE | TEXTS | {"translated_text"}
    refusals = _REFUSALS

    def decode(self, spec: TranslatedTextField, around: Surroundings, wire: Any) -> dict[str, str] | None:
        """Texts by locale, empty ones left out; ``wrong_type``, ``unknown_locale``, and the errors of a long text."""
        if is_empty(wire):
            return None
        if not isinstance(wire, dict):
            raise FieldValueError("wrong_type", wanted="translated_text")
        if any(locale not in around.locales for locale in wire):
            raise FieldValueError("unknown_locale", allowed=", ".join(around.locales))
        given = {locale: text for locale, text in wire.items() if not is_empty(text)}
        texts = {locale: require_line(text, spec.length, lines=True) for locale, text in given.items()}
        return {locale: text for locale, text in texts.items() if text} or None

    def adopt(self, kind: str, value: Any, new: TranslatedTextField, around: Surroundings) -> Any:
        """A plain value becomes the text of the workspace's first locale."""
        texts = value if kind == "translated_text" else {around.locales[0]: printed(value)}
        return self.decode(new, around, texts)

    def keeps(self, kind: str, old: BaseField, new: TranslatedTextField, around: Surroundings) -> bool:
        """Translated texts that are short enough."""
        return isinstance(old, TranslatedTextField) and old.length <= new.length


class JsonType(Common[JsonField]):
    """Structured data."""

    key = "json"
    spec = JsonField
    takes = PRINTABLE | TEXTS | {"options", "tags", "translated_text", "json"}
    refusals = _REFUSALS

    def decode(self, spec: JsonField, around: Surroundings, wire: Any) -> Any:
        """Any JSON value that matches the schema.

        ``wrong_type``, ``contains_control``, ``too_deep``, ``too_many_digits``, ``too_long``, ``schema_mismatch``
        (with the place).
        """
        if is_empty(wire):
            return None
        require_json(wire)
        if spec.json_schema:
            _require_match(json.dumps(spec.json_schema, sort_keys=True), wire)
        return wire

    def adopt(self, kind: str, value: Any, new: JsonField, around: Surroundings) -> Any:
        """The wire form of the value."""
        return self.decode(new, around, wire_of(value))

    def keeps(self, kind: str, old: BaseField, new: JsonField, around: Surroundings) -> bool:
        """JSON, where no schema or the same one is asked for."""
        return isinstance(old, JsonField) and new.json_schema in ({}, old.json_schema)


def check_json_schema(schema: dict[str, Any]) -> str | None:
    """What is wrong with the JSON Schema of a field; None when it can be used.

    References go to the schema itself only, and patterns are not run (nothing would bound their time).
    """
    try:
        Draft202012Validator.check_schema(schema)
    except BadSchema as problem:
        return problem.message
    except RecursionError:
        return "nested too deeply"
    for word, value in _words(schema):
        if word in _UNBOUNDED:
            return f"{word} is not supported"
        if word in ("$ref", "$dynamicRef") and not str(value).startswith("#/$defs/"):
            return f"{word} must begin with #/$defs/"
    return None


def require_json(wire: Any) -> None:
    """A JSON value that both databases keep.

    Raises:
        FieldValueError: ``wrong_type``, ``contains_control``, ``too_deep``, ``too_many_digits``, ``too_long``.
    """
    waiting, size = [(wire, 0)], 0
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise FieldValueError("too_deep", limit=MAX_DEPTH)
        size += _size(value)
        if size > MAX_JSON:
            raise FieldValueError("too_long", limit=MAX_JSON)
        if isinstance(value, dict):
            waiting.extend((name, depth + 1) for name in value)
            waiting.extend((item, depth + 1) for item in value.values())
        elif isinstance(value, list):
            waiting.extend((item, depth + 1) for item in value)


def _size(value: Any) -> int:
    """Roughly the characters of one value without its members."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise FieldValueError("contains_control")
        return len(value) + 2
    if isinstance(value, int) and abs(value) >= 10**MAX_NUMBER:
        raise FieldValueError("too_many_digits", limit=MAX_NUMBER)
    if isinstance(value, float) and not math.isfinite(value):
        raise FieldValueError("wrong_type", wanted="json")
    if value is not None and not isinstance(value, int | float | dict | list):
        raise FieldValueError("wrong_type", wanted="json")
    return 8


@lru_cache(maxsize=200)
def _validator(schema: str) -> Draft202012Validator:
    registry: Registry[Any] = Registry()  # an empty one: nothing is fetched, whatever a reference says
    return Draft202012Validator(json.loads(schema), registry=registry)


def _require_match(schema: str, wire: Any) -> None:
    try:
        error: ValidationError | None = best_match(_validator(schema).iter_errors(wire))
    except (Unresolvable, RecursionError) as problem:
        raise FieldValueError("schema_mismatch", place="", detail="schema") from problem
    if error is not None:
        place = pointer_of(tuple(error.absolute_path))
        raise FieldValueError("schema_mismatch", place=place, detail=str(error.validator))


def _words(node: Any) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    waiting = [node]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found.extend(value.items())
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return found
