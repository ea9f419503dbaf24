"""Functions of dates and instants. A date has no zone; an instant's local date is taken in the workspace's zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from expressions.context import Context
from expressions.functions.calendar import add_months, months_between, working_days
from expressions.functions.rules import define, fixed, of_types, overload
from expressions.registry import Overload, Parameter, SqlBuilder
from expressions.sql import dates as sql_dates
from expressions.types import DATE, INSTANT, integer

_FAMILY = "dates"
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}
_SPANS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


def _unit(*choices: str) -> Parameter:
    return Parameter("unit", "unit", setting=True, choices=choices)


_DATE_UNITS = _unit("day", "week", "month", "quarter", "year")
_INSTANT_UNITS = _unit("minute", "hour", "day", "week")
_PERIODS = _unit("week", "month", "quarter", "year")


def local(context: Context, moment: datetime) -> datetime | None:
    """The moment on the workspace's clock; None outside the years 1–9999."""
    try:
        return moment.astimezone(context.zone)
    except OverflowError:
        return None


def local_date(context: Context, moment: datetime) -> date | None:
    """``DATE(instant)``."""
    here = local(context, moment)
    return None if here is None else here.date()


def make_date(y: int, m: int, d: int) -> date | None:
    """``DATE(y, m, d)``, None when there is no such date."""
    try:
        return date(y, m, d)
    except (ValueError, OverflowError):
        return None


def _of_instant(part: Callable[[datetime], int]) -> Callable[[Context, datetime], int | None]:
    def take(context: Context, x: datetime) -> int | None:
        here = local(context, x)
        return None if here is None else part(here)

    return take


def add_to_date(x: date, n: int, unit: str) -> date | None:
    """``DATEADD`` of a date; month ends are clamped."""
    if unit in _MONTHS:
        return add_months(x, n * _MONTHS[unit])
    try:
        return x + timedelta(days=n * _DAYS[unit])
    except OverflowError:
        return None


def add_to_instant(x: datetime, n: int, unit: str) -> datetime | None:
    """``DATEADD`` of an instant; a day is 24 hours."""
    try:
        return x + n * _SPANS[unit]
    except OverflowError:
        return None


def between_dates(a: date, b: date, unit: str) -> int:
    """``DATEDIFF`` of dates: complete units, toward zero."""
    if unit in _MONTHS:
        months = months_between(a, b)
        return abs(months) // _MONTHS[unit] * (-1 if months < 0 else 1)
    days = (b - a).days
    return abs(days) // _DAYS[unit] * (-1 if days < 0 else 1)


def between_instants(a: datetime, b: datetime, unit: str) -> int:
    """``DATEDIFF`` of instants: complete units, toward zero."""
    return (b - a) // _SPANS[unit] if b >= a else -((a - b) // _SPANS[unit])


