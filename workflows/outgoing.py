"""The only door to other machines: every request that leaves goes to an address that was looked at (RELIABILITY 4.7).

A name is resolved once; every address it has must be a public one; the connection is made to that very address, with
the name for TLS and Host. No redirects, no proxies of the environment, no cookies, ten seconds, 64 KiB. Addresses
inside are reachable only where the *server's* settings name them with their port, never by what a database says.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpcore
import httpx

#: Seconds to connect within, and for all of it; bytes of an answer that are read, and of what is sent.
CONNECT, TOTAL, MOST_READ, MOST_SENT = 5.0, 10.0, 64 * 1024, 1024 * 1024
#: Ports that need no entry in the allow list, always with TLS.
_PORTS = frozenset({443, 8443})
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})
#: Headers that belong to the connection.
_OWN = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "expect"})
#: What ``is_global`` lets pass though it leads inside, or nowhere.
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "2001::/23", "fec0::/10", "3fff::/20"),
        *("192.0.0.0/24", "192.88.99.0/24", "100.64.0.0/10", "168.63.129.16/32"),
    )
)
#: All of IPv6 that is given out to the public.
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
Lookup = Callable[[str, int], Sequence[str]]


class Blocked(Exception):
    """The request may not leave; ``reason`` is a stable code."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Unreachable(Exception):
    """The other side could not be reached, or did not answer as it should; ``reason`` is a stable code."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case, at most 64 KiB of body; ``is_whole``: there was no more."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool = True


def is_public(address: str) -> bool:
    """Whether an address of IPv4 or IPv6 is one of the public network, whatever it is wrapped in."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found not in _PUBLIC_6:
            return False
    return found.is_global and not found.is_multicast and not any(found in each for each in _NEVER)


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a name as the system knows them.

    Raises:
        Unreachable: ``no_address``; ``timeout``: the name service took too long.
    """
    found: list[str] = []

    def ask() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(dict.fromkeys(str(entry[4][0]) for entry in entries))

    asking = threading.Thread(target=ask, name="look-up", daemon=True)
    asking.start()
    asking.join(CONNECT)
    if asking.is_alive():
        raise Unreachable("timeout")
    if not found:
        raise Unreachable("no_address")
    return found


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What may leave from here.

    Attributes:
        allow: ``host:port`` inside that may be reached all the same, from the server's settings.
        lookup: the addresses of a name; another's in tests only.
        total: seconds for a request as a whole.
    """

    allow: frozenset[str] = frozenset()
    lookup: Lookup = look_up
    total: float = TOTAL

    def resolve(self, host: str, port: int) -> list[str]:
        """The addresses that may be connected to, for clients of other protocols; connect to one of *these*.

        Raises:
            Blocked: ``private_address``: the name has an address that is not public.
            Unreachable: ``no_address``, ``timeout``.
        """
        found = list(self.lookup(host, port))
        if not found:
            raise Unreachable("no_address")
        if not self.is_allowed(host, port) and not all(map(is_public, found)):
            raise Blocked("private_address")
        return found

    def is_allowed(self, host: str, port: int) -> bool:
        """Whether the server's settings name it."""
        return f"{host.casefold()}:{port}" in self.allow

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        allowed_hosts: Collection[str] | None = None,
    ) -> Answer:
        """Make one request.

        Args:
            method: of HTTP.
            url: absolute; https, or http where the settings name the host and port.
            headers: beside Host and what the body needs.
            body: as it is sent, at most 1 MiB.
            allowed_hosts: names, or ``name:port``; None: any public one.

        Raises:
            Blocked: it may not leave, and nothing was sent: ``url``, ``method``, ``header``, ``too_large``,
                ``userinfo``, ``scheme``, ``host``, ``port``, ``private_address``.
            Unreachable: no answer: ``no_address``, ``timeout``, ``connect``, ``tls``, ``protocol``.
        """
        place = self._place(url, allowed_hosts)
        given = _headers(method, headers or {}, body)
        deadline = time.monotonic() + self.total
        addresses = self.resolve(_host(place), _port(place))
        try:
            return _send(method, place, given, body, _Pinned(addresses, deadline))
        except httpcore.LocalProtocolError as error:
            raise Blocked("header") from error
        except httpcore.TimeoutException as error:
            raise Unreachable("timeout") from error
        except httpcore.ConnectError as error:
            raise Unreachable("tls" if _is_tls(error) else "connect") from error
        except (httpcore.ProtocolError, httpcore.NetworkError) as error:
            raise Unreachable("protocol") from error

    def _place(self, url: str, allowed_hosts: Collection[str] | None) -> httpx.URL:
        place = parse(url)
        host, port = _host(place), _port(place)
        if allowed_hosts is not None and not {host, f"{host}:{port}"} & {
            each.casefold() for each in allowed_hosts
        }:
            raise Blocked("host")
        if not self.is_allowed(host, port):
            if place.scheme != "https":
                raise Blocked("scheme")
            if port not in _PORTS:
                raise Blocked("port")
        return place


