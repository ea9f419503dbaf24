"""The one reader and the one writer of JSON on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import BaseModel

from api.problem import Problem
from runtime.refusals import FieldError
from schema_store.structure.strict_json import JsonFault, pointer_of, read_json

#: Bytes of a body: of a record or a setting; of bulk, events, drafts, templates.
SMALL, LARGE = 2**20, 16 * 2**20
_PLACED = {"duplicate_word", "bad_number", "surrogate", "null_character"}
_MOST_ERRORS = 20


async def read_body(request: Request, most: int) -> bytes:
    """The body of a request.

    Raises:
        Problem: 413 as soon as more than ``most`` bytes are announced or have come.
    """
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > most:
        raise Problem(413, "too_large", params={"limit": str(most)})
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Problem(413, "too_large", params={"limit": str(most)})
    return bytes(body)


def require_json_type(request: Request) -> None:
    """Raise 415 unless the body is declared as JSON: what a form of another site can send never is."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise Problem(415, "unsupported_media_type")


def parse_json(raw: bytes, most: int = SMALL) -> Any:
    """The value of a JSON text.

    Raises:
        Problem: 413; 400 ``bad_request`` for what is no JSON, has doubled names, numbers that are none or too big,
            half characters, U+0000, or is nested too deep.
    """
    value, faults = read_json(raw, most)
    if not faults:
        faults = list(_unstorable(value))
    if any(fault.code == "too_big" for fault in faults):
        raise Problem(413, "too_large", params={"limit": str(most)})
    if faults:
        placed = [
            FieldError(fault.path, fault.code, fault.params) for fault in faults if fault.code in _PLACED
        ]
        raise Problem(
            400, "bad_request", placed[:_MOST_ERRORS], detail="bad_json", params={"reason": faults[0].code}
        )
    return value


def _unstorable(root: Any) -> Iterator[JsonFault]:
    """What is JSON, but no database here can hold: U+0000 and integers beyond 64 bits."""
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(root, ())]
    while waiting:
        value, path = waiting.pop()
        if isinstance(value, dict):
            waiting.extend((item, (*path, name)) for name, item in value.items())
            if any("\0" in name for name in value):
                yield JsonFault("null_character", pointer_of(path))
        elif isinstance(value, list):
            waiting.extend((item, (*path, index)) for index, item in enumerate(value))
        elif isinstance(value, str) and "\0" in value:
            yield JsonFault("null_character", pointer_of(path))
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            yield JsonFault("bad_number", pointer_of(path), {"number": str(value)})


def write_json(value: Any) -> bytes:
    """A value as JSON; what was never set in a model is left out."""
    if isinstance(value, BaseModel):
        return value.__pydantic_serializer__.to_json(value, exclude_unset=True)
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def json_response(value: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(write_json(value), status, media_type="application/json")
