"""Whole numbers beyond 63 bits as SQLite text whose byte order is the order of the numbers.

A scaled number ``n`` is written as ``n + 10**64`` in 65 digits. So equality, ``<``, ``ORDER BY``, ``MIN``, ``IN`` and
an index work on the text as they stand, and only arithmetic needs a registered function.
"""

from __future__ import annotations

#: Digits that a wide number may have; the checker refuses results above 60.
WIDE_DIGITS = 64

_OFFSET: int = 10**WIDE_DIGITS
_WIDTH = WIDE_DIGITS + 1


def encode_wide(number: int) -> str:
    """The text of a whole number.

    Raises:
        OverflowError: it has more than ``WIDE_DIGITS`` digits.
    """
    if not -_OFFSET < number < _OFFSET:
        raise OverflowError(f"a number of more than {WIDE_DIGITS} digits")
    return str(number + _OFFSET).zfill(_WIDTH)


def decode_wide(stored: str) -> int:
    """The whole number of a text made by :func:`encode_wide`."""
    return int(stored) - _OFFSET


def is_wide(stored: str) -> bool:
    """Whether a text of digits has the form of :func:`encode_wide`."""
    return len(stored) == _WIDTH
