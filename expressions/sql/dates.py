"""Dates, instants and durations in SQL; on SQLite what needs a calendar or a zone goes through registered functions."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from expressions.literals import MAX_DURATION
from expressions.registry import Dialect, SqlCompiler
from expressions.sql import parameters
from expressions.sql.forms import DATE, INTEGER, NUMERIC, TEXT, Sql, call, coerce, whole
from expressions.storage import microseconds
from expressions.typed import Apply, Typed
from expressions.types import Kind

_HOUR = 3_600_000_000
_LONGEST = microseconds(MAX_DURATION)
_FIRST_INSTANT = -62_135_596_800_000_000
_LAST_INSTANT = 253_402_300_799_999_999
_LAST_DAY = date.max.toordinal() - 1
#: More units than there are in ten thousand years.
_MANY_MONTHS = 200_000
_MANY_DAYS = 4_000_000

_UNIT_LENGTH = {"minute": 60_000_000, "hour": _HOUR, "day": 24 * _HOUR, "week": 7 * 24 * _HOUR}
_UNIT_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_UNIT_DAYS = {"day": 1, "week": 7}


def _fixed_date(iso: str) -> Sql:
    return sa.literal_column(f"CAST('{iso}' AS DATE)", DATE)


def _unit(node: Apply) -> str:
    return str(dict(node.settings)["unit"])


def first_date(dialect: Dialect) -> Sql:
    """1 January of year 1."""
    return _fixed_date("0001-01-01") if dialect == "postgresql" else sa.literal_column("'0001-01-01'", TEXT)


def first_instant(dialect: Dialect) -> Sql:
    """The first moment of year 1."""
    if dialect == "postgresql":
        return sa.literal_column("CAST('0001-01-01 00:00:00+00' AS TIMESTAMPTZ)", sa.DateTime(timezone=True))
    return whole(_FIRST_INSTANT)


def now(c: SqlCompiler, node: Apply) -> Sql:
    """``NOW()``."""
    del node
    return parameters.now(c.dialect)


def today(c: SqlCompiler, node: Apply) -> Sql:
    """``TODAY()``."""
    del node
    return parameters.today(c.dialect)


# Instants and durations


def _epoch(moment: Sql) -> Sql:
    """PostgreSQL: microseconds since 1970, exact (EXTRACT gives NUMERIC)."""
    return coerce(sa.extract("epoch", moment), NUMERIC) * whole(1_000_000)


def _interval(length: Sql) -> Sql:
    """PostgreSQL: microseconds as hours and a rest; never days, which the session's zone would stretch.

    The bounds keep the cast from failing where the caller's own check of the range gives null anyway.
    """
    bounded = call("greatest", INTEGER, call("least", INTEGER, length, 2 * _LONGEST), -2 * _LONGEST)
    hours = sa.cast(bounded // whole(_HOUR), sa.Integer())
    rest = (length % whole(_HOUR)) * sa.literal_column("INTERVAL '1 microsecond'", sa.Interval())
    return coerce(call("make_interval", sa.Interval(), 0, 0, 0, 0, hours) + rest, sa.Interval())


def moved(c: SqlCompiler, moment: Sql, length: Sql, sign: int) -> Sql:
    """``moment ± length``; null outside the years 1–9999."""
    if c.dialect == "postgresql":
        return c.let([moment, length], lambda m, d: _moved_timestamp(m, d, sign))

    def checked(m: Sql, d: Sql) -> Sql:
        target = m + d if sign > 0 else m - d
        return sa.case((_in_years(target), target))

    return c.let([moment, length], checked)


def _in_years(number: Sql) -> Sql:
    return number.between(whole(_FIRST_INSTANT), whole(_LAST_INSTANT))


def _moved_timestamp(moment: Sql, length: Sql, sign: int) -> Sql:
    interval = _interval(length)
    number = _epoch(moment) + length if sign > 0 else _epoch(moment) - length
    target = moment + interval if sign > 0 else moment - interval
    return sa.case((_in_years(number), coerce(target, moment.type)))


def instant_plus(c: SqlCompiler, node: Apply) -> Sql:
    """Instant + duration."""
    return moved(c, c.compile(node.args[0]), c.compile(node.args[1]), 1)


def instant_minus(c: SqlCompiler, node: Apply) -> Sql:
    """Instant − duration."""
    return moved(c, c.compile(node.args[0]), c.compile(node.args[1]), -1)


def instants_apart(c: SqlCompiler, node: Apply) -> Sql:
    """Instant − instant."""
    a, b = (c.compile(arg) for arg in node.args)
    return _apart(c, a, b)


def _apart(c: SqlCompiler, a: Sql, b: Sql) -> Sql:
    return sa.cast(_epoch(a) - _epoch(b), INTEGER) if c.dialect == "postgresql" else a - b


def add_durations(c: SqlCompiler, node: Apply) -> Sql:
    """Duration + duration; null where it is too long."""
    a, b = (c.compile(arg) for arg in node.args)
    return c.let([a + b], _bounded)


def subtract_durations(c: SqlCompiler, node: Apply) -> Sql:
    """Duration − duration; null where it is too long."""
    a, b = (c.compile(arg) for arg in node.args)
    return c.let([a - b], _bounded)


def _bounded(length: Sql) -> Sql:
    return sa.case((length.between(whole(-_LONGEST), whole(_LONGEST)), length))


# Dates and their parts


def _day_number(c: SqlCompiler, day: Sql) -> Sql:
    """Days since 1 January of year 1, a Monday."""
    if c.dialect == "postgresql":
        return coerce(day - _fixed_date("0001-01-01"), INTEGER)
    return call("unixepoch", INTEGER, day) // whole(86_400) + whole(719_162)


def days_between(c: SqlCompiler, node: Apply) -> Sql:
    """Date − date."""
    a, b = (c.compile(arg) for arg in node.args)
    return _days_apart(c, a, b)


def _days_apart(c: SqlCompiler, a: Sql, b: Sql) -> Sql:
    if c.dialect == "postgresql":
        return sa.cast(coerce(a - b, sa.Integer()), INTEGER)
    return call("unixepoch", INTEGER, a) // whole(86_400) - call("unixepoch", INTEGER, b) // whole(86_400)


def make_date(c: SqlCompiler, node: Apply) -> Sql:
    """``DATE(y, m, d)``; null when there is no such date."""
    values = [c.compile(arg) for arg in node.args]
    if c.dialect == "sqlite":
        return call("dg_date", TEXT, *values)
    return c.let(values, _checked_date)


def _checked_date(year: Sql, month: Sql, day: Sql) -> Sql:
    """Built only where it exists: MAKE_DATE fails otherwise, and PostgreSQL would fold it before looking at a CASE."""
    leap = sa.or_(
        sa.and_(year % whole(4) == whole(0), year % whole(100) != whole(0)), year % whole(400) == whole(0)
    )
    february = sa.case((leap, whole(29)), else_=whole(28))
    short = month.in_([whole(4), whole(6), whole(9), whole(11)])
    last = sa.case((month == whole(2), february), (short, whole(30)), else_=whole(31))
    inside = sa.and_(year.between(whole(1), whole(9999)), month.between(whole(1), whole(12)))
    parts = [sa.cast(part, sa.Integer()) for part in (year, month, day)]
    return sa.case((sa.and_(inside, day.between(whole(1), last)), call("make_date", DATE, *parts)))


def date_of_instant(c: SqlCompiler, node: Apply) -> Sql:
    """``DATE(instant)``."""
    return local_date(c, node.args[0])


def local_date(c: SqlCompiler, node: Typed) -> Sql:
    """A date as it is; of an instant its date in the workspace's zone."""
    value = c.compile(node)
    if node.type.kind is not Kind.INSTANT:
        return value
    if c.dialect == "sqlite":
        return call("dg_local_date", TEXT, value, parameters.zone())
    return c.let([value], lambda moment: _known_date(sa.cast(_local(moment), DATE)))


