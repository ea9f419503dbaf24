"""The value of an expression as the place it goes to keeps it."""

from __future__ import annotations

from decimal import Decimal

from expressions.arithmetic import rescale, round_to
from expressions.typed import Value
from expressions.types import Kind, Type


def settle(value: Value, wanted: Type) -> Value:
    """``value`` rounded half-up to the scale of ``wanted``, a text cut to its length.

    A number with more digits before the point than the place has room for is null, as a division by zero is.
    """
    if value is None:
        return None
    if wanted.is_numeric and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return settle_number(value, wanted)
    if wanted.kind is Kind.TEXT and isinstance(value, str):
        return value[: wanted.length]
    return value


def settle_number(value: int | Decimal, wanted: Type) -> int | Decimal | None:
    """The same for a number."""
    rounded = round_to(value, wanted.scale)
    if abs(rounded) >= 10**wanted.digits:
        return None
    return int(rounded) if wanted.kind is Kind.INTEGER else rescale(rounded, wanted.scale)
