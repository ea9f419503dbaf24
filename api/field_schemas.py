"""JSON Schemas of field values, from the field types: what OpenAPI says of an app's own fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from schema_store.compiled.app import CompiledField
from schema_store.field_types.common import kind_of
from schema_store.field_types.language import TAG_LENGTH, options_of
from schema_store.system import SYSTEM_FIELDS

Schema = dict[str, Any]
_ID: Schema = {"type": "string", "format": "uuid"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}


def value_schema(field: CompiledField) -> Schema:
    """The schema of a value that is there."""
    kind = kind_of(field.spec)
    return {"title": _title(field), **_BY_KIND[kind](field)}


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    if "enum" in schema:
        schema = {**schema, "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]} if "type" in schema else schema


def _title(field: CompiledField) -> str:
    return field.label.get("en") or next(iter(field.label.values()))


def _number(field: CompiledField) -> Schema:
    """A decimal text: exact, with the field's digits."""
    assert field.type is not None, "numbers are seen by expressions"
    scale = field.type.scale
    behind = rf"(\.[0-9]{{1,{scale}}})?" if scale else ""
    schema: Schema = {
        "type": "string",
        "format": "decimal",
        "pattern": rf"^-?[0-9]{{1,{max(1, field.type.digits)}}}{behind}$",
    }
    if field.type.currency:
        schema["x-currency"] = field.type.currency
    return schema


def _score(field: CompiledField) -> Schema:
    assert field.type is not None, "scores are seen by expressions"
    return _number(field) if field.type.scale else {"type": "integer"}


def _integer(field: CompiledField) -> Schema:
    bounds = {
        "minimum": getattr(field.spec, "minimum", None),
        "maximum": getattr(field.spec, "maximum", None),
    }
    return {"type": "integer", **{name: bound for name, bound in bounds.items() if bound is not None}}


def _text(field: CompiledField) -> Schema:
    length = field.type.length if field.type is not None else 0
    return {"type": "string", **({"maxLength": length} if length else {})}


def _option(field: CompiledField) -> Schema:
    keys = [key for key, _ in options_of(field.spec, field.around)]
    return {"type": "string", **({"enum": keys} if keys else {})}


def _list(items: Callable[[CompiledField], Schema]) -> Callable[[CompiledField], Schema]:
    def made(field: CompiledField) -> Schema:
        most = getattr(field.spec, "maximum", None)
        limit = {"maxItems": most} if most else {}
        return {"type": "array", "items": items(field), "uniqueItems": True, **limit}

    return made


def _reference(field: CompiledField) -> Schema:
    entity = field.type.entity if field.type is not None else None
    return {**_ID, **({"x-entity": entity} if entity else {})}


def _translated(field: CompiledField) -> Schema:
    texts = {locale: {"type": "string"} for locale in field.around.locales}
    return {"type": "object", "properties": texts, "additionalProperties": False}


def _fixed(schema: Schema) -> Callable[[CompiledField], Schema]:
    return lambda _field: dict(schema)


_BY_KIND: Mapping[str, Callable[[CompiledField], Schema]] = {
    "text": _text,
    "long_text": _text,
    "integer": _integer,
    "decimal": _score,
    "money": _number,
    "percent": _number,
    "boolean": _fixed({"type": "boolean"}),
    "date": _fixed({"type": "string", "format": "date"}),
    "instant": _fixed(_MOMENT),
    "option": _option,
    "options": _list(_option),
    "stage": _option,
    "reference": _reference,
    "links": _list(_reference),
    "user": _reference,
    "team": _reference,
    "region": _reference,
    "phone": _text,
    "email": lambda field: _text(field) | {"format": "email"},
    "url": lambda field: _text(field) | {"format": "uri"},
    "file": _fixed(_ID),
    "files": _list(_fixed(_ID)),
    "image": _fixed(_ID),
    "images": _list(_fixed(_ID)),
    "tags": _list(_fixed({"type": "string", "maxLength": TAG_LENGTH})),
    "translated_text": _translated,
    "json": lambda field: dict(getattr(field.spec, "json_schema", {})),
}


def system_schemas() -> dict[str, Schema]:
    """The schemas of system fields, by their names on the wire."""
    found: dict[str, Schema] = {}
    for field in SYSTEM_FIELDS:
        if field.name is None:
            continue
        schema = {"version": {"type": "integer"}}.get(field.column)
        if schema is None:
            schema = dict(_MOMENT if field.column.endswith("_at") else _ID)
        found[field.column] = nullable(schema) if field.nullable else schema
    return found
