"""Exact arithmetic, and rounding to the last digit, against fractions."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from expressions import arithmetic
from expressions.context import Context
from expressions.precision import count_exact, needed_precision
from expressions.program import compile_program
from tests.expressions.strategies import NOW
from tests.expressions.test_checker import checked


def wide(digits: int = 50, scale: int = 10) -> st.SearchStrategy[Decimal]:
    steps = st.integers(-(10 ** (digits + scale)) + 1, 10 ** (digits + scale) - 1) | st.integers(-50, 50)
    return st.builds(arithmetic.from_scaled, steps, st.integers(0, scale))


def half_up(value: Fraction, scale: int) -> Fraction:
    """The nearest multiple of one step, ties away from zero."""
    steps = abs(value) * 10**scale
    rounded = int(steps + Fraction(1, 2))
    return Fraction(-rounded if value < 0 else rounded, 10**scale)


@given(wide(), wide())
@example(Decimal(1), Decimal(3))
@example(Decimal("-0.00000000005"), Decimal(1))
@example(Decimal(10) ** 49, Decimal("0.0000000001"))
def test_division_is_the_nearest_half_up(a: Decimal, b: Decimal) -> None:
    found = arithmetic.divide(a, b)
    if not b:
        assert found is None
        return
    assert found is not None
    assert Fraction(found) == half_up(Fraction(a) / Fraction(b), 10)
    assert arithmetic.scale_of(found) == 10


@given(wide(), wide())
def test_sums_and_products_are_exact(a: Decimal, b: Decimal) -> None:
    assert Fraction(arithmetic.add_exact(a, b)) == Fraction(a) + Fraction(b)
    assert Fraction(arithmetic.subtract_exact(a, b)) == Fraction(a) - Fraction(b)
    product = arithmetic.multiply_exact(a, b)
    assert Fraction(product) == Fraction(a) * Fraction(b)
    assert arithmetic.scale_of(product) == arithmetic.scale_of(a) + arithmetic.scale_of(b)


@given(wide() | st.integers(-(10**40), 10**40), st.integers(-12, 10))
def test_rounding(x: Decimal | int, places: int) -> None:
    exact, unit = Fraction(x), Fraction(10) ** -places
    had = arithmetic.scale_of(x)
    for mode in ("half", "up", "down"):
        found = arithmetic.round_to(x, places, mode)
        assert type(found) is type(x)
        assert arithmetic.scale_of(found) == min(had, max(places, 0))
        away = abs(Fraction(found)) - abs(exact)
        assert abs(away) <= unit / 2 if mode == "half" else abs(away) < unit
        assert away >= 0 or mode != "up"
        assert away <= 0 or mode != "down"
        if mode == "half":
            assert Fraction(found) == (
                half_up(exact, places) if places >= 0 else half_up(exact * unit**-1, 0) * unit
            )


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**12))
def test_whole_halving(numerator: int, denominator: int) -> None:
    assert arithmetic.halved_up(numerator, denominator) == half_up(Fraction(numerator, denominator), 0)


def test_what_is_not_exact_is_said_aloud() -> None:
    long = Decimal("1" + "0" * 149 + "1")
    with pytest.raises(decimal.Inexact):
        arithmetic.multiply_exact(long, long)
    with pytest.raises(decimal.Inexact):
        arithmetic.rescale(Decimal("0.123"), 2)


@pytest.mark.parametrize(
    ("written", "operations", "digits"),
    [
        ("amount", 0, 1),
        ("amount + amount", 1, 14 + 2),
        ("amount + amount + amount + amount", 3, 14 + 2),
        ("amount * 0.001", 1, 11 + 5),
        ("count * count", 0, 1),
        ("count * weight", 1, 16 + 2),
        ("SUM(lines, price * quantity)", 1000, 18 + 2),
        ("amount / 3 + amount", 1, 14 + 10),
    ],
)
def test_the_precision_that_an_expression_needs(written: str, operations: int, digits: int) -> None:
    root = checked(written).root
    assert count_exact(root) == operations
    assert needed_precision(root) <= digits


LONG = "amount * 1.01 + amount * 2.02 - amount * 3.03 + amount * 4.04 - amount * margin"
ROW = {"amount": Decimal("9999999999999.99"), "margin": Decimal("99999.9999")}


@pytest.mark.parametrize("precision", [1, 3, 20, 28, 60])
def test_the_threads_decimal_context_changes_nothing(precision: int) -> None:
    program = compile_program(checked(LONG))
    assert count_exact(program.checked.root) >= 4
    wanted = str(program.eval(ROW, Context(NOW)))
    exact = Fraction(ROW["amount"]) * (Fraction("4.04") - Fraction(ROW["margin"]))
    assert Fraction(Decimal(wanted)) == exact
    strange = decimal.Context(
        precision, decimal.ROUND_UP, Emin=-2, Emax=2, traps=[decimal.Inexact, decimal.Overflow]
    )
    with decimal.localcontext(strange) as own:
        assert str(program.eval(ROW, Context(NOW))) == wanted
        assert decimal.getcontext() is own
        assert own.prec == precision


def test_a_narrow_range_of_exponents_loses_nothing() -> None:
    """The smallest exponent is not looked at: with enough digits the smallest results are exact below it."""
    program = compile_program(
        checked("weight * 0.01 * 0.01 + weight * 0.01 - weight * 0.0001 + weight * 0.02")
    )
    row = {"weight": Decimal("0.01")}
    wanted = str(program.eval(row, Context(NOW)))
    with decimal.localcontext(decimal.Context(28, Emin=0, Emax=999_999, traps=[decimal.Inexact])):
        assert str(program.eval(row, Context(NOW))) == wanted
    with decimal.localcontext(decimal.Context(28, Emin=0, Emax=0, traps=[decimal.Inexact])):
        assert str(program.eval(row, Context(NOW))) == wanted
    assert wanted == "0.000300000000"[: len(wanted)]


def test_the_context_comes_back_after_an_error() -> None:
    program = compile_program(checked(LONG))
    with decimal.localcontext(prec=3) as own:
        with pytest.raises(TypeError):
            program.eval({"amount": "a text", "margin": Decimal(1)}, Context(NOW))
        assert decimal.getcontext() is own
