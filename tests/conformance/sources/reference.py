"""The plain second source in Python: fractions, ``datetime`` and loops, written from docs/expressions.md alone."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any
from zoneinfo import ZoneInfo

from world import CALENDARS, TABLES


def exact(value: Any) -> Fraction | None:
    """A number written as JSON, exactly."""
    return None if value is None else Fraction(str(value))


def printed(value: Fraction, scale: int) -> Decimal:
    """A fraction that has at most ``scale`` digits as a decimal (kit.encode complains when it has more)."""
    whole = value * 10**scale
    if whole.denominator != 1:
        raise ValueError(f"{value} does not fit scale {scale}")
    return Decimal(f"{whole.numerator}E-{scale}")


def half_up(value: Fraction, scale: int) -> Decimal:
    """Rounded half away from zero."""
    size = floor(abs(value) * Fraction(10) ** scale + Fraction(1, 2))
    return printed((-1 if value < 0 else 1) * Fraction(size) / Fraction(10) ** scale, max(scale, 0))


def away(value: Fraction, scale: int) -> Decimal:
    """Rounded away from zero."""
    size = ceil(abs(value) * Fraction(10) ** scale)
    return printed((-1 if value < 0 else 1) * Fraction(size) / Fraction(10) ** scale, max(scale, 0))


def toward(value: Fraction, scale: int) -> Decimal:
    """Cut off toward zero."""
    size = floor(abs(value) * Fraction(10) ** scale)
    return printed((-1 if value < 0 else 1) * Fraction(size) / Fraction(10) ** scale, max(scale, 0))


def divided(a: Fraction | None, b: Fraction | None) -> Decimal | None:
    """``a / b`` to ten digits; by zero is null."""
    return None if a is None or b is None or b == 0 else half_up(a / b, 10)


def add_months(day: date, months: int) -> date | None:
    """Clamped to the end of the month; null outside the years 1 to 9999."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date | None:
    """Null outside the years 1 to 9999."""
    number = day.toordinal() + days
    return date.fromordinal(number) if 1 <= number <= date.max.toordinal() else None


def months_between(a: date, b: date, size: int = 1) -> int:
    """Complete spans of ``size`` months from a to b, counted one by one."""
    if b < a:
        return -months_between(b, a, size)
    count = 0
    while (step := add_months(a, (count + 1) * size)) is not None and step <= b:
        count += 1
    return count


def whole(value: Fraction) -> int:
    """Truncated toward zero."""
    return floor(value) if value >= 0 else -floor(-value)


def moment(text: str) -> datetime:
    """An RFC 3339 text in UTC."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """The wall clock of an instant."""
    return moment(text).astimezone(ZoneInfo(zone))


def is_working(day: date, calendar: str) -> bool:
    """By the calendar's lists, in the order of the document."""
    found: Mapping[str, Any] = CALENDARS[calendar]
    if day.isoformat() in found["makeup"]:
        return True
    return day.isoweekday() in found["weekdays"] and day.isoformat() not in found["holidays"]


def workdays(a: str, b: str, calendar: str = "") -> int | None:
    """Working days after a up to and including b, day by day."""
    first, last = date.fromisoformat(a), date.fromisoformat(b)
    if not (1900 <= first.year <= 2200 and 1900 <= last.year <= 2200):
        return None
    if last < first:
        found = workdays(b, a, calendar)
        return None if found is None else -found
    return sum(is_working(first + timedelta(n), calendar) for n in range(1, (last - first).days + 1))


def tier(value: Fraction, table: str, mode: str) -> Fraction | None:
    """The three modes of TIER."""
    starts = [Fraction(text) for text in TABLES[table]["starts"]]
    rates = [Fraction(text) for text in TABLES[table]["rates"]]
    if value < starts[0]:
        return None
    if mode == "slice":
        ends = [*starts[1:], max(value, starts[-1])]
        parts = zip(starts, ends, rates, strict=True)
        return sum(
            ((min(value, end) - start) * rate for start, end, rate in parts if value > start), Fraction(0)
        )
    rate = [rate for start, rate in zip(starts, rates, strict=True) if start <= value][-1]
    return rate if mode == "rate" else value * rate


def share(blank: Iterable[bool]) -> Decimal:
    """COMPLETENESS: the share of the not blank."""
    flags = list(blank)
    return half_up(Fraction(flags.count(False), len(flags)), 10)
