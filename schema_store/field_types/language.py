"""The static type under which expressions see each field; it is also the storage of its column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from expressions import types
from expressions.types import Type
from schema_store.document.fields import (
    BaseField,
    FormulaField,
    Option,
    OptionField,
    OptionsField,
    RollupField,
)
from schema_store.field_types.base import Surroundings

#: Digits of a whole number field.
INTEGER_DIGITS = 15
#: Characters of a tag.
TAG_LENGTH = 40
#: Characters of a phone number in E.164 with its extension.
PHONE_LENGTH = 32
EMAIL_LENGTH = 254
URL_LENGTH = 2_000
#: Characters of a given number (``code``): a pattern of 80 and a sequence that outgrew its digits.
CODE_LENGTH = 120
#: Digits before the point of a score.
SCORE_DIGITS = 9


def options_of(spec: BaseField, around: Surroundings) -> tuple[tuple[str, bool], ...]:
    """Keys of a choice, each with whether it is active: its own, or those of the set or pipelines it names."""
    if isinstance(spec, OptionField | OptionsField) and spec.option_set is None:
        return tuple((option.key, option.active) for option in spec.options)
    if isinstance(spec, FormulaField | RollupField):
        return tuple((option.key, True) for option in spec.result.options)
    return around.options


def labels_of(spec: BaseField, around: Surroundings) -> dict[str, tuple[str, ...]]:
    """Every label of the options of a choice, by key."""
    own: list[Option] = []
    if isinstance(spec, OptionField | OptionsField) and spec.option_set is None:
        own = spec.options
    return {option.key: tuple(option.label.values()) for option in own} or dict(around.option_labels)


def language_type_of(spec: BaseField, around: Surroundings) -> Type:
    """The language type of any field."""
    key: str = spec.type  # type: ignore[attr-defined]  # every member of the union has it
    return _TYPES[key](spec, around)


def _result(spec: Any, around: Surroundings) -> Type:
    """Of a formula or roll-up: as wide as a native number of its scale, since values are computed, not typed."""
    result = spec.result
    digits = types.NATIVE_DIGITS - result.scale
    plain = {
        "boolean": types.BOOLEAN,
        "integer": types.integer(types.NATIVE_DIGITS),
        "decimal": types.decimal(result.scale, digits),
        "money": types.money(around.currency, result.scale, digits),
        "percent": types.percent(result.scale, digits),
        "text": types.text(result.length),
        "date": types.DATE,
        "instant": types.INSTANT,
        "option": types.option(*(option.key for option in result.options)),
    }
    return plain[result.type]


def _choice(spec: BaseField, around: Surroundings) -> Type:
    return types.option(*(key for key, _ in options_of(spec, around)))


def _score(spec: Any, around: Surroundings) -> Type:
    """A whole number where it has no digits behind the point."""
    return types.decimal(spec.scale, SCORE_DIGITS) if spec.scale else types.integer(SCORE_DIGITS)


def _fixed(kind: Type) -> Callable[[Any, Surroundings], Type]:
    return lambda spec, around: kind


_FILE = types.reference("file")
_TYPES: Mapping[str, Callable[[Any, Surroundings], Type]] = {
    "text": lambda spec, around: types.text(spec.length),
    "long_text": lambda spec, around: types.text(spec.length),
    "integer": _fixed(types.integer(INTEGER_DIGITS)),
    "decimal": lambda spec, around: types.decimal(spec.scale, max(spec.digits - spec.scale, 0)),
    "money": lambda spec, around: types.money(
        spec.currency or around.currency, spec.scale, max(spec.digits - spec.scale, 0)
    ),
    "percent": lambda spec, around: types.percent(spec.scale),
    "boolean": _fixed(types.BOOLEAN),
    "date": _fixed(types.DATE),
    "instant": _fixed(types.INSTANT),
    "option": _choice,
    "options": lambda spec, around: types.list_of(_choice(spec, around)),
    "stage": _choice,
    "reference": lambda spec, around: types.reference(spec.entity),
    "links": lambda spec, around: types.records(spec.entity),
    "user": _fixed(types.reference("user")),
    "team": _fixed(types.reference("team")),
    "region": _fixed(types.reference("region")),
    "phone": _fixed(types.text(PHONE_LENGTH)),
    "email": _fixed(types.text(EMAIL_LENGTH)),
    "url": _fixed(types.text(URL_LENGTH)),
    "file": _fixed(_FILE),
    "files": lambda spec, around: types.list_of(_FILE, spec.maximum),
    "image": _fixed(_FILE),
    "images": lambda spec, around: types.list_of(_FILE, spec.maximum),
    "code": _fixed(types.text(CODE_LENGTH)),
    "formula": _result,
    "rollup": _result,
    "score": _score,
    "tags": _fixed(types.list_of(types.text(TAG_LENGTH))),
    "translated_text": _fixed(types.JSON),
    "json": _fixed(types.JSON),
}
