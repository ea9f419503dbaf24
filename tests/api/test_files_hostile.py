"""Uploads from people who mean harm: every one is answered with 4xx, and nothing stays behind."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message

from api.settings import Settings
from api.transaction import Workspace
from runtime.files.types import UNKNOWN
from runtime.people.rights import Authority
from runtime.people.tokens import create_token
from schema_store.database import writing
from tests import files
from tests.api.crm import Crm, crm
from tests.asgi import Answer

__all__ = ["crm"]

LIMIT = 4_000
PNG = files.png()
GOOD = files.body_of(files.part(PNG))
END = f"--{files.BOUNDARY}--\r\n".encode()


@pytest.fixture(autouse=True)
def limited(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that takes 4,000 bytes a file, and keeps nothing of what a test sends in vain."""
    old: Workspace = crm.app.state.workspace
    settings = old.settings.model_copy(update={"file_bytes": LIMIT, "uploads_per_hour": 100_000})
    crm.app.state.workspace = Workspace(old.engine, settings, old.key, crm.clock)
    yield
    crm.app.state.workspace = old
    assert incoming(old.settings) == []


def incoming(settings: Settings) -> list[Path]:
    folder = settings.home / "files" / "incoming"
    return list(folder.iterdir()) if folder.is_dir() else []


def refused(crm: Crm, body: bytes, *, boundary: str = files.BOUNDARY) -> tuple[int, str]:
    answer = files.send(crm.as_("rep1"), body, boundary=boundary)
    return answer.status, answer.code


def raw_part(head: str, content: bytes = b"x") -> bytes:
    return f"--{files.BOUNDARY}\r\n{head}\r\n\r\n".encode() + content + b"\r\n" + END


NAMED = 'Content-Disposition: form-data; name="file"; filename="a"'
BAD_BODIES = [
    ("nothing", b""),
    ("no boundary in it", b"x" * 500),
    ("only the end", END),
    ("cut in the boundary", GOOD[:5]),
    ("cut in the head", GOOD[:40]),
    ("cut in the content", GOOD[:-40]),
    ("cut before the end", GOOD[:-6]),
    ("junk before the boundary", b"junk" * 10 + GOOD),
    ("two files", files.body_of(files.part(PNG), files.part(PNG))),
    ("a field before the file", files.body_of(files.part(b"1", None, name="a"), files.part(PNG))),
    ("a field behind the file", files.body_of(files.part(PNG), files.part(b"1", None, name="a"))),
    ("a field and no file", files.body_of(files.part(b"1", None))),
    ("a thousand parts", files.body_of(*[files.part(b"", None, name=str(n)) for n in range(100)])),
    ("no disposition", raw_part("Content-Type: image/png")),
    ("another disposition", raw_part('Content-Disposition: attachment; filename="a"')),
    ("no name", raw_part('Content-Disposition: form-data; filename="a"')),
    ("a head without colon", raw_part("nonsense")),
    ("a very long head", raw_part(NAMED + "\r\nX-Long: " + "x" * 6_000)),
    ("very many heads", raw_part(NAMED + "".join(f"\r\nX-{n}: 1" for n in range(50)))),
    ("a length that lies", raw_part(NAMED + "\r\nContent-Length: 900")),
    ("a length that is none", raw_part(NAMED + "\r\nContent-Length: -1")),
    ("a head in another encoding", raw_part(NAMED).replace(b'"a"', b'"\xd5\xd5"')),
    ("line feeds only", GOOD.replace(b"\r\n", b"\n")),
    ("JSON that poses as a form", b'{"file": {"path": "/etc/passwd"}}'),
]


@pytest.mark.parametrize("body", [each[1] for each in BAD_BODIES], ids=[each[0] for each in BAD_BODIES])
def test_a_body_that_is_not_one_file_is_refused(crm: Crm, body: bytes):
    assert refused(crm, body) == (400, "bad_request")


ODD_BODIES = [
    ("line breaks before it", b"\r\n" * 1_000 + GOOD),
    ("a preamble", b"This is a form.\r\n" + GOOD),
    ("an epilogue", GOOD + b"x" * 100),
    ("a head that is folded", raw_part(NAMED + "\r\n folded")),
    ("no line break at the end", GOOD[:-2]),
]


@pytest.mark.parametrize("body", [each[1] for each in ODD_BODIES], ids=[each[0] for each in ODD_BODIES])
def test_a_body_that_is_odd_but_allowed_is_taken(crm: Crm, body: bytes):
    assert files.send(crm.as_("rep1"), body).status == 201


