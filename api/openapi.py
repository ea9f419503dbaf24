"""OpenAPI 3.1 of one app for one actor: typed per entity, without what the actor may not know."""

from __future__ import annotations

import re
from typing import Any

from api.conversion_schemas import converted_schema, wish_schema
from api.field_schemas import Schema, nullable, system_schemas, value_schema
from api.file_schemas import CONTENT, FILE, FILES, UPLOAD
from api.messages import Locale
from runtime.access import Access
from runtime.metrics import MOST_DIMENSIONS, MOST_ROWS, is_readable
from runtime.query.columns import wanted_fields
from schema_store.compiled.app import CompiledEntity
from schema_store.compiled.metrics import CompiledMetric
from schema_store.compiled.scoring import CompiledCalculation

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_REFUSED = {
    "description": "Refused, and why",
    "content": {"application/problem+json": {"schema": _PROBLEM}},
}


def describe_api(access: Access, app: str, locale: Locale) -> dict[str, Any]:
    """The document.

    Args:
        access: of the actor.
        app: key under which it is installed.
        locale: of titles.
    """
    served = access.served.app
    entities = [entity for key, entity in served.entities.items() if access.readable(key)]
    schemas: dict[str, Schema] = {"Problem": _problem_schema(), "DryRun": _DRY_RUN}
    paths: dict[str, Any] = {}
    for entity in entities:
        schemas |= _entity_schemas(access, entity)
        paths |= _entity_paths(access, app, entity, locale)
    paths |= _file_paths(app)
    for calculation in served.calculations.values():
        paths[f"/apps/{app}/calculations/{calculation.key}"] = {"post": _calculation(calculation, locale)}
    for metric in served.metrics.values():
        if is_readable(access, metric):
            paths[f"/apps/{app}/metrics/{metric.key}"] = {"post": _metric(metric, locale)}
    return {
        "openapi": "3.1.0",
        "info": {"title": _word(served.label, locale), "version": str(served.version)},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "dougong"},
            },
        },
    }


def schema_name(key: str) -> str:
    """The name of an entity's schema: ``payment_node`` is ``PaymentNode``; keys of other scripts are spelt out."""
    plain = "".join(character if character.isascii() else f"_{ord(character):x}_" for character in key)
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"_+", plain) if part) or "Entity"


def _word(label: Any, locale: Locale) -> str:
    text: str = label.get(locale) or next(iter(label.values()))
    return text


