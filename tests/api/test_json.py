"""The reader and the writer of JSON."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from api.json import SMALL, parse_json, write_json
from api.problem import Problem
from api.routes.shapes import left_out

_NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(_VALUES)
def test_what_is_written_can_be_read(value: Any) -> None:
    assert parse_json(write_json(value)) == value


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """Whatever passes can be written again: it holds no NaN, no half character, no number that overflows."""
    try:
        value = parse_json(raw)
    except Problem:
        return
    assert orjson.loads(write_json(value)) == value


@pytest.mark.parametrize(
    ("raw", "place", "code"),
    [
        (b'{"a": {"b": [1, NaN]}}', "/a/b/1", "bad_number"),
        (b'{"a": 1, "a": 2}', "/a", "duplicate_word"),
        (b'{"a": ["x\\u0000"]}', "/a/0", "null_character"),
        (b'{"a\\u0000": 1}', "", "null_character"),
        (b'{"a": "\\ud83d"}', "/a", "surrogate"),
        (b'{"a": 9223372036854775808}', "/a", "bad_number"),
        (b'{"a": -9223372036854775809}', "/a", "bad_number"),
    ],
)
def test_the_place_of_a_fault_is_told(raw: bytes, place: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_json(raw)
    assert [(error.pointer, error.code) for error in caught.value.errors] == [(place, code)]


def test_the_widest_integers_pass() -> None:
    assert parse_json(b"[9223372036854775807,-9223372036854775808]") == [2**63 - 1, -(2**63)]


def test_a_body_that_is_too_large_is_413() -> None:
    assert parse_json(b'"' + b"x" * (SMALL - 2) + b'"') == "x" * (SMALL - 2)
    with pytest.raises(Problem) as caught:
        parse_json(b'"' + b"x" * (SMALL - 1) + b'"')
    assert caught.value.status == 413


def test_a_body_of_many_names_is_no_way_to_keep_us_busy() -> None:
    """Doubled names among very many are found in one pass."""
    names = b",".join(b'"%x":1' % number for number in range(100_000))
    begin = time.perf_counter()
    with pytest.raises(Problem):
        parse_json(b'{"0":1,' + names + b"}")
    assert time.perf_counter() - begin < 3


def test_what_was_not_set_is_absent_and_null_is_null() -> None:
    class Shape(BaseModel):
        a: int | None
        b: int = left_out()
        at: datetime | None = None

    assert write_json(Shape(a=None)) == b'{"a":null}'
    east = timezone(timedelta(hours=8))
    assert write_json(Shape(a=1, at=datetime(2026, 1, 1, 8, tzinfo=east).astimezone(UTC))) == (
        b'{"a":1,"at":"2026-01-01T00:00:00Z"}'
    )
    assert write_json({"id": UUID(int=5), "at": datetime(2026, 1, 1, tzinfo=UTC)}) == (
        b'{"id":"00000000-0000-0000-0000-000000000005","at":"2026-01-01T00:00:00Z"}'
    )