def _known_date(day: Sql) -> Sql:
    return sa.case((_is_known_date(day), day))


def _is_known_date(day: Sql) -> Sql:
    return day.between(_fixed_date("0001-01-01"), _fixed_date("9999-12-31"))


def _local(moment: Sql) -> Sql:
    return call("timezone", sa.DateTime(), parameters.zone(), moment)


def year(c: SqlCompiler, node: Apply) -> Sql:
    """``YEAR(x)``."""
    return _part(c, node, "year", 1, 4)


def month(c: SqlCompiler, node: Apply) -> Sql:
    """``MONTH(x)``."""
    return _part(c, node, "month", 6, 2)


def day(c: SqlCompiler, node: Apply) -> Sql:
    """``DAY(x)``."""
    return _part(c, node, "day", 9, 2)


def quarter(c: SqlCompiler, node: Apply) -> Sql:
    """``QUARTER(x)``."""
    return (_part(c, node, "month", 6, 2) + whole(2)) // whole(3)


def _part(c: SqlCompiler, node: Apply, name: str, start: int, length: int) -> Sql:
    value = local_date(c, node.args[0])
    if c.dialect == "postgresql":
        return sa.cast(sa.extract(name, value), INTEGER)
    return sa.cast(call("substr", TEXT, value, start, length), INTEGER)


