"""JSON Patch (RFC 6902) on plain JSON values, by the library ``jsonpatch``, with a bound on what a patch can make.

A ``copy`` may double a value, so a short list of them could fill the memory: what they copy is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from jsonpatch import JsonPatch, JsonPatchException, JsonPointer, JsonPointerException

#: Values that the copies of one patch may make, those inside of others counted.
MOST_COPIED = 100_000


class BadPatch(ValueError):
    """A patch that is none, or that does not fit the value; the text says why and at which operation."""


def apply_patch(value: Any, operations: Sequence[Mapping[str, Any]]) -> Any:
    """The value with all operations applied; the given one is left as it is.

    Raises:
        BadPatch: an operation is unknown, lacks a member, points nowhere, copies too much, or its ``test`` fails.
    """
    result, left = deepcopy(value), MOST_COPIED
    for number, operation in enumerate(operations):
        try:
            source = operation.get("from")
            if operation.get("op") == "copy" and isinstance(source, str):
                left -= _size(JsonPointer(source).resolve(result))
            if left < 0:
                raise BadPatch(f"{number}: the patch copies more than {MOST_COPIED} values")
            result = JsonPatch([dict(operation)]).apply(result, in_place=True)
        except (JsonPatchException, JsonPointerException) as error:
            raise BadPatch(f"{number}: {error}") from error
    return result


def _size(value: Any) -> int:
    """How many values a value is, with those inside."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, inside))
