"""Exact decimal arithmetic that no thread's decimal context can change.

Every operation goes through a context of our own. Types bound a number to 60 digits, so 200 digits hold every
sum and product exactly (the trap on ``Inexact`` says so aloud), and a quotient is close enough that the one
rounding to scale 10 is right: two different quotients of such numbers differ by more than 10 to the -181.
"""

from __future__ import annotations

from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_DOWN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    Inexact,
    InvalidOperation,
)

from expressions.types import DIVISION_SCALE

_PRECISION = 200
#: Our own context for exact operations.
EXACT = Context(prec=_PRECISION, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[InvalidOperation, Inexact])
_ROUNDING = Context(
    prec=_PRECISION, rounding=ROUND_HALF_UP, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[InvalidOperation]
)

#: ``STEPS[s]`` is one unit at scale ``s``.
STEPS = tuple(Decimal((0, (1,), -scale)) for scale in range(_PRECISION))
_DIVISION_STEP = STEPS[DIVISION_SCALE]

Number = int | Decimal

#: Exact results with the natural scale; decimals in, decimal out (of two integers too).
add_exact = EXACT.add
subtract_exact = EXACT.subtract
multiply_exact = EXACT.multiply
negate_exact = EXACT.minus

_divide = _ROUNDING.divide
_quantize = _ROUNDING.quantize


def divide(a: Number, b: Number) -> Decimal | None:
    """``a / b`` half-up at scale 10; None when ``b`` is zero."""
    if not b:
        return None
    return _quantize(_divide(a, b), _DIVISION_STEP)


def rescale(value: Number, scale: int) -> Decimal:
    """The same number as a decimal with ``scale`` digits behind the point; the scale must not get smaller."""
    return EXACT.quantize(value, STEPS[scale])


def scale_of(value: Number) -> int:
    """Digits behind the point."""
    return 0 if isinstance(value, int) else -int(value.as_tuple().exponent)


def scaled(value: Number, scale: int) -> int:
    """The number as a whole count of steps of ``scale``; exact."""
    return value * 10**scale if isinstance(value, int) else int(EXACT.scaleb(value, scale))


def from_scaled(steps: int, scale: int) -> Decimal:
    """The decimal of that many steps."""
    return EXACT.scaleb(Decimal(steps), -scale)


_MODES = {"half": ROUND_HALF_UP, "up": ROUND_UP, "down": ROUND_DOWN}


def round_to(value: Number, places: int, mode: str = "half") -> Number:
    """Rounded to ``places`` behind the point (negative: before it).

    An integer stays an integer; a decimal has scale ``max(places, 0)``, never more than it had.
    """
    had = scale_of(value)
    if places >= had:
        return value
    rounded = Decimal(value).quantize(Decimal((0, (1,), -places)), rounding=_MODES[mode], context=_ROUNDING)
    if isinstance(value, int):
        return int(rounded)
    return rescale(rounded, max(places, 0))


def halved_up(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` as a whole number, ties away from zero; the denominator is positive."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -quotient if numerator < 0 else quotient
