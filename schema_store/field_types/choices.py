"""Choices: one option, several, a stage; and free tags."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, TypeVar

from expressions import types
from schema_store.document.fields import BaseField, OptionField, OptionsField, StageField, TagsField
from schema_store.field_types import refusals
from schema_store.field_types.base import Capability, FieldValueError, Refusal, Surroundings
from schema_store.field_types.common import (
    TEXTS,
    Common,
    is_derived,
    is_empty,
    require_different,
    require_line,
    require_list,
)
from schema_store.field_types.language import TAG_LENGTH, labels_of, options_of

C = TypeVar("C", OptionField, OptionsField, StageField)

_CHOICES = TEXTS | frozenset({"option", "options", "stage", "tags"})
_SINGLE = frozenset({"option", "stage"})
_BETWEEN = re.compile(
    "[,;|\n\uff0c\u3001\uff1b]"
)  # full-width comma, enumeration comma, full-width semicolon
_MANY: Mapping[Capability, Refusal] = {
    "sort": refusals.MANY_VALUES_SORT,
    "unique": refusals.MANY_VALUES_UNIQUE,
    "index": refusals.MANY_VALUES_INDEX,
}


def split_list(text: str) -> list[str]:
    """The members of a list that someone wrote as text, between commas, semicolons, bars or lines."""
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()]


def members_of(value: Any) -> list[str]:
    """The keys or words in a value of any kind of choice, or in a text; each once."""
    parts = list(value) if isinstance(value, tuple) else [value]
    return list(dict.fromkeys(parts))


def find_option(spec: BaseField, around: Surroundings, word: str) -> str:
    """The option whose key or, else, whose label in any locale is ``word``; inactive ones too.

    Raises:
        FieldValueError: ``not_an_option``.
    """
    keys = [key for key, _ in options_of(spec, around)]
    if word in keys:
        return word
    labels = labels_of(spec, around)
    plain = _plain(word)
    for key in keys:
        if plain in [_plain(text) for text in (key, *labels.get(key, ()))]:
            return key
    raise FieldValueError("not_an_option", value=word[:60])


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def require_option(wire: Any, allowed: dict[str, bool]) -> str:
    """The key of an active option.

    Raises:
        FieldValueError: ``wrong_type``, ``not_an_option``, ``inactive_option``.
    """
    if not isinstance(wire, str):
        raise FieldValueError("wrong_type", wanted="option")
    if wire not in allowed:
        raise FieldValueError("not_an_option", value=wire[:60].encode("utf-8", "replace").decode())
    if not allowed[wire]:
        raise FieldValueError("inactive_option", value=wire)
    return wire


class _Choice(Common[C]):
    """What all that choose among options share."""

    takes = _CHOICES

    def keeps(self, kind: str, old: BaseField, new: C, around: Surroundings) -> bool:
        """Choices whose options are all here; of options kept elsewhere only when both name the same place."""
        if is_derived(old) or kind not in ({"options"} | _SINGLE if self.key == "options" else _SINGLE):
            return False
        place = getattr(old, "option_set", None)
        if place is not None or kind == "stage":
            return place == getattr(new, "option_set", None) and (kind == "stage") == (self.key == "stage")
        here = {key for key, _ in options_of(new, around)}
        return here.issuperset(key for key, _ in options_of(old, around))


class _One(_Choice[C]):
    """A choice of one."""

    def decode(self, spec: C, around: Surroundings, wire: Any) -> str | None:
        """The key of an active option; ``wrong_type``, ``not_an_option``, ``inactive_option``."""
        return None if is_empty(wire) else require_option(wire, dict(options_of(spec, around)))

    def adopt(self, kind: str, value: Any, new: C, around: Surroundings) -> Any:
        """The option with that key or label; of several values only when they are one."""
        members = members_of(value)
        if len(members) > 1:
            raise FieldValueError("too_many", limit=1)
        return find_option(new, around, members[0]) if members else None


class OptionType(_One[OptionField]):
    """One of several options."""

    key = "option"
    spec = OptionField


class StageType(_One[StageField]):
    """Where a record stands."""

    key = "stage"
    spec = StageField
    refusals = {"unique": refusals.NOT_IDENTIFYING}


class OptionsType(_Choice[OptionsField]):
    """Any number of options, in the order chosen."""

    key = "options"
    spec = OptionsField
    refusals = _MANY

    def decode(self, spec: OptionsField, around: Surroundings, wire: Any) -> tuple[str, ...] | None:
        """Keys of active options; the errors of one, and ``too_many``, ``twice``. An empty list is empty."""
        if is_empty(wire):
            return None
        allowed = dict(options_of(spec, around))
        return require_different(
            [require_option(item, allowed) for item in require_list(wire, types.MAX_LIST)]
        )

    def adopt(self, kind: str, value: Any, new: OptionsField, around: Surroundings) -> Any:
        """The options with those keys or labels; a text is taken apart."""
        members = split_list(value) if kind in TEXTS else members_of(value)
        return tuple(dict.fromkeys(find_option(new, around, word) for word in members)) or None


class TagsType(Common[TagsField]):
    """Free words."""

    key = "tags"
    spec = TagsField
    takes = _CHOICES
    refusals = _MANY

    def decode(self, spec: TagsField, around: Surroundings, wire: Any) -> tuple[str, ...] | None:
        """Words of at most 40 characters; the errors of a text, and ``too_many``, ``twice``."""
        if is_empty(wire):
            return None
        words = [require_line(item, TAG_LENGTH) for item in require_list(wire, types.MAX_LIST)]
        return require_different([word for word in words if word])

    def adopt(self, kind: str, value: Any, new: TagsField, around: Surroundings) -> Any:
        """Keys as words; a text is taken apart."""
        return self.decode(
            new, around, list(dict.fromkeys(split_list(value))) if kind in TEXTS else members_of(value)
        )

    def keeps(self, kind: str, old: BaseField, new: TagsField, around: Surroundings) -> bool:
        """Every key is a word."""
        return kind in ("tags", "option", "options", "stage") and not is_derived(old)
