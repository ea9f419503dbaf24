"""How large a picture is, from its header; a header that lies or is cut never breaks the reader."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.files.pictures import picture_size
from tests import files

PICTURES = [
    ("image/png", files.png(640, 480), (640, 480)),
    ("image/png", files.png(2**31 - 1, 2**31 - 1), (2**31 - 1, 2**31 - 1)),
    ("image/gif", files.gif(7, 65_535), (7, 65_535)),
    ("image/bmp", files.bmp(10, -20), (10, 20)),
    ("image/webp", files.webp(b"VP8X", 16_777_216, 5), (16_777_216, 5)),
    ("image/webp", files.webp(b"VP8L", 16_384, 9), (16_384, 9)),
    ("image/webp", files.webp(b"VP8 ", 300, 200), (300, 200)),
    ("image/jpeg", files.jpeg(4_000, 3_000), (4_000, 3_000)),
    ("image/jpeg", files.jpeg(65_535, 65_535, exif=b"Exif\0\0" + bytes(60_000)), (65_535, 65_535)),
]


@pytest.mark.parametrize(("type_", "content", "size"), PICTURES)
def test_the_header_tells_the_size(type_: str, content: bytes, size: tuple[int, int]):
    assert picture_size(io.BytesIO(content), type_) == size


@pytest.mark.parametrize(("type_", "content", "size"), PICTURES)
def test_a_header_that_is_cut_tells_nothing(type_: str, content: bytes, size: tuple[int, int]):
    for end in range(min(len(content), 40)):
        assert picture_size(io.BytesIO(content[:end]), type_) in (None, size)


@pytest.mark.parametrize(
    ("type_", "content"),
    [
        ("application/pdf", files.PDF),
        ("image/png", b"\x89PNG\r\n\x1a\n" + bytes(40)),
        ("image/webp", b"RIFF\0\0\0\0WEBPALPH" + bytes(20)),
        ("image/jpeg", b"\xff\xd8\x00\x00"),
        ("image/jpeg", b"\xff\xd8" + b"\xff\xfe\x00\x02" * 600),
        ("image/jpeg", b"\xff\xd8" + b"\xff\xfe\x00\x00" * 600),
        ("image/jpeg", b"\xff\xd8" + b"\xff" * 5_000),
    ],
)
def test_what_is_no_picture_or_never_tells_its_size_has_none(type_: str, content: bytes):
    assert picture_size(io.BytesIO(content), type_) is None


@given(st.sampled_from(["image/png", "image/gif", "image/bmp", "image/webp", "image/jpeg"]), st.binary())
def test_no_bytes_break_the_reader(type_: str, content: bytes):
    size = picture_size(io.BytesIO(content), type_)
    assert size is None or all(each >= 0 for each in size)
