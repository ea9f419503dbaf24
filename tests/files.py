"""Small real files of every kind, and bodies that carry them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any

from tests.asgi import Answer, Browser

BOUNDARY = "x-boundary-x"
OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = f"{OOXML}wordprocessingml.document"
XLSX = f"{OOXML}spreadsheetml.sheet"
PPTX = f"{OOXML}presentationml.presentation"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPEG_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"


def png(width: int = 2, height: int = 2) -> bytes:
    """A picture whose header says this size; its pixels are those of one line."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0" * (1 + 3 * min(width, 100)))),
        (b"IEND", b""),
    ]
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def jpeg(width: int = 4, height: int = 3, exif: bytes = b"") -> bytes:
    """A picture with fill bytes, an EXIF part and a frame header."""
    extra = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif if exif else b""
    frame = b"\xff\xff\xc2" + struct.pack(">HBHH", 17, 8, height, width) + b"\x03" + bytes(9)
    return JPEG_HEAD + extra + frame + b"\xff\xd9"


def gif(width: int = 1, height: int = 1) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\x00\x00" + bytes(6) + b";"


def bmp(width: int, height: int) -> bytes:
    return b"BM" + bytes(16) + struct.pack("<ii", width, height) + bytes(30)


def webp(kind: bytes, width: int, height: int) -> bytes:
    if kind == b"VP8X":
        body = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    elif kind == b"VP8L":
        body = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + bytes(5)
    else:
        body = b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height)
    return b"RIFF" + struct.pack("<I", len(body) + 12) + b"WEBP" + kind + struct.pack("<I", len(body)) + body


def zipped(members: Iterable[str], *, first: tuple[str, bytes] | None = None) -> bytes:
    """A ZIP with these members, an uncompressed one before them."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        if first is not None:
            package.writestr(zipfile.ZipInfo(first[0]), first[1])
        for name in members:
            package.writestr(name, b"<xml/>")
    return target.getvalue()


def office(main: str, *more: str) -> bytes:
    return zipped(["[Content_Types].xml", "_rels/.rels", main, *more])


def compound(stream: str, *, shift: int = 9) -> bytes:
    """A document of the time before OOXML: a header, then a directory in its second sector."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + struct.pack("<H", shift) + bytes(16)
    head += struct.pack("<I", 1)
    sector = 1 << shift
    return head.ljust(2 * sector, b"\0") + stream.encode("utf-16-le").ljust(sector, b"\0")


def part(
    content: bytes, filename: str | None = "a.png", *, name: str = "file", declared: str = "image/png"
) -> bytes:
    """One part of a body, with the boundary before it."""
    named = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
    head = f"--{BOUNDARY}\r\nContent-Disposition: {named}\r\nContent-Type: {declared}\r\n\r\n"
    return head.encode("utf-8", "surrogatepass") + content + b"\r\n"


def body_of(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def send(
    browser: Browser, body: bytes, *, path: str = "/apps/crm/files", boundary: str = BOUNDARY, **more: str
) -> Answer:
    """POST a body as a form of this boundary; ``more`` are further headers."""
    headers = [("content-type", f"multipart/form-data; boundary={boundary}")]
    headers += [(name.replace("_", "-"), value) for name, value in more.items()]
    return browser.send("POST", path, body=body, headers=headers)


def upload(browser: Browser, content: bytes | None = None, filename: str = "a.png", **more: str) -> Any:
    """A file that has to be taken; what is answered."""
    answer = send(browser, body_of(part(png() if content is None else content, filename)), **more)
    assert answer.status == 201, answer.body
    return answer.json
