"""A cell as the JSON value of a field: what a person wrote becomes what a program would send."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from runtime.imports.lookups import Lookups
from runtime.imports.values import (
    Cell,
    plain,
    read_boolean,
    read_date,
    read_number,
    read_share,
    read_text,
    split_list,
    write_moment,
    write_number,
)
from schema_store.compiled.app import CompiledField
from schema_store.document.fields import LinksField, ReferenceField
from schema_store.field_types.base import FieldValueError
from schema_store.field_types.choices import find_option
from schema_store.field_types.language import labels_of, options_of

#: What a spreadsheet shows where a formula has gone wrong.
_CELL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"})
#: Options that are named where none is near.
_MOST_NAMED = 8
_TEXTS = frozenset({"text", "long_text", "phone", "email", "url"})
_PLATFORM = frozenset({"user", "team", "region"})

Reader = Callable[[CompiledField, Cell, ZoneInfo, Lookups], Any]


def read_cell(field: CompiledField, cell: Cell, zone: ZoneInfo, lookups: Lookups) -> Any:
    """The JSON value, in the form in which the field gives it back.

    Raises:
        FieldValueError: it is no value of the field; ``near`` among the words of the sentence is what was probably
            meant.
    """
    if isinstance(cell, str) and cell.strip() in _CELL_ERRORS:
        raise FieldValueError("cell_error", value=cell.strip())
    wire = _READERS[_type(field)](field, cell, zone, lookups)
    return field.encode(field.decode(wire))


def ask_cell(field: CompiledField, cell: Cell, lookups: Lookups) -> None:
    """Note the records that a cell names."""
    target = target_of(field)
    if target is not None:
        for word in _words(field, cell):
            lookups.ask(target, word)


def target_of(field: CompiledField) -> str | None:
    """The entity whose records a field names; None for other fields, files among them."""
    if isinstance(field.spec, ReferenceField | LinksField):
        return field.spec.entity
    return _type(field) if _type(field) in _PLATFORM else None


def is_textual(field: CompiledField) -> bool:
    """Whether a spreadsheet's number in such a field has probably lost zeros or digits."""
    return _type(field) in ("text", "phone")


def _type(field: CompiledField) -> str:
    key: str = field.spec.type  # type: ignore[attr-defined]  # every member of the union has it
    return key


def _words(field: CompiledField, cell: Cell) -> Iterator[str]:
    text = read_text(cell).strip()
    yield from split_list(text) if isinstance(field.spec, LinksField) else [text]


def _text(_field: CompiledField, cell: Cell, _zone: ZoneInfo, _lookups: Lookups) -> str:
    return read_text(cell)


def _number(_field: CompiledField, cell: Cell, _zone: ZoneInfo, _lookups: Lookups) -> str:
    return write_number(read_number(cell))


def _share(_field: CompiledField, cell: Cell, _zone: ZoneInfo, _lookups: Lookups) -> str:
    return write_number(read_share(cell))


def _boolean(_field: CompiledField, cell: Cell, _zone: ZoneInfo, _lookups: Lookups) -> bool:
    return read_boolean(cell)


def _date(_field: CompiledField, cell: Cell, _zone: ZoneInfo, _lookups: Lookups) -> str:
    return read_date(cell).isoformat()


def _moment(_field: CompiledField, cell: Cell, zone: ZoneInfo, _lookups: Lookups) -> str:
    return write_moment(cell, zone)


def _option(field: CompiledField, cell: Cell, _zone: ZoneInfo, _lookups: Lookups) -> str:
    return _find_option(field, read_text(cell).strip())


def _options(field: CompiledField, cell: Cell, _zone: ZoneInfo, _lookups: Lookups) -> list[str]:
    return [_find_option(field, word) for word in split_list(read_text(cell))]


def _find_option(field: CompiledField, word: str) -> str:
    try:
        return find_option(field.spec, field.around, word)
    except FieldValueError as problem:
        raise FieldValueError(problem.code, **problem.params, **_near_option(field, word)) from problem


def _near_option(field: CompiledField, word: str) -> dict[str, str]:
    """What was probably meant; the options themselves where they are few and none is near."""
    labels = labels_of(field.spec, field.around)
    keys = [key for key, is_active in options_of(field.spec, field.around) if is_active]
    named = {plain(text): text for key in keys for text in (key, *labels.get(key, ()))}
    near = get_close_matches(plain(word), named, n=1, cutoff=0.5)
    if near:
        return {"near": named[near[0]]}
    return (
        {"near": ", ".join(next(iter(labels.get(key, ())), key) for key in keys[:_MOST_NAMED])}
        if keys
        else {}
    )


def _tags(_field: CompiledField, cell: Cell, _zone: ZoneInfo, _lookups: Lookups) -> list[str]:
    return split_list(read_text(cell))


def _record(field: CompiledField, cell: Cell, _zone: ZoneInfo, lookups: Lookups) -> str:
    return str(lookups.find(target_of(field) or "", read_text(cell)))


def _records(field: CompiledField, cell: Cell, _zone: ZoneInfo, lookups: Lookups) -> list[str]:
    target = target_of(field) or ""
    return sorted({str(lookups.find(target, word)) for word in _words(field, cell)})


def _translated(field: CompiledField, cell: Cell, _zone: ZoneInfo, _lookups: Lookups) -> dict[str, str]:
    return {field.around.locales[0]: read_text(cell)}


def _json(_field: CompiledField, cell: Cell, _zone: ZoneInfo, _lookups: Lookups) -> Any:
    try:
        return json.loads(read_text(cell), parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        raise FieldValueError("not_json") from problem


def _no_constant(name: str) -> Any:
    raise ValueError(name)


_READERS: Mapping[str, Reader] = {
    **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(("integer", "decimal", "money"), _number),
    "percent": _share,
    "boolean": _boolean,
    "date": _date,
    "instant": _moment,
    "option": _option,
    "stage": _option,
    "options": _options,
    "tags": _tags,
    **dict.fromkeys(("reference", "user", "team", "region"), _record),
    "links": _records,
    **dict.fromkeys(("file", "image"), _text),
    **dict.fromkeys(("files", "images"), _tags),
    "translated_text": _translated,
    "json": _json,
}
