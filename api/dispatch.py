"""Finds the endpoint of a request by its method and the number of its path's parts, before the framework looks.

The framework asks every route in turn, through each router that includes it (measured: a quarter of what a read
costs). What is not found here, it answers: pages, files, 404, 405. Of two routes that fit, the first one serves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi import Request, Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from api.endpoint import Endpoint

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Dispatch:
    """Serves the endpoints it was given, passes everything else on."""

    def __init__(self, app: ASGIApp, base: str, routes: Iterable[object]):
        self.app = app
        self._places: dict[tuple[str, int], list[tuple[re.Pattern[str], Endpoint, Handler]]] = {}
        for route in routes:
            if isinstance(route, Endpoint):
                self._add(base + route.path, route)

    def _add(self, path: str, route: Endpoint) -> None:
        pattern, handler = compile_path(path)[0], route.get_route_handler()
        for method in route.methods or ():
            self._places.setdefault((method, path.count("/")), []).append((pattern, route, handler))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] == "http" and not scope.get("root_path"):
            path = scope["path"]
            for pattern, route, handler in self._places.get((scope["method"], path.count("/")), ()):
                if found := pattern.match(path):
                    scope.update(path_params=found.groupdict(), route=route, endpoint=route.endpoint)
                    response = await handler(Request(scope, receive))
                    await response(scope, receive, send)
                    return
        await self.app(scope, receive, send)