def _entity_schemas(access: Access, entity: CompiledEntity) -> dict[str, Schema]:
    """What is read, what a new record takes, what a change takes."""
    name = schema_name(entity.key)
    system = system_schemas()
    shown = wanted_fields(access, entity.key, None)
    fields = {key: value_schema(entity.fields[key]) for key in shown if key in entity.fields}
    read = {key: system[key] if key in system else nullable(fields[key]) for key in shown}
    new = {
        key: nullable(value_schema(entity.fields[key])) if key in entity.fields else system[key]
        for key in sorted(access.writable(entity.key, "create"))
    }
    changed = {key: read[key] for key in sorted(access.writable(entity.key, "update")) if key in read}
    required = [key for key in new if key in entity.fields and entity.fields[key].spec.required]
    return {
        name: {"type": "object", "properties": read, "required": ["id", "version"]},
        f"{name}New": {
            "type": "object",
            "properties": {"id": system["id"], **new},
            "required": required,
            "additionalProperties": False,
        },
        f"{name}Changes": {"type": "object", "properties": changed, "additionalProperties": False},
        f"{name}Page": {
            "type": "object",
            "required": ["items", "next", "count"],
            "properties": {
                "items": {"type": "array", "items": _ref(name)},
                "next": {"type": ["string", "null"]},
                "count": {
                    "type": ["object", "null"],
                    "required": ["value", "exact"],
                    "properties": {"value": {"type": "integer"}, "exact": {"type": "boolean"}},
                },
            },
        },
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _entity_paths(access: Access, app: str, entity: CompiledEntity, locale: Locale) -> dict[str, Any]:
    name, key = schema_name(entity.key), entity.key
    place = f"/apps/{app}/records/{key}"
    label = _word(entity.label, locale)
    many: dict[str, Any] = {"get": _operation(f"list{name}", label, _ref(f"{name}Page"), _LIST_WORDS)}
    one: dict[str, Any] = {"get": _operation(f"read{name}", label, _ref(name), _SHOWN_WORDS)}
    if access.can(key, "create"):
        many["post"] = _operation(f"create{name}", label, _ref(name), _KEYED, _ref(f"{name}New"), 201)
    if access.can(key, "update"):
        one["patch"] = _operation(f"change{name}", label, _ref(name), _MATCHED, _ref(f"{name}Changes"))
    if access.can(key, "delete"):
        one["delete"] = _operation(f"delete{name}", label, None, _MATCHED, status=204)
    paths = {
        place: many,
        f"{place}/aggregate": {"get": _operation(f"aggregate{name}", label, _ROWS, _AGGREGATE_WORDS)},
        f"{place}/{{id}}": {"parameters": [_ID_PARAMETER], **one},
    }
    if entity.pipelines and access.can(key, "transition"):
        answer: Schema = {"oneOf": [_ref(name), _ref("DryRun")]}
        moved = _operation(f"move{name}", label, answer, _KEYED, _move_schema(entity))
        paths[f"{place}/{{id}}/transition"] = {"parameters": [_ID_PARAMETER], "post": moved}
    if _can_convert(access, entity):
        converted = _operation(f"convert{name}", label, converted_schema(entity), _KEYED, wish_schema(entity))
        paths[f"{place}/{{id}}/convert"] = {"parameters": [_ID_PARAMETER], "post": converted}
    listed = _operation(f"files{name}", label, FILES, [])
    paths[f"{place}/{{id}}/files"] = {"parameters": [_ID_PARAMETER], "get": listed}
    return paths


def _can_convert(access: Access, entity: CompiledEntity) -> bool:
    return entity.conversion is not None and all(
        access.can(entity.key, act) for act in ("update", "transition")
    )


def _file_paths(app: str) -> dict[str, Any]:
    """Files are taken before a record names them, so they stand beside the entities."""
    taken = _operation("uploadFile", "files", FILE, _KEYED, status=201) | {"requestBody": UPLOAD}
    read = _operation("readFile", "files", None, [])
    read["responses"]["200"]["content"] = CONTENT
    removed = _operation("removeFile", "files", None, [], status=204)
    return {
        f"/apps/{app}/files": {"post": taken},
        f"/apps/{app}/files/{{id}}": {"parameters": [_ID_PARAMETER], "get": read, "delete": removed},
    }


def _move_schema(entity: CompiledEntity) -> Schema:
    stages = dict.fromkeys(
        stage for pipelines in entity.pipelines.values() for each in pipelines for stage in each.stages
    )
    return {
        "type": "object",
        "required": ["to"],
        "additionalProperties": False,
        "properties": {
            "to": {"type": "string", "enum": list(stages)},
            "field": {"type": "string"},
            "values": _ref(f"{schema_name(entity.key)}Changes"),
            "evidence": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "key": {"type": "string"},
                        "file_id": {"type": "string", "format": "uuid"},
                    },
                },
            },
            "note": {"type": "string"},
            "override": {"type": "string"},
            "dry_run": {"type": "boolean", "default": False},
        },
    }


def _operation(
    name: str,
    label: str,
    answer: Schema | None,
    parameters: list[Schema],
    body: Schema | None = None,
    status: int = 200,
) -> Schema:
    done: Schema = {"description": "Done"}
    if answer is not None:
        done["content"] = {"application/json": {"schema": answer}}
    made: Schema = {
        "operationId": name,
        "tags": [label],
        "parameters": parameters,
        "responses": {str(status): done, "default": _REFUSED},
    }
    if body is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return made


