"""``Idempotency-Key`` on POST: the same request twice is done once and answered the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from fastapi import Response

from api.json import json_response
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
        made = json_response(self.value, self.status)
        made.headers.update(self.headers)
        return made


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
        return Answered(kept.answer["value"], kept.status, kept.answer["headers"]).response()
    answered = work()
    answer = {"value": answered.value, "headers": dict(answered.headers)}
    keep(call.connection, served, keyed, answered.status, answer)
    return answered.response()


def _keyed(call: Call, body: Any) -> Keyed | None:
    given = call.request.headers.getlist("idempotency-key")
    if not given:
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise Problem(400, "bad_request", detail="bad_idempotency_key")
    sent = orjson.dumps([call.request.url.query, body], option=orjson.OPT_SORT_KEYS)
    route = f"{call.request.method} {call.request.scope['path']}"
    return Keyed(call.actor.id, given[0], route, hashlib.sha256(sent).hexdigest())
