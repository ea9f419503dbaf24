"""A mail server on loopback that keeps what it gets."""

from __future__ import annotations

import email
import email.policy
import socket
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any


@dataclass(slots=True)
class Mailbox:
    """A mail server.

    Attributes:
        user: who may send; None: everybody.
        full: mailboxes that take nothing at the moment (452).
        unknown: mailboxes that are not here (550).
        mails: what came in, oldest first.
    """

    user: tuple[str, str] | None = None
    tls: Any = None
    full: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    mails: list[EmailMessage] = field(default_factory=list)
    _controller: Any = None

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self._controller.server.sockets[0].getsockname()[1])

    def __enter__(self) -> Mailbox:
        from aiosmtpd.controller import Controller  # noqa: PLC0415 - what serves people needs none of it
        from aiosmtpd.smtp import AuthResult, LoginPassword  # noqa: PLC0415

        box = self

        class _Bound(Controller):
            def _trigger_server(self) -> None:
                """Speak to the port that it got; it would ask at the one that was wanted, which is 0: any."""
                place = ("127.0.0.1", box.port)
                with socket.create_connection(place, timeout=5) as first:
                    first.recv(100)

        def allow(_server: Any, _session: Any, _envelope: Any, _way: str, shown: Any) -> Any:
            known = isinstance(shown, LoginPassword) and self.user == (
                shown.login.decode(),
                shown.password.decode(),
            )
            return AuthResult(success=known, handled=False)

        more: dict[str, Any] = {"tls_context": self.tls, "require_starttls": self.tls is not None}
        if self.user is not None:
            more |= {"authenticator": allow, "auth_required": True, "auth_require_tls": self.tls is not None}
        self._controller = _Bound(self, hostname="127.0.0.1", port=0, **more)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take a mailbox or not."""
        if address in self.unknown:
            return "550 5.1.1 no such mailbox"
        if address in self.full:
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep a mail; it says to whom it was handed over."""
        found = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        found["X-Handed-To"] = ", ".join(envelope.rcpt_tos)
        self.mails.append(found)
        return "250 OK"