def _calculation(calculation: CompiledCalculation, locale: Locale) -> Schema:
    inputs = {
        item.key: {"title": _word(item.label, locale), "type": ["string", "number", "boolean", "null"]}
        for item in calculation.inputs
    }
    required = [item.key for item in calculation.inputs if item.required]
    body = {
        "type": "object",
        "properties": {
            "inputs": {"type": "object", "properties": inputs, "required": required},
            "record_id": {"type": "string", "format": "uuid"},
        },
    }
    answer = {
        "type": "object",
        "required": ["value", "lines"],
        "properties": {"value": {}, "lines": {"type": "array", "items": _CALCULATION_LINE}},
    }
    return _operation(f"calculate_{calculation.key}", _word(calculation.label, locale), answer, [], body)


def _metric(metric: CompiledMetric, locale: Locale) -> Schema:
    dimensions = {"type": "array", "maxItems": MOST_DIMENSIONS, "items": {"enum": list(metric.dimensions)}}
    day = {"type": ["string", "null"], "format": "date"}
    body = {
        "type": "object",
        "properties": {
            "dimensions": dimensions if metric.dimensions else {"type": "array", "maxItems": 0},
            **({"since": day, "until": day} if metric.time else {}),
            "filter": _TEXT,
            "order": {"enum": ["groups", "most", "least"], "default": "groups"},
            "limit": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
        },
        "additionalProperties": False,
    }
    answer = {
        "type": "object",
        "required": ["metric", "dimensions", "rows", "truncated"],
        "properties": {
            "metric": {"type": "object"},
            "dimensions": {"type": "array", "items": {"type": "object"}},
            **_ROWS["properties"],
        },
    }
    return _operation(f"run_{metric.key}", _word(metric.label, locale), answer, [], body)


def _query(name: str, schema: Schema, text: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": text}


_TEXT: Schema = {"type": "string"}
_ID_PARAMETER: Schema = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
}
_SHOWN_WORDS = [
    _query("fields", _TEXT, "Names with commas between; all without it"),
    _query("expand", _TEXT, "References to expand, with dots for further hops, three at most"),
]
_FILTER = _query("filter", _TEXT, "An expression over the fields of the record")
_SEARCH = _query("search", _TEXT, "Words to find")
_LIST_WORDS = [
    _FILTER,
    _query("sort", _TEXT, "Names with commas between, - in front for descending"),
    *_SHOWN_WORDS,
    _SEARCH,
    _query("limit", {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}, "Records of the page"),
    _query("cursor", _TEXT, "`next` of the page before"),
    _query("count", {"enum": ["none", "capped", "exact"], "default": "none"}, "Whether to count"),
]
_AGGREGATE_WORDS = [
    _query("group", _TEXT, "Fields, or day week month quarter year of a date: `stage,month(created_at)`"),
    _query("measure", _TEXT, "`count(),sum(amount),avg(),min(),max()`"),
    _FILTER,
    _SEARCH,
]
_CALCULATION_LINE: Schema = {
    "type": "object",
    "required": ["key", "label", "expression", "value"],
    "properties": {"key": _TEXT, "label": {"type": "object"}, "expression": _TEXT, "value": {}},
}
_UNMET: Schema = {
    "type": "object",
    "required": ["key", "kind", "message", "needed", "seen"],
    "properties": {"key": _TEXT, "kind": _TEXT, "message": _TEXT, "needed": {}, "seen": {}},
}
_DRY_RUN: Schema = {
    "type": "object",
    "required": ["allowed", "unmet"],
    "properties": {"allowed": {"type": "boolean"}, "unmet": {"type": "array", "items": _UNMET}},
}
_ROWS: Schema = {
    "type": "object",
    "required": ["rows", "truncated"],
    "properties": {
        "rows": {"type": "array", "items": {"type": "object"}},
        "truncated": {"type": "boolean"},
    },
}
_KEYED = [{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}}]
_MATCHED = [{"name": "If-Match", "in": "header", "schema": {"type": "string", "examples": ['"3"']}}]


def _problem_schema() -> Schema:
    return {
        "type": "object",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "code": _TEXT,
            "detail": _TEXT,
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": dict.fromkeys(("field", "pointer", "code", "message"), _TEXT),
                },
            },
            "unmet": {"type": "array", "items": _UNMET},
        },
    }