def weekday(c: SqlCompiler, node: Apply) -> Sql:
    """``WEEKDAY(x)``, Monday is 1."""
    return _day_number(c, local_date(c, node.args[0])) % whole(7) + whole(1)


def hour(c: SqlCompiler, node: Apply) -> Sql:
    """``HOUR(instant)``."""
    value = c.compile(node.args[0])
    if c.dialect == "sqlite":
        return call("dg_local_hour", INTEGER, value, parameters.zone())

    def on_clock(moment: Sql) -> Sql:
        return sa.case(
            (
                _is_known_date(sa.cast(_local(moment), DATE)),
                sa.cast(sa.extract("hour", _local(moment)), INTEGER),
            )
        )

    return c.let([value], on_clock)


# Moving and measuring


def add_to_date(c: SqlCompiler, node: Apply) -> Sql:
    """``DATEADD(date, n, unit)``."""
    x, n = (c.compile(arg) for arg in node.args)
    return date_after(c, x, n, _unit(node))


def date_after(c: SqlCompiler, start: Sql, count: Sql, unit: str) -> Sql:
    """``start`` plus ``count`` units; null outside the years 1–9999."""
    if c.dialect == "sqlite":
        return call("dg_add_to_date", TEXT, start, count, sa.literal_column(f"'{unit}'", TEXT))
    if unit in _UNIT_DAYS:
        return c.let([start, count], lambda d, n: _days_after(c, d, n, _UNIT_DAYS[unit]))
    return c.let([start, count], lambda d, n: _months_after(d, n, _UNIT_MONTHS[unit]))


def _days_after(c: SqlCompiler, d: Sql, n: Sql, unit: int) -> Sql:
    """The outer CASE sees to the cast, the inner one to the years."""
    days = n if unit == 1 else n * whole(unit)
    inside = (_day_number(c, d) + days).between(whole(0), whole(_LAST_DAY))
    target = coerce(d + sa.cast(days, sa.Integer()), DATE)
    return sa.case((n.between(whole(-_MANY_DAYS), whole(_MANY_DAYS)), sa.case((inside, target))))


def _months_after(d: Sql, n: Sql, unit: int) -> Sql:
    months = (
        coerce(sa.extract("year", d), NUMERIC) * whole(12)
        + coerce(sa.extract("month", d), NUMERIC)
        + n * whole(unit)
    )
    target = sa.cast(coerce(d + _months(n * whole(unit)), sa.DateTime()), DATE)
    inner = sa.case((months.between(whole(13), whole(9999 * 12 + 12)), target))
    return sa.case((n.between(whole(-_MANY_MONTHS), whole(_MANY_MONTHS)), inner))


def _months(count: Sql) -> Sql:
    return call("make_interval", sa.Interval(), 0, sa.cast(count, sa.Integer()))


def add_to_instant(c: SqlCompiler, node: Apply) -> Sql:
    """``DATEADD(instant, n, unit)``."""
    x, n = (c.compile(arg) for arg in node.args)
    length = _UNIT_LENGTH[_unit(node)]
    if c.dialect == "sqlite":
        return call("dg_add_time", INTEGER, x, n, length)
    many = 2 * _LONGEST // length

    def after(moment: Sql, count: Sql) -> Sql:
        steps = sa.cast(count, INTEGER) * whole(length)
        return sa.case((count.between(whole(-many), whole(many)), _moved_timestamp(moment, steps, 1)))

    return c.let([x, n], after)


