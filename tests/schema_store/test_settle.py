"""Values at the boundary of a field."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressions import types
from expressions.types import Type
from schema_store.settle import settle


@pytest.mark.parametrize(
    ("value", "wanted", "settled"),
    [
        (Decimal("2.345"), types.decimal(2, 5), "2.35"),
        (Decimal("-2.345"), types.decimal(2, 5), "-2.35"),
        (Decimal("2.3"), types.decimal(2, 5), "2.30"),
        (2, types.money("CNY"), "2.00"),
        (Decimal("2.5"), types.integer(), "3"),
        (100, types.integer(2), "None"),
        (Decimal("99.995"), types.decimal(2, 2), "None"),
        (Decimal("99.994"), types.decimal(2, 2), "99.99"),
        ("abcdef", types.text(3), "abc"),
        (None, types.text(3), "None"),
        (True, types.BOOLEAN, "True"),
        ("a", types.option("a"), "a"),
    ],
)
def test_settled(value: Decimal | int | str | bool | None, wanted: Type, settled: str) -> None:
    assert str(settle(value, wanted)) == settled


@given(st.decimals(-999, 999, places=6), st.integers(0, 6))
def test_settling_twice_changes_nothing(value: Decimal, scale: int) -> None:
    wanted = types.decimal(scale, 6)
    once = settle(value, wanted)
    assert settle(once, wanted) == once
    assert abs(Decimal(str(once)) - value) * 2 <= Decimal(1).scaleb(-scale)
