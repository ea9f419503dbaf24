"""The only door to other machines: every request that leaves goes to an address that was looked at (RELIABILITY 4.7).

A name is resolved once; every address it has must be a public one; the connection is made to that very address, with
the name for TLS and Host. No redirects, no proxies of the environment, no cookies, ten seconds, 64 KiB. Addresses
inside are reachable only where the *server's* settings name them with their port, never by what a database says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass


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
    """What came back: header names in lower case, at most 64 KiB of body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What may leave from here.

    Attributes:
        allow: ``host:port`` inside that may be reached all the same, from the server's settings.
    """

    allow: frozenset[str] = frozenset()

    def resolve(self, host: str, port: int) -> list[str]:
        """The addresses that may be connected to, for clients of other protocols; connect to one of *these*.

        Raises:
            Blocked: the name has an address that is not public.
            Unreachable: it has none.
        """
        raise Unreachable("no_address")

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
            url: absolute, http or https.
            headers: beside Host and what the body needs.
            body: as it is sent.
            allowed_hosts: names, or ``name:port``; None: any public one.

        Raises:
            Blocked: it may not leave; nothing was sent.
            Unreachable: no answer, in time or at all.
        """
        raise Unreachable("no_address")
