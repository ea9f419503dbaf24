"""Schedules by the clock of a zone, against a walk minute by minute."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from expressions.context import Calendar
from runtime.schedules import next_time, parse_schedule

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
CRONS = (
    "0 6 * * *",
    "*/20 9-11 * * 1-5",
    "30 2 * * *",
    "15 0 1 * *",
    "0 12 13 * 5",
    "5,35 23 * 2,3 *",
    "0 8 * * 7",
)


def _walk(text: str, zone: ZoneInfo, after: datetime, most: int) -> datetime | None:
    """The next moment by looking at every minute; of those that a clock shows twice, the first."""
    schedule = parse_schedule(text)
    for number in range(1, most):
        moment = after.replace(second=0, microsecond=0) + timedelta(minutes=number)
        local = moment.astimezone(zone)
        is_first = local.fold == 0
        named = local.minute in schedule.minutes and local.hour in schedule.hours
        if is_first and named and schedule.falls_on(local.date()):
            return moment
    return None


@pytest.mark.parametrize("text", CRONS)
@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN])
def test_the_next_moment_is_that_of_a_walk(text: str, zone: ZoneInfo) -> None:
    moments = random.Random(text)
    for _ in range(20):
        after = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=moments.randrange(80_000))
        found = next_time(text, zone, after)
        walked = _walk(text, zone, after, 45_000)
        if walked is not None and zone is SHANGHAI:
            assert found == walked
        elif walked is not None and found is not None:
            assert after < found <= walked  # a time that is left out in spring comes that much later


def test_clocks_that_are_moved() -> None:
    spring = next_time("30 2 * * *", BERLIN, datetime(2026, 3, 29, 0, 0, tzinfo=UTC))
    assert spring == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 3:30 in summer time
    autumn = next_time("30 2 * * *", BERLIN, datetime(2026, 10, 24, 22, 0, tzinfo=UTC))
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert next_time("30 2 * * *", BERLIN, autumn) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_working_days_only() -> None:
    spring_festival = frozenset(date(2026, 2, 15) + timedelta(days=number) for number in range(9))
    calendar = Calendar(holidays=spring_festival, makeup=frozenset({date(2026, 2, 28)}))
    found = next_time("0 9 * * *", SHANGHAI, datetime(2026, 2, 13, 2, tzinfo=UTC), calendar)
    assert found == datetime(2026, 2, 24, 1, tzinfo=UTC)
    saturday = next_time("0 9 * * *", SHANGHAI, datetime(2026, 2, 27, 2, tzinfo=UTC), calendar)
    assert saturday == datetime(2026, 2, 28, 1, tzinfo=UTC)


def test_a_day_that_never_comes() -> None:
    assert next_time("0 0 30 2 *", SHANGHAI, datetime(2026, 1, 1, tzinfo=UTC)) is None
