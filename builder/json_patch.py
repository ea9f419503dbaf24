"""JSON Patch (RFC 6902) on plain JSON values: small, exact, and without a surprise for deep or strange pointers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any


class BadPatch(ValueError):
    """A patch that is none, or that does not fit the value; the text says why and at which operation."""


def apply_patch(value: Any, operations: Sequence[Mapping[str, Any]]) -> Any:
    """The value with all operations applied; the given one is left as it is.

    Raises:
        BadPatch: an operation is unknown, lacks a member, points nowhere, or its ``test`` fails.
    """
    result = deepcopy(value)
    for number, operation in enumerate(operations):
        try:
            result = _apply(result, operation)
        except BadPatch as error:
            raise BadPatch(f"{number}: {error}") from error
    return result


def _apply(root: Any, operation: Mapping[str, Any]) -> Any:
    kind = operation.get("op")
    path = _steps(_member(operation, "path"))
    match kind:
        case "add":
            return _add(root, path, deepcopy(_member(operation, "value")))
        case "remove":
            return _remove(root, path)
        case "replace":
            _find(root, path)
            value = deepcopy(_member(operation, "value"))
            return value if not path else _add(_remove(root, path), path, value)
        case "move":
            source = _steps(_member(operation, "from"))
            if path[: len(source)] == source and path != source:
                raise BadPatch("a value cannot be moved into itself")
            value = _find(root, source)
            return _add(_remove(root, source), path, value)
        case "copy":
            return _add(root, path, deepcopy(_find(root, _steps(_member(operation, "from")))))
        case "test":
            if not _is_same(_find(root, path), _member(operation, "value")):
                raise BadPatch("the test fails")
            return root
    raise BadPatch(f"unknown operation {str(kind)[:40]!r}")


def _member(operation: Mapping[str, Any], name: str) -> Any:
    if name not in operation:
        raise BadPatch(f"{name!r} is missing")
    return operation[name]


def _steps(pointer: Any) -> list[str]:
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise BadPatch("a path is a JSON Pointer")
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _find(root: Any, path: Sequence[str]) -> Any:
    here = root
    for step in path:
        if isinstance(here, dict) and step in here:
            here = here[step]
        elif isinstance(here, list):
            here = here[_position(here, step, len(here) - 1)]
        else:
            raise BadPatch(f"nothing at {step[:40]!r}")
    return here


def _position(items: list[Any], step: str, last: int) -> int:
    """The index that a step means; ``-`` is behind the end."""
    if step == "-":
        step = str(len(items))
    if not (step.isascii() and step.isdigit() and len(step) < 10) or (len(step) > 1 and step[0] == "0"):
        raise BadPatch(f"no index: {step[:40]!r}")
    if int(step) > last:
        raise BadPatch(f"index {step} is behind the end")
    return int(step)


def _add(root: Any, path: Sequence[str], value: Any) -> Any:
    if not path:
        return value
    place, step = _find(root, path[:-1]), path[-1]
    if isinstance(place, dict):
        place[step] = value
    elif isinstance(place, list):
        place.insert(_position(place, step, len(place)), value)
    else:
        raise BadPatch(f"nothing at {step[:40]!r}")
    return root


def _remove(root: Any, path: Sequence[str]) -> Any:
    if not path:
        return None
    place, step = _find(root, path[:-1]), path[-1]
    if isinstance(place, dict) and step in place:
        del place[step]
    elif isinstance(place, list):
        del place[_position(place, step, len(place) - 1)]
    else:
        raise BadPatch(f"nothing at {step[:40]!r}")
    return root


def _is_same(one: Any, two: Any) -> bool:
    """Equality of JSON: true is not 1."""
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(_is_same(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(_is_same, one, two))
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    return bool(one == two)
