"""JSON Schemas of a conversion: what may be asked, what is answered."""

from __future__ import annotations

from typing import Any

from schema_store.compiled.app import CompiledEntity

Schema = dict[str, Any]


def wish_schema(entity: CompiledEntity) -> Schema:
    """By target: values, the id of a record, or nothing where it may be left out."""
    assert entity.conversion is not None
    none: list[Schema] = [{"type": "null"}, {"const": False}]
    wishes: dict[str, Schema] = {
        target.key: {
            "title": target.label.get("en") or target.key,
            "anyOf": [{"type": "object"}, {"type": "string", "format": "uuid"}, {"const": True}]
            + (none if target.optional else []),
        }
        for target in entity.conversion.targets
    }
    return {"type": "object", "properties": wishes, "additionalProperties": False}


def converted_schema(entity: CompiledEntity) -> Schema:
    """The record that was converted, and each target: made, found, or left out."""
    assert entity.conversion is not None
    made = {
        "type": ["object", "null"],
        "required": ["id", "created"],
        "properties": {"id": {"type": "string", "format": "uuid"}, "created": {"type": "boolean"}},
    }
    keys = [entity.key, *(target.key for target in entity.conversion.targets)]
    return {"type": "object", "required": keys, "properties": dict.fromkeys(keys, made)}
