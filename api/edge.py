"""The outermost layer: who is asked (Host), from where (Origin, address), and that every failure has one form.

An ASGI middleware, because what it refuses must not reach routing. It looks at the scope that routing uses too, never
at a URL put together from headers.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.messages import choose_locale
from api.problem import Problem, render, report_crash
from api.settings import Settings
from schema_store.database import is_unavailable

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
#: Probes come by address; they see nothing and change nothing.
_PROBES = frozenset({"/healthz", "/readyz"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def session_cookie(scheme: str) -> str:
    """The name of the session's cookie: over https one that a neighbouring host cannot set."""
    return "__Host-dougong" if scheme == "https" else "dougong"


def cookie_values(headers: Headers, name: str) -> list[str]:
    """Every value that the request has for a cookie; more than one means that somebody else set one too."""
    pairs = (pair.strip().partition("=") for line in headers.getlist("cookie") for pair in line.split(";"))
    return [value for found, _, value in pairs if found == name]


class Edge:
    """Refuses what comes for another host, from another site, or cannot be stored; turns crashes into problems."""

    def __init__(self, app: ASGIApp, settings: Settings):
        self.app = app
        self.proxies = settings.proxies
        base = urlsplit(settings.base_url)
        self.base_host, self.base_scheme = base.netloc.lower(), base.scheme
        self.hosts = _LOOPBACK | {name.lower() for name in settings.hosts.replace(",", " ").split()}
        if base.hostname:
            self.hosts |= {_name_of(self.base_host)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        locale = choose_locale(headers.get("accept-language", ""))
        scope = self._as_seen(scope, headers)
        started = False

        async def note_start(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            self._require_host(scope, headers)
            _require_storable(scope)
            _require_same_origin(scope, headers)
            await self.app(scope, receive, note_start)
        except Problem as problem:
            await render(problem, locale)(scope, receive, send)
        except Exception as error:
            if started:
                raise
            answer = report_crash(error)
            if is_unavailable(error):
                answer = Problem(503, "unavailable", headers={"Retry-After": "5"})
            await render(answer, locale)(scope, receive, send)

    def _as_seen(self, scope: Scope, headers: Headers) -> dict[str, Any]:
        """The scope with the address and scheme of the reader instead of the nearest proxy's; HEAD becomes GET."""
        seen = dict(scope)
        if self.proxies:
            chain = [part.strip() for part in ",".join(headers.getlist("x-forwarded-for")).split(",")]
            if len(chain) >= self.proxies and chain[-self.proxies]:
                seen["client"] = (chain[-self.proxies], 0)
            if headers.get("x-forwarded-proto") in ("http", "https"):
                seen["scheme"] = headers["x-forwarded-proto"]
        if self.base_scheme and headers.get("host", "").lower() == self.base_host:
            seen["scheme"] = self.base_scheme
        if seen["method"] == "HEAD":
            seen["method"], seen["is_head"] = "GET", True
        return seen

    def _require_host(self, scope: Scope, headers: Headers) -> None:
        named = headers.getlist("host")
        if scope["path"] in _PROBES:
            return
        if len(named) != 1 or _name_of(named[0].lower()) not in self.hosts:
            shown = named[0][:100] if named else ""
            raise Problem(400, "bad_request", detail="untrusted_host", params={"host": shown})


def _name_of(host: str) -> str:
    """The name of ``name:port``; what is not well-formed stays as it is and is trusted by nobody."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isascii() and port.isdigit() else host


def _require_storable(scope: Scope) -> None:
    if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
        raise Problem(400, "bad_request")


def _require_same_origin(scope: Scope, headers: Headers) -> None:
    """Refuse to change things for another site.

    A program shows a token and no cookie counts then. A browser tells the origin of every request that changes
    something; with a cookie, one that does not tell is refused.
    """
    if scope["method"] in _SAFE or "authorization" in headers:
        return
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    own = f"{scope['scheme']}://{headers.get('host', '')}".lower()
    foreign = (site is not None and site not in ("same-origin", "none")) or (
        origin is not None and origin.lower() != own
    )
    silent = site is None and origin is None and cookie_values(headers, session_cookie(scope["scheme"]))
    if foreign or silent:
        raise Problem(403, "forbidden", detail="cross_origin")
