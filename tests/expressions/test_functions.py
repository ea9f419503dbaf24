"""The Python side of the functions, against plain definitions of what they mean."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressions.context import Calendar, Context
from expressions.env import TierTable
from expressions.functions import aggregates, calendar, dates, logic, numbers, operators, tables, text
from expressions.literals import MAX_DURATION

NOW = datetime(2026, 3, 31, 16, 30, tzinfo=UTC)
CONTEXT = Context(NOW)
days = st.dates()
some_days = st.dates(date(2025, 11, 1), date(2026, 2, 28))
calendars = st.builds(
    Calendar,
    st.frozensets(st.integers(1, 7)),
    st.frozensets(some_days, max_size=8),
    st.frozensets(some_days, max_size=8),
)


@given(some_days, some_days, calendars)
def test_working_days_are_those_one_would_count(a: date, b: date, shop: Calendar) -> None:
    low, high = min(a, b), max(a, b)
    walked = sum(shop.is_working(low + timedelta(days=n)) for n in range(1, (high - low).days + 1))
    context = Context(NOW, calendars={"shop": shop})
    assert calendar.working_days(context, a, b, "shop") == (walked if a <= b else -walked)


def test_working_days_outside_the_years_are_null() -> None:
    for a, b in ((date(1899, 12, 31), NOW.date()), (NOW.date(), date(2201, 1, 1))):
        assert calendar.working_days(CONTEXT, a, b, "") is None
    first, last = date(1900, 1, 1), date(2200, 12, 31)
    walked = sum((first + timedelta(days=n)).isoweekday() < 6 for n in range(1, (last - first).days + 1))
    assert calendar.working_days(CONTEXT, first, last, "") == walked


@given(days, st.integers(-5000, 5000))
def test_adding_months_clamps_the_day(x: date, months: int) -> None:
    found = calendar.add_months(x, months)
    total = x.year * 12 + x.month - 1 + months
    if found is None:
        assert not 12 <= total < 120_000
        return
    assert found.year * 12 + found.month - 1 == total
    assert found.day == x.day or (found.day < x.day and (found.day == 31 or (found + timedelta(1)).day == 1))


@given(days, days)
def test_months_between_is_the_most_that_fits(a: date, b: date) -> None:
    n = calendar.months_between(a, b)
    assert calendar.months_between(b, a) == -n
    if a <= b:
        reached = calendar.add_months(a, n)
        assert reached is not None
        assert reached <= b
        more = calendar.add_months(a, n + 1)
        assert more is None or more > b


@given(days, st.sampled_from(["week", "month", "quarter", "year"]))
def test_periods_hold_their_day(x: date, unit: str) -> None:
    start, end = dates.start_of(x, unit), dates.end_of(x, unit)
    assert start is None or start <= x
    assert end is None or x <= end
    if start is None or end is None:
        assert unit == "week"
        return
    assert dates.start_of(end, unit) == start
    assert dates.end_of(start, unit) == end
    lengths = {"week": {7}, "month": {28, 29, 30, 31}, "quarter": {90, 91, 92}, "year": {365, 366}}
    assert (end - start).days + 1 in lengths[unit]


@given(days, days, st.sampled_from(["day", "week", "month", "quarter", "year"]))
def test_differences_mirror_and_truncate(a: date, b: date, unit: str) -> None:
    n = dates.between_dates(a, b, unit)
    assert dates.between_dates(b, a, unit) == -n
    if a <= b and (reached := dates.add_to_date(a, n, unit)) is not None:
        assert reached <= b


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_differences_of_instants(a: datetime, b: datetime) -> None:
    for unit, seconds in (("minute", 60), ("hour", 3600), ("day", 86400), ("week", 604800)):
        exact = Fraction((b - a) // timedelta(microseconds=1), seconds * 1_000_000)
        assert dates.between_instants(a, b, unit) == int(exact)


def test_the_edges_of_time_are_null() -> None:
    late, early = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
    assert dates.local_date(CONTEXT, late) is None
    assert dates.local_date(CONTEXT, early) == date.min
    assert dates.add_to_date(date.max, 1, "day") is None
    assert dates.add_to_date(date.min, -(10**30), "week") is None
    assert dates.add_to_date(date.max, 10**30, "year") is None
    assert dates.add_to_instant(late, 1, "minute") is None
    assert dates.add_to_instant(late, 10**30, "week") is None
    assert dates.make_date(10**30, 1, 1) is None
    assert dates.end_of(date.max, "week") is None
    assert dates.end_of(date(9999, 12, 1), "month") == date.max
    assert operators.move_instant(late, timedelta(1)) is None
    assert operators.move_instant_back(early, timedelta(1)) is None
    assert operators.add_durations(MAX_DURATION, timedelta(microseconds=1)) is None
    assert operators.subtract_durations(-MAX_DURATION, timedelta(0)) == -MAX_DURATION


@given(st.integers(-(10**12), 10**12), st.integers(0, 4), st.integers(-(10**6), 10**6), st.integers(0, 4))
def test_modulo_floor_and_ceil(n: int, s: int, m: int, t: int) -> None:
    a, b = Decimal(n).scaleb(-s), Decimal(m).scaleb(-t)
    assert numbers.floor(a) == Fraction(a).__floor__()
    assert numbers.ceil(a) == Fraction(a).__ceil__()
    found = numbers.modulo(a, b)
    if not m:
        assert found is None
        return
    assert found is not None
    assert Fraction(found) == Fraction(a) - Fraction(b) * (Fraction(a) / Fraction(b)).__floor__()
    assert numbers.modulo(n, m) == n % m


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=4))
def test_kleene(items: list[bool | None]) -> None:
    low = {False: 0, None: 1, True: 2}
    back = {value: key for key, value in low.items()}
    assert operators.both(*items) is back[min(low[item] for item in items)]
    assert operators.either(*items) is back[max(low[item] for item in items)]


def test_membership() -> None:
    assert operators.is_member(1, (1, None)) is True
    assert operators.is_member(2, (1, None)) is None
    assert operators.is_member(2, (1,)) is False
    assert operators.is_member(None, (1,)) is None
    assert operators.is_member(None, ()) is None
    assert operators.is_member(1, None) is None
    assert operators.is_member(1, ()) is False
    assert operators.is_not_member(2, (1, None)) is None
    assert operators.is_not_member(2, (1,)) is True


def test_blank() -> None:
    for blank in (None, "", " \t\r\n\u00a0\u3000", ()):
        assert logic.is_blank(blank) is True
    for full in (0, False, "x", "\u2003", ("",), Decimal(0)):
        assert logic.is_blank(full) is False
    assert logic.completeness("a", None, "", 0) == Decimal("0.5000000000")
    assert str(logic.completeness("a", "b", None)) == "0.6666666667"


def test_texts() -> None:
    assert text.left("中文字", 2) == "中文"
    assert text.left("a", -1) is None
    assert text.left("a", 99) == "a"
    assert text.right("中文字", 2) == "文字"
    assert text.right("abc", 0) == ""
    assert text.right("abc", 99) == "abc"
    assert text.mid("abc", 0, 1) is None
    assert text.mid("abc", 2, 99) == "bc"
    assert text.mid("abc", 9, 1) == ""
    assert text.mid("abc", 1, -1) is None
    assert text.replace_all("aaa", "aa", "b") == "ba"
    assert text.replace_all("abc", "", "x") == "abc"
    assert text.trim("\u3000 a b \u00a0\n") == "a b"
    assert (
        text.concat("a", None, 7, Decimal("1.50"), date(2026, 1, 2), Decimal("-0.00"))
        == "a71.502026-01-020.00"
    )


TIERS = TierTable(
    (Decimal(0), Decimal("100.5"), Decimal(1000)), (Decimal("0.05"), Decimal("0.125"), Decimal("0.1"))
)
TIER_CONTEXT = Context(NOW, tables={"t": TIERS})


@pytest.mark.parametrize(
    ("value", "mode", "found"),
    [
        (Decimal("-0.01"), "rate", None),
        (0, "rate", "0.050"),
        (Decimal("100.49"), "rate", "0.050"),
        (Decimal("100.50"), "rate", "0.125"),
        (5000, "rate", "0.100"),
        (Decimal("200.00"), "whole", "25.00000"),
        (200, "whole", "25.000"),
        (200, "slice", "17.4625"),
        (Decimal("2000.00"), "slice", "217.46250"),
        (-1, "slice", None),
    ],
)
def test_tiers(value: int | Decimal, mode: str, found: str | None) -> None:
    result = tables.look_up(TIER_CONTEXT, value, "t", mode)
    assert (None if result is None else str(result)) == found


@given(st.integers(0, 10**9))
def test_slices_grow_with_the_value(n: int) -> None:
    a = tables.look_up(TIER_CONTEXT, Decimal(n).scaleb(-2), "t", "slice")
    b = tables.look_up(TIER_CONTEXT, Decimal(n + 1).scaleb(-2), "t", "slice")
    assert a is not None
    assert b is not None
    assert Decimal("0.0005") <= b - a <= Decimal("0.00125")


def test_aggregates_on_nothing_and_on_nulls() -> None:
    assert aggregates.total([None, Decimal("1.50"), None], Decimal("0.00")) == Decimal("1.50")
    assert str(aggregates.total([], Decimal("0.00"))) == "0.00"
    assert aggregates.total([None, 2], 0) == 2
    assert aggregates.average([None]) is None
    assert str(aggregates.average([1, 2, None, 2])) == "1.6666666667"
    assert aggregates.smallest([None]) is None
    assert aggregates.largest([1, None, 3]) == 3
    assert aggregates.latest([(None, 9, "x")]) is None
    assert aggregates.latest([(1, 1, "a"), (2, 1, "b"), (2, 2, None), (None, 3, "d")]) is None
    assert aggregates.latest([(1, 1, "a"), (2, 1, "b")]) == "b"
