"""Mail: the only module that speaks SMTP, to an address that was looked at as those of all other machines.

What people wrote stands in the body; a header holds no line break, whatever a record says.
"""

from __future__ import annotations

import html
import re
import smtplib
import socket
import ssl
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from email.utils import format_datetime
from typing import Any, Literal
from uuid import UUID

from workflows.channels.base import Failed, Letter, Outcome, Refused, Sent
from workflows.outgoing import Blocked, Outgoing, Unreachable

Security = Literal["starttls", "tls", "none"]
#: Seconds until the other side has to have said something, and for the whole of a mail.
_SILENCE, _WHOLE = 5.0, 10.0
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[^\s@<>()\[\],;:\\\"\x00-\x1f]{1,190}")
_LONGEST_SUBJECT = 200
_FINAL = 500
_MOST_ADDRESSES = 2


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail leaves: ``sender`` is the address that it comes from, ``name`` what stands beside it."""

    host: str
    port: int
    security: Security
    sender: str
    name: str = ""
    username: str = ""
    password: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Mail:
    """Mail as a channel.

    Attributes:
        outgoing: what may leave.
        clock: the moment that mails bear.
        server: where they leave.
        address_of: the address of a person; None: they have none.
    """

    outgoing: Outgoing
    clock: Callable[[], datetime]
    server: MailServer
    address_of: Callable[[UUID], str | None]

    def send(self, letter: Letter) -> Outcome:
        """Send it to one mailbox; a password leaves encrypted or not at all (``not_encrypted``)."""
        address = letter.address or (self.address_of(letter.person) if letter.person else None)
        if address is None:
            return Refused("no_address")
        if self.server.username and self.server.security == "none":
            return Refused("not_encrypted")
        mailbox = plain_address(address)
        sender = plain_address(self.server.sender)
        if mailbox is None or sender is None:
            return Refused("bad_address")
        try:
            found = self.outgoing.resolve(self.server.host, self.server.port)
        except Blocked as blocked:
            return Refused(blocked.reason)
        except Unreachable as unreachable:
            return Failed(unreachable.reason)
        message = compose(letter, self.server.name, sender, mailbox, self.clock())
        return self._hand_over(found, sender, mailbox, message)

    def _hand_over(
        self, addresses: Sequence[str], sender: str, mailbox: str, message: EmailMessage
    ) -> Outcome:
        client: smtplib.SMTP | None = None
        try:
            client = _client(self.server, addresses, sender.rpartition("@")[2])
            with _within(client, _WHOLE):
                _say_hello(client, self.server)
                client.send_message(message, sender, [mailbox])
        except Exception as error:  # noqa: BLE001 - told apart, and raised again where it is ours
            return _judge(error)
        finally:
            if client is not None:
                _leave(client)
        return Sent({"status": 250})


def plain_address(text: str) -> str | None:
    """One mailbox as servers take it, the domain in ASCII; None where it is none, or more than one."""
    text = text.strip()
    if not _MAILBOX.fullmatch(text):
        return None
    local, _, domain = text.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return None


def compose(letter: Letter, name: str, sender: str, mailbox: str, now: datetime) -> EmailMessage:
    """The mail: its text as it is, and beside it the same for readers that show HTML, escaped."""
    mail = EmailMessage(policy=MAIL_POLICY)
    mail["From"] = Address(one_line(name), addr_spec=sender)
    mail["To"] = Address(addr_spec=mailbox)
    mail["Subject"] = one_line(letter.subject or letter.text)
    mail["Date"] = format_datetime(now)
    # The same at each try: mail programs show it once.
    mail["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(letter.text)
    shown = html.escape(letter.text).replace("\n", "<br>\n")
    mail.add_alternative(f'<!doctype html><meta charset="utf-8"><p>{shown}</p>\n', subtype="html")
    return mail


def one_line(text: str) -> str:
    """A text as a header may hold it: no line breaks, no control characters, not too long."""
    plain = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text)
    return " ".join(plain.split())[:_LONGEST_SUBJECT]


class _Plain(smtplib.SMTP):
    """Connects to addresses that were looked at, never by looking the name up again."""

    def __init__(self, addresses: Sequence[str], *arguments: Any, **more: Any):
        self._addresses = addresses
        super().__init__(*arguments, **more)

    def _get_socket(self, _host: str, port: int, timeout: float) -> socket.socket:
        last: OSError = OSError("no address")
        for address in self._addresses[:_MOST_ADDRESSES]:
            try:
                return socket.create_connection((address, port), timeout)
            except OSError as error:
                last = error
        raise last


class _Encrypted(smtplib.SMTP_SSL, _Plain):
    """The same, with TLS from the first byte on; the name of the server is what its certificate is for."""

    def __init__(self, addresses: Sequence[str], *arguments: Any, **more: Any):
        self._addresses = addresses
        smtplib.SMTP_SSL.__init__(self, *arguments, **more)


def _client(server: MailServer, addresses: Sequence[str], domain: str) -> smtplib.SMTP:
    more: dict[str, Any] = {"local_hostname": domain, "timeout": _SILENCE}
    if server.security == "tls":
        return _Encrypted(addresses, server.host, server.port, context=ssl.create_default_context(), **more)
    return _Plain(addresses, server.host, server.port, **more)


def _say_hello(client: smtplib.SMTP, server: MailServer) -> None:
    client.ehlo()
    if server.security == "starttls":
        client.starttls(context=ssl.create_default_context())
        client.ehlo()
    if server.username:
        _sign_in(client, server)


def _sign_in(client: smtplib.SMTP, server: MailServer) -> None:
    """Once: the library would try one way after the other, and servers lock accounts for wrong passwords."""
    if "PLAIN" not in client.esmtp_features.get("auth", "").upper().split():
        client.login(server.username, server.password)
        return
    client.user, client.password = server.username, server.password
    code, said = client.auth("PLAIN", client.auth_plain)
    if code not in (235, 503):
        raise smtplib.SMTPAuthenticationError(code, said)


@contextmanager
def _within(client: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """End a conversation that takes too long, however slowly the other side speaks."""

    def end() -> None:
        connection = client.sock
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _leave(client: smtplib.SMTP) -> None:
    """Whatever the server says now, the mail is handed over or not."""
    with suppress(smtplib.SMTPException, OSError):
        client.quit()
    client.close()


def _judge(error: Exception) -> Outcome:
    """What went wrong, with the server's number and nothing that it said: that may hold what was sent."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=recipients):
            ((code, _),) = recipients.values()
            return _by_code(code, "no_mailbox")
        case smtplib.SMTPAuthenticationError(smtp_code=code):
            return _by_code(code, "bad_key")
        case smtplib.SMTPNotSupportedError():
            return Refused("not_supported")
        case smtplib.SMTPResponseException(smtp_code=code):
            return _by_code(code, "not_accepted")
        case ssl.SSLCertVerificationError():
            return Failed("bad_certificate")
        case smtplib.SMTPException() | OSError():
            return Failed("unreachable")
    raise error


def _by_code(code: int, reason: str) -> Outcome:
    detail = {"status": code}
    return Refused(reason, detail) if code >= _FINAL else Failed("busy", detail)
