"""Working time: when so much of it has passed, and how much lies between two moments. Pure.

A moment counts when the clock of the calendar's zone shows a time inside of a window of its day. When clocks are set
back the hour that comes twice counts twice, when they are set forward the hour that is left out does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Literal

from schema_store.compiled.timing import CompiledHours

_DAY = timedelta(days=1)
#: Days looked at before a calendar is given up that has no working time any more.
_FARTHEST = 3_660


@dataclass(frozen=True, slots=True)
class Block:
    """Working time that was counted, from and to in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day without working time: ``weekday``, or ``holiday`` by the name that the calendar gives it."""

    day: date
    reason: Literal["weekday", "holiday"]
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Due:
    """The moment when a length of working time has passed, and how it was counted.

    Attributes:
        at: UTC; None where the calendar has not so much time left.
        blocks: what was counted, without the day's breaks.
        skipped: days without work on the way.
        special: days on the way that have hours of their own, e.g. those that make up for a holiday.
    """

    at: datetime | None
    blocks: tuple[Block, ...]
    skipped: tuple[Skipped, ...]
    special: tuple[tuple[date, Mapping[str, str]], ...] = ()

    def why(self) -> dict[str, Any]:
        """As data: ``{"counted": [[from, to, seconds]], "skipped": [{"date", "reason", "label"}]}``.

        With ``"special": [{"date", "label"}]`` where days had hours of their own.
        """
        counted = [
            [each.start.isoformat(), each.end.isoformat(), int((each.end - each.start).total_seconds())]
            for each in self.blocks
        ]
        skipped = [
            {"date": each.day.isoformat(), "reason": each.reason, "label": dict(each.label)}
            for each in self.skipped
        ]
        special = [{"date": day.isoformat(), "label": dict(label)} for day, label in self.special]
        return {"counted": counted, "skipped": skipped} | ({"special": special} if special else {})


def add_time(hours: CompiledHours | None, start: datetime, length: timedelta) -> Due:
    """The moment ``length`` of working time after ``start``: the earliest at which so much has been counted.

    Args:
        hours: in which time counts; None: always.
        start: aware.
        length: not negative. Nothing at all is over at once, by day and by night.
    """
    start = start.astimezone(UTC)
    if hours is None or not length:
        return Due(start + length, (Block(start, start + length),) if length else (), ())
    left = length
    blocks: list[Block] = []
    skipped: list[Skipped] = []
    special: list[tuple[date, Mapping[str, str]]] = []
    for day in _days(hours, start):
        windows = windows_of(hours, day)
        if not windows:
            skipped.append(_skipped(hours, day))
            continue
        for begin, end in windows:
            begin = max(begin, start)
            if begin >= end:
                continue
            if day in hours.days and (day, hours.days[day].label) not in special:
                special.append((day, hours.days[day].label))
            taken = min(end - begin, left)
            blocks.append(Block(begin, begin + taken))
            left -= taken
            if not left:
                return Due(begin + taken, tuple(blocks), tuple(skipped), tuple(special))
    return Due(None, tuple(blocks), tuple(skipped), tuple(special))


def time_between(hours: CompiledHours | None, start: datetime, end: datetime) -> timedelta:
    """How much working time lies in ``[start, end)``; none where the end is not after the start."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if hours is None or end <= start:
        return max(end - start, timedelta())
    found = timedelta()
    for day in _days(hours, start):
        if datetime.combine(day, time(), hours.zone).astimezone(UTC) - _DAY > end:
            break
        for begin, close in windows_of(hours, day):
            found += max(min(close, end) - max(begin, start), timedelta())
    return found


@lru_cache(maxsize=1_024)
def windows_of(hours: CompiledHours, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The working time of a day of the calendar's zone, in UTC, in order."""
    special = hours.days.get(day)
    windows = special.windows if special is not None else hours.week.get(day.isoweekday(), ())
    pieces = [piece for begin, end in windows for piece in _pieces(hours, day, begin, end)]
    return tuple(sorted(pieces))


def _pieces(hours: CompiledHours, day: date, begin: int, end: int) -> Iterator[tuple[datetime, datetime]]:
    """A window in UTC: one piece, or one for each setting of the clock on a day when it is changed."""
    midnight = datetime.combine(day, time(), UTC)
    first, last = midnight + timedelta(minutes=begin), midnight + timedelta(minutes=end)
    early = (midnight - _DAY).astimezone(hours.zone).utcoffset() or timedelta()
    late = (midnight + 2 * _DAY).astimezone(hours.zone).utcoffset() or timedelta()
    if early == late:
        yield first - early, last - early
        return
    change = _change(hours, midnight - _DAY, midnight + 2 * _DAY, early)
    for start, stop in ((first - early, min(last - early, change)), (max(first - late, change), last - late)):
        if start < stop:
            yield start, stop


def _change(hours: CompiledHours, low: datetime, high: datetime, early: timedelta) -> datetime:
    """The moment between the two at which the clock is set, to the second."""
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle in (low, high):
            break
        if middle.astimezone(hours.zone).utcoffset() == early:
            low = middle
        else:
            high = middle
    return high


def _days(hours: CompiledHours, start: datetime) -> Iterator[date]:
    """Days of the calendar's zone, from that of ``start`` on."""
    first = start.astimezone(hours.zone).date()
    for number in range(_FARTHEST):
        try:
            yield first + number * _DAY
        except OverflowError:
            return


def _skipped(hours: CompiledHours, day: date) -> Skipped:
    special = hours.days.get(day)
    if special is None:
        return Skipped(day, "weekday", {})
    return Skipped(day, "holiday", special.label)
