"""What goes out comes in again; what is hostile is refused with a code, and nothing else ever happens."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_store.field_types.base import FieldValueError
from schema_store.field_types.words import VALUE_SENTENCES
from tests.schema_store.field_samples import AROUND, KEYS, SAMPLES

DERIVED = {"code", "formula", "rollup", "score"}


@pytest.mark.parametrize("key", KEYS)
def test_round_trip(key: str) -> None:
    sample = SAMPLES[key]

    @given(sample.values())
    def law(value: Any) -> None:
        wire = sample.kind.encode(sample.spec, AROUND, value)
        json.dumps(wire)
        if key in DERIVED:
            with pytest.raises(FieldValueError, match="computed"):
                sample.kind.decode(sample.spec, AROUND, wire)
            return
        again = sample.kind.decode(sample.spec, AROUND, wire)
        assert again == value
        assert type(again) is type(value)
        assert sample.kind.encode(sample.spec, AROUND, again) == wire

    law()


@pytest.mark.parametrize("key", KEYS)
def test_empty(key: str) -> None:
    sample = SAMPLES[key]
    assert sample.kind.decode(sample.spec, AROUND, None) is None
    assert sample.kind.decode(sample.spec, AROUND, "") is None
    assert sample.kind.encode(sample.spec, AROUND, None) is None
    assert all(part is None for part in sample.kind.derive(sample.spec, AROUND, None).values())


DEEP: Any = []
for _ in range(500):
    DEEP = [DEEP]
HOSTILE = [
    {},
    {"a": {"b": []}},
    {"zh-CN": 3},
    {"zh-CN": "\0"},
    {"$ref": "#"},
    DEEP,
    {"en": DEEP},
    [None],
    [[]],
    [{}],
    ["\ud800"],
    [1, 1],
    ["x"] * 2_000,
    10**5_000,
    -(10**400),
    2**63,
    float("nan"),
    float("inf"),
    -float("inf"),
    1e300,
    5e-324,
    "NaN",
    "Infinity",
    "1e400",
    "٣",
    "\ud800",
    "a\0b",
    "a\x1bb",
    "\u2028" * 3,
    "x" * 1_000_000,
    "0" * 1_000_000,
    "1" * 1_000_000,
    "\u0344" * 100_000,
    "ﷺ" * 1_000,
    "2026-02-30",
    "0000-01-01",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "2026-01-01T00:00:00+99:99",
    "2026-01-01T24:00:00Z",
    "2026-01-01T23:59:60Z",
    "http://[::1",
    "http://a:99999999/",
    "javascript:alert(1)",
    "a@" + "b." * 200 + "c",
    "@" * 200,
    b"bytes",
    object(),
    (1, 2),
]


@pytest.mark.parametrize("key", KEYS)
def test_hostile_values_are_refused_or_read(key: str) -> None:
    sample = SAMPLES[key]
    for wire in HOSTILE:
        _read(sample, wire)


@pytest.mark.parametrize("key", KEYS)
def test_any_json_is_refused_or_read(key: str) -> None:
    sample = SAMPLES[key]
    plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    anything = st.recursive(
        plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
    )

    @given(anything)
    def law(wire: Any) -> None:
        _read(sample, wire)

    law()


def _read(sample: Any, wire: Any) -> None:
    """Decoding gives a value that survives another round, or the one error that is allowed."""
    value = error = None
    try:
        value = sample.kind.decode(sample.spec, AROUND, wire)
    except FieldValueError as caught:
        error = caught
    if error is not None:
        assert error.code in VALUE_SENTENCES
        assert all(len(str(param)) < 400 for param in error.params.values())
        json.dumps(dict(error.params)).encode()
        return
    assert sample.kind.decode(sample.spec, AROUND, sample.kind.encode(sample.spec, AROUND, value)) == value
    for part in sample.kind.derive(sample.spec, AROUND, value).values():
        assert part is None or isinstance(part, str)
