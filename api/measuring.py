"""``/metrics``: how many requests of which kind, how long they took, and the pool, as text for Prometheus.

Of one process: with several workers each tells its own. Routes are named by their templates, so that no id and nothing
that a client sent becomes a label. Only this machine may ask, and not through a proxy.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from fastapi import Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problem import Problem

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via")
_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Figures:
    """What one application counts."""

    def __init__(self, engine: Engine):
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "dougong_requests", "Requests answered", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "dougong_request_seconds",
            "Time until the answer was sent",
            ["route", "method"],
            registry=self.registry,
            buckets=_SECONDS,
        )
        self.registry.register(_Pool(engine))
        ProcessCollector(registry=self.registry)

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        """Count an answer."""
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self.requests.labels(route, method, str(status)).inc()
        self.seconds.labels(route, method).observe(seconds)

    def show(self, request: Request) -> Response:
        """All figures, for whoever is on this machine."""
        host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
        is_here = request.client is not None and request.client.host in _LOOPBACK and host in _LOOPBACK_HOSTS
        if not is_here or any(name in request.headers for name in _FORWARDED):
            raise Problem(404, "not_found")
        return Response(generate_latest(self.registry), media_type=_TYPE)


class _Pool(Collector):
    """Connections to the database, as they are when somebody asks."""

    def __init__(self, engine: Engine):
        self._engine = engine

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """In use and waiting to be used."""
        family = GaugeMetricFamily(
            "dougong_pool_connections", "Connections to the database", labels=["state"]
        )
        pool = self._engine.pool
        if isinstance(pool, QueuePool):
            family.add_metric(["used"], pool.checkedout())
            family.add_metric(["idle"], pool.checkedin())
        yield family


class Measured:
    """Counts every answer of the application inside; a stream, which has no end, when it begins."""

    def __init__(self, app: ASGIApp, figures: Figures):
        self.app, self.figures = app, figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count it when it is answered; one that crashes is a 500."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, begin, is_counted = 500, time.perf_counter(), False

        async def note(message: Message) -> None:
            nonlocal status, is_counted
            if message["type"] == "http.response.start":
                status = message["status"]
                if Headers(raw=message["headers"]).get("content-type", "").startswith("text/event-stream"):
                    self.figures.count(scope, status, time.perf_counter() - begin)
                    is_counted = True
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            if not is_counted:
                self.figures.count(scope, status, time.perf_counter() - begin)
