"""Bots of groups in WeCom, DingTalk and Feishu: addresses, signatures, limits and answers as they are documented."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
#: Messages in a minute; how far the moment of a signature may be away.
_LIMITS = {"wecom": 20, "dingtalk": 20, "feishu": 100}
_MOST_AWAY = timedelta(hours=1)
_LONGEST = 100_000
#: Bytes of a text message that WeCom takes.
_WECOM_TEXT = 2_048


@dataclass(slots=True)
class Group:
    """What one bot got: the texts, who was called by phone, and when."""

    texts: list[str] = field(default_factory=list)
    called: list[list[str]] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class Bots:
    """One server with the bots of three services.

    Attributes:
        clock: the moment by which signatures and limits are looked at.
        key: by which DingTalk and Feishu want posts signed.
        tokens: the bots that there are: their keys in the address.
        groups: by service and token.
        down: answers 502 to everything.
    """

    clock: Callable[[], datetime]
    key: str = "SEC000000000000000000000"
    tokens: tuple[str, ...] = ("group-1", "group-2")
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    down: bool = False
    _server: Any = None

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self._server.server_address[1])

    def url(self, service: str, token: str = "group-1") -> str:
        """The address that the service gives out for a bot."""
        path = {
            "wecom": f"/cgi-bin/webhook/send?key={token}",
            "dingtalk": f"/robot/send?access_token={token}",
            "feishu": f"/open-apis/bot/v2/hook/{token}",
        }[service]
        return f"http://127.0.0.1:{self.port}{path}"

    def of(self, service: str, token: str = "group-1") -> Group:
        """What a bot got."""
        return self.groups.setdefault((service, token), Group())

    def __enter__(self) -> Bots:
        bots = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = min(int(self.headers.get("content-length", 0)), _LONGEST)
                status, said = bots.answer(self.path, self.rfile.read(length))
                body = json.dumps(said, ensure_ascii=False).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """What came in is remembered, not printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, address: str, raw: bytes) -> tuple[int, Json]:
        """What the service behind an address says to a post."""
        if self.down:
            return 502, {}
        place = urlsplit(address)
        words = {name: values[0] for name, values in parse_qs(place.query).items()}
        try:
            body = json.loads(raw)
        except ValueError:
            body = {}
        match place.path:
            case "/cgi-bin/webhook/send":
                return 200, self._wecom(words.get("key", ""), body)
            case "/robot/send":
                return 200, self._dingtalk(words, body)
            case path if path.startswith("/open-apis/bot/v2/hook/"):
                return 200, self._feishu(path.rpartition("/")[2], body)
        return 404, {}

    def _wecom(self, token: str, body: Json) -> Json:
        text = body.get("text", {})
        if token not in self.tokens:
            return {"errcode": 93000, "errmsg": "invalid webhook url"}
        if body.get("msgtype") != "text":
            return {"errcode": 40008, "errmsg": "invalid message type"}
        if len(text.get("content", "").encode()) > _WECOM_TEXT:
            return {"errcode": 40058, "errmsg": "content exceed max length"}
        if not self._keep("wecom", token, text["content"], text.get("mentioned_mobile_list", [])):
            return {"errcode": 45009, "errmsg": "api freq out of limit"}
        return {"errcode": 0, "errmsg": "ok"}

    def _dingtalk(self, words: Json, body: Json) -> Json:
        token, moment = words.get("access_token", ""), words.get("timestamp", "")
        if token not in self.tokens:
            return {"errcode": 300001, "errmsg": "token is not exist"}
        if words.get("sign") != _sign(self.key, f"{moment}\n{self.key}") or self._is_old(moment, 1_000):
            return {"errcode": 310000, "errmsg": "sign not match"}
        called = body.get("at", {}).get("atMobiles", [])
        if not self._keep("dingtalk", token, body["text"]["content"], called):
            return {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
        return {"errcode": 0, "errmsg": "ok"}

    def _feishu(self, token: str, body: Json) -> Json:
        moment = str(body.get("timestamp", ""))
        if token not in self.tokens:
            return {"code": 19001, "msg": "param invalid: incoming webhook access token invalid", "data": {}}
        if body.get("sign") != _sign(f"{moment}\n{self.key}", "") or self._is_old(moment, 1):
            said = "sign match fail or timestamp is not within one hour from current time"
            return {"code": 19021, "msg": said, "data": {}}
        if body.get("msg_type") != "text":
            return {"code": 9499, "msg": "Bad Request", "data": {}}
        if not self._keep("feishu", token, body["content"]["text"], []):
            return {"code": 11232, "msg": "frequency limited", "data": {}}
        return {"code": 0, "msg": "success", "data": {}, "StatusCode": 0, "StatusMessage": "success"}

    def _keep(self, service: str, token: str, text: str, called: list[str]) -> bool:
        """Remember a message, unless the bot said too much in this minute."""
        group, now = self.of(service, token), self.clock()
        recent = [each for each in group.times if each > now - timedelta(minutes=1)]
        if len(recent) >= _LIMITS[service]:
            return False
        group.texts.append(text)
        group.called.append(called)
        group.times.append(now)
        return True

    def _is_old(self, moment: str, parts: int) -> bool:
        try:
            said = int(moment) / parts
        except ValueError:
            return True
        return abs(said - self.clock().timestamp()) > _MOST_AWAY.total_seconds()


def _sign(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()
