"""Deterministic functions that SQLite lacks: wide decimals, case, calendar, zones.

``register`` is called with every new connection. Nothing here imports a driver, and PostgreSQL needs none of it. A
number argument is an integer or a wide text (:mod:`expressions.wide`); a null argument makes every function null.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from expressions.arithmetic import from_scaled
from expressions.casemap import lower_text, upper_text
from expressions.storage import EPOCH
from expressions.wide import decode_wide, encode_wide

Steps = int | str


class Connection(Protocol):
    """A DBAPI connection to SQLite."""

    def create_function(
        self, name: str, narg: int, func: Callable[..., Any], *, deterministic: bool = False
    ) -> None:
        """Add a scalar function."""
        ...

    def create_aggregate(self, name: str, n_arg: int, aggregate_class: Callable[[], Any]) -> None:
        """Add an aggregate."""
        ...


def register(connection: Connection) -> None:
    """Give a connection every ``dg_…`` function."""
    for name, (count, function) in _FUNCTIONS.items():
        connection.create_function(name, count, _null_out(function), deterministic=True)
    connection.create_aggregate("dg_sum", 1, _Sum)


def _null_out(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any) -> Any:
        return None if None in args else function(*args)

    return call


def _steps(stored: Steps) -> int:
    return stored if isinstance(stored, int) else decode_wide(stored)


# Wide decimals


class _Sum:
    """Exact sum of integers or wide texts, as a wide text; null when there is none."""

    def __init__(self) -> None:
        self._total: int | None = None

    def step(self, value: Steps | None) -> None:
        """One row."""
        if value is not None:
            self._total = (self._total or 0) + _steps(value)

    def finalize(self) -> str | None:
        """The sum."""
        return None if self._total is None else encode_wide(self._total)


def _wide(value: Steps, shift: int) -> str:
    return encode_wide(_steps(value) * 10**shift)


def _narrow(value: Steps, shift: int) -> int:
    return _steps(value) * int(10**shift)


def _join(high: int, low: int) -> str:
    """A sum from the sums of its parts above and below 10^9."""
    return encode_wide(high * 10**9 + low)


def _add(a: Steps, a_shift: int, b: Steps, b_shift: int) -> str:
    return encode_wide(_steps(a) * 10**a_shift + _steps(b) * 10**b_shift)


def _subtract(a: Steps, a_shift: int, b: Steps, b_shift: int) -> str:
    return encode_wide(_steps(a) * 10**a_shift - _steps(b) * 10**b_shift)


def _multiply(a: Steps, b: Steps) -> str:
    return encode_wide(_steps(a) * _steps(b))


def _negate(a: Steps) -> str:
    return encode_wide(-_steps(a))


def _absolute(a: Steps) -> str:
    return encode_wide(abs(_steps(a)))


def _compare(a: Steps, a_shift: int, b: Steps, b_shift: int) -> int:
    left, right = _steps(a) * int(10**a_shift), _steps(b) * int(10**b_shift)
    return (left > right) - (left < right)


def _cut(numerator: int, denominator: int, mode: str) -> int:
    """The quotient as a whole number: half away from zero, up (away from zero) or down (toward it)."""
    size, unit = abs(numerator), abs(denominator)
    extra = {"half": unit, "up": 2 * unit - 2, "down": 0}[mode]
    quotient = (2 * size + extra) // (2 * unit)
    return -quotient if (numerator < 0) != (denominator < 0) else quotient


def _divide(a: Steps, b: Steps, shift: int) -> str | None:
    """``a · 10^shift / b``, half-up; null where b is zero."""
    numerator, denominator = _steps(a) * 10 ** max(shift, 0), _steps(b) * 10 ** max(-shift, 0)
    return encode_wide(_cut(numerator, denominator, "half")) if denominator else None


def _round(x: Steps, cut: int, back: int, mode: str) -> str:
    return encode_wide(_cut(_steps(x), 10**cut, mode) * 10**back)


def _floor(x: Steps, cut: int) -> str:
    return encode_wide(_steps(x) // 10**cut)


def _ceil(x: Steps, cut: int) -> str:
    return encode_wide(-(-_steps(x) // 10**cut))


def _modulo(a: Steps, a_shift: int, b: Steps, b_shift: int) -> str | None:
    divisor = _steps(b) * 10**b_shift
    return encode_wide(_steps(a) * 10**a_shift % divisor) if divisor else None


def _text(x: Steps, scale: int) -> str:
    return format(from_scaled(_steps(x), scale), "f")


# Dates


def _date(year: Steps, month: Steps, day: Steps) -> str | None:
    try:
        return date(_steps(year), _steps(month), _steps(day)).isoformat()
    except (ValueError, OverflowError):
        return None


def _from_ordinal(number: int) -> str | None:
    return date.fromordinal(number).isoformat() if 1 <= number <= date.max.toordinal() else None


def _add_days(start: str, count: Steps, unit: int) -> str | None:
    return _from_ordinal(date.fromisoformat(start).toordinal() + _steps(count) * unit)


def _add_months(start: str, count: Steps, unit: int) -> str | None:
    begin = date.fromisoformat(start)
    year, month = divmod(begin.year * 12 + begin.month - 1 + _steps(count) * unit, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(begin.day, monthrange(year, month + 1)[1])).isoformat()


def _months_apart(a: str, b: str) -> int:
    """Complete months; a clamped month end counts as complete."""
    if b < a:
        return -_months_apart(b, a)
    low, high = date.fromisoformat(a), date.fromisoformat(b)
    count = (high.year - low.year) * 12 + high.month - low.month
    is_short = min(low.day, monthrange(high.year, high.month)[1]) > high.day
    return count - is_short


_LENGTHS = {"month": 1, "quarter": 3, "year": 12}


def _start(day: date, unit: str) -> date:
    if unit == "week":
        return date.fromordinal(day.toordinal() - day.weekday())
    return day.replace(month=(day.month - 1) // _LENGTHS[unit] * _LENGTHS[unit] + 1, day=1)


def _start_of(day: str, unit: str) -> str:
    return _start(date.fromisoformat(day), unit).isoformat()


def _end_of(day: str, unit: str) -> str | None:
    first = _start(date.fromisoformat(day), unit)
    if unit == "week":
        return _from_ordinal(first.toordinal() + 6)
    month = first.month + _LENGTHS[unit] - 1
    return first.replace(month=month, day=monthrange(first.year, month)[1]).isoformat()


_WORKDAYS_FROM, _WORKDAYS_TO = "1900-01-01", "2200-12-31"


@lru_cache(maxsize=64)
def _calendar(written: str) -> tuple[list[int], frozenset[int], frozenset[int]]:
    week, added, removed = json.loads(written)
    return week, frozenset(added), frozenset(removed)


def _workdays(a: str, b: str, written: str) -> int | None:
    """Working days after a up to and including b, from the parts of a calendar."""
    if not (_WORKDAYS_FROM <= a <= _WORKDAYS_TO and _WORKDAYS_FROM <= b <= _WORKDAYS_TO):
        return None
    if b < a:
        return -_count_workdays(b, a, written)
    return _count_workdays(a, b, written)


def _count_workdays(a: str, b: str, written: str) -> int:
    week, added, removed = _calendar(written)
    low, high = date.fromisoformat(a).toordinal(), date.fromisoformat(b).toordinal()
    exceptions = sum(low < day <= high for day in added) - sum(low < day <= high for day in removed)
    return _weekdays_until(week, high) - _weekdays_until(week, low) + exceptions


def _weekdays_until(week: list[int], ordinal: int) -> int:
    """Day 1 of the calendar is a Monday."""
    weeks, begun = divmod(ordinal, 7)
    return weeks * week[7] + week[begun]


# Instants


_zone = lru_cache(maxsize=16)(ZoneInfo)


def _local(moment: int, zone: str) -> datetime | None:
    """None where the zone leads out of the years 1–9999."""
    try:
        return (EPOCH + timedelta(microseconds=moment)).astimezone(_zone(zone))
    except OverflowError:
        return None


def _local_date(moment: int, zone: str) -> str | None:
    local = _local(moment, zone)
    return None if local is None else local.date().isoformat()


def _local_hour(moment: int, zone: str) -> int | None:
    local = _local(moment, zone)
    return None if local is None else local.hour


_FIRST, _LAST = (
    (edge - EPOCH) // timedelta(microseconds=1)
    for edge in (datetime.min.replace(tzinfo=EPOCH.tzinfo), datetime.max.replace(tzinfo=EPOCH.tzinfo))
)


def _add_time(moment: int, count: Steps, unit: int) -> int | None:
    target = moment + _steps(count) * unit
    return target if _FIRST <= target <= _LAST else None


_FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "dg_wide": (2, _wide),
    "dg_narrow": (2, _narrow),
    "dg_join": (2, _join),
    "dg_add": (4, _add),
    "dg_sub": (4, _subtract),
    "dg_mul": (2, _multiply),
    "dg_neg": (1, _negate),
    "dg_abs": (1, _absolute),
    "dg_cmp": (4, _compare),
    "dg_div": (3, _divide),
    "dg_round": (4, _round),
    "dg_floor": (2, _floor),
    "dg_ceil": (2, _ceil),
    "dg_mod": (4, _modulo),
    "dg_text": (2, _text),
    "dg_lower": (1, lower_text),
    "dg_upper": (1, upper_text),
    "dg_date": (3, _date),
    "dg_add_days": (3, _add_days),
    "dg_add_months": (3, _add_months),
    "dg_months_apart": (2, _months_apart),
    "dg_start_of": (2, _start_of),
    "dg_end_of": (2, _end_of),
    "dg_workdays": (3, _workdays),
    "dg_local_date": (2, _local_date),
    "dg_local_hour": (2, _local_hour),
    "dg_add_time": (3, _add_time),
}
