"""The moving window of an aggregate, in both forms of the lowered tree."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from expressions.context import Context


def window_start(context: Context, window: timedelta, is_date: bool) -> date | datetime:
    """The moment (or day) behind which a child's time must lie; the first of time when it would be before it."""
    try:
        return context.today - window if is_date else context.now - window
    except OverflowError:
        return date.min if is_date else datetime.min.replace(tzinfo=UTC)


def window_end(context: Context, is_date: bool) -> date | datetime:
    """The moment (or day) up to which a child's time may lie."""
    return context.today if is_date else context.now


def is_within(time: date | datetime | None, start: date | datetime, end: date | datetime) -> bool:
    """Whether ``start < time <= end``; a child without a time is outside."""
    return time is not None and start < time <= end
