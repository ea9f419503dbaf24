"""How a value of each type of the language lies in a table (docs/expressions.md, "Storage").

Each class is a SQLAlchemy type that encodes and decodes exactly. What cannot be stored as it is (a float, digits that
the column has no place for, a time without zone) raises ``ValueError`` instead of being rounded or guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, Context, Decimal, Inexact
from typing import Any, ClassVar
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect as Engine
from sqlalchemy.types import TypeDecorator, TypeEngine

from expressions.literals import MAX_DURATION
from expressions.types import NATIVE_DIGITS, Kind, Type
from expressions.wide import decode_wide, encode_wide

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: U+0000 in a JSON text, not a backslash that someone wrote before ``u0000``.
_WRITTEN_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_MICROSECOND = timedelta(microseconds=1)
_EXACT = Context(prec=200, rounding=ROUND_DOWN, traps=[Inexact])


def scaled(value: Decimal | int, scale: int) -> int:
    """``value · 10^scale`` as a whole number.

    Raises:
        ValueError: it is no finite exact number or has more than ``scale`` digits behind the point.
    """
    if type(value) is int:
        return value * int(10**scale)
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise ValueError(f"not an exact number: {value!r}")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"not a number: {value!r}")
    moved = number.scaleb(scale, _EXACT)
    whole = int(moved)
    if whole != moved:
        raise ValueError(f"{value} has more than {scale} digits behind the point")
    return whole


def unscaled(whole: int, scale: int) -> Decimal:
    """The decimal ``whole · 10^-scale``, with exactly ``scale`` digits behind the point."""
    return Decimal(whole).scaleb(-scale, _EXACT)


def microseconds(length: timedelta) -> int:
    """A length of time in microseconds."""
    return length // _MICROSECOND


class Stored(TypeDecorator[Any]):
    """A type with two forms: the value itself for PostgreSQL, a packed one for SQLite.

    Attributes:
        postgresql: the column's type there.
        sqlite: the column's type there.
    """

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = sa.Text
    cache_ok = True
    postgresql: ClassVar[TypeEngine[Any]]
    sqlite: ClassVar[TypeEngine[Any]] = sa.Integer()

    def load_dialect_impl(self, dialect: Engine) -> TypeEngine[Any]:
        """The column's type on one database."""
        return self.form(dialect.name)

    def form(self, dialect: str) -> TypeEngine[Any]:
        """The column's type on ``postgresql`` or ``sqlite``."""
        return self.postgresql if dialect == "postgresql" else self.sqlite

    def process_bind_param(self, value: Any, dialect: Engine) -> Any:
        """The stored form; ValueError where the value has none."""
        return self.encode(value, dialect.name)

    def process_result_value(self, value: Any, dialect: Engine) -> Any:
        """The value of a stored form."""
        return self.decode(value, dialect.name)

    def result_processor(self, dialect: Engine, coltype: object) -> Callable[[Any], Any] | None:
        """The same for many values; None where the driver gives the value itself, and nothing need be done."""
        on_postgresql = dialect.name == "postgresql"
        is_ready = (type(self)._read if on_postgresql else type(self)._unpack) in _AS_STORED
        read = self._read if on_postgresql else self._unpack
        prepare = self.impl_instance.result_processor(dialect, coltype)
        if is_ready:
            return prepare
        if prepare is None:
            return lambda value: None if value is None else read(value)
        return lambda value: None if (given := prepare(value)) is None else read(given)

    def decode(self, value: Any, dialect: str) -> Any:
        """The value of what the driver of that database gives."""
        if value is None:
            return None
        return self._read(value) if dialect == "postgresql" else self._unpack(value)

    def encode(self, value: Any, dialect: str) -> Any:
        """What the driver of that database is given; ValueError where the value has no exact stored form."""
        if value is None:
            return None
        checked = self._require(value)
        return checked if dialect == "postgresql" else self._pack(checked)

    def encoder(self, dialect: str) -> Callable[[Any], Any]:
        """The same for many values none of which is null, with everything settled that no value decides."""
        require, pack = self._require, self._pack
        is_ready = dialect == "postgresql" or type(self)._pack is Stored._pack
        return require if is_ready else lambda value: pack(require(value))

    def _require(self, value: Any) -> Any:
        """The value as PostgreSQL takes it; ValueError where it is none of this type."""
        raise NotImplementedError  # the class is a base: every stored type brings its own

    def _pack(self, value: Any) -> Any:
        """The value as SQLite takes it."""
        return value

    def _unpack(self, stored: Any) -> Any:
        """The value of what SQLite holds."""
        return stored

    def _read(self, stored: Any) -> Any:
        """The value of what PostgreSQL holds."""
        return stored


_AS_STORED = (Stored._read, Stored._unpack)


