"""Values of the language in wire form, by their type alone: what document tests give and expect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID, uuid5

from expressions.arithmetic import rescale, round_to
from expressions.literals import parse_date, parse_duration, parse_instant
from expressions.typed import Value
from expressions.types import Kind, Type

#: Records of a test are named by any text; equal texts are one record.
_RECORDS = UUID("6f1d7c1e-8f1b-4c5e-9a36-2f6c3c0e7a10")
#: Digits of a number that a test may give.
_MAX_DIGITS = 60


class BadWire(ValueError):
    """A JSON value that stands for no value of the type; the text says which."""


def from_wire(wire: object, wanted: Type) -> Value:
    """The value of type ``wanted`` that a JSON value stands for; null and the empty text of non-texts are null.

    A reference is any text, or an object (the record itself, told apart by its ``id``).

    Raises:
        BadWire: it stands for none.
    """
    if wire is None or (wire == "" and wanted.kind is not Kind.TEXT):
        return None
    value = _read(wire, wanted)
    if value is None:
        raise BadWire(f"{wire!r} is not of type {wanted}")
    return value


def _read(wire: object, wanted: Type) -> Value:
    if wanted.kind is Kind.BOOLEAN:
        return wire if isinstance(wire, bool) else None
    if wanted.is_numeric:
        return _number(wire, wanted)
    if wanted.kind is Kind.REFERENCE:
        return record_id(wire)
    if wanted.kind is Kind.LIST and wanted.item is not None:
        return tuple(from_wire(item, wanted.item) for item in wire) if isinstance(wire, list) else None
    if wanted.kind is Kind.JSON:
        return str(wire)
    return _text(wire, wanted) if isinstance(wire, str) else None


def _text(wire: str, wanted: Type) -> Value:
    match wanted.kind:
        case Kind.DATE:
            return parse_date(wire)
        case Kind.INSTANT:
            return parse_instant(wire)
        case Kind.DURATION:
            return parse_duration(wire)
        case Kind.OPTION if wanted.options is not None and wire not in wanted.options:
            return None
        case _:
            return wire


def _number(wire: object, wanted: Type) -> int | Decimal | None:
    if isinstance(wire, bool) or not isinstance(wire, int | float | str) or len(str(wire)) > _MAX_DIGITS:
        return None
    try:
        number = Decimal(str(wire))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > _MAX_DIGITS:
        return None
    settled = rescale(round_to(number, wanted.scale), wanted.scale)
    if settled != number:
        return None
    return int(settled) if wanted.kind is Kind.INTEGER else settled


def record_id(wire: object) -> UUID | None:
    """The id that a test's record goes by."""
    if isinstance(wire, Mapping):
        wire = wire.get("id", repr(sorted(wire.items(), key=repr)))
    if not isinstance(wire, str):
        return None
    try:
        return UUID(wire)
    except ValueError:
        return uuid5(_RECORDS, wire)


def to_wire(value: Value) -> Any:
    """The JSON value of a value."""
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date() | UUID():
            return str(value)
        case timedelta():
            return f"PT{value.total_seconds():g}S"
        case tuple():
            return [to_wire(item) for item in value]


def is_same(value: Value, wanted: object) -> bool:
    """Whether a value is the one that a test expects: numbers by value, everything else by its wire form."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        if isinstance(wanted, bool) or not isinstance(wanted, int | float | str):
            return False
        try:
            return Decimal(str(wanted)) == value
        except InvalidOperation:
            return False
    if isinstance(value, timedelta):
        return isinstance(wanted, str) and parse_duration(wanted) == value
    if isinstance(value, datetime):
        return isinstance(wanted, str) and parse_instant(wanted) == value
    wire = to_wire(value)
    return type(wire) is type(wanted) and wire == wanted
