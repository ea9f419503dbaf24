"""Numbers: whole, exact, amounts, shares; and yes or no."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any, TypeVar

from expressions.types import Type
from schema_store.document.fields import (
    BaseField,
    BooleanField,
    DecimalField,
    IntegerField,
    MoneyField,
    PercentField,
)
from schema_store.field_types import refusals
from schema_store.field_types.base import (
    Conversion,
    FieldValueError,
    Refusal,
    Surroundings,
)
from schema_store.field_types.common import NUMBERS, TEXTS, Common, is_derived, is_empty
from schema_store.field_types.language import INTEGER_DIGITS, language_type_of

_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
N = TypeVar("N", IntegerField, DecimalField, MoneyField, PercentField)


def read_number(wire: Any) -> Decimal:
    """The exact number of a JSON number or decimal text; of a JSON float its shortest text counts.

    Raises:
        FieldValueError: ``wrong_type``, ``bad_format``, ``too_many_digits``.
    """
    if isinstance(wire, bool) or not isinstance(wire, int | float | str):
        raise FieldValueError("wrong_type", wanted="number")
    if isinstance(wire, int):
        if abs(wire) >= 10**30:
            raise FieldValueError("too_many_digits", limit=INTEGER_DIGITS)
        return Decimal(wire)
    if isinstance(wire, float):
        if not math.isfinite(wire):
            raise FieldValueError("bad_format", pattern="-123.45")
        if abs(wire) >= 1e30:
            raise FieldValueError("too_many_digits", limit=INTEGER_DIGITS)
        return Decimal(repr(wire))
    if not _NUMBER.fullmatch(wire):
        raise FieldValueError("bad_format", pattern="-123.45")
    return Decimal(wire)


def fit(number: Decimal, kind: Type) -> Decimal:
    """The number at the scale of its type.

    Raises:
        FieldValueError: ``too_precise`` (nothing is rounded away), ``too_many_digits``.
    """
    if abs(number) >= 10**kind.digits:
        raise FieldValueError("too_many_digits", limit=kind.digits)
    whole = number.scaleb(kind.scale)
    if whole != whole.to_integral_value():
        raise FieldValueError("too_precise", limit=kind.scale)
    return Decimal(int(whole)).scaleb(-kind.scale)


class _Number(Common[N]):
    """What the four number types share."""

    takes = NUMBERS | TEXTS

    def decode(self, spec: N, around: Surroundings, wire: Any) -> Any:
        """The exact number; ``wrong_type``, ``bad_format``, ``too_precise``, ``too_many_digits``, ``too_small/big``."""
        if is_empty(wire):
            return None
        number = fit(read_number(wire), language_type_of(spec, around))
        if spec.minimum is not None and number < Decimal(spec.minimum):
            raise FieldValueError("too_small", limit=str(spec.minimum))
        if spec.maximum is not None and number > Decimal(spec.maximum):
            raise FieldValueError("too_big", limit=str(spec.maximum))
        return number

    def adopt(self, kind: str, value: Any, new: N, around: Surroundings) -> Any:
        """The same number, or the number that a text is."""
        wire = format(value, "f") if isinstance(value, Decimal) else value
        return self.decode(new, around, wire)

    def keeps(self, kind: str, old: BaseField, new: N, around: Surroundings) -> bool:
        """Every number for which there is room."""
        if kind not in NUMBERS or is_derived(old) or (new.minimum, new.maximum) != (None, None):
            return False
        before, after = language_type_of(old, around), language_type_of(new, around)
        return before.scale <= after.scale and before.digits <= after.digits


class IntegerType(_Number[IntegerField]):
    """A whole number."""

    key = "integer"
    spec = IntegerField
    takes = NUMBERS | TEXTS | {"boolean"}

    def decode(self, spec: IntegerField, around: Surroundings, wire: Any) -> int | None:
        """As for the other numbers; ``5.0`` is 5."""
        number = super().decode(spec, around, wire)
        return None if number is None else int(number)

    def adopt(self, kind: str, value: Any, new: IntegerField, around: Surroundings) -> Any:
        """A number without digits behind the point; true is 1."""
        return super().adopt(kind, int(value) if kind == "boolean" else value, new, around)

    def keeps(self, kind: str, old: BaseField, new: IntegerField, around: Surroundings) -> bool:
        """True and false, and every number for which there is room."""
        if kind == "boolean":
            return not is_derived(old) and new.minimum is None and new.maximum is None
        return super().keeps(kind, old, new, around)


class DecimalType(_Number[DecimalField]):
    """An exact number."""

    key = "decimal"
    spec = DecimalField


class MoneyType(_Number[MoneyField]):
    """An amount."""

    key = "money"
    spec = MoneyField
    refusals = {"unique": refusals.NOT_IDENTIFYING}

    def conversion(
        self, kind: str, old: BaseField, new: MoneyField, around: Surroundings
    ) -> Conversion | Refusal:
        """Between amounts only within one currency."""
        if (
            kind == "money"
            and language_type_of(old, around).currency != language_type_of(new, around).currency
        ):
            return refusals.OTHER_CURRENCY
        return super().conversion(kind, old, new, around)


class PercentType(_Number[PercentField]):
    """A share."""

    key = "percent"
    spec = PercentField
    refusals = {"unique": refusals.NOT_IDENTIFYING}


_YES = frozenset({"true", "yes", "y", "1", "是", "对", "有"})
_NO = frozenset({"false", "no", "n", "0", "否", "不", "无"})


class BooleanType(Common[BooleanField]):
    """Yes or no."""

    key = "boolean"
    spec = BooleanField
    takes = frozenset({"boolean", "integer"}) | TEXTS
    refusals = {"unique": refusals.NOT_IDENTIFYING}

    def decode(self, spec: BooleanField, around: Surroundings, wire: Any) -> bool | None:
        """JSON true or false; ``wrong_type``."""
        if is_empty(wire):
            return None
        if not isinstance(wire, bool):
            raise FieldValueError("wrong_type", wanted="boolean")
        return wire

    def adopt(self, kind: str, value: Any, new: BooleanField, around: Surroundings) -> Any:
        """0 and 1, and the usual words for yes and no."""
        word = str(value).strip().lower()
        if word not in _YES | _NO:
            raise FieldValueError("bad_format", pattern="true, false")
        return word in _YES

    def keeps(self, kind: str, old: BaseField, new: BooleanField, around: Surroundings) -> bool:
        """Only what is yes or no already."""
        return kind == "boolean" and not is_derived(old)
