"""Five-field schedules by the clock of a zone: which moment comes next. Pure.

Libraries for cron know no working days, and each has a meaning of its own where clocks change; here both are part of
what a document promises.

A time that the clock leaves out in spring is that much later; one that it shows twice in autumn is the first of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from expressions.context import Calendar

#: Lowest and highest value of minute, hour, day, month, weekday (0 and 7: Sunday).
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
#: Days looked at before a schedule is given up that names none (the 30th of February).
_FARTHEST = 3_660


@dataclass(frozen=True, slots=True)
class Schedule:
    """A cron text, taken apart. Where day and weekday are both restricted, either may hold, as cron does."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    is_either: bool

    def falls_on(self, day: date) -> bool:
        """Whether it has times on a day."""
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        falls = in_month or in_week if self.is_either else in_month and in_week
        return day.month in self.months and falls


@lru_cache(maxsize=500)
def parse_schedule(text: str) -> Schedule:
    """A schedule of a document that has no errors."""
    parts = text.split()
    minutes, hours, days, months, weekdays = (
        _values(part, *bounds) for part, bounds in zip(parts, _BOUNDS, strict=True)
    )
    return Schedule(
        minutes=tuple(sorted(minutes)),
        hours=tuple(sorted(hours)),
        days=frozenset(days),
        months=frozenset(months),
        weekdays=frozenset(each % 7 for each in weekdays),
        is_either=not parts[2].startswith("*") and not parts[4].startswith("*"),
    )


def _values(text: str, lowest: int, highest: int) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        bounds, _, step = part.partition("/")
        first, _, last = bounds.partition("-")
        start = lowest if first == "*" else int(first)
        end = int(last) if last else highest if first == "*" or step else start
        found.update(range(start, end + 1, int(step or 1)))
    return found


def next_time(
    text: str, zone: ZoneInfo, after: datetime, calendar: Calendar | None = None
) -> datetime | None:
    """The first moment of a schedule behind ``after``, in UTC; on working days of a calendar only.

    None: there is none in ten years.
    """
    schedule = parse_schedule(text)
    first = after.astimezone(zone).date()
    for number in range(_FARTHEST):
        day = first + timedelta(days=number)
        if not schedule.falls_on(day) or (calendar is not None and not calendar.is_working(day)):
            continue
        moments = (_moment(day, hour, minute, zone) for hour in schedule.hours for minute in schedule.minutes)
        found = min((moment for moment in moments if moment > after), default=None)
        if found is not None:
            return found
    return None


def _moment(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