def date_difference(c: SqlCompiler, node: Apply) -> Sql:
    """``DATEDIFF(a, b, unit)`` of dates: complete units, toward zero."""
    a, b = (c.compile(arg) for arg in node.args)
    unit = _unit(node)
    if unit in _UNIT_DAYS:
        days = _days_apart(c, b, a)
        return days if unit == "day" else days // whole(7)
    if c.dialect == "sqlite":
        return call("dg_months_apart", INTEGER, a, b) // whole(_UNIT_MONTHS[unit])
    return c.let([a, b], lambda x, y: _months_apart(c, x, y)) // whole(_UNIT_MONTHS[unit])


def _months_apart(c: SqlCompiler, a: Sql, b: Sql) -> Sql:
    """Complete months from a to b, measured from the earlier to the later and given the sign."""

    def apart(low: Sql, high: Sql) -> Sql:
        count = _month_number(high) - _month_number(low)
        passed = sa.cast(coerce(low + _months(count), sa.DateTime()), DATE) > high
        sign = sa.case((a > b, whole(-1)), else_=whole(1))
        return sign * (count - sa.case((passed, whole(1)), else_=whole(0)))

    ordered = [call("least", DATE, a, b), call("greatest", DATE, a, b)]
    either_null = sa.or_(a.is_(None), b.is_(None))
    return sa.case((sa.not_(either_null), c.let(ordered, apart)))


def _month_number(d: Sql) -> Sql:
    return sa.cast(
        coerce(sa.extract("year", d), NUMERIC) * whole(12) + coerce(sa.extract("month", d), NUMERIC), INTEGER
    )


def instant_difference(c: SqlCompiler, node: Apply) -> Sql:
    """``DATEDIFF(a, b, unit)`` of instants."""
    a, b = (c.compile(arg) for arg in node.args)
    return _apart(c, b, a) // whole(_UNIT_LENGTH[_unit(node)])


def start_of(c: SqlCompiler, node: Apply) -> Sql:
    """``STARTOF(x, unit)``."""
    value = local_date(c, node.args[0])
    if c.dialect == "sqlite":
        return call("dg_start_of", TEXT, value, sa.literal_column(f"'{_unit(node)}'", TEXT))
    return _truncated(value, _unit(node))


def _truncated(value: Sql, unit: str) -> Sql:
    name = sa.literal_column(f"'{unit}'", TEXT)
    return sa.cast(call("date_trunc", sa.DateTime(), name, sa.cast(value, sa.DateTime())), DATE)


def end_of(c: SqlCompiler, node: Apply) -> Sql:
    """``ENDOF(x, unit)``; null for the week that year 10000 ends."""
    value = local_date(c, node.args[0])
    unit = _unit(node)
    if c.dialect == "sqlite":
        return call("dg_end_of", TEXT, value, sa.literal_column(f"'{unit}'", TEXT))
    length = "6 days" if unit == "week" else f"{_UNIT_MONTHS[unit]} months -1 days"
    step = sa.literal_column(f"INTERVAL '{length}'", sa.Interval())
    return c.let([sa.cast(coerce(_truncated(value, unit) + step, sa.DateTime()), DATE)], _known_date)


def workdays(c: SqlCompiler, node: Apply) -> Sql:
    """``WORKDAYS(a, b, calendar)``: working days up to b, minus those up to a; null outside 1900–2200."""
    a, b = (c.compile(arg) for arg in node.args)
    key = str(dict(node.settings).get("calendar", ""))
    if c.dialect == "sqlite":
        return call("dg_workdays", INTEGER, a, b, parameters.calendar(key, "", c.dialect))

    def between(x: Sql, y: Sql) -> Sql:
        first, last = _fixed_date("1900-01-01"), _fixed_date("2200-12-31")
        inside = sa.and_(x.between(first, last), y.between(first, last))
        return sa.case((inside, _working_until(c, y, key) - _working_until(c, x, key)))

    return c.let([a, b], between)


def _working_until(c: SqlCompiler, d: Sql, key: str) -> Sql:
    """Working days from year 1 to ``d``: whole weeks, the begun week, the exceptions up to then."""
    number = _day_number(c, d)
    week = parameters.calendar(key, "week", c.dialect)
    begun = coerce(week[number % whole(7) + whole(2)], INTEGER)
    weeks = (number // whole(7)) * coerce(week[whole(8)], INTEGER)
    added, removed = (
        call("width_bucket", INTEGER, d, parameters.calendar(key, part, c.dialect))
        for part in ("added", "removed")
    )
    return weeks + begun + added - removed
