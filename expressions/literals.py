"""Texts that stand for a value of another kind: dates, instants, durations, options; and back to text."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from uuid import UUID

from expressions.typed import Value
from expressions.types import Kind, Type

#: The longest duration either way; sums beyond it are null (both databases hold it in 63 bits of microseconds).
MAX_DURATION = timedelta(days=3_660_000)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})\Z"
)
_SHORT = re.compile(r"([0-9]{1,9})([wdhm])\Z")
_ISO = re.compile(
    r"P(?:([0-9]{1,9})W|(?:([0-9]{1,9})D)?(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?"
    r"(?:([0-9]{1,9})(?:\.([0-9]{1,6}))?S)?)?)\Z"
)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}


def parse_date(text: str) -> date | None:
    """``2026-01-31``, or None."""
    try:
        return date.fromisoformat(text) if _DATE.match(text) else None
    except ValueError:
        return None


def parse_instant(text: str) -> datetime | None:
    """An RFC 3339 instant with its zone, in UTC, or None."""
    if not _INSTANT.match(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_duration(text: str) -> timedelta | None:
    """``30d``, ``48h``, ``15m``, ``2w`` or ISO 8601 without years and months, or None."""
    short = _SHORT.match(text)
    if short:
        length = timedelta(**{_UNITS[short.group(2)]: int(short.group(1))})
        return length if length <= MAX_DURATION else None
    iso = _ISO.match(text)
    if not iso or not any(iso.groups()):
        return None
    weeks, days, hours, minutes, seconds, fraction = (iso.group(index) or "0" for index in range(1, 7))
    length = timedelta(
        weeks=int(weeks),
        days=int(days),
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds),
        microseconds=int(fraction.ljust(6, "0")),
    )
    return length if length <= MAX_DURATION else None


def parse_id(text: str) -> UUID | None:
    """The id of a record in its one written form, or None."""
    return UUID(text) if _ID.match(text) else None


def parse_literal(text: str, wanted: Type) -> Value:
    """The value that ``text`` stands for as ``wanted`` (date, instant, duration, option, reference), or None."""
    match wanted.kind:
        case Kind.DATE:
            return parse_date(text)
        case Kind.INSTANT:
            return parse_instant(text)
        case Kind.DURATION:
            return parse_duration(text)
        case Kind.REFERENCE:
            return parse_id(text)
        case Kind.OPTION:
            return text if wanted.options is None or text in wanted.options else None
        case _:
            return None


def nearest(name: str, names: list[str]) -> str:
    """Up to three names that look like ``name``, joined by a comma; empty when none does."""
    return ", ".join(get_close_matches(name, names, n=3, cutoff=0.6))


def print_duration(length: timedelta) -> str:
    """ISO 8601 with days, hours, minutes and seconds: ``P2DT3H``, ``-PT0.5S``, ``PT0S``."""
    sign, length = ("-", -length) if length < timedelta(0) else ("", length)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M")) if count]
    if seconds or length.microseconds:
        fraction = f".{length.microseconds:06d}".rstrip("0") if length.microseconds else ""
        parts.append(f"{seconds}{fraction}S")
    days = f"{length.days}D" if length.days else ""
    if not days and not parts:
        return "PT0S"
    return f"{sign}P{days}" + (f"T{''.join(parts)}" if parts else "")


def print_value(value: Value) -> str:
    """A value as people read it: plain decimals, ISO dates, ``true``, ``null``, ``[a, b]``."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal):
        # A product may be a zero with a minus sign; the language has none.
        return format(value or value.copy_abs(), "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return print_duration(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(print_value(item) for item in value) + "]"
    return str(value) if isinstance(value, int | UUID) else value
