"""Static types of the expression language.

A type carries what the compilers need to stay exact: decimals own their scale and a bound on the digits
before the point, texts own a bound on their length, so that every result has a known size before anything runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of value; the comment names the Python value of each."""

    BOOLEAN = "boolean"  # bool
    INTEGER = "integer"  # int
    DECIMAL = "decimal"  # decimal.Decimal
    MONEY = "money"  # decimal.Decimal, the currency stands in the type
    PERCENT = "percent"  # decimal.Decimal, the fraction: 0.15 is 15 %
    TEXT = "text"  # str
    DATE = "date"  # datetime.date
    INSTANT = "instant"  # datetime.datetime, aware, UTC
    DURATION = "duration"  # datetime.timedelta
    OPTION = "option"  # str, the option's key
    REFERENCE = "reference"  # uuid.UUID of the record
    LIST = "list"  # tuple of item values
    RECORDS = "records"  # rows of a child entity; only aggregates take it
    JSON = "json"  # any JSON value; only ISBLANK takes it
    NULL = "null"  # the literal null before it meets a typed side


NUMERIC = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT})

#: The scale that division and averages round to, half-up.
DIVISION_SCALE = 10
#: Digits (before and behind the point) up to which a scaled 63-bit integer is always exact.
NATIVE_DIGITS = 18
#: Digits beyond which a number is refused at check.
MAX_DIGITS = 60
#: Characters beyond which a text is refused at check.
MAX_TEXT = 65_536
#: Members beyond which a list is refused at check.
MAX_LIST = 1_000


@dataclass(frozen=True, slots=True)
class Type:
    """A static type.

    Attributes:
        kind: what sort of value it is.
        scale: digits behind the point (decimal, money, percent; 0 otherwise).
        digits: bound on the digits before the point (numeric kinds).
        length: bound on the characters (text), or on the members (list).
        currency: ISO 4217 code (money).
        entity: key of the entity (reference, records).
        options: the keys that may occur (option); None when the set is not known.
        item: type of the members (list); None when they have none in common.
    """

    kind: Kind
    scale: int = 0
    digits: int = 0
    length: int = 0
    currency: str | None = None
    entity: str | None = None
    options: tuple[str, ...] | None = None
    item: Type | None = None

    @property
    def is_numeric(self) -> bool:
        """Whether arithmetic takes it."""
        return self.kind in NUMERIC

    @property
    def is_native(self) -> bool:
        """Whether a number of this type always fits a scaled 63-bit integer."""
        return self.digits + self.scale <= NATIVE_DIGITS

    def __str__(self) -> str:
        """Short form for people and test data: ``money(CNY,2)``, ``list(text)``, ``reference(account)``."""
        match self.kind:
            case Kind.MONEY:
                return f"money({self.currency},{self.scale})"
            case Kind.DECIMAL | Kind.PERCENT:
                return f"{self.kind}({self.scale})"
            case Kind.REFERENCE | Kind.RECORDS:
                return f"{self.kind}({self.entity})"
            case Kind.LIST:
                return f"list({self.item})"
            case _:
                return str(self.kind)


BOOLEAN = Type(Kind.BOOLEAN)
DATE = Type(Kind.DATE)
INSTANT = Type(Kind.INSTANT)
DURATION = Type(Kind.DURATION)
JSON = Type(Kind.JSON)
NULL = Type(Kind.NULL)


def integer(digits: int = 15) -> Type:
    """A whole number of at most ``digits`` digits."""
    return Type(Kind.INTEGER, digits=digits)


def decimal(scale: int, digits: int) -> Type:
    """An exact number with ``scale`` digits behind and at most ``digits`` before the point."""
    return Type(Kind.DECIMAL, scale=scale, digits=digits)


def money(currency: str, scale: int = 2, digits: int = 13) -> Type:
    """An amount in one currency."""
    return Type(Kind.MONEY, scale=scale, digits=digits, currency=currency)


def percent(scale: int = 4, digits: int = 5) -> Type:
    """A share, kept as its fraction: 15 % is 0.15."""
    return Type(Kind.PERCENT, scale=scale, digits=digits)


def text(length: int = 255) -> Type:
    """A text of at most ``length`` characters."""
    return Type(Kind.TEXT, length=length)


def option(*keys: str) -> Type:
    """One of the named options."""
    return Type(Kind.OPTION, options=tuple(keys))


def reference(entity: str) -> Type:
    """A link to one record of ``entity``."""
    return Type(Kind.REFERENCE, entity=entity)


def list_of(item: Type, length: int = MAX_LIST) -> Type:
    """A list whose members all have the type ``item``."""
    return Type(Kind.LIST, item=item, length=length)


def records(entity: str) -> Type:
    """The rows of ``entity`` that belong to a record."""
    return Type(Kind.RECORDS, entity=entity)