def start_of(x: date, unit: str) -> date | None:
    """The first day of the period of ``x``."""
    if unit == "week":
        return add_to_date(x, 1 - x.isoweekday(), "day")
    if unit == "year":
        return x.replace(month=1, day=1)
    return x.replace(month=x.month if unit == "month" else (x.month - 1) // 3 * 3 + 1, day=1)


def end_of(x: date, unit: str) -> date | None:
    """The last day of the period of ``x``."""
    if unit == "week":
        return add_to_date(x, 7 - x.isoweekday(), "day")
    if x.year == date.max.year and (
        unit == "year" or ((x.month + 2) // 3 == 4 and unit == "quarter") or x.month == 12
    ):
        return date.max
    start = start_of(x, unit)
    after = None if start is None else add_months(start, _MONTHS[unit])
    return None if after is None else after - timedelta(days=1)


def _of_local(
    function: Callable[[date, str], date | None],
) -> Callable[[Context, datetime, str], date | None]:
    def apply(context: Context, x: datetime, unit: str) -> date | None:
        here = local_date(context, x)
        return None if here is None else function(here, unit)

    return apply


def _parts(digits: int, part: Callable[[Any], int], sql: SqlBuilder) -> tuple[Overload, Overload]:
    return (
        overload(("x: date",), fixed(integer(digits)), part, sql=sql),
        overload(("x: instant",), fixed(integer(digits)), _of_instant(part), context=True, sql=sql),
    )


def _now(context: Context) -> datetime:
    return context.now


def _today(context: Context) -> date:
    return context.today


_same = of_types(lambda args: args[0])

define(
    "TODAY",
    _FAMILY,
    overload((), fixed(DATE), _today, context=True, sql=sql_dates.today),
    volatile=True,
    zh="今天的日期（工作区时区）。",
    en="Today's date in the workspace's zone.",
    examples={"TODAY() == DATE(NOW())": "true"},
)
define(
    "NOW",
    _FAMILY,
    overload((), fixed(INSTANT), _now, context=True, sql=sql_dates.now),
    volatile=True,
    zh="当前时刻。",
    en="The present moment.",
    examples={'NOW() - NOW() == "0h"': "true"},
)
define(
    "DATE",
    _FAMILY,
    overload(("y: integer", "m: integer", "d: integer"), fixed(DATE), make_date, sql=sql_dates.make_date),
    overload(("x: instant",), fixed(DATE), local_date, context=True, sql=sql_dates.date_of_instant),
    zh="由年月日组成日期，或取时刻的本地日期。",
    en="A date of year, month and day, or the local date of an instant.",
    examples={"DATE(2026, 2, 28)": "2026-02-28", "DATE(2026, 2, 30)": "null"},
)
define(
    "YEAR",
    _FAMILY,
    *_parts(4, lambda x: x.year, sql_dates.year),
    zh="年份。",
    en="The year.",
    examples={'YEAR("2026-05-01")': "2026"},
)
define(
    "QUARTER",
    _FAMILY,
    *_parts(1, lambda x: (x.month + 2) // 3, sql_dates.quarter),
    zh="季度（1–4）。",
    en="The quarter, 1 to 4.",
    examples={'QUARTER("2026-05-01")': "2"},
)
define(
    "MONTH",
    _FAMILY,
    *_parts(2, lambda x: x.month, sql_dates.month),
    zh="月份（1–12）。",
    en="The month, 1 to 12.",
    examples={'MONTH("2026-05-01")': "5"},
)
define(
    "DAY",
    _FAMILY,
    *_parts(2, lambda x: x.day, sql_dates.day),
    zh="日（1–31）。",
    en="The day of the month.",
    examples={'DAY("2026-05-31")': "31"},
)
define(
    "WEEKDAY",
    _FAMILY,
    *_parts(1, lambda x: x.isoweekday(), sql_dates.weekday),
    zh="星期几，星期一为 1。",
    en="The day of the week; Monday is 1.",
    examples={'WEEKDAY("2026-05-04")': "1"},
)
define(
    "HOUR",
    _FAMILY,
    overload(
        ("x: instant",), fixed(integer(2)), _of_instant(lambda x: x.hour), context=True, sql=sql_dates.hour
    ),
    zh="本地小时（0–23）。",
    en="The local hour, 0 to 23.",
    examples={'HOUR("2026-05-04T01:30:00Z")': "9"},
)
define(
    "DATEADD",
    _FAMILY,
    overload(("x: date", "n: integer", _DATE_UNITS), _same, add_to_date, sql=sql_dates.add_to_date),
    overload(
        ("x: instant", "n: integer", _INSTANT_UNITS), _same, add_to_instant, sql=sql_dates.add_to_instant
    ),
    zh="日期或时刻加 n 个单位；月末取当月最后一天。",
    en="A date or instant moved by n units; month ends are clamped.",
    examples={'DATEADD("2026-01-31", 1, "month")': "2026-02-28", 'DATEADD("9999-12-31", 1, "day")': "null"},
)
define(
    "DATEDIFF",
    _FAMILY,
    overload(
        ("a: date", "b: date", _DATE_UNITS), fixed(integer(7)), between_dates, sql=sql_dates.date_difference
    ),
    overload(
        ("a: instant", "b: instant", _INSTANT_UNITS),
        fixed(integer(10)),
        between_instants,
        sql=sql_dates.instant_difference,
    ),
    zh="从 a 到 b 的完整单位数，b 较早时为负。",
    en="Complete units from a to b; negative when b is earlier.",
    examples={
        'DATEDIFF("2026-01-31", "2026-02-28", "month")': "1",
        'DATEDIFF("2026-01-10", "2026-01-01", "day")': "-9",
    },
)
define(
    "STARTOF",
    _FAMILY,
    overload(("x: date", _PERIODS), fixed(DATE), start_of, sql=sql_dates.start_of),
    overload(
        ("x: instant", _PERIODS), fixed(DATE), _of_local(start_of), context=True, sql=sql_dates.start_of
    ),
    zh="所在周、月、季、年的第一天。",
    en="The first day of the week, month, quarter or year.",
    examples={'STARTOF("2026-05-20", "quarter")': "2026-04-01"},
)
define(
    "ENDOF",
    _FAMILY,
    overload(("x: date", _PERIODS), fixed(DATE), end_of, sql=sql_dates.end_of),
    overload(("x: instant", _PERIODS), fixed(DATE), _of_local(end_of), context=True, sql=sql_dates.end_of),
    zh="所在周、月、季、年的最后一天。",
    en="The last day of the week, month, quarter or year.",
    examples={'ENDOF("2026-02-10", "month")': "2026-02-28"},
)
define(
    "WORKDAYS",
    _FAMILY,
    overload(
        ("a: date", "b: date", Parameter("calendar", "calendar", setting=True, optional=True, default="")),
        fixed(integer(6)),
        working_days,
        context=True,
        sql=sql_dates.workdays,
    ),
    zh="a 之后到 b（含）的工作日数。",
    en="Working days after a, up to and including b.",
    examples={'WORKDAYS("2026-05-15", "2026-05-18")': "1"},
)
