"""What the field types share: careful reading of wire texts, printing, and the rule of conversions."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from expressions.types import Kind, Type
from schema_store.document.fields import BaseField, FormulaField, RollupField
from schema_store.field_types.base import (
    Capability,
    ColumnSpec,
    Conversion,
    FieldType,
    FieldValueError,
    Refusal,
    Surroundings,
)
from schema_store.field_types.language import language_type_of
from schema_store.field_types.refusals import TOO_LONG_INDEX, no_conversion

F = TypeVar("F", bound=BaseField)

#: What the language's TRIM takes off.
WHITE = " \t\n\r\u00a0\u3000"
#: Characters up to which PostgreSQL indexes any text (2,704 bytes of a page, four bytes each).
INDEXED_LENGTH = 600
#: Kinds of value that can be printed as one line.
PRINTABLE = frozenset(
    {"text", "integer", "decimal", "money", "percent", "boolean", "date", "instant", "option", "stage"}
    | {"phone", "email", "url"}
)
NUMBERS = frozenset({"integer", "decimal", "money", "percent"})
TEXTS = frozenset({"text", "long_text"})
#: Characters that the printed values of a kind need at most, beyond digits.
_PRINTED = {Kind.BOOLEAN: 5, Kind.DATE: 10, Kind.INSTANT: 27, Kind.OPTION: 40}
DERIVED = frozenset({"formula", "rollup", "score", "code"})


class Common(FieldType[F]):
    """One column of the language's type, the value as its own wire form, conversions through ``decode``.

    Attributes:
        takes: kinds of value (:func:`kind_of`) that can become one of this type.
    """

    takes: ClassVar[frozenset[str]] = frozenset()

    def language_type(self, spec: F, around: Surroundings) -> Type | None:
        """See :func:`schema_store.field_types.language.language_type_of`."""
        return language_type_of(spec, around)

    def columns(self, spec: F, around: Surroundings) -> tuple[ColumnSpec, ...]:
        """One, of the language's type."""
        return (ColumnSpec("", language_type_of(spec, around)),)

    def encode(self, spec: F, around: Surroundings, value: Any) -> Any:
        """The wire form that its Python type has (DESIGN 11.5)."""
        return wire_of(value)

    def encoder(self, spec: F, around: Surroundings) -> Callable[[Any], Any]:
        """The same for many values of one field."""
        return wire_of if type(self).encode is Common.encode else super().encoder(spec, around)

    def refusal(self, spec: F, around: Surroundings, capability: Capability) -> Refusal | None:
        """The declared ones, and that a long text has no index."""
        declared = self.refusals.get(capability)
        if declared is None and capability in ("unique", "index"):
            kind = language_type_of(spec, around)
            if kind.kind is Kind.TEXT and kind.length > INDEXED_LENGTH:
                return TOO_LONG_INDEX
        return declared

    def convert_from(self, old: BaseField, new: F, around: Surroundings) -> Conversion | Refusal:
        """See :class:`FieldType`; a value that ``decode`` refuses does not convert."""
        kind = kind_of(old)
        if kind not in self.takes:
            return no_conversion(old.type, self.key)  # type: ignore[attr-defined]  # every member has it
        return self.conversion(kind, old, new, around)

    def conversion(self, kind: str, old: BaseField, new: F, around: Surroundings) -> Conversion | Refusal:
        """The conversion from a kind that is taken; overridden where the fields must agree on more."""

        def convert(value: Any) -> Any:
            return None if value is None else self.adopt(kind, value, new, around)

        return Conversion(convert, self.keeps(kind, old, new, around))

    def adopt(self, kind: str, value: Any, new: F, around: Surroundings) -> Any:
        """The new value of one value of ``kind`` that is not None."""
        return self.decode(new, around, printed(value))

    def keeps(self, kind: str, old: BaseField, new: F, around: Surroundings) -> bool:
        """Whether every value of ``old`` converts, and back; False where that is not known."""
        return False


def kind_of(spec: BaseField) -> str:
    """The field type whose values a field holds: of a formula its result's, of a code text, of a score decimal."""
    if isinstance(spec, FormulaField | RollupField):
        return spec.result.type
    key: str = spec.type  # type: ignore[attr-defined]  # every member of the union has it
    return {"code": "text", "score": "decimal"}.get(key, key)


def is_derived(spec: BaseField) -> bool:
    """Whether people never write the field, so that nothing can be converted back into it."""
    return spec.type in DERIVED  # type: ignore[attr-defined]  # every member of the union has it


_PLAIN = frozenset({str, int, bool, type(None)})
#: Control characters (Unicode Cc): all of them, and without line breaks and tabs.
_CONTROL, _CONTROL_BUT_LINES = (
    re.compile(r"[\x00-\x1f\x7f-\x9f]"),
    re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"),
)


def wire_of(value: Any) -> Any:
    """The JSON form of a value: decimals, dates, instants and ids as text, lists of them as lists."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, tuple):
        return [wire_of(item) for item in value]
    return printed(value) if isinstance(value, Decimal | date | UUID) else value


def printed(value: Any) -> str:
    """A value as one text: the wire's text where it has one, lists with ``", "`` between."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return print_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(printed(item) for item in value)
    if isinstance(value, str | int | UUID):
        return str(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def print_instant(value: datetime) -> str:
    """RFC 3339 in UTC, with microseconds only where there are any."""
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


def fits_text(kind: Type, length: int) -> bool:
    """Whether every printed value of a type has at most ``length`` characters."""
    if kind.is_numeric:
        return kind.digits + kind.scale + 2 <= length
    return _PRINTED.get(kind.kind, kind.length or length + 1) <= length


def require_text(wire: Any) -> str:
    """The text of a wire value in NFC, outer white space off.

    Raises:
        FieldValueError: ``wrong_type``, or ``contains_control`` for U+0000 and half characters.
    """
    if not isinstance(wire, str):
        raise FieldValueError("wrong_type", wanted="text")
    if "\0" in wire or (not wire.isascii() and any("\ud800" <= c <= "\udfff" for c in wire)):
        raise FieldValueError("contains_control")
    return unicodedata.normalize("NFC", wire).strip(WHITE)


def require_line(wire: Any, length: int, lines: bool = False) -> str:
    """A text of at most ``length`` characters without control characters; ``lines`` allows line breaks and tabs.

    Raises:
        FieldValueError: ``wrong_type``, ``contains_control``, ``too_long``.
    """
    text = require_text(wire)
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > length:
        raise FieldValueError("too_long", limit=length)
    if (_CONTROL_BUT_LINES if lines else _CONTROL).search(text) is not None:
        raise FieldValueError("contains_control")
    return text


def require_list(wire: Any, length: int) -> list[Any]:
    """A list of at most ``length`` members.

    Raises:
        FieldValueError: ``wrong_type``, ``too_many``.
    """
    if not isinstance(wire, list):
        raise FieldValueError("wrong_type", wanted="list")
    if len(wire) > length:
        raise FieldValueError("too_many", limit=length)
    return wire


def require_different(values: list[Any]) -> tuple[Any, ...] | None:
    """The members as a tuple, None when there are none.

    Raises:
        FieldValueError: ``twice`` when one occurs twice.
    """
    if len(set(values)) < len(values):
        raise FieldValueError("twice")
    return tuple(values) or None


def is_empty(wire: Any) -> bool:
    """Whether a wire value means "no value": null and the empty text."""
    return wire is None or (isinstance(wire, str) and not wire)
