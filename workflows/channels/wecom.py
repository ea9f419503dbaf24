"""WeCom (企业微信): a bot of a group, by the address that it was given; the key in it is the secret."""

from __future__ import annotations

from dataclasses import dataclass, field

from workflows.channels.base import Letter, Outcome
from workflows.channels.posting import Codes, phones_of, post, text_of
from workflows.outgoing import Outgoing

#: Bytes of a text message at most.
MOST = 2_048
CODES = Codes(
    name="errcode",
    said="errmsg",
    too_often=(45009, 45033),
    final={93000: "bad_key", 40001: "bad_key", 40014: "bad_key", 40008: "bad_message", 40058: "bad_message"},
)


@dataclass(frozen=True, slots=True)
class WecomBot:
    """The bot of one group; ``url`` ends with its key."""

    outgoing: Outgoing
    url: str = field(repr=False)

    def send(self, letter: Letter) -> Outcome:
        """Post it as text, naming those who are meant by their phones."""
        text = {"content": text_of(letter, MOST), "mentioned_mobile_list": phones_of(letter)}
        return post(self.outgoing, self.url, {"msgtype": "text", "text": text}, CODES)
