"""What a file is, by its bytes: every kind told apart, broken ones never taken for what they are not."""

from __future__ import annotations

import gzip
import io

import pytest

from runtime.files.types import UNKNOWN, is_accepted, type_of
from tests import files

ODF = "application/vnd.oasis.opendocument.spreadsheet"
KINDS: list[tuple[str, bytes, str]] = [
    ("png", files.png(), "image/png"),
    ("jpeg", files.jpeg(), "image/jpeg"),
    ("gif", files.gif(), "image/gif"),
    ("webp", files.webp(b"VP8X", 5, 6), "image/webp"),
    ("bmp", files.bmp(3, 3), "image/bmp"),
    ("pdf", files.PDF, "application/pdf"),
    ("docx", files.office("word/document.xml"), files.DOCX),
    ("xlsx", files.office("xl/workbook.xml"), files.XLSX),
    ("pptx", files.office("ppt/presentation.xml"), files.PPTX),
    (
        "docm",
        files.office("word/document.xml", "word/vbaProject.bin"),
        "application/vnd.ms-word.document.macroenabled.12",
    ),
    ("ods", files.zipped(["content.xml"], first=("mimetype", ODF.encode())), ODF),
    (
        "epub",
        files.zipped(["a.xhtml"], first=("mimetype", b"application/epub+zip")),
        "application/epub+zip",
    ),
    ("zip", files.zipped(["a.txt"]), "application/zip"),
    ("zip that says it is html", files.zipped([], first=("mimetype", b"text/html")), "application/zip"),
    ("zip with a foreign word folder", files.zipped(["word/document.xml"]), "application/zip"),
    ("doc", files.compound("WordDocument"), "application/msword"),
    ("xls", files.compound("Workbook", shift=12), "application/vnd.ms-excel"),
    ("ppt", files.compound("PowerPoint Document"), "application/vnd.ms-powerpoint"),
    ("msg", files.compound("__properties"), "application/x-ole-storage"),
    ("compound with another sector size", files.compound("Workbook", shift=7), UNKNOWN),
    ("gzip", gzip.compress(b"text"), "application/gzip"),
    ("mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(40), "video/mp4"),
    ("exe", b"MZ\x90\x00\x03" + bytes(60), "application/x-msdownload"),
    ("plain", "只是一段话，没有别的。\n第二行".encode(), "text/plain"),
    ("plain in GB18030", "只是一段话，没有别的。".encode("gb18030"), "text/plain"),
    ("plain in UTF-16", "一行".encode("utf-16"), "text/plain"),
    ("plain in UTF-8 with mark", "一行".encode("utf-8-sig"), "text/plain"),
    ("a long text, cut inside a letter", b"x" + "长".encode() * 20_000, "text/plain"),
    ("csv", "姓名,电话\n王一,13800000000\n".encode(), "text/csv"),
    ("csv with semicolons", b"a;b\n1;2\n", "text/csv"),
    ("csv with tabs, GB18030", "甲\t乙\n一\t二\n".encode("gb18030"), "text/csv"),
    ("csv with a comma in quotes", b'a,b\n"1,5",2\n', "text/csv"),
    ("csv of many lines", b"a,b,c\n" * 10_000, "text/csv"),
    ("one line with a comma", b"Dear Sir, hello", "text/plain"),
    ("a quote that never ends", b'a,b\n"1,2\n3,4', "text/plain"),
    ("html", files.HTML, "text/html"),
    ("html behind blanks", b"\n\n  <HTML>", "text/html"),
    ("html behind a comment", b"<!-- x --><script>", "text/html"),
    ("xhtml", b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', "text/html"),
    ("xml", b'<?xml version="1.0"?><order/>', "application/xml"),
    ("svg", files.SVG, "image/svg+xml"),
    ("svg without a declaration", b"<svg onload=alert(1)>", "image/svg+xml"),
    ("svg in UTF-16", "<svg/>".encode("utf-16"), "image/svg+xml"),
    ("shell script", b"#!/bin/sh\nrm -rf /\n", "text/x-shellscript"),
    ("rtf", rb"{\rtf1 x}", "application/rtf"),
    ("postscript", b"%!PS-Adobe-3.0\n", "application/postscript"),
    ("a text that begins like a bitmap", b"BMW ordered two", "text/plain"),
    ("a script that begins like a GIF", b"GIF89a=1;alert(1)//", "text/plain"),
    ("a script that begins like an archive", b"!<arch>\nalert(1)", "text/plain"),
    ("nothing known", bytes(range(1, 32)), UNKNOWN),
    ("one byte", b"\x00", UNKNOWN),
    ("half of a UTF-16 text", b"\xff\xfe\x00", UNKNOWN),
]


@pytest.mark.parametrize(("content", "type_"), [each[1:] for each in KINDS], ids=[each[0] for each in KINDS])
def test_a_type_is_told_by_the_bytes(content: bytes, type_: str):
    assert type_of(io.BytesIO(content)) == type_


@pytest.mark.parametrize("name", ["docx", "zip", "ods", "doc", "xls", "png", "pdf"])
def test_a_file_that_is_cut_anywhere_is_still_some_type(name: str):
    content = next(each for kind, each, _ in KINDS if kind == name)
    for end in range(1, len(content), 7):
        found = type_of(io.BytesIO(content[:end]))
        assert "/" in found
        assert found not in (files.DOCX, ODF) or end > 60


def test_a_document_without_its_directory_is_only_a_zip():
    content = files.office("word/document.xml")
    assert type_of(io.BytesIO(content[:-30])) == "application/zip"
    far = content[:-6] + (2**32 - 1).to_bytes(4, "little") + content[-2:]
    assert type_of(io.BytesIO(far)) == "application/zip"


def test_a_zip_with_very_many_members_is_only_looked_at_as_far_as_the_limit():
    content = files.zipped([f"{number:05}" for number in range(8_000)] + ["[Content_Types].xml"])
    assert type_of(io.BytesIO(content)) == "application/zip"


def test_a_pdf_with_a_zip_behind_it_is_a_pdf_and_the_other_way_round_a_zip():
    package = files.office("word/document.xml")
    assert type_of(io.BytesIO(files.PDF + package)) == "application/pdf"
    assert type_of(io.BytesIO(package + files.PDF)) in (files.DOCX, "application/zip")


@pytest.mark.parametrize(
    ("type_", "accept", "fits"),
    [
        ("image/png", [], True),
        ("image/png", ["image/png"], True),
        ("image/png", ["image/*"], True),
        ("imagex/png", ["image/*"], False),
        ("application/pdf", ["image/png"], False),
        ("image/svg+xml", ["image/*"], False),
        ("image/svg+xml", ["image/svg+xml"], True),
        ("text/html", ["text/*"], False),
        ("text/plain", ["text/*"], True),
        ("image/*", ["image/png"], False),
    ],
)
def test_types_that_are_accepted(type_: str, accept: list[str], fits: bool):
    assert is_accepted(type_, accept) is fits
