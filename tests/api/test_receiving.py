"""A file is taken as a stream, and never more of it than may be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import IO, Any

import pytest
from fastapi import Request

from api.problem import Problem
from api.receiving import receive_file

TYPES = frozenset({"text/csv"})


def receive(chunks: Sequence[bytes], most: int = 100, **headers: str) -> IO[bytes]:
    sent = {"content-type": "text/csv"} | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": "http",
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
    }
    waiting = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})

    async def take() -> dict[str, Any]:
        return waiting.pop(0)

    return asyncio.run(receive_file(Request(scope, take), TYPES, most))


def refused(chunks: Sequence[bytes], **headers: str) -> tuple[int, str]:
    with pytest.raises(Problem) as caught:
        receive(chunks, **headers)
    return caught.value.status, caught.value.detail


def test_what_comes_is_there_from_its_beginning() -> None:
    with receive([b"ab", b"", b"c"]) as file:
        assert file.read() == b"abc"


@pytest.mark.parametrize("size", [100, 3 * 2**20])
def test_small_and_large_files(size: int) -> None:
    with receive([b"x" * 2**16] * (size // 2**16) + [b"y" * (size % 2**16)], most=size) as file:
        assert len(file.read()) == size


@pytest.mark.parametrize(
    ("chunks", "headers", "answer"),
    [
        ([b"x" * 60, b"x" * 60], {}, (413, "too_large")),
        ([b"x"], {"content_length": "101"}, (413, "too_large")),
        ([b"x"], {"content_length": "9" * 40}, (413, "too_large")),
        ([], {}, (400, "no_file")),
        ([b""], {}, (400, "no_file")),
        ([b"x"], {"content_type": "application/json"}, (415, "unsupported_file_type")),
        ([b"x"], {"content_type": ""}, (415, "unsupported_file_type")),
    ],
)
def test_what_is_refused(chunks: list[bytes], headers: dict[str, str], answer: tuple[int, str]) -> None:
    assert refused(chunks, **headers) == answer


@pytest.mark.parametrize("kind", ["text/csv", "TEXT/CSV", "text/csv; charset=gb18030"])
def test_types_that_are_taken(kind: str) -> None:
    with receive([b"x"], content_type=kind) as file:
        assert file.read() == b"x"


@pytest.mark.parametrize("length", ["-1", "abc", "", "1"])
def test_a_length_that_is_none_or_wrong_is_not_believed(length: str) -> None:
    with receive([b"x" * 50], content_length=length) as file:
        assert len(file.read()) == 50
