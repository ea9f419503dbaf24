"""Mail as a channel: what a mailbox gets, and how each refusal of a server is judged."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from builder.demo.outside.mail import Mailbox
from workflows.channels import mail
from workflows.channels.base import Failed, Letter, Refused, Sent
from workflows.channels.mail import Mail, MailServer, compose, one_line, plain_address
from workflows.outgoing import Outgoing

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PERSON = UUID(int=7)


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with Mailbox() as made:
        yield made


def letter(**more: Any) -> Letter:
    values: dict[str, Any] = {
        "id": UUID(int=1),
        "app": "crm",
        "channel": "mail",
        "address": "wang@example.com",
        "person": None,
        "subject": "方案超过 48 小时未反馈：滨江一号",
        "text": "金额 ¥320,000.00\n<b>请跟进</b>",
        "data": {},
        "attempt": 1,
    }
    return Letter(**(values | more))


def channel(port: int, **more: Any) -> Mail:
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "crm@jiancai.example",
        "name": "斗拱",
    }
    addresses = {PERSON: "li@example.com"}
    outgoing = Outgoing(frozenset({f"127.0.0.1:{port}", f"localhost:{port}"}))
    return Mail(outgoing, lambda: NOW, MailServer(**(values | more)), addresses.get)


def test_a_mail_arrives_with_its_text_and_as_a_page(box: Mailbox) -> None:
    assert channel(box.port).send(letter()) == Sent({"status": 250})
    got = box.mails[-1]
    assert (got["to"], got["x-handed-to"]) == ("wang@example.com", "wang@example.com")
    assert got["from"] == "斗拱 <crm@jiancai.example>"
    assert got["subject"] == letter().subject
    assert got["message-id"] == f"<{UUID(int=1)}@jiancai.example>"
    assert got["auto-submitted"] == "auto-generated"
    assert got.get_content_type() == "multipart/alternative"
    plain, page = got.iter_parts()
    assert plain.get_content().splitlines() == letter().text.splitlines()
    assert "&lt;b&gt;请跟进&lt;/b&gt;" in page.get_content()


def test_no_password_leaves_in_the_clear(box: Mailbox) -> None:
    before = len(box.mails)
    sent = channel(box.port, username="crm", password="right").send(letter())
    assert sent == Refused("not_encrypted")
    assert len(box.mails) == before


def test_a_person_gets_it_at_their_own_address(box: Mailbox) -> None:
    assert isinstance(channel(box.port).send(letter(address=None, person=PERSON)), Sent)
    assert box.mails[-1]["to"] == "li@example.com"
    assert channel(box.port).send(letter(address=None, person=UUID(int=8))) == Refused("no_address")


@pytest.mark.parametrize(
    "address",
    [
        "a@b.com, c@d.com", "a@b.com\r\nBcc: c@d.com", "a@b.com\nc@d.com", "Wang <a@b.com>", "a b@c.com", "a@",
        "@b.com", "a@b@c.com", "a@b.com>", "<a@b.com", "13800000000", "", "a@b;c.com", 'a@b"c.com', "王@例子.中国",
        "a@" + "x" * 250,
    ],
)  # fmt: skip
def test_what_is_no_single_mailbox_gets_nothing(box: Mailbox, address: str) -> None:
    before = len(box.mails)
    assert channel(box.port).send(letter(address=address)).__class__ is Refused
    assert len(box.mails) == before


def test_domains_of_any_script_are_written_in_ascii() -> None:
    assert plain_address(" wang@例子.中国 ") == "wang@xn--fsqu00a.xn--fiqs8s"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x00"])
def test_no_value_of_a_record_begins_a_header(end: str) -> None:
    hostile = f"王芳{end}Bcc: thief@example.com{end}{end}body"
    made = compose(letter(subject=hostile), f"a{end}Reply-To: x@y.z", "a@b.com", "c@d.com", NOW)
    raw = made.as_bytes()
    head, _, _ = raw.partition(b"\r\n\r\n")
    assert not [line for line in head.split(b"\r\n") if line.lower().startswith((b"bcc", b"reply-to"))]
    assert made["bcc"] is None
    assert one_line(hostile).startswith("王芳 Bcc:")


def test_without_a_subject_the_text_is_one(box: Mailbox) -> None:
    channel(box.port).send(letter(subject="", text="第一行\n第二行"))
    assert box.mails[-1]["subject"] == "第一行 第二行"


def test_a_mailbox_that_is_not_there_and_one_that_is_full(box: Mailbox) -> None:
    box.unknown, box.full = {"wang@example.com"}, set()
    assert channel(box.port).send(letter()) == Refused("no_mailbox", {"status": 550})
    box.unknown, box.full = set(), {"wang@example.com"}
    assert channel(box.port).send(letter()) == Failed("busy", {"status": 452})
    box.full = set()


def test_a_server_inside_is_not_reached(box: Mailbox) -> None:
    shut = Mail(Outgoing(), lambda: NOW, channel(box.port).server, lambda _: None)
    before = len(box.mails)
    assert isinstance(shut.send(letter()), Refused)
    assert len(box.mails) == before


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert channel(port).send(letter()) == Failed("unreachable")


def test_a_server_that_speaks_too_slowly_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps every single wait short: only the whole has an end."""
    monkeypatch.setattr(mail, "_WHOLE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_drip, args=(server,), daemon=True).start()
        began = time.monotonic()
        assert channel(server.getsockname()[1]).send(letter()) == Failed("unreachable")
    assert time.monotonic() - began < 3


def _drip(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"220 slow\r\n250-")
        for _ in range(100):
            time.sleep(0.05)
            try:
                connection.sendall(b"x")
            except OSError:
                return


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    words = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run(["openssl", *words.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


@pytest.fixture
def sealed_box(certificate: tuple[Path, Path]) -> Iterator[Mailbox]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with Mailbox(user=("crm", "right"), tls=context) as made:
        yield made


def signed_in(port: int, **more: Any) -> Mail:
    words = {"host": "localhost", "security": "starttls", "username": "crm", "password": "right"}
    return channel(port, **(words | more))


def test_starttls_and_a_password(
    sealed_box: Mailbox, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signed_in(sealed_box.port).send(letter()) == Failed("bad_certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert signed_in(sealed_box.port).send(letter()) == Sent({"status": 250})
    wrong = signed_in(sealed_box.port, password="wrong").send(letter())
    assert wrong == Refused("bad_key", {"status": 535})
    assert len(sealed_box.mails) == 1


def test_a_server_that_cannot_encrypt_gets_neither_mail_nor_password(box: Mailbox) -> None:
    before = len(box.mails)
    assert signed_in(box.port).send(letter()) == Refused("not_supported")
    assert len(box.mails) == before


def test_the_password_is_in_no_text() -> None:
    assert "right" not in repr(signed_in(25))
