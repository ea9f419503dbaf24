"""Points that fade, and when time alone changes a score next.

A factor with a half-life counts each child at full, half, quarter … points: half of it goes each time a whole
half-life has passed. So the value is exact, and the moments at which it changes are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from expressions.arithmetic import EXACT
from expressions.context import Context
from expressions.program import Row
from expressions.typed import Checked
from expressions.windows import is_within, window_end, window_start

#: Halves after which nothing is left: less than a thousandth of a thousandth.
GONE = 20
_HALF = Decimal("0.5")
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Children in a moving window.

    Attributes:
        source: key of the children in a row.
        time: key of their date or instant in a child's row; ``is_date`` which of them.
        condition: function of a child's row; None: each counts, or it looks at the parent too.
    """

    source: str
    time: str
    is_date: bool
    length: timedelta
    condition: Callable[[Row, Context], Any] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Fading:
    """What a factor with a half-life counts: each child in the window that meets the condition, with its value.

    Attributes:
        value: function of a child's row; None: each counts as one.
        checked: of the whole expression.
    """

    window: Window
    half_life: timedelta
    value: Callable[[Row, Context], Any] | None = field(repr=False, compare=False)
    checked: Checked

    def total(self, row: Row, context: Context) -> Decimal:
        """The sum of what is left of each child."""
        found = Decimal(0)
        for child in self._inside(row, context):
            value = 1 if self.value is None else self.value(child, context)
            if isinstance(value, int | Decimal):
                left = EXACT.power(_HALF, self.halves(child[self.window.time], context))
                found = EXACT.add(found, EXACT.multiply(Decimal(value), left))
        return found

    def halves(self, at: date | datetime, context: Context) -> int:
        """How many half-lives have passed since."""
        return min(_age(at, context) // self.half_life, GONE)

    def changes(self, row: Row, context: Context) -> Iterator[datetime]:
        """When the next half of each child goes."""
        for child in self._inside(row, context):
            at = child[self.window.time]
            halves = self.halves(at, context)
            if halves < GONE:
                yield _start_of(at, context) + (halves + 1) * self.half_life

    def _inside(self, row: Row, context: Context) -> Iterator[Mapping[str, Any]]:
        children = _counted(row, self.window, context)
        return (child for child in children if _is_inside(child, self.window, context))


def window_changes(windows: Iterable[Window], row: Row, context: Context) -> Iterator[datetime]:
    """When a child leaves a window, or comes into it because its time was still to come."""
    for window in windows:
        for child in _counted(row, window, context):
            at = child[window.time]
            if at is None:
                continue
            if _is_inside(child, window, context):
                # A day leaves when the day comes that lies the whole window behind it.
                yield _start_of(at + window.length if window.is_date else at, context) + (
                    timedelta() if window.is_date else window.length
                )
            elif at > window_end(context, window.is_date):
                yield _start_of(at, context)


def next_day(context: Context) -> datetime:
    """The next midnight of the workspace, in UTC."""
    return _start_of(context.today + _DAY, context)


def next_hour(context: Context) -> datetime:
    """The next full hour."""
    return context.now.replace(minute=0, second=0, microsecond=0) + _HOUR


def _counted(row: Row, window: Window, context: Context) -> Iterator[Mapping[str, Any]]:
    """The children that meet the condition, whatever their time."""
    children: Sequence[Mapping[str, Any]] = row.get(window.source) or ()
    for child in children:
        if window.condition is None or window.condition(child, context) is True:
            yield child


def _is_inside(child: Mapping[str, Any], window: Window, context: Context) -> bool:
    start = window_start(context, window.length, window.is_date)
    return is_within(child[window.time], start, window_end(context, window.is_date))


def _age(at: date | datetime, context: Context) -> timedelta:
    return context.now - at if isinstance(at, datetime) else context.today - at


def _start_of(at: date | datetime, context: Context) -> datetime:
    """A moment as it is, a day as its midnight in the workspace, in UTC."""
    if isinstance(at, datetime):
        return at
    return datetime.combine(at, time(), context.zone).astimezone(UTC)
