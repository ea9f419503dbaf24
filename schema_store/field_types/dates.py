"""Days and moments."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from schema_store.document.fields import BaseField, DateField, InstantField
from schema_store.field_types import refusals
from schema_store.field_types.base import FieldValueError, Surroundings
from schema_store.field_types.common import TEXTS, Common, is_derived, is_empty, printed

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.([0-9]{1,9}))?)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


class DateType(Common[DateField]):
    """A day without a zone."""

    key = "date"
    spec = DateField
    takes = TEXTS | {"date", "instant"}

    def decode(self, spec: DateField, around: Surroundings, wire: Any) -> date | None:
        """``YYYY-MM-DD``; ``wrong_type``, ``bad_format``, ``no_such_date``."""
        if is_empty(wire):
            return None
        if not isinstance(wire, str):
            raise FieldValueError("wrong_type", wanted="date")
        if not _DATE.fullmatch(wire):
            raise FieldValueError("bad_format", pattern="YYYY-MM-DD")
        try:
            return date.fromisoformat(wire)
        except ValueError as problem:
            raise FieldValueError("no_such_date") from problem

    def adopt(self, kind: str, value: Any, new: DateField, around: Surroundings) -> Any:
        """Of a moment its day in the workspace's zone."""
        if isinstance(value, datetime):
            try:
                return value.astimezone(ZoneInfo(around.zone)).date()
            except OverflowError as problem:
                raise FieldValueError("out_of_range") from problem
        return self.decode(new, around, printed(value))

    def keeps(self, kind: str, old: BaseField, new: DateField, around: Surroundings) -> bool:
        """Days only."""
        return kind == "date" and not is_derived(old)


class InstantType(Common[InstantField]):
    """A moment in UTC."""

    key = "instant"
    spec = InstantField
    takes = TEXTS | {"date", "instant"}
    refusals = {"unique": refusals.NOT_IDENTIFYING}

    def decode(self, spec: InstantField, around: Surroundings, wire: Any) -> datetime | None:
        """RFC 3339 with a zone; ``wrong_type``, ``bad_format``, ``no_such_date``, ``too_precise``, ``out_of_range``."""
        if is_empty(wire):
            return None
        if not isinstance(wire, str):
            raise FieldValueError("wrong_type", wanted="instant")
        match = _INSTANT.fullmatch(wire.upper()) if len(wire) <= 40 else None
        if match is None:
            raise FieldValueError("bad_format", pattern="YYYY-MM-DDThh:mm:ssZ")
        if (match[1] or "").rstrip("0")[6:]:
            raise FieldValueError("too_precise", limit=6)
        try:
            return datetime.fromisoformat(wire.upper()).astimezone(UTC)
        except OverflowError as problem:
            raise FieldValueError("out_of_range") from problem
        except ValueError as problem:
            raise FieldValueError("no_such_date") from problem

    def adopt(self, kind: str, value: Any, new: InstantField, around: Surroundings) -> Any:
        """Of a day its first moment in the workspace's zone."""
        if kind != "date":
            return self.decode(new, around, printed(value))
        try:
            return datetime.combine(value, time(), ZoneInfo(around.zone)).astimezone(UTC)
        except OverflowError as problem:
            raise FieldValueError("out_of_range") from problem

    def keeps(self, kind: str, old: BaseField, new: InstantField, around: Surroundings) -> bool:
        """Moments only."""
        return kind == "instant" and not is_derived(old)
