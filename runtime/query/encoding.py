"""Stored forms to JSON: columns are read raw, and one function per column makes what stands on the wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from expressions.registry import Dialect
from expressions.sql.forms import holds_references, is_whole, raw_type
from expressions.storage import EPOCH
from expressions.types import Kind, Type
from expressions.wide import decode_wide

#: The JSON value of a stored value that is not null; None where it stands as it is.
Encoder = Callable[[Any], Any]


def raw(column: sa.ColumnElement[Any], type_: Type, dialect: Dialect) -> sa.ColumnElement[Any]:
    """The column in its storage form, without the decoding that its type would do."""
    return sa.type_coerce(column, raw_type(type_, dialect))


def encoder_of(type_: Type, dialect: Dialect) -> Encoder | None:
    """What turns the storage form of a type into its wire form (DESIGN 11.5)."""
    kind = type_.kind
    if kind is Kind.INTEGER:
        return None if is_whole(type_, dialect) else _whole_of(dialect)
    if type_.is_numeric:
        return _decimal_of(type_, dialect)
    if kind is Kind.LIST:
        return _list_of(type_, dialect)
    return (_SQLITE if dialect == "sqlite" else _POSTGRESQL).get(kind)


def _whole_of(dialect: Dialect) -> Encoder:
    return int if dialect == "postgresql" else decode_wide


def _decimal_of(type_: Type, dialect: Dialect) -> Encoder:
    scale = type_.scale
    if dialect == "postgresql":
        form = f".{scale}f"
        return lambda stored: format(stored, form)
    if type_.is_native:
        return lambda stored: print_scaled(stored, scale)
    return lambda stored: print_scaled(decode_wide(stored), scale)


def print_scaled(whole: int, scale: int) -> str:
    """``whole · 10^-scale`` as text with all its digits."""
    if scale == 0:
        return str(whole)
    digits = str(abs(whole)).rjust(scale + 1, "0")
    return f"{'-' if whole < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"


def _list_of(type_: Type, dialect: Dialect) -> Encoder:
    if dialect == "postgresql":
        return (lambda stored: [str(item) for item in stored]) if holds_references(type_) else list
    if holds_references(type_):
        return lambda stored: [str(UUID(item)) for item in orjson.loads(stored)]
    return orjson.loads


def print_moment(moment: datetime) -> str:
    """RFC 3339 of a moment in UTC, with microseconds only where there are any."""
    return f"{moment.isoformat()[:-6]}Z"


def print_id(stored: bytes) -> str:
    """The 16 bytes of an id as text."""
    text = stored.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def print_length(microseconds: int) -> str:
    """A length of time as ISO 8601, in seconds."""
    sign, rest = "-" if microseconds < 0 else "", abs(microseconds)
    seconds, parts = divmod(rest, 1_000_000)
    tail = f".{parts:06}".rstrip("0") if parts else ""
    return f"{sign}PT{seconds}{tail}S"


_SQLITE: dict[Kind, Encoder] = {
    Kind.INSTANT: lambda stored: print_moment(EPOCH + timedelta(microseconds=stored)),
    Kind.REFERENCE: print_id,
    Kind.DURATION: print_length,
    Kind.JSON: orjson.loads,
}
_POSTGRESQL: dict[Kind, Encoder] = {
    Kind.INSTANT: print_moment,
    Kind.DATE: lambda stored: stored.isoformat(),
    Kind.REFERENCE: str,
    Kind.DURATION: print_length,
}