def parse(url: str) -> httpx.URL:
    """A URL that may be asked for, read once.

    Raises:
        Blocked: ``url``, ``scheme``, ``userinfo``.
    """
    if len(url) > 4_000 or any(char <= " " or char in '\\\x7f"<>' for char in url):
        raise Blocked("url")
    try:
        place = httpx.URL(url)
        host = place.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise Blocked("url") from error
    if place.scheme not in ("http", "https"):
        raise Blocked("scheme")
    if place.userinfo or "@" in place.netloc.decode("ascii"):
        raise Blocked("userinfo")
    if not host or "%" in host:
        raise Blocked("url")
    return place


def _host(place: httpx.URL) -> str:
    """The name as it is looked up and sent: in ASCII (IDNA), lower case, without brackets."""
    return place.raw_host.decode("ascii").strip("[]").casefold()


def _port(place: httpx.URL) -> int:
    return place.port or (443 if place.scheme == "https" else 80)


def _headers(method: str, headers: Mapping[str, str], body: bytes | None) -> list[tuple[bytes, bytes]]:
    if method not in _METHODS:
        raise Blocked("method")
    if body is not None and len(body) > MOST_SENT:
        raise Blocked("too_large")
    own = {"Accept-Encoding": "identity", "User-Agent": "Dougong", "Connection": "close"}
    if body is not None or method in ("POST", "PUT", "PATCH"):
        own["Content-Length"] = str(len(body or b""))
    if any(name.casefold() in _OWN for name in headers):
        raise Blocked("header")
    try:
        return [
            (name.encode("ascii"), value.encode("ascii")) for name, value in (own | dict(headers)).items()
        ]
    except UnicodeEncodeError as error:
        raise Blocked("header") from error


def _send(
    method: str, place: httpx.URL, headers: list[tuple[bytes, bytes]], body: bytes | None, network: _Pinned
) -> Answer:
    url = httpcore.URL(scheme=place.raw_scheme, host=place.raw_host, port=place.port, target=place.raw_path)
    given = [(b"Host", place.netloc), *headers]
    times = {"connect": CONNECT, "read": TOTAL, "write": TOTAL, "pool": CONNECT}
    pool = httpcore.ConnectionPool(ssl_context=_tls(), network_backend=network, max_keepalive_connections=0)
    with (
        pool,
        pool.stream(method, url, headers=given, content=body, extensions={"timeout": times}) as response,
    ):
        read = bytearray()
        for part in response.iter_stream():
            read += part
            if len(read) > MOST_READ:
                break
    return Answer(
        response.status,
        {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers},
        bytes(read[:MOST_READ]),
        len(read) <= MOST_READ,
    )


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


class _Pinned(httpcore.NetworkBackend):
    """Connects to addresses that were looked at, whatever name it is given, until a moment."""

    def __init__(self, addresses: Sequence[str], deadline: float):
        self._inner, self._addresses, self._deadline = httpcore.SyncBackend(), addresses, deadline

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - on purpose: it is never resolved a second time
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failed: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._addresses[:4]:
            try:
                left = _left(self._deadline, timeout, httpcore.ConnectTimeout)
                stream = self._inner.connect_tcp(address, port, left, local_address, socket_options)
                return _Timed(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError("no address")


class _Timed(httpcore.NetworkStream):
    """A stream that ends at a moment, however slowly the other side speaks."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float):
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._deadline, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, timeout, httpcore.ConnectTimeout)
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(deadline: float, timeout: float | None, error: type[httpcore.TimeoutException]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise error("the time for the request is over")
    return left if timeout is None else min(left, timeout)