class ScaledDecimal(Stored):
    """Decimal, money, percent: NUMERIC(digits + scale, scale), or on SQLite the integer ``value · 10^scale``."""

    impl = sa.Numeric
    cache_ok = True

    def __init__(self, digits: int, scale: int):
        super().__init__()
        self.digits = digits
        self.scale = scale

    @property
    def is_native(self) -> bool:
        """Whether a scaled 63-bit integer holds every value."""
        return self.digits + self.scale <= NATIVE_DIGITS

    def form(self, dialect: str) -> TypeEngine[Any]:
        """NUMERIC; INTEGER, or TEXT where it is wide."""
        if dialect == "postgresql":
            return sa.Numeric(self.digits + self.scale, self.scale)
        return sa.Integer() if self.is_native else sa.Text()

    def _require(self, value: Any) -> Any:
        whole = scaled(value, self.scale)
        if abs(whole) >= 10 ** (self.digits + self.scale):
            raise ValueError(f"{value} has more than {self.digits} digits before the point")
        return unscaled(whole, self.scale)

    def _pack(self, value: Any) -> Any:
        whole = scaled(value, self.scale)
        return whole if self.is_native else encode_wide(whole)

    def _unpack(self, stored: Any) -> Any:
        return unscaled(stored if isinstance(stored, int) else decode_wide(stored), self.scale)

    def _read(self, stored: Any) -> Any:
        return unscaled(scaled(stored, self.scale), self.scale)


class WholeNumber(ScaledDecimal):
    """Integer of at most ``digits`` digits: BIGINT / INTEGER, wide ones NUMERIC / TEXT."""

    cache_ok = True

    def __init__(self, digits: int):
        super().__init__(digits, 0)

    def form(self, dialect: str) -> TypeEngine[Any]:
        """BIGINT on PostgreSQL where it fits."""
        if dialect == "postgresql" and self.is_native:
            return sa.BigInteger()
        return super().form(dialect)

    def _require(self, value: Any) -> Any:
        checked = super()._require(value)
        return int(checked) if self.is_native else checked

    def encoder(self, dialect: str) -> Callable[[Any], Any]:
        """See :meth:`Stored.encoder`; nearly every value is a whole number that needs no arithmetic."""
        encode, most = super().encoder(dialect), 10**self.digits
        if not self.is_native:
            return encode
        return lambda value: value if type(value) is int and -most < value < most else encode(value)

    def _unpack(self, stored: Any) -> Any:
        return int(super()._unpack(stored))

    def _read(self, stored: Any) -> Any:
        return scaled(stored, 0)


class Flag(Stored):
    """Boolean: BOOLEAN, or INTEGER 0 / 1."""

    impl = sa.Boolean
    cache_ok = True
    postgresql = sa.Boolean()

    def _require(self, value: Any) -> Any:
        return _checked(bool, value)

    def _pack(self, value: Any) -> Any:
        return int(value)

    def _unpack(self, stored: Any) -> Any:
        return bool(stored)


