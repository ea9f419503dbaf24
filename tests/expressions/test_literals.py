"""Texts that stand for values, both ways; types that go together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressions.literals import (
    MAX_DURATION,
    parse_date,
    parse_duration,
    parse_instant,
    parse_literal,
    print_duration,
    print_value,
)
from expressions.types import (
    BOOLEAN,
    DATE,
    DURATION,
    INSTANT,
    NULL,
    Type,
    decimal,
    integer,
    list_of,
    money,
    option,
    percent,
    records,
    reference,
    text,
)
from expressions.unify import are_comparable, fits, unify


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("30d", timedelta(days=30)),
        ("48h", timedelta(hours=48)),
        ("15m", timedelta(minutes=15)),
        ("2w", timedelta(weeks=2)),
        ("0d", timedelta(0)),
        ("P30D", timedelta(days=30)),
        ("P2W", timedelta(weeks=2)),
        ("PT48H", timedelta(hours=48)),
        ("P1DT2H3M4.5S", timedelta(1, 2 * 3600 + 3 * 60 + 4, 500_000)),
        ("PT0S", timedelta(0)),
        ("3660000d", MAX_DURATION),
        *(
            (wrong, None)
            for wrong in [
                "3660001d",
                "P",
                "PT",
                "P1DT",
                "1y",
                "P1Y",
                "P1M",
                "30",
                "d30",
                "1.5h",
                "-1d",
                "1s",
                "٣d",
                "PT1.5H",
                "99999999999d",
            ]
        ),
        ("", None),
        ("30d\n", None),
        ("P30D\n", None),
    ],
)
def test_durations(written: str, length: timedelta | None) -> None:
    assert parse_duration(written) == length


@given(st.timedeltas(timedelta(0), MAX_DURATION))
def test_a_printed_duration_reads_the_same(length: timedelta) -> None:
    assert parse_duration(print_duration(length)) == length
    if length:
        assert print_duration(-length) == "-" + print_duration(length)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_printed_instant_reads_the_same(moment: datetime) -> None:
    assert parse_instant(print_value(moment)) == moment


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-31T00:00:00Z", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T08:00:00+08:00", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T00:00:00.25Z", datetime(2026, 1, 31, microsecond=250_000, tzinfo=UTC)),
        ("2026-01-31T00:00:00", None),
        ("2026-01-31 00:00:00Z", None),
        ("2026-01-31T00:00Z", None),
        ("2026-01-31T24:00:00Z", None),
        ("2026-01-31T00:00:60Z", None),
        ("0001-01-01T00:00:00+08:00", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("2026-01-31T00:00:00.1234567Z", None),
        ("2026-01-31T00:00:00Z\n", None),
    ],
)
def test_instants(written: str, moment: datetime | None) -> None:
    assert parse_instant(written) == moment


@pytest.mark.parametrize(
    "wrong", ["2026-02-30", "20260131", "2026-1-31", "0000-01-01", "2026-W05-6", "2026-01-31\n", ""]
)
def test_dates_that_are_none(wrong: str) -> None:
    assert parse_date(wrong) is None
    assert parse_date("2026-01-31") == date(2026, 1, 31)


def test_literals_by_type() -> None:
    assert parse_literal("won", option("new", "won")) == "won"
    assert parse_literal("x", option("new")) is None
    assert parse_literal("x", Type(option().kind)) == "x"
    assert parse_literal("x", text()) is None
    assert parse_literal("30000000-0000-4000-8000-000000000001", reference("user")) == UUID(
        "30000000-0000-4000-8000-000000000001"
    )
    for wrong in ("30000000-0000-4000-8000-00000000000A", "30000000000040008000000000000001", "wang", ""):
        assert parse_literal(wrong, reference("user")) is None


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (None, "null"),
        (True, "true"),
        (12, "12"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.00"), "0.00"),
        (Decimal("0.0000000001"), "0.0000000001"),
        ("a", "a"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05Z"),
        (timedelta(days=2, hours=3), "P2DT3H"),
        (timedelta(milliseconds=-500), "-PT0.5S"),
        (timedelta(0), "PT0S"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (("a", None, 1), "[a, null, 1]"),
    ],
)
def test_printed_values(value: Any, printed: str) -> None:
    assert print_value(value) == printed


@pytest.mark.parametrize(
    ("types", "together"),
    [
        ((integer(3), integer(5)), integer(5)),
        ((integer(3), decimal(2, 1)), decimal(2, 3)),
        ((percent(4, 2), integer(3)), decimal(4, 3)),
        ((percent(4, 2), percent(2, 3)), percent(4, 3)),
        ((money("CNY"), money("CNY", 4)), money("CNY", 4)),
        ((money("CNY"), money("USD")), None),
        ((money("CNY"), integer(1)), None),
        ((text(3), text(5)), text(5)),
        ((option("a"), option("b", "a")), option("a", "b")),
        ((option("a"), text(1)), None),
        ((NULL, DATE), DATE),
        ((NULL, NULL), NULL),
        ((), NULL),
        ((DATE, INSTANT), None),
        ((reference("a"), reference("b")), None),
        ((list_of(text(3), 2), list_of(text(5), 1)), list_of(text(5), 2)),
        ((list_of(text(3)), list_of(DATE)), None),
        ((records("a"), records("a")), None),
    ],
)
def test_unify(types: tuple[Type, ...], together: Type | None) -> None:
    assert unify(types) == together
    if together is None or not together.options:
        assert unify(reversed(types)) == together


@pytest.mark.parametrize(
    ("a", "b", "equal", "ordered"),
    [
        (integer(), decimal(2, 3), True, True),
        (money("CNY"), money("CNY", 4), True, True),
        (money("CNY"), money("USD"), False, False),
        (money("CNY"), decimal(2, 3), False, False),
        (text(), option("a"), True, True),
        (option("a"), option("b"), False, False),
        (option("a"), Type(option().kind), True, True),
        (DATE, INSTANT, False, False),
        (DURATION, DURATION, True, True),
        (BOOLEAN, BOOLEAN, True, False),
        (reference("a"), reference("a"), True, False),
        (reference("a"), reference("b"), False, False),
        (list_of(text()), list_of(text()), False, False),
    ],
)
def test_comparable(a: Type, b: Type, equal: bool, ordered: bool) -> None:
    assert are_comparable(a, b, ordered=False) is equal
    assert are_comparable(b, a, ordered=False) is equal
    assert are_comparable(a, b, ordered=True) is ordered


def test_fits() -> None:
    assert fits(NULL, DATE)
    assert fits(option("a"), text())
    assert fits(list_of(option("a")), list_of(option("a", "b")))
    assert not fits(list_of(option("c")), list_of(option("a", "b")))
    assert not fits(text(), option("a"))
    assert not fits(Type(option().kind), option("a"))
    assert fits(option("a"), Type(option().kind))


@pytest.mark.parametrize(
    ("type_", "shown"),
    [
        (decimal(2, 5), "decimal(2)"),
        (money("CNY"), "money(CNY,2)"),
        (percent(), "percent(4)"),
        (reference("a"), "reference(a)"),
        (list_of(text()), "list(text)"),
        (integer(), "integer"),
        (NULL, "null"),
    ],
)
def test_types_are_shown_short(type_: Type, shown: str) -> None:
    assert str(type_) == shown
