"""JSON read to the letter: what ordinary readers let pass (doubled names, NaN, half characters) is complained about."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

#: Levels of nesting beyond which a document is refused.
MAX_DEPTH = 50
#: Characters beyond which a number is refused.
MAX_NUMBER = 60


@dataclass(frozen=True, slots=True)
class JsonFault:
    """One thing that is wrong with a JSON text.

    Attributes:
        code: ``not_utf8``, ``syntax``, ``trailing_data``, ``duplicate_word``, ``bad_number``, ``surrogate``,
            ``too_deep``, ``too_big``, ``not_json``.
        path: JSON Pointer, empty where the text could not be read at all.
        params: words of the sentence, e.g. line and column.
    """

    code: str
    path: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


class _BadNumber:
    """Stands in the tree for a number that JSON does not have, until the walk tells its place."""

    def __init__(self, text: str):
        self.text = text


class _Doubled(dict[str, Any]):
    """An object of which some names occurred twice."""

    names: tuple[str, ...] = ()


def read_json(raw: bytes | str | Mapping[str, Any], max_bytes: int) -> tuple[Any, list[JsonFault]]:
    """The value of a JSON text (or of a mapping that shall become one), with everything that is wrong about it.

    Args:
        raw: UTF-8 (a byte order mark is taken off), text, or a mapping of JSON values.
        max_bytes: bytes beyond which it is not even read.

    Returns:
        the value, to be used only when the list of faults is empty.
    """
    if isinstance(raw, Mapping):
        try:
            raw = json.dumps(raw, default=_as_dict)
        except (TypeError, ValueError, RecursionError) as problem:
            return None, [JsonFault("not_json", params={"detail": str(problem)})]
    if len(raw) > max_bytes or (isinstance(raw, str) and _size(raw) > max_bytes):
        return None, [JsonFault("too_big", params={"limit": str(max_bytes)})]
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw.removeprefix("\ufeff")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_BadNumber,
            parse_float=_float,
            parse_int=_int,
        )
    except UnicodeDecodeError as problem:
        return None, [JsonFault("not_utf8", params={"position": str(problem.start)})]
    except json.JSONDecodeError as problem:
        code = "trailing_data" if problem.msg == "Extra data" else "syntax"
        return None, [JsonFault(code, params={"line": str(problem.lineno), "column": str(problem.colno)})]
    except RecursionError:
        return None, [JsonFault("too_deep", params={"limit": str(MAX_DEPTH)})]
    return value, list(_faults(value))


def pointer_of(parts: tuple[str | int, ...]) -> str:
    """The JSON Pointer of names and indexes."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _as_dict(value: Any) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{type(value).__name__} is not a JSON value")
    return dict(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    doubled = _Doubled(plain)
    doubled.names = tuple(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
    return doubled


def _float(text: str) -> float | _BadNumber:
    number = float(text) if len(text) <= MAX_NUMBER else math.inf
    return number if math.isfinite(number) else _BadNumber(text)


def _int(text: str) -> int | _BadNumber:
    return int(text) if len(text) <= MAX_NUMBER else _BadNumber(text)


def _faults(root: Any) -> Iterator[JsonFault]:
    """Every fault of a tree, in document order; nothing below :data:`MAX_DEPTH` is looked at."""
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(root, ())]
    while waiting:
        value, path = waiting.pop()
        if isinstance(value, str):
            if _has_surrogate(value):
                yield JsonFault("surrogate", pointer_of(path))
        elif isinstance(value, _BadNumber):
            yield JsonFault("bad_number", pointer_of(path), {"number": value.text[:40]})
        elif isinstance(value, dict | list):
            if len(path) >= MAX_DEPTH:
                yield JsonFault("too_deep", pointer_of(path), {"limit": str(MAX_DEPTH)})
                continue
            for name in getattr(value, "names", ()):
                yield JsonFault(
                    "duplicate_word", pointer_of((*path, _printable(name))), {"word": _printable(name)}
                )
            yield from _name_faults(value, path)
            waiting.extend(reversed([(item, (*path, step)) for step, item in _items(value)]))


def _items(value: dict[str, Any] | list[Any]) -> list[tuple[str | int, Any]]:
    return list(value.items()) if isinstance(value, dict) else list(enumerate(value))


def _name_faults(value: dict[str, Any] | list[Any], path: tuple[str | int, ...]) -> Iterator[JsonFault]:
    if isinstance(value, dict):
        for name in value:
            if _has_surrogate(name):
                yield JsonFault("surrogate", pointer_of(path))


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
