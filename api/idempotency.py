"""``Idempotency-Key`` on POST: the same request twice is done once and answered the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from fastapi import Response

from api.json import write_json
from api.problem import Problem
from api.transaction import Call
from runtime.idempotency import Keyed, claim, keep
from runtime.served import Served

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer before it is a response: JSON value, status, headers."""

    value: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """The response."""
        return _response(write_json(self.value), self.status, self.headers)


def once(call: Call, served: Served, body: Any, work: Callable[[], Answered]) -> Response:
    """Do the work, or give the answer that the same request got before.

    Args:
        call: inside its transaction; what is kept commits with it.
        served: the app whose tables keep the answer.
        body: what was sent, as JSON.
        work: does it.

    Raises:
        Problem: 422 ``idempotency_mismatch``, the key was used for another body; 400 for a key that is none.
    """
    keyed = _keyed(call, body)
    if keyed is None:
        return work().response()
    kept = claim(call.connection, served, keyed, call.now)
    if kept is not None:
        if kept.body != keyed.body:
            raise Problem(422, "idempotency_mismatch")
        return _response(kept.answer["body"].encode(), kept.status, kept.answer["headers"])
    answered = work()
    # The text itself is kept: a database may put the members of an object into another order.
    body = write_json(answered.value)
    answer = {"body": body.decode(), "headers": dict(answered.headers)}
    keep(call.connection, served, keyed, answered.status, answer)
    return _response(body, answered.status, answered.headers)


def _response(body: bytes, status: int, headers: Mapping[str, str]) -> Response:
    return Response(body, status, dict(headers), media_type="application/json")


def _keyed(call: Call, body: Any) -> Keyed | None:
    given = call.request.headers.getlist("idempotency-key")
    if not given:
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise Problem(400, "bad_request", detail="bad_idempotency_key")
    sent = orjson.dumps([call.request.url.query, body], option=orjson.OPT_SORT_KEYS)
    route = f"{call.request.method} {call.request.scope['path']}"
    return Keyed(call.actor.id, given[0], route, hashlib.sha256(sent).hexdigest())
