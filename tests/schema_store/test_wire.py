"""Values by their type alone; settling; edits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressions import types
from expressions.types import Type
from schema_store.wire import BadWire, from_wire, is_same, record_id, to_wire

ID = "30000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("wire", "wanted", "value"),
    [
        (True, types.BOOLEAN, True),
        (3, types.integer(), 3),
        ("3", types.integer(), 3),
        (0.1, types.decimal(2, 5), Decimal("0.10")),
        ("2026-03-01", types.DATE, date(2026, 3, 1)),
        ("2026-03-01T08:00:00+08:00", types.INSTANT, datetime(2026, 3, 1, tzinfo=UTC)),
        ("48h", types.DURATION, timedelta(hours=48)),
        ("a", types.option("a"), "a"),
        (["a"], types.list_of(types.option("a")), ("a",)),
        (ID, types.reference("user"), UUID(ID)),
        ({"id": ID, "x": 1}, types.reference("user"), UUID(ID)),
        ("", types.text(), ""),
        ("", types.DATE, None),
        (None, types.BOOLEAN, None),
        ({"a": 1}, types.JSON, "{'a': 1}"),
    ],
)
def test_values(wire: Any, wanted: Type, value: Any) -> None:
    assert from_wire(wire, wanted) == value


@pytest.mark.parametrize(
    ("wire", "wanted"),
    [
        (1, types.BOOLEAN),
        (True, types.integer()),
        ("1.5", types.integer()),
        ("1.234", types.decimal(2, 5)),
        ("x", types.decimal(2, 5)),
        ("Infinity", types.decimal(2, 5)),
        ("1e99", types.decimal(2, 5)),
        ("2026-02-30", types.DATE),
        ("2026-03-01", types.INSTANT),
        ("soon", types.DURATION),
        ("b", types.option("a")),
        ("a", types.list_of(types.option("a"))),
        (["b"], types.list_of(types.option("a"))),
        (5, types.text()),
        (5, types.reference("user")),
    ],
)
def test_no_values(wire: Any, wanted: Type) -> None:
    with pytest.raises(BadWire):
        from_wire(wire, wanted)


@given(st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_numbers_come_back_with_their_scale(whole: int, scale: int) -> None:
    value = Decimal(whole).scaleb(-scale)
    back = from_wire(to_wire(value), types.decimal(scale, 15))
    assert str(back) == str(value)
    assert is_same(value, to_wire(value))


@pytest.mark.parametrize(
    ("value", "wanted", "same"),
    [
        (Decimal("1.50"), "1.5", True),
        (Decimal("1.50"), 1.5, True),
        (Decimal("1.50"), "x", False),
        (1, True, False),
        (True, 1, False),
        (True, True, True),
        (None, None, True),
        (None, "", False),
        ("a", "a", True),
        (("a", "b"), ["a", "b"], True),
        (date(2026, 3, 1), "2026-03-01", True),
        (datetime(2026, 3, 1, tzinfo=UTC), "2026-03-01T08:00:00+08:00", True),
        (timedelta(hours=48), "2d", True),
        (timedelta(hours=48), 2, False),
        (UUID(ID), ID, True),
        (5, None, False),
    ],
)
def test_what_a_test_expects(value: Any, wanted: Any, same: bool) -> None:
    assert is_same(value, wanted) is same


def test_wire_forms() -> None:
    assert to_wire(datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03-01T00:00:00Z"
    assert to_wire(timedelta(hours=1)) == "PT3600S"
    assert to_wire((Decimal("1E+2"), UUID(ID))) == ["100", ID]


def test_records_go_by_any_name() -> None:
    assert record_id("anna") == record_id("anna") != record_id("bert")
    assert record_id({"name": "a"}) == record_id({"name": "a"}) != record_id({"name": "b"})
    assert record_id(5) is None
