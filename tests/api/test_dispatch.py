"""The endpoint is the one that the framework would find, and what is not found stays the framework's."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from starlette.routing import compile_path
from starlette.types import Message, Receive, Scope, Send

from api.dispatch import Dispatch
from api.endpoint import Endpoint
from api.headers import HEADERS
from api.routes.platform import BASE, GROUPS
from tests.asgi import Browser

ROUTES = [route for group in GROUPS for route in group.routes if isinstance(route, Endpoint)]
#: What may stand in a path: keys, an id, and words that routes have for themselves.
WORDS = (
    "crm",
    "0190b2c8-7a54-7c3e-8f00-000000000001",
    "aggregate",
    "bulk",
    "by",
    "draft",
    "me",
    "export",
    "中",
)


class Named(Endpoint):
    """A route that answers with its own name."""

    def __init__(self, of: Endpoint):
        super().__init__(of.path, of.endpoint, methods=of.methods, operation_id=of.operation_id)

    def get_route_handler(self) -> Any:
        async def handle(request: Request) -> Response:
            found = ",".join(f"{key}={value}" for key, value in sorted(request.path_params.items()))
            return Response(f"{self.operation_id} {found}")

        return handle


async def _framework(_scope: Scope, _receive: Receive, send: Send) -> None:
    await Response("framework")(_scope, _receive, send)


DISPATCH = Dispatch(_framework, BASE, [Named(route) for route in ROUTES])


def answered(method: str, path: str, **more: Any) -> str:
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        parts.append(message.get("body", b""))

    scope = {"type": "http", "method": method, "path": path, "headers": [], "root_path": "", **more}
    asyncio.run(DISPATCH(scope, receive, send))
    return b"".join(parts).decode()


def expected(method: str, path: str) -> str:
    """The first route of all, in order, as the framework looks for it."""
    for route in ROUTES:
        found = compile_path(BASE + route.path)[0].match(path)
        if found and method in (route.methods or ()):
            values = ",".join(f"{key}={value}" for key, value in sorted(found.groupdict().items()))
            return f"{route.operation_id} {values}"
    return "framework"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{sorted(route.methods)[0]}{route.path}")
def test_the_first_route_that_fits_serves(route: Endpoint) -> None:
    for word in WORDS:
        path = BASE + re.sub(r"\{[^}]+\}", word, route.path)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            assert answered(method, path) == expected(method, path), (method, path)


def test_what_is_not_ours_is_passed_on() -> None:
    for path in ("/", BASE, f"{BASE}/nothing", "/healthz", f"{BASE}/apps/crm/records/lead/"):
        assert answered("GET", path) == "framework", path
    assert answered("GET", f"{BASE}/me", root_path="/below") == "framework"


def test_unknown_places_and_methods_are_problems(app: FastAPI) -> None:
    browser = Browser(app)
    assert (browser.get("/nowhere").status, browser.get("/nowhere").code) == (404, "not_found")
    assert browser.send("PUT", "/me").code == "method_not_allowed"


def test_every_answer_has_the_headers(app: FastAPI) -> None:
    browser = Browser(app)
    for path in ("/me", "/nowhere", "//healthz"):  # dispatched, refused by the framework, answered by it
        answer = browser.get(path)
        for name, value in HEADERS.items():
            assert answer.header(name.lower()) == value, (path, name)
