"""A browser in the same process: speaks ASGI, so that it can also say what no HTTP library lets through."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar
from urllib.parse import unquote

import orjson
import uvicorn
from starlette.types import ASGIApp, Message

T = TypeVar("T")
HOST = "127.0.0.1:8000"
ORIGIN = f"http://{HOST}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return ", ".join(value for found, value in self.headers if found == name)

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem; checks that it is one, complete."""
        assert self.header("content-type") == "application/problem+json", (self.status, self.body[:200])
        problem = self.json
        assert problem["status"] == self.status
        assert {"type", "title", "detail"} <= problem.keys()
        return str(problem["code"])


@dataclass
class Browser:
    """Keeps cookies, tells its origin."""

    app: ASGIApp
    host: str = HOST
    scheme: str = "http"
    address: str = "203.0.113.7"
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    tells_origin: bool = True

    def get(self, path: str, **options: Any) -> Answer:
        return self.send("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.send("POST", path, json=json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.send("PATCH", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.send("DELETE", path, **options)

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: bytes | None = None,
        headers: Iterable[tuple[str, str]] = (),
    ) -> Answer:
        """One request; ``path`` begins behind ``/api/v1`` unless it begins with ``//``."""
        target = path[1:] if path.startswith("//") else f"/api/v1{path}"
        given = {name.lower(): value for name, value in headers}
        sent = [("host", self.host), *self.headers.items()]
        if self.tells_origin and method not in ("GET", "HEAD"):
            sent.append(("origin", f"{self.scheme}://{self.host}"))
        if self.cookies:
            sent.append(("cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())))
        if json is not None:
            body = orjson.dumps(json)
        if body is not None:
            sent.append(("content-type", "application/json"))
        sent = [(name, value) for name, value in sent if name.lower() not in given]
        return self.raw(method, target, [*sent, *headers], body or b"")

    def raw(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes = b"") -> Answer:
        """Exactly this request."""
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": self.scheme,
            "path": unquote(path),
            "raw_path": path.encode("utf-8", "surrogatepass"),
            "query_string": query.encode("utf-8", "surrogatepass"),
            "root_path": "",
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
            "client": (self.address, 40_000),
            "server": ("127.0.0.1", 8000),
            "state": {},
        }
        answer = run_in_loop(_speak(self.app, scope, body))
        for line in (value for name, value in answer.headers if name == "set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """The one loop of all servers of the process, as a server has one: connections belong to a loop."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="server loop", daemon=True).start()
    return loop


def run_in_loop(work: Coroutine[Any, Any, T]) -> T:
    """What the servers' loop makes of it."""
    return asyncio.run_coroutine_threadsafe(work, _loop()).result(timeout=120)


async def _speak(app: ASGIApp, scope: dict[str, Any], body: bytes) -> Answer:
    half = len(body) // 2
    waiting = [
        {"type": "http.request", "body": body[:half], "more_body": True},
        {"type": "http.request", "body": body[half:], "more_body": False},
    ]
    status, headers, parts = 0, [], []

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()  # the browser stays until it has the whole answer
        return waiting.pop(0)

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            headers.extend(
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]
            )
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, headers, b"".join(parts))


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """The app behind a real socket, in the loop that holds its connections; gives the address to begin with."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_level="error"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = asyncio.run_coroutine_threadsafe(server.serve(sockets=[listener]), _loop())
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            done.result(timeout=30)


def sign_in(app: ASGIApp, username: str, password: str, **options: Any) -> Browser:
    """A browser in which this person is signed in."""
    browser = Browser(app, **options)
    answer = browser.post("/auth/login", {"username": username, "password": password})
    assert answer.status == 200, answer.body
    return browser
