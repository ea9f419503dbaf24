"""Bind parameters of what changes between executions: the moment, the zone, calendars, variables, the actor.

A statement is built once per app version; each execution adds ``context_parameters(…)``, so SQLAlchemy's statement
cache and the database's prepared plans are used again.
"""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import Grouping

from expressions.context import ActorValues, Calendar, Context
from expressions.registry import Dialect
from expressions.sql.forms import DATE, INTEGER, TEXT, Sql, coerce, raw_type
from expressions.storage import CalendarDate, Instant, column_type
from expressions.types import Kind, Type

#: A list that stands for an empty one, because ``null in (…)`` must be null also where nothing is listed.
_NO_RECORD = (UUID(int=0),)
_NO_KEY = ("",)

_LISTS = {"my_teams": _NO_RECORD, "my_regions": _NO_RECORD, "my_roles": _NO_KEY}


def now(dialect: Dialect) -> Sql:
    """The moment, in its storage form."""
    stored = Instant()
    return coerce(sa.bindparam("ctx_now", type_=stored), stored.form(dialect))


def today(dialect: Dialect) -> Sql:
    """The local date of the moment."""
    stored = CalendarDate()
    return coerce(sa.bindparam("ctx_today", type_=stored), stored.form(dialect))


def zone() -> Sql:
    """The name of the workspace's zone."""
    return sa.bindparam("ctx_zone", type_=TEXT)


def variable(name: str, type_: Type, dialect: Dialect) -> Sql:
    """A name of ``Env.variables``."""
    return _named(f"var_{name}", type_, dialect)


def actor_word(word: str, type_: Type, dialect: Dialect) -> Sql:
    """One of the actor's words."""
    return _named(f"actor_{word}", type_, dialect)


def _named(name: str, type_: Type, dialect: Dialect) -> Sql:
    kind = sa.Boolean() if type_.kind is Kind.BOOLEAN else column_type(type_)
    raw = raw_type(type_, dialect)
    bound = sa.bindparam(name, type_=kind)
    if dialect == "postgresql" and isinstance(raw, sa.Numeric | sa.Boolean):
        return sa.cast(
            bound, raw
        )  # of these the driver says the type only beside a value: a null would be text
    return coerce(bound, raw)


def calendar(key: str, part: str, dialect: Dialect) -> Sql:
    """A calendar: on SQLite all in one text, on PostgreSQL the parts ``week``, ``added`` and ``removed``."""
    if dialect == "sqlite":
        return sa.bindparam(f"ctx_calendar_{key}", type_=TEXT)
    member = INTEGER if part == "week" else DATE
    return Grouping(sa.bindparam(f"ctx_calendar_{key}_{part}", type_=postgresql.ARRAY(member)))


def context_parameters(context: Context, dialect: Dialect) -> dict[str, Any]:
    """What to execute a compiled statement with; names that a statement does not use do no harm.

    Raises:
        ValueError: a calendar or a value that has no exact stored form (raised when the statement is executed).
    """
    values: dict[str, Any] = {
        "ctx_now": context.now,
        "ctx_today": context.today,
        "ctx_zone": context.zone.key,
    }
    calendars = {"": Calendar(), **context.calendars}
    for key, each in calendars.items():
        values |= _calendar_parameters(key, each, dialect)
    values |= {f"var_{name}": value for name, value in context.variables.items()}
    if context.actor is not None:
        values |= _actor_parameters(context.actor)
    return values


def _actor_parameters(actor: ActorValues) -> dict[str, Any]:
    plain = {f"actor_{word}": getattr(actor, word) for word in ("me", "my_team", "my_region")}
    return plain | {f"actor_{word}": getattr(actor, word) or empty for word, empty in _LISTS.items()}


@lru_cache(maxsize=256)
def _calendar_parameters(key: str, each: Calendar, dialect: Dialect) -> dict[str, Any]:
    week, added, removed = calendar_parts(each)
    if dialect == "postgresql":
        name = f"ctx_calendar_{key}"
        return {f"{name}_week": list(week), f"{name}_added": list(added), f"{name}_removed": list(removed)}
    dates = [[day.toordinal() for day in days] for days in (added, removed)]
    return {f"ctx_calendar_{key}": json.dumps([week, *dates], separators=(",", ":"))}


def calendar_parts(each: Calendar) -> tuple[tuple[int, ...], tuple[date, ...], tuple[date, ...]]:
    """A calendar as sums: working days among the first 0 … 6 days of a week, and the exceptions to the week.

    ``added`` are the days that work although their weekday does not, ``removed`` the other way round; so the working
    days of a stretch are those of its weekdays, plus the added, minus the removed inside it.
    """
    return _calendar_parts(each.weekdays, each.holidays, each.makeup)


@lru_cache(maxsize=256)
def _calendar_parts(
    weekdays: frozenset[int], holidays: frozenset[date], makeup: frozenset[date]
) -> tuple[tuple[int, ...], tuple[date, ...], tuple[date, ...]]:
    week = tuple(sum(1 for day in range(1, count + 1) if day in weekdays) for count in range(8))
    added = tuple(sorted(day for day in makeup if day.isoweekday() not in weekdays))
    removed = tuple(sorted(day for day in holidays - makeup if day.isoweekday() in weekdays))
    return week, added, removed
