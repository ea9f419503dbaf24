"""Deterministic functions that SQLite lacks: wide decimals, case, calendar, zones.

``register`` is called with every new connection. Nothing here imports a driver, and PostgreSQL needs none of it. A
number argument is an integer or a wide text (:mod:`expressions.wide`); a null argument makes every function null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from expressions.arithmetic import from_scaled
from expressions.casemap import lower_text, upper_text
from expressions.functions.calendar import months_between
from expressions.functions.dates import add_to_date, end_of, make_date, start_of
from expressions.storage import EPOCH
from expressions.wide import decode_wide, encode_wide, is_wide

_NUMBER = re.compile(r"-?[0-9]+\Z")


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
    for name, (kinds, function) in _FUNCTIONS.items():
        connection.create_function(name, len(kinds), _reading(kinds, function), deterministic=True)
    connection.create_aggregate("dg_sum", 1, _Sum)


def _reading(kinds: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function behind readers of its arguments: ``n`` a number, ``t`` a text.

    Null in, null out. Null also for an argument of another kind: no compiled statement has one, but the planner,
    when it estimates how many rows ``column > dg_…(?)`` leaves, calls us with numbers turned into texts.
    """
    readers = [_read_number if kind == "n" else _read_text for kind in kinds]

    def call(*args: Any) -> Any:
        values = [read(arg) for read, arg in zip(readers, args, strict=True)]
        return None if None in values else function(*values)

    return call


def _read_number(stored: Any) -> int | None:
    if isinstance(stored, int):
        return stored
    if not isinstance(stored, str) or not _NUMBER.match(stored):
        return None
    return decode_wide(stored) if is_wide(stored) else int(stored)


def _read_text(stored: Any) -> str | None:
    return stored if isinstance(stored, str) else None


# Wide decimals


class _Sum:
    """Exact sum of integers or wide texts, as a wide text; null when there is none."""

    def __init__(self) -> None:
        self._total: int | None = None

    def step(self, value: int | str | None) -> None:
        """One row."""
        number = _read_number(value)
        if number is not None:
            self._total = (self._total or 0) + number

    def finalize(self) -> str | None:
        """The sum."""
        return None if self._total is None else encode_wide(self._total)


def _wide(value: int, shift: int) -> str:
    return encode_wide(value * 10**shift)


def _narrow(value: int, shift: int) -> int:
    return value * int(10**shift)


def _join(high: int, low: int) -> str:
    """A sum from the sums of its parts above and below 10^9."""
    return encode_wide(high * 10**9 + low)


def _add(a: int, a_shift: int, b: int, b_shift: int) -> str:
    return encode_wide(a * 10**a_shift + b * 10**b_shift)


def _subtract(a: int, a_shift: int, b: int, b_shift: int) -> str:
    return encode_wide(a * 10**a_shift - b * 10**b_shift)


def _multiply(a: int, b: int) -> str:
    return encode_wide(a * b)


def _negate(a: int) -> str:
    return encode_wide(-a)


def _absolute(a: int) -> str:
    return encode_wide(abs(a))


def _compare(a: int, a_shift: int, b: int, b_shift: int) -> int:
    left, right = a * int(10**a_shift), b * int(10**b_shift)
    return (left > right) - (left < right)


def _cut(numerator: int, denominator: int, mode: str) -> int:
    """The quotient as a whole number: half away from zero, up (away from zero) or down (toward it)."""
    size, unit = abs(numerator), abs(denominator)
    extra = {"half": unit, "up": 2 * unit - 2, "down": 0}[mode]
    quotient = (2 * size + extra) // (2 * unit)
    return -quotient if (numerator < 0) != (denominator < 0) else quotient


def _divide(a: int, b: int, shift: int) -> str | None:
    """``a · 10^shift / b``, half-up; null where b is zero."""
    numerator, denominator = a * 10 ** max(shift, 0), b * 10 ** max(-shift, 0)
    return encode_wide(_cut(numerator, denominator, "half")) if denominator else None


def _round(x: int, cut: int, back: int, mode: str) -> str:
    return encode_wide(_cut(x, 10**cut, mode) * 10**back)


def _floor(x: int, cut: int) -> str:
    return encode_wide(x // 10**cut)


def _ceil(x: int, cut: int) -> str:
    return encode_wide(-(-x // 10**cut))


def _modulo(a: int, a_shift: int, b: int, b_shift: int) -> str | None:
    divisor = b * 10**b_shift
    return encode_wide(a * 10**a_shift % divisor) if divisor else None


def _text(x: int, scale: int) -> str:
    return format(from_scaled(x, scale), "f")


# Dates


def _date(year: int, month: int, day: int) -> str | None:
    return _iso(make_date(year, month, day))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _add_to_date(start: str, count: int, unit: str) -> str | None:
    return _iso(add_to_date(date.fromisoformat(start), count, unit))


def _months_apart(a: str, b: str) -> int:
    return months_between(date.fromisoformat(a), date.fromisoformat(b))


def _start_of(day: str, unit: str) -> str | None:
    return _iso(start_of(date.fromisoformat(day), unit))


def _end_of(day: str, unit: str) -> str | None:
    return _iso(end_of(date.fromisoformat(day), unit))


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


def _add_time(moment: int, count: int, unit: int) -> int | None:
    target = moment + count * unit
    return target if _FIRST <= target <= _LAST else None


_FUNCTIONS: dict[str, tuple[str, Callable[..., Any]]] = {
    "dg_wide": ("nn", _wide),
    "dg_narrow": ("nn", _narrow),
    "dg_join": ("nn", _join),
    "dg_add": ("nnnn", _add),
    "dg_sub": ("nnnn", _subtract),
    "dg_mul": ("nn", _multiply),
    "dg_neg": ("n", _negate),
    "dg_abs": ("n", _absolute),
    "dg_cmp": ("nnnn", _compare),
    "dg_div": ("nnn", _divide),
    "dg_round": ("nnnt", _round),
    "dg_floor": ("nn", _floor),
    "dg_ceil": ("nn", _ceil),
    "dg_mod": ("nnnn", _modulo),
    "dg_text": ("nn", _text),
    "dg_lower": ("t", lower_text),
    "dg_upper": ("t", upper_text),
    "dg_date": ("nnn", _date),
    "dg_add_to_date": ("tnt", _add_to_date),
    "dg_months_apart": ("tt", _months_apart),
    "dg_start_of": ("tt", _start_of),
    "dg_end_of": ("tt", _end_of),
    "dg_workdays": ("ttt", _workdays),
    "dg_local_date": ("nt", _local_date),
    "dg_local_hour": ("nt", _local_hour),
    "dg_add_time": ("nnn", _add_time),
}