BOUNDARIES = ["", " ", "x" * 71, "é", "a\tb", 'a"b', "a;b", "x-other-x", "a b "]


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_boundary_that_is_none_or_another(crm: Crm, boundary: str):
    assert refused(crm, GOOD, boundary=boundary) == (400, "bad_request")


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "text/plain",
        "multipart/mixed; boundary=x-boundary-x",
        "",
        "multipart/form-data" * 99,
    ],
)
def test_another_type_of_body(crm: Crm, kind: str):
    answer = crm.as_("rep1").send("POST", "/apps/crm/files", body=GOOD, headers=[("content-type", kind)])
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


def test_a_form_without_a_boundary_and_one_with_two(crm: Crm):
    for kind in ("multipart/form-data", "multipart/form-data; boundary"):
        answer = crm.as_("rep1").send("POST", "/apps/crm/files", body=GOOD, headers=[("content-type", kind)])
        assert (answer.status, answer.code) == (400, "bad_request")


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 201), (LIMIT + 1, 413), (LIMIT + 40_000, 413)])
def test_the_limit_holds_to_the_byte(crm: Crm, size: int, status: int):
    answer = files.send(crm.as_("rep1"), files.body_of(files.part(b"\x01" * size)))
    assert answer.status == status
    if status == 413:
        assert answer.code == "too_large"
        assert "4000" in answer.json["detail"]


def test_a_picture_that_unpacks_to_very_much_is_refused_by_its_header(crm: Crm):
    for content in (files.png(60_000, 60_000), files.jpeg(65_000, 65_000), files.gif(65_000, 65_000)):
        answer = files.send(crm.as_("rep1"), files.body_of(files.part(content)))
        assert (answer.status, answer.json["errors"][0]["code"]) == (422, "too_many_pixels")
    assert files.upload(crm.as_("rep1"), files.png(12_000, 9_000))["type"] == "image/png"


def test_an_empty_file_is_refused(crm: Crm):
    answer = files.send(crm.as_("rep1"), files.body_of(files.part(b"")))
    assert (answer.status, answer.json["errors"][0]["code"]) == (422, "empty_file")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../../etc/cron.d/x", "x"),
        ("C:\\\\boot.ini", "boot.ini"),
        ("a%0D%0AX-Evil: 1", "a X-Evil_ 1"),
        ("%22; filename=%22b.exe", "_; filename=_b.exe"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("<img src=x onerror=alert(1)>.png", "_img src=x onerror=alert(1)_.png"),
        ("\u0000", "file"),
        ("", "file"),
        ("n" * 900, "n" * 200),
    ],
)
def test_a_name_never_is_a_place_a_header_or_a_disguise(crm: Crm, name: str, kept: str):
    made = files.upload(crm.as_("rep1"), PNG, name)
    assert made["name"] == kept
    served = crm.get("rep1", f"/files/{made['id']}")
    assert served.status == 200
    assert all("\r" not in value and "\n" not in value for _, value in served.headers)


POLYGLOTS = [
    ("a script that is a GIF", b"GIF89a/*" + b" " * 50 + b"*/=1;alert(document.domain)//", "text/plain"),
    ("a picture with a page behind it", PNG + files.HTML, "image/png"),
    ("a picture with an archive behind it", PNG + files.zipped(["a"]), "image/png"),
    ("a page that says it is a picture", files.HTML, "text/html"),
    ("a program", b"MZ" + bytes(300), "application/x-msdownload"),
    ("a PDF with a page in it", files.PDF + files.HTML, "application/pdf"),
    ("a ZIP that names very much", files.zipped(["x" * 100 + str(n) for n in range(5)]), "application/zip"),
    ("an archive with roads out of it", files.zipped(["../../a", "/etc/b"]), "application/zip"),
    ("a JPEG that ends at once", b"\xff\xd8\xff", "image/jpeg"),
    ("a document cut in half", files.office("word/document.xml")[:-40], "application/zip"),
    ("a WebP without a picture", b"RIFF" + struct.pack("<I", 4) + b"WEBP" + bytes(4), UNKNOWN),
]


@pytest.mark.parametrize(
    ("content", "type_"), [each[1:] for each in POLYGLOTS], ids=[each[0] for each in POLYGLOTS]
)
def test_what_is_two_things_at_once_is_served_as_one_without_script(crm: Crm, content: bytes, type_: str):
    made = files.upload(crm.as_("rep1"), content, "a.png")
    assert made["type"] == type_
    answer = crm.get("rep1", f"/files/{made['id']}")
    assert answer.header("content-type") not in ("text/html", "image/svg+xml", "application/xml")
    assert answer.header("x-content-type-options") == "nosniff"
    assert "sandbox" in answer.header("content-security-policy")


