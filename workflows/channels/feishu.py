"""Feishu (飞书): a bot of a group, whose posts carry a moment and a signature in the body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.channels.base import Letter, Outcome
from workflows.channels.posting import Codes, post, sign, text_of
from workflows.outgoing import Outgoing

#: Bytes of a body at most are 20 kB.
MOST = 18_000
CODES = Codes(
    name="code",
    said="msg",
    too_often=(11232, 99991400),
    final={
        19001: "bad_key",
        19002: "bad_message",
        19021: "bad_signature",
        19022: "address_not_allowed",
        19024: "keyword_missing",
        9499: "bad_message",
    },
)


@dataclass(frozen=True, slots=True)
class FeishuBot:
    """The bot of one group; ``key`` signs (empty: the bot asks for no signature)."""

    outgoing: Outgoing
    clock: Callable[[], datetime]
    url: str = field(repr=False)
    key: str = field(repr=False, default="")

    def send(self, letter: Letter) -> Outcome:
        """Post it as text."""
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": text_of(letter, MOST)}}
        if self.key:
            moment = str(int(self.clock().timestamp()))
            # The key of the digest is what is signed, and the text is empty: so it is documented.
            body |= {"timestamp": moment, "sign": sign(f"{moment}\n{self.key}", "")}
        return post(self.outgoing, self.url, body, CODES)
