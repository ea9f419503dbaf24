"""How large a picture is when it is unpacked, read from its header only: nothing here decodes a picture."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import BinaryIO

#: Pixels that a reader's machine can hold: more than cameras of 108 million make, 480 MB unpacked.
MOST_PIXELS = 120_000_000
#: Parts of a JPEG before the one that tells its size.
_MOST_PARTS = 500

Size = tuple[int, int]


def picture_size(content: BinaryIO, type_: str) -> Size | None:
    """Width and height in pixels; None where the type is no known picture, or its header cannot be read."""
    reader = _READERS.get(type_)
    if reader is None:
        return None
    content.seek(0)
    try:
        return reader(content)
    except struct.error:
        return None


def _png(content: BinaryIO) -> Size | None:
    head = content.read(24)
    return _pair(">II", head[16:24]) if head[12:16] == b"IHDR" else None


def _gif(content: BinaryIO) -> Size:
    return _pair("<HH", content.read(10)[6:])


def _bmp(content: BinaryIO) -> Size:
    width, height = _pair("<ii", content.read(26)[18:])
    return abs(width), abs(height)


def _webp(content: BinaryIO) -> Size | None:
    head = content.read(30)
    kind = head[12:16]
    if kind == b"VP8X" and len(head) == 30:
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", head[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = _pair("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(content: BinaryIO) -> Size | None:
    """The frame header (SOF), behind parts that tell their own length."""
    content.seek(2)
    for _ in range(_MOST_PARTS):
        mark, kind = struct.unpack("BB", content.read(2))
        if mark != 0xFF:
            return None
        if kind == 0xFF:
            content.seek(-1, 1)  # fill bytes
            continue
        (length,) = struct.unpack(">H", content.read(2))
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = _pair(">HH", content.read(5)[1:])
            return width, height
        content.seek(max(0, length - 2), 1)
    return None


def _pair(form: str, data: bytes) -> Size:
    first, second = struct.unpack(form, data)
    return first, second


_READERS: Mapping[str, Callable[[BinaryIO], Size | None]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/bmp": _bmp,
    "image/webp": _webp,
    "image/jpeg": _jpeg,
}
