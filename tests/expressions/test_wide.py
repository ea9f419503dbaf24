"""Wide numbers: the order of the texts is the order of the numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressions.wide import WIDE_DIGITS, decode_wide, encode_wide, is_wide

NUMBERS = st.integers(-(10**WIDE_DIGITS) + 1, 10**WIDE_DIGITS - 1) | st.integers(-1_000, 1_000)


@given(NUMBERS)
def test_there_and_back(number: int) -> None:
    stored = encode_wide(number)
    assert decode_wide(stored) == number
    assert is_wide(stored)


@given(NUMBERS, NUMBERS)
def test_bytes_sort_as_the_numbers_do(a: int, b: int) -> None:
    assert (encode_wide(a).encode() < encode_wide(b).encode()) == (a < b)


@pytest.mark.parametrize("number", [10**WIDE_DIGITS, -(10**WIDE_DIGITS)])
def test_more_digits_are_refused(number: int) -> None:
    with pytest.raises(OverflowError, match="digits"):
        encode_wide(number)


def test_a_plain_number_is_not_wide() -> None:
    assert not is_wide("-30")
