"""What ordinary JSON readers let pass is a fault with a place; nothing raises."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_store.structure.strict_json import MAX_DEPTH, pointer_of, read_json

LIMIT = 1_000_000


def faults(raw: Any, limit: int = LIMIT) -> list[tuple[str, str]]:
    return [(fault.code, fault.path) for fault in read_json(raw, limit)[1]]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('{"a": 1, "b": 2, "a": 3}', [("duplicate_word", "/a")]),
        ('{"x": [{"a/b": 1, "a/b": 2}]}', [("duplicate_word", "/x/0/a~1b")]),
        ("[NaN, Infinity, -Infinity, 1e999]", [("bad_number", f"/{n}") for n in range(4)]),
        ('{"n": ' + "9" * 61 + "}", [("bad_number", "/n")]),
        ('{"n": 0.' + "1" * 60 + "}", [("bad_number", "/n")]),
        ('["\\ud800", "\\ud83d\\ude00"]', [("surrogate", "/0")]),
        ('{"\\udfff": 1}', [("surrogate", "")]),
        ("[" * 100_000, [("too_deep", "")]),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), [("too_deep", "/0" * MAX_DEPTH)]),
        ("[" * MAX_DEPTH + "]" * MAX_DEPTH, []),
        ("{} {}", [("trailing_data", "")]),
        ('{"a": }', [("syntax", "")]),
        ("{'a': 1}", [("syntax", "")]),
        ("", [("syntax", "")]),
        (b"\xff{}", [("not_utf8", "")]),
        (b"\xef\xbb\xbf{}", []),
        ("\ufeff{}", []),
        ("\ud800", [("syntax", "")]),
        ('"\ud800"', [("surrogate", "")]),
    ],
)
def test_faults(raw: bytes | str, expected: list[tuple[str, str]]) -> None:
    assert faults(raw) == expected


def test_the_place_of_a_syntax_error_is_a_line_and_a_column() -> None:
    _, (fault,) = read_json('{\n  "a": 1,\n}', LIMIT)
    assert fault.params == {"line": "3", "column": "1"}


def test_the_size_counts_bytes() -> None:
    assert faults(json.dumps("中" * 10, ensure_ascii=False), 32) == []
    assert faults(json.dumps("中" * 10, ensure_ascii=False), 31) == [("too_big", "")]
    assert faults(b" " * 11, 10) == [("too_big", "")]


def test_mappings_go_the_same_road() -> None:
    assert read_json(MappingProxyType({"a": MappingProxyType({"b": (1, 2)})}), LIMIT) == (
        {"a": {"b": [1, 2]}},
        [],
    )
    assert faults({"a": float("nan")}) == [("bad_number", "/a")]
    assert faults({"a": "\ud800"}) == [("surrogate", "/a")]
    assert faults({"a": object()}) == [("not_json", "")]
    assert faults({(1, 2): 3}) == [("not_json", "")]
    circle: dict[str, Any] = {}
    circle["a"] = circle
    assert faults(circle) == [("not_json", "")]


def test_pointers_are_escaped() -> None:
    assert pointer_of(("a/b", 0, "c~d")) == "/a~1b/0/c~0d"
    assert pointer_of(()) == ""


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**50), 10**50)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=3), inner, max_size=4)
    ),
)


@given(_json)
def test_good_json_is_read_as_it_is(value: Any) -> None:
    assert read_json(json.dumps(value), LIMIT) == (value, [])


@given(st.binary(max_size=60) | st.text(max_size=60) | st.text('{}[]",:\\u0123456789d8-.eE+ntf', max_size=60))
def test_nothing_raises(raw: bytes | str) -> None:
    value, found = read_json(raw, LIMIT)
    assert found or json.dumps(value) is not None