class Text(Stored):
    """Text and option: compared by code point (SQLite's BINARY, PostgreSQL's "C")."""

    cache_ok = True
    postgresql = sa.Text(collation="C")
    sqlite = sa.Text()

    def _require(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError(f"not a str: {value!r}")
        if _UNSTORABLE.search(value) is not None:
            raise ValueError("a text may not hold U+0000 or half a surrogate pair")
        return value


def is_storable(value: str) -> bool:
    """Whether both databases can hold the text: no U+0000, no lone surrogate."""
    return _UNSTORABLE.search(value) is None


def _checked(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"not a {kind.__name__}: {value!r}")
    return value


class CalendarDate(Stored):
    """Date: DATE, or TEXT ``YYYY-MM-DD``."""

    impl = sa.Date
    cache_ok = True
    postgresql = sa.Date()
    sqlite = sa.Text()

    def _require(self, value: Any) -> Any:
        if isinstance(value, datetime):
            raise ValueError(f"an instant, not a date: {value!r}")
        return _checked(date, value)

    def _pack(self, value: Any) -> Any:
        return value.isoformat()

    def _unpack(self, stored: Any) -> Any:
        return date.fromisoformat(stored)


class Instant(Stored):
    """Instant: TIMESTAMPTZ, or INTEGER microseconds since 1970 UTC; comes back in UTC."""

    impl = sa.DateTime
    cache_ok = True
    postgresql = sa.DateTime(timezone=True)

    def _require(self, value: Any) -> Any:
        if _checked(datetime, value).tzinfo is None:
            raise ValueError(f"an instant needs a zone: {value!r}")
        return value.astimezone(UTC)

    def _pack(self, value: Any) -> Any:
        return (value - EPOCH) // _MICROSECOND

    def _unpack(self, stored: Any) -> Any:
        return EPOCH + timedelta(microseconds=stored)

    def _read(self, stored: Any) -> Any:
        return stored.astimezone(UTC)


class Duration(Stored):
    """Duration: microseconds in BIGINT / INTEGER."""

    impl = sa.BigInteger
    cache_ok = True
    postgresql = sa.BigInteger()

    def _require(self, value: Any) -> Any:
        number = microseconds(_checked(timedelta, value))
        if abs(value) > MAX_DURATION:
            raise ValueError(f"longer than a duration may be: {value!r}")
        return number

    def _unpack(self, stored: Any) -> Any:
        return timedelta(microseconds=stored)

    _read = _unpack


class Uuid(Stored):
    """Reference and id: UUID, or BLOB of 16 bytes; both sort in the same order."""

    impl = sa.Uuid
    cache_ok = True
    postgresql = sa.Uuid()
    sqlite = sa.LargeBinary()

    def _require(self, value: Any) -> Any:
        return _checked(UUID, value)

    def _pack(self, value: Any) -> Any:
        return value.bytes

    def encoder(self, dialect: str) -> Callable[[Any], Any]:
        """See :meth:`Stored.encoder`; a row has many ids."""
        encode = super().encoder(dialect)
        if dialect == "postgresql":
            return encode
        return lambda value: value.bytes if type(value) is UUID else encode(value)

    def _unpack(self, stored: Any) -> Any:
        return UUID(bytes=bytes(stored))

    def _read(self, stored: Any) -> Any:
        return plain_uuid(stored)


def plain_uuid(stored: UUID) -> UUID:
    """The id itself where the driver (asyncpg) gives one of a class of its own, which orjson does not know."""
    return stored if type(stored) is UUID else UUID(bytes=stored.bytes)


class Keys(Stored):
    """List of texts, options or references: an array, or TEXT with a canonical JSON array (references in hex)."""

    cache_ok = True
    sqlite = sa.Text()

    def __init__(self, references: bool = False):
        super().__init__()
        self.references = references

    def form(self, dialect: str) -> TypeEngine[Any]:
        """TEXT[] or UUID[], or TEXT."""
        if dialect != "postgresql":
            return self.sqlite
        return postgresql.ARRAY(sa.Uuid() if self.references else sa.Text(collation="C"))

    def _require(self, value: Any) -> Any:
        if isinstance(value, str):
            raise ValueError(f"a text, not a list: {value!r}")
        member = Uuid() if self.references else Text()
        return [member._require(item) for item in value]

    def _pack(self, value: Any) -> Any:
        plain = [item.hex for item in value] if self.references else value
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    def _unpack(self, stored: Any) -> Any:
        members = json.loads(stored)
        return tuple(UUID(item) for item in members) if self.references else tuple(members)

    def _read(self, stored: Any) -> Any:
        return tuple(map(plain_uuid, stored)) if self.references else tuple(stored)


def json_text(value: Any) -> str:
    """A JSON value as text, keys in order; ValueError where it holds U+0000, which PostgreSQL cannot keep."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # whole numbers of more than 64 bits
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)
    if "\\u0000" in text and _WRITTEN_NUL.search(text):
        raise ValueError("a text may not hold U+0000")
    return text


class JsonValue(Stored):
    """Any JSON value, translated texts included: JSONB, or TEXT."""

    cache_ok = True
    postgresql = postgresql.JSONB(none_as_null=True)
    sqlite = sa.Text()

    def _require(self, value: Any) -> Any:
        if _WRITTEN_NUL.search(json.dumps(value, allow_nan=False)):
            raise ValueError("a text may not hold U+0000")
        return value

    def _pack(self, value: Any) -> Any:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def _unpack(self, stored: Any) -> Any:
        return json.loads(stored)


def _list_type(type_: Type) -> Keys:
    item = type_.item
    if item is None or item.kind not in (Kind.TEXT, Kind.OPTION, Kind.REFERENCE, Kind.NULL):
        raise ValueError(f"no column holds a list of {item.kind if item else 'nothing'}")
    return Keys(references=item.kind is Kind.REFERENCE)


_PLAIN: dict[Kind, type[Stored]] = {
    Kind.BOOLEAN: Flag,
    Kind.TEXT: Text,
    Kind.OPTION: Text,
    Kind.DATE: CalendarDate,
    Kind.INSTANT: Instant,
    Kind.DURATION: Duration,
    Kind.REFERENCE: Uuid,
    Kind.JSON: JsonValue,
    Kind.NULL: Text,
}


def column_type(type_: Type) -> Stored:
    """The column of a static type.

    Raises:
        ValueError: no column holds it (records, lists of other things than texts, options, references).
    """
    if type_.kind is Kind.INTEGER:
        return WholeNumber(type_.digits)
    if type_.is_numeric:
        return ScaledDecimal(type_.digits, type_.scale)
    if type_.kind is Kind.LIST:
        return _list_type(type_)
    if type_.kind not in _PLAIN:
        raise ValueError(f"no column holds {type_.kind}")
    return _PLAIN[type_.kind]()
