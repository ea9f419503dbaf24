"""Relative days in the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from builder.demo.moments import Moments

ZONE = ZoneInfo("Asia/Shanghai")
#: A Wednesday morning in Shanghai, still Tuesday in London.
NOW = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)


def calendar(now: datetime = NOW) -> Moments:
    dips = [(date(2026, 2, 12), date(2026, 2, 25), 0.1)]
    return Moments(now, ZONE, {2: 0.5, 3: 0.9}, dips)


def test_days_are_counted_from_the_monday_of_the_week() -> None:
    assert calendar().day(0) == date(2026, 3, 2)
    assert calendar().day(-3).strftime("%a %Y-%m-%d") == "Fri 2026-02-27"
    sunday = calendar(datetime(2026, 3, 8, 15, 59, tzinfo=UTC))
    assert sunday.day(0) == date(2026, 3, 2)
    assert calendar(datetime(2026, 3, 8, 16, 0, tzinfo=UTC)).day(0) == date(2026, 3, 9), "Monday there"


def test_moments_are_on_the_clock_of_the_zone() -> None:
    assert calendar().instant("-1 09:05") == datetime(2026, 3, 1, 1, 5, tzinfo=UTC)
    assert calendar().instant("0 00:00") == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@year q0", "2026"), ("@quarter q0", "1"), ("@year q-1", "2025"), ("@quarter q-1", "4"),
        ("@quarter q-4", "1"), ("@year q-5", "2024"), ("@quarter q-5", "4"), ("7", None), ("@quarter", None),
    ],
)  # fmt: skip
def test_quarters(text: str, expected: str | None) -> None:
    assert calendar().quarter(text) == expected


def test_shares_of_the_year() -> None:
    assert calendar().share(0) == 0.9
    assert calendar().share(-3) == 0.5
    assert calendar().share(-5) == 0.1, "the last day of the dip"
    assert calendar().share(-40) == 1.0, "a month that is not named"
