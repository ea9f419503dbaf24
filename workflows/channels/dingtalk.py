"""DingTalk (钉钉): a bot of a group, whose posts are signed with the moment in the address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from workflows.channels.base import Letter, Outcome
from workflows.channels.posting import Codes, phones_of, post, sign, text_of
from workflows.outgoing import Outgoing

#: Bytes of a message at most.
MOST = 18_000
CODES = Codes(
    name="errcode",
    said="errmsg",
    too_often=(130101, 410100),
    final={
        310000: "bad_signature",
        300001: "bad_key",
        300005: "bad_key",
        400013: "group_gone",
        400101: "bad_key",
        400102: "bot_off",
        400105: "bad_message",
    },
)


@dataclass(frozen=True, slots=True)
class DingtalkBot:
    """The bot of one group; ``url`` has its token, ``key`` signs (empty: the bot asks for no signature)."""

    outgoing: Outgoing
    clock: Callable[[], datetime]
    url: str = field(repr=False)
    key: str = field(repr=False, default="")

    def send(self, letter: Letter) -> Outcome:
        """Post it as text; who is meant is called by a phone, which the text has to hold."""
        phones = phones_of(letter)
        called = "".join(f"\n@{phone}" for phone in phones)
        body = {
            "msgtype": "text",
            "text": {"content": text_of(letter, MOST - len(called)) + called},
            "at": {"atMobiles": phones, "isAtAll": False},
        }
        return post(self.outgoing, self._signed(), body, CODES)

    def _signed(self) -> str:
        if not self.key:
            return self.url
        moment = str(int(self.clock().timestamp() * 1000))
        words = urlencode({"timestamp": moment, "sign": sign(self.key, f"{moment}\n{self.key}")})
        return f"{self.url}{'&' if '?' in self.url else '?'}{words}"
