"""What a file is, by its own bytes: neither its name nor what the sender declares counts.

Texts are looked for first: no type of bytes is text all through, while two letters can look like a picture.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import BinaryIO

import filetype

UNKNOWN = "application/octet-stream"
#: Bytes at the begin that are looked at.
_HEAD = 16 * 1024
#: Bytes of a ZIP's directory that are looked at, and of the place at its end where the directory is named.
_DIRECTORY, _TAIL = 256 * 1024, 22 + 65_535
_CONTROLS = bytes(sorted(set(range(32)) - set(b"\t\n\f\r"))) + b"\x7f"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: What a ZIP may declare itself to be in its first member.
_DECLARED = re.compile(rb"application/(epub\+zip|vnd\.oasis\.opendocument\.[a-z-]{1,40})(?=PK)")
_OOXML = "application/vnd.openxmlformats-officedocument."
#: By a member that only such a package has; with macros it is another type.
_PACKAGES = {
    "word/document.xml": (
        f"{_OOXML}wordprocessingml.document",
        "application/vnd.ms-word.document.macroenabled.12",
    ),
    "xl/workbook.xml": (f"{_OOXML}spreadsheetml.sheet", "application/vnd.ms-excel.sheet.macroenabled.12"),
    "ppt/presentation.xml": (
        f"{_OOXML}presentationml.presentation",
        "application/vnd.ms-powerpoint.presentation.macroenabled.12",
    ),
}
#: By the stream that only such a document of the time before OOXML has.
_COMPOUNDS = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
#: What a browser would run; accepted only where it is named, never as one of a kind.
ACTIVE = frozenset({"text/html", "image/svg+xml", "application/xml", "text/x-shellscript"})


def is_accepted(type_: str, accept: Collection[str]) -> bool:
    """Whether a type is among those accepted (``image/*`` for all of a kind but active ones); none named: it is."""
    if not accept or type_ in accept:
        return True
    return type_ not in ACTIVE and f"{type_.partition('/')[0]}/*" in accept


def type_of(content: BinaryIO) -> str:
    """The media type, in lower case and without parameters; ``application/octet-stream`` where it is none known."""
    content.seek(0)
    head = content.read(_HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _zipped(content, head)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(content, head)
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    text = _text(head, is_whole=len(head) < _HEAD)
    if text is not None:
        return _kind_of_text(text, is_whole=len(head) < _HEAD)
    found: str | None = filetype.guess_mime(head)
    return "image/png" if found == "image/apng" else found or UNKNOWN


def _text(head: bytes, *, is_whole: bool) -> str | None:
    """The bytes as a text in UTF-8, UTF-16 with its mark, or GB18030; None where they are none."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return _decoded(head, encoding, is_whole)
    if len(head.translate(None, _CONTROLS)) < len(head):
        return None
    text = _decoded(head, "utf-8", is_whole)
    return _decoded(head, "gb18030", is_whole) if text is None else text


def _decoded(head: bytes, encoding: str, is_whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head, is_whole)
    except UnicodeDecodeError:
        return None


def _kind_of_text(text: str, *, is_whole: bool) -> str:
    begin = text.lstrip().lower()
    if begin.startswith("<"):
        if "<svg" in begin:
            return "image/svg+xml"
        return "application/xml" if begin.startswith("<?xml") and "<html" not in begin else "text/html"
    for start, kind in (
        ("{\\rtf", "application/rtf"),
        ("%!ps", "application/postscript"),
        ("#!", "text/x-shellscript"),
    ):
        if begin.startswith(start):
            return kind
    return "text/csv" if _is_table(text, is_whole) else "text/plain"


def _is_table(text: str, is_whole: bool) -> bool:
    """Whether each of the first lines has the same number of values, more than one."""
    lines = text.splitlines(keepends=True)
    shown = lines if is_whole else lines[:-1]
    return any(_widths(shown, delimiter) for delimiter in ",;\t")


def _widths(lines: list[str], delimiter: str) -> bool:
    try:
        rows = [row for row in islice(csv.reader(lines, delimiter=delimiter, strict=True), 20) if row]
    except csv.Error:
        return False
    return len(rows) > 1 and len({len(row) for row in rows}) == 1 and len(rows[0]) > 1


def _zipped(content: BinaryIO, head: bytes) -> str:
    """Office documents are ZIPs that say so by their members; nothing is unpacked."""
    if head[26:38] == b"\x08\x00\x00\x00mimetype":
        declared = _DECLARED.match(head, 38)
        if declared is not None:
            return declared[0].decode("ascii")
    names = frozenset(_members(content))
    if "[Content_Types].xml" in names:
        for member, (plain, with_macros) in _PACKAGES.items():
            if member in names:
                macros = f"{member.partition('/')[0]}/vbaProject.bin"
                return with_macros if macros in names else plain
    return "application/zip"


def _members(content: BinaryIO) -> Iterator[str]:
    """Names in the directory of a ZIP, as far as they are looked at."""
    size = content.seek(0, 2)
    content.seek(max(0, size - _TAIL))
    tail = content.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return
    length, start = (int.from_bytes(tail[end + at : end + at + 4], "little") for at in (12, 16))
    content.seek(start)
    directory = content.read(min(length, _DIRECTORY))
    at = 0
    while directory[at : at + 4] == b"PK\x01\x02":
        name, extra, comment = (
            int.from_bytes(directory[at + place : at + place + 2], "little") for place in (28, 30, 32)
        )
        yield directory[at + 46 : at + 46 + name].decode("utf-8", "replace")
        at += 46 + name + extra + comment


def _compound(content: BinaryIO, head: bytes) -> str:
    """Office documents of the time before OOXML, by the names in the first sectors of their directory."""
    shift, first = int.from_bytes(head[30:32], "little"), int.from_bytes(head[48:52], "little")
    if shift not in (9, 12):
        return UNKNOWN
    content.seek((first + 1) << shift)
    directory = content.read(4096)
    for stream, type_ in _COMPOUNDS.items():
        if stream.encode("utf-16-le") in directory:
            return type_
    return "application/x-ole-storage"
