"""The committed JSON Schema is the one of the models, and it says what editors need."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schema_store.document.app import EXPERIMENTAL
from schema_store.document.base import KEY_PATTERN
from schema_store.structure.schema import (
    PORTABLE_KEY_PATTERN,
    SCHEMA_PATH,
    document_schema,
    schema_bytes,
    write_schema,
)
from tests.schema_store.documents import small


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from nodes(item)


def test_the_committed_schema_is_fresh() -> None:
    assert SCHEMA_PATH.read_bytes() == schema_bytes(), "run: python -m schema_store.structure.load"


def test_it_is_a_json_schema(tmp_path: Path) -> None:
    Draft202012Validator.check_schema(document_schema())
    assert write_schema(tmp_path / "x.json").read_bytes() == schema_bytes()


def test_plain_tools_accept_good_documents_and_refuse_bad_ones() -> None:
    plain = Draft202012Validator(json.loads(SCHEMA_PATH.read_bytes()))
    assert plain.is_valid(small())
    assert not plain.is_valid(small() | {"sections": []})


def test_every_choice_has_a_discriminator_and_every_object_is_closed() -> None:
    schema = document_schema()
    for node in nodes(schema):
        if "oneOf" in node:
            targets = {member["$ref"] for member in node["oneOf"]}
            assert set(node["discriminator"]["mapping"].values()) == targets
        if "patternProperties" in node or "properties" in node.get("properties", {}):
            assert node["additionalProperties"] is False
    assert all(
        schema["$defs"][name]["additionalProperties"] is False for name in ("TextField", "Entity", "Rule")
    )


def test_expressions_references_and_experiments_are_marked() -> None:
    schema = document_schema()
    view = schema["$defs"]["View"]["properties"]
    assert view["entity"]["x-reference"] == {"kind": "entity", "of": ""}
    assert view["columns"]["items"]["x-reference"] == {"kind": "field", "of": "entity"}
    (condition, _) = view["filter"]["anyOf"]
    assert condition["x-expression"] == {"expects": "boolean", "scope": "actor"}
    marked = {name for name, section in schema["properties"].items() if section.get("x-experimental")}
    assert marked == EXPERIMENTAL


@pytest.mark.parametrize("key", ["name", "名称", "a_1", "_x", "ключ", "é", "k" * 40])
def test_the_portable_pattern_takes_every_key(key: str) -> None:
    assert re.search(KEY_PATTERN, key)
    assert re.search(PORTABLE_KEY_PATTERN, key)


@pytest.mark.parametrize("key", ["", "a b", "1a", "a-b", "a.b", "a/b", "a\u3000b", "k" * 41, "{a}", "a'"])
def test_the_portable_pattern_refuses_what_people_mistype(key: str) -> None:
    assert not re.search(PORTABLE_KEY_PATTERN, key)
