"""From bytes to a document: everything that is wrong with its shape, each complaint at its place; never an exception.

Three looks, the next only when the one before found nothing: the JSON text itself, the JSON Schema, the models.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import ValidationError

from schema_store.diagnostics import Diagnostic, Severity
from schema_store.document.app import AppDocument
from schema_store.structure.discriminator import exact_validator
from schema_store.structure.messages import HINTS, SENTENCES, TYPE_WORDS
from schema_store.structure.schema import PORTABLE_KEY_PATTERN, SCHEMA_PATH, write_schema
from schema_store.structure.strict_json import JsonFault, pointer_of, read_json

#: Bytes of a document (DESIGN 11.18).
MAX_BYTES = 16 * 1024 * 1024
#: Complaints beyond which the rest is not listed.
MAX_COMPLAINTS = 200

Steps = tuple[str | int, ...]

_LOCALE_PATTERN = r"^[a-z]{2}(-[A-Z]{2})?$"
_LIMITS = {
    "maxLength": "too_long",
    "minLength": "too_short",
    "maxItems": "too_many_items",
    "minItems": "too_few_items",
    "maxProperties": "too_many_items",
    "minProperties": "too_few_items",
    "maximum": "too_large",
    "minimum": "too_small",
}


def load_document(raw: bytes | str | Mapping[str, Any]) -> tuple[AppDocument | None, list[Diagnostic]]:
    """The document of a JSON text (UTF-8 bytes, text, or a mapping of JSON values), and every complaint about it.

    Returns:
        the document, or None when any complaint is there; at most :data:`MAX_COMPLAINTS` complaints (and one that
        says so), codes ``structure.*``.
    """
    data, faults = read_json(raw, MAX_BYTES)
    if faults:
        return None, _capped(_of_fault(fault) for fault in faults)
    errors = _capped(_of_schema_error(error, data) for error in _validator().iter_errors(data))
    if errors:
        return None, errors
    try:
        return AppDocument.model_validate(data), []
    except ValidationError as problem:
        details = problem.errors(include_url=False, include_context=False)
        return None, _capped(_of_model_error(detail, data) for detail in details)


@cache
def _validator() -> Any:
    return exact_validator(Draft202012Validator, json.loads(SCHEMA_PATH.read_bytes()))


def _capped(complaints: Iterable[Diagnostic]) -> list[Diagnostic]:
    found = list(islice(complaints, MAX_COMPLAINTS + 1))
    if len(found) > MAX_COMPLAINTS:
        found[-1] = _complain("too_many", _Place(), limit=str(MAX_COMPLAINTS))
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a complaint belongs: JSON Pointer, and id of the nearest element that has one."""

    path: str = ""
    id: str | None = None


def _place(data: Any, steps: Steps) -> _Place:
    found, here = None, data
    for step in (None, *steps):
        here = here if step is None else here[step]
        if isinstance(here, dict) and isinstance(here.get("id"), str):
            found = here["id"]
    return _Place(pointer_of(steps), found)


def _complain(code: str, place: _Place, hint: str = "", **params: str) -> Diagnostic:
    zh, en = (sentence.format(**params) for sentence in SENTENCES[code])
    hints = {}
    if hint:
        hints = dict(zip(("zh-CN", "en"), (text.format(**params) for text in HINTS[hint]), strict=True))
    message = {"zh-CN": zh, "en": en}
    return Diagnostic(
        f"structure.{code}", Severity.ERROR, place.path, message, hints, id=place.id, params=params
    )


def _of_fault(fault: JsonFault) -> Diagnostic:
    hint = {"syntax": "quotes", "bad_number": "number"}.get(fault.code, "")
    return _complain(fault.code, _Place(fault.path), hint, **fault.params)


def _of_schema_error(error: Any, data: Any) -> Diagnostic:
    """A complaint of ``jsonschema``; which of its words becomes which of ours."""
    place = _place(data, tuple(error.absolute_path))
    word = error.validator
    if word == "required":
        return _complain("missing_word", place, word=error.message)
    if word == "unknown":
        return _unknown_word(error, place)
    if word in _LIMITS:
        return _complain(_LIMITS[word], place, limit=str(error.validator_value))
    if word == "type":
        return _wrong_type(error, place)
    if word == "pattern":
        return _bad_pattern(error.instance, error.validator_value, place)
    if word in ("enum", "const", "discriminator"):
        return _not_allowed(error, place)
    return _complain("refused", place, detail=error.message[:200])


def _unknown_word(error: Any, place: _Place) -> Diagnostic:
    """A name that an object cannot have; the complaint points at the name, not at the object."""
    name = error.message
    own = _Place(place.path + pointer_of((name,)), place.id)
    patterns = list(error.schema.get("patternProperties", ()))
    if patterns:
        return _bad_pattern(name, patterns[0], own)
    near, hint = _nearest(name, [word for word in error.validator_value if word not in error.instance])
    return _complain("unknown_word", own, hint, word=_short(name), **near)


def _wrong_type(error: Any, place: _Place) -> Diagnostic:
    (wanted_zh, wanted), (found_zh, found) = (
        TYPE_WORDS[error.validator_value],
        TYPE_WORDS[_json_type(error.instance)],
    )
    words = {"wanted_zh": wanted_zh, "wanted": wanted, "found_zh": found_zh, "found": found}
    return _complain("wrong_type", place, **words)


def _bad_pattern(found: str, pattern: str, place: _Place) -> Diagnostic:
    found = _short(found)
    if pattern == PORTABLE_KEY_PATTERN:
        return _complain("bad_key", place, found=found)
    if pattern == _LOCALE_PATTERN:
        return _complain("bad_locale", place, "locale", found=found)
    return _complain("bad_format", place, "pattern", found=found, pattern=pattern)


def _not_allowed(error: Any, place: _Place) -> Diagnostic:
    allowed = [error.validator_value] if error.validator == "const" else error.validator_value
    found = (
        error.instance if isinstance(error.instance, str) else json.dumps(error.instance, ensure_ascii=False)
    )
    near, hint = _nearest(found, [str(value) for value in allowed])
    if error.validator == "discriminator":
        return _complain("unknown_kind", place, hint, found=_short(found), word=error.message, **near)
    return _complain("not_allowed", place, hint, found=_short(found), **near)


def _nearest(word: str, known: list[str]) -> tuple[dict[str, str], str]:
    """Parameters and hint for a word that is not among the known ones."""
    near = get_close_matches(word.lower()[:60], known, n=1, cutoff=0.6)
    if near:
        return {"near": near[0]}, "nearest"
    return {"allowed": ", ".join(known[:40])}, "allowed" if known else ""


def _json_type(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return names.get(type(value), "null" if value is None else "object")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _of_model_error(detail: Any, data: Any) -> Diagnostic:
    """A complaint of the models: only what JSON Schema cannot say gets here, e.g. the exact pattern of keys."""
    place = _place(data, _steps_of(detail["loc"], data))
    if detail["type"] == "string_pattern_mismatch" and isinstance(detail["input"], str):
        return _complain("bad_key", place, found=_short(detail["input"]))
    return _complain("refused", place, detail=detail["msg"])


def _steps_of(location: Steps, data: Any) -> Steps:
    """The place of a model error in the data: without the names of the members of choices."""
    steps: list[str | int] = []
    arrived = True
    for part in location:
        is_tag = arrived and isinstance(data, dict) and part in (data.get("type"), data.get("kind"))
        arrived = not is_tag and _has(data, part)
        if arrived:
            data = data[part]
            steps.append(part)
    return tuple(steps)


def _has(data: Any, part: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, dict) and part in data


if __name__ == "__main__":
    write_schema()
