"""Months that end early, and working days counted without walking through them."""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from datetime import date
from functools import lru_cache

from expressions.context import Calendar, Context

#: Years in which working days are counted.
WORKDAY_YEARS = (1900, 2200)


def add_months(x: date, months: int) -> date | None:
    """``x`` moved by months, its day clamped to the month's end; None outside the years 1–9999."""
    year, month = divmod(x.year * 12 + x.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    return date(year, month + 1, min(x.day, monthrange(year, month + 1)[1]))


def months_between(a: date, b: date) -> int:
    """Complete months from ``a`` to ``b`` by clamped addition; mirrored when ``b`` is earlier."""
    if b < a:
        return -months_between(b, a)
    months = (b.year - a.year) * 12 + b.month - a.month
    reached = add_months(a, months)
    return months if reached is not None and reached <= b else months - 1


class WorkdayCount:
    """How many working days there are up to a day, from whole weeks and the sorted exceptions."""

    def __init__(self, calendar: Calendar):
        self._weekdays = calendar.weekdays
        exceptions = sorted(calendar.makeup | calendar.holidays)
        changed = [
            (day.toordinal(), calendar.is_working(day) - (day.isoweekday() in calendar.weekdays))
            for day in exceptions
        ]
        self._days = [day for day, _ in changed]
        self._sums = [0]
        for _, change in changed:
            self._sums.append(self._sums[-1] + change)

    def upto(self, ordinal: int) -> int:
        """Working days among the ordinals 1 to ``ordinal`` (day 1 is a Monday)."""
        weeks, rest = divmod(ordinal, 7)
        regular = weeks * len(self._weekdays) + sum(weekday <= rest for weekday in self._weekdays)
        return regular + self._sums[bisect_right(self._days, ordinal)]


@lru_cache(maxsize=64)
def _count_of(calendar: Calendar) -> WorkdayCount:
    return WorkdayCount(calendar)


def working_days(context: Context, a: date, b: date, calendar: str) -> int | None:
    """``WORKDAYS``: after ``a`` up to and including ``b``; None outside :data:`WORKDAY_YEARS`."""
    first, last = WORKDAY_YEARS
    if not (first <= a.year <= last and first <= b.year <= last):
        return None
    days = context.calendars.get(calendar) if calendar == "" else context.calendars[calendar]
    count = _count_of(days or Calendar())
    return count.upto(b.toordinal()) - count.upto(a.toordinal())
