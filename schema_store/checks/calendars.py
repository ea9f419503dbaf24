"""Business calendars, zones, durations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import get_args
from zoneinfo import available_timezones

from expressions.literals import parse_date, parse_duration
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.walk import Place
from schema_store.diagnostics import Diagnostic
from schema_store.document.base import DurationText, Model
from schema_store.document.process import BusinessCalendar, SpecialDay, WeekDay, Window
from schema_store.messages import diagnostic

_DURATION_PATTERN: str = get_args(DurationText)[1].metadata[0].pattern


def check_calendars(analysis: Analysis) -> Iterator[Diagnostic]:
    """Windows follow each other, days exist once, a week has work; zones and durations mean something."""
    root = analysis.walk.places[0]
    yield from _zone(root, "/settings/zone", analysis.document.settings.zone)
    for place in analysis.walk.of(BusinessCalendar):
        calendar = place.model
        assert isinstance(calendar, BusinessCalendar)
        yield from _zone(place, "/zone", calendar.zone)
        yield from _week(place, calendar.week)
        yield from _special_days(place, calendar.days)
    for place in analysis.walk.places:
        yield from _durations(place)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(place: Place, at: str, zone: str | None) -> Iterator[Diagnostic]:
    if zone is not None and zone not in _zones():
        yield diagnostic("calendar.bad_zone", place, at, zone=zone)


def _week(place: Place, week: Sequence[WeekDay]) -> Iterator[Diagnostic]:
    seen: set[int] = set()
    for index, day in enumerate(week):
        if day.weekday in seen:
            yield diagnostic("calendar.weekday_twice", place, f"/week/{index}/weekday", weekday=day.weekday)
        seen.add(day.weekday)
        yield from _windows(place, f"/week/{index}/windows", day.windows)
    if not any(day.windows for day in week):
        yield diagnostic("calendar.empty_week", place, "/week")


def _special_days(place: Place, days: Sequence[SpecialDay]) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for index, day in enumerate(days):
        if parse_date(day.date) is None:
            yield diagnostic("calendar.bad_date", place, f"/days/{index}/date", date=day.date)
        if day.date in seen:
            yield diagnostic("calendar.day_twice", place, f"/days/{index}/date", date=day.date)
        seen.add(day.date)
        yield from _windows(place, f"/days/{index}/windows", day.windows)


def _windows(place: Place, at: str, windows: Sequence[Window]) -> Iterator[Diagnostic]:
    for index, window in enumerate(windows):
        if window.end <= window.start:
            yield diagnostic(
                "calendar.window_backwards", place, f"{at}/{index}", start=window.start, end=window.end
            )
    ordered = sorted(windows, key=lambda window: window.start)
    for one, two in pairwise(ordered):
        if two.start < one.end:
            yield diagnostic("calendar.overlap", place, at, first=_print(one), second=_print(two))


def _print(window: Window) -> str:
    return f"{window.start}–{window.end}"


@cache
def _duration_names(kind: type[Model]) -> tuple[str, ...]:
    """The attributes of a class that hold a duration."""
    return tuple(name for name, info in kind.model_fields.items() if _DURATION_PATTERN in repr(info))


def _durations(place: Place) -> Iterator[Diagnostic]:
    """The pattern of the vocabulary lets forms through that name no length (``P``), or one beyond all clocks."""
    for name in _duration_names(type(place.model)):
        text = getattr(place.model, name)
        if text is not None and parse_duration(text) is None:
            yield diagnostic("duration.empty", place, f"/{name}", duration=text)
