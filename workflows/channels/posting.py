"""What bots of groups have in common: a JSON post, and how its answer is read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from workflows.channels.base import Failed, Letter, Outcome, Refused, Sent
from workflows.outgoing import Answer, Blocked, Outgoing, Unreachable

#: Bots count their limit by the minute.
A_MINUTE = timedelta(minutes=1)
_TOO_OFTEN = 429


@dataclass(frozen=True, slots=True)
class Codes:
    """What a service says in its answers.

    Attributes:
        name: of the number; zero is well.
        said: name of the sentence.
        too_often: try again in a minute.
        final: will never be accepted, by number the reason.
    """

    name: str
    said: str
    too_often: Collection[int]
    final: Mapping[int, str]


def post(outgoing: Outgoing, url: str, body: Mapping[str, Any], codes: Codes) -> Outcome:
    """Post a message to a bot and judge the answer; nothing of the address, which is a key, comes back."""
    headers = {"content-type": "application/json; charset=utf-8"}
    data = json.dumps(body, ensure_ascii=False).encode()
    try:
        answer = outgoing.request("POST", url, headers=headers, body=data)
    except Blocked as blocked:
        return Refused(blocked.reason)
    except Unreachable as unreachable:
        return Failed(unreachable.reason)
    return judge(answer, codes)


def judge(answer: Answer, codes: Codes) -> Outcome:
    """What became of a message: bots answer 200 to nearly everything, and say the rest in the body."""
    detail: dict[str, Any] = {"status": answer.status}
    if answer.status == _TOO_OFTEN:
        return Failed("too_often", detail, A_MINUTE)
    said = _read(answer)
    if said is None or not isinstance(said.get(codes.name), int):
        return _by_status(answer.status, detail)
    code = said[codes.name]
    detail |= {"code": code, "said": str(said.get(codes.said, ""))[:200]}
    if code == 0:
        return Sent(detail)
    if code in codes.too_often:
        return Failed("too_often", detail, A_MINUTE)
    if code in codes.final:
        return Refused(codes.final[code], detail)
    return Failed("not_accepted", detail)


def _by_status(status: int, detail: dict[str, Any]) -> Outcome:
    """An answer that is none of the service's: an error page, a proxy, another server."""
    is_final = 400 <= status < 500 and status != 408
    return Refused("not_accepted", detail) if is_final else Failed("bad_answer", detail)


def _read(answer: Answer) -> dict[str, Any] | None:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def sign(key: str, text: str) -> str:
    """HMAC-SHA256 in base64, as DingTalk and Feishu want it."""
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


def text_of(letter: Letter, most: int) -> str:
    """Subject and text as one, cut to so many bytes of UTF-8 on a whole character."""
    whole = f"{letter.subject}\n{letter.text}" if letter.subject else letter.text
    raw = whole.encode()
    return whole if len(raw) <= most else raw[: most - 3].decode(errors="ignore") + "…"


def phones_of(letter: Letter) -> list[str]:
    """The phones of the people who shall be named in the group, as the delivery kept them."""
    found = letter.data.get("mention", ())
    return [str(each) for each in found] if isinstance(found, list) else []