def test_a_boundary_inside_of_the_content_ends_nothing(crm: Crm):
    content = b"\x01--x-boundary-\r\n--x-boundary-y--\r\n\r\n--x-boundary" + b"\r" * 50
    made = files.upload(crm.as_("rep1"), content, "a.bin")
    assert crm.get("rep1", f"/files/{made['id']}").body == content


def speak(crm: Crm, chunks: list[bytes | None], **headers: str) -> tuple[Answer, int]:
    """A request that comes in these pieces, and how many of them were read; None: the line goes dead."""
    sent = {
        "host": "127.0.0.1:8000",
        "authorization": f"Bearer {crm.tokens['rep1']}",
        "content-type": f"multipart/form-data; boundary={files.BOUNDARY}",
        **headers,
    }
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/apps/crm/files",
        "raw_path": b"/api/v1/apps/crm/files",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in sent.items() if value],
        "client": ("203.0.113.7", 40_000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    waiting, status, parts, lines = list(chunks), 0, [], []

    async def receive() -> Message:
        chunk = waiting.pop(0) if waiting else None
        if chunk is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    async def answer(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            lines.extend((name.decode(), value.decode()) for name, value in message["headers"])
        else:
            parts.append(message.get("body", b""))

    asyncio.run(crm.app(scope, receive, answer))
    return Answer(status, lines, b"".join(parts)), len(chunks) - len(waiting)


def test_a_body_without_a_length_comes_in_pieces_of_one_byte(crm: Crm):
    answer, _ = speak(crm, [GOOD[at : at + 1] for at in range(len(GOOD))])
    assert answer.status == 201, answer.body
    assert crm.get("rep1", f"/files/{answer.json['id']}").body == PNG


def test_an_endless_body_without_a_length_is_cut_off_at_the_limit(crm: Crm):
    head = files.part(b"")[:-2]
    answer, read = speak(crm, [head, *[b"\x01" * 1_000] * 500])
    assert answer.code == "too_large"
    assert read <= LIMIT // 1_000 + 3


@pytest.mark.parametrize("length", ["999999999999999999999", str(LIMIT + 100_000)])
def test_what_is_announced_too_large_is_not_read(crm: Crm, length: str):
    answer, read = speak(crm, [b"\x01"] * 50, **{"content-length": length})
    assert (answer.code, read) == ("too_large", 0)


def test_who_is_unknown_is_told_so_before_anything_is_read(crm: Crm):
    for token in ("", "Bearer dgk_nobody_" + "x" * 40, "Basic eDp5"):
        answer, read = speak(crm, [GOOD], authorization=token)
        assert (answer.status, read) == (401, 0)


def test_a_line_that_goes_dead_leaves_nothing(crm: Crm):
    answer, _ = speak(crm, [GOOD[:60], None])
    assert answer.code == "bad_request"


def test_a_person_sends_so_many_files_within_an_hour_and_others_still_may(crm: Crm):
    workspace: Workspace = crm.app.state.workspace
    settings = workspace.settings.model_copy(update={"uploads_per_hour": 3})
    crm.app.state.workspace = Workspace(workspace.engine, settings, workspace.key, crm.clock)
    before = crm.clock.now
    crm.clock.now = before + timedelta(hours=2)
    try:
        assert [files.send(crm.as_("rep2"), GOOD).status for _ in range(5)] == [201, 201, 201, 429, 429]
        answer = files.send(crm.as_("rep2"), GOOD)
        assert answer.code == "too_many"
        assert 3_500 < int(answer.header("retry-after")) <= 3_600
        assert files.send(crm.as_("rep3"), GOOD).status == 201
        crm.clock.now += timedelta(minutes=61)
        assert files.send(crm.as_("rep2"), GOOD).status == 201
    finally:
        crm.clock.now = before


def test_a_token_that_only_reads_sends_nothing(crm: Crm):
    with writing(crm.engine) as connection:
        authority = Authority(False, {})
        _, token = create_token(connection, crm.ids["rep1"], authority, "reader", crm.clock.now, ["read"])
    answer, read = speak(crm, [GOOD], authorization=f"Bearer {token}")
    assert (answer.status, read) == (403, 0)
