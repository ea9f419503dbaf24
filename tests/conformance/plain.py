"""The cases as trees, records and values in JSON, for ``web/src/expressions/conformance.test.ts``.

``python -m tests.conformance.plain`` prints ``{"clock", "actor", "records", "cases"}``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from expressions.checker import compile_expression
from expressions.plain import Tree, plain_tree, plain_value
from expressions.types import Kind
from tests.conformance.test_conformance import VALUES
from tests.conformance.world import World, read_value

Case = Mapping[str, Any]


def document(world: World) -> dict[str, Any]:
    """All that the browser needs to run the cases."""
    return {
        "clock": {"moment": world.document["moment"], "zone": world.document["zone"]},
        "actor": {word: _actor_value(value) for word, value in world.document["actor"].items()},
        "records": {
            entity: {handle: _record(world, entity, handle) for handle in records}
            for entity, records in world.records.items()
        },
        "cases": [_case(world, case) for cases in VALUES.values() for case in cases],
    }


def _actor_value(value: str | list[str]) -> Tree:
    return plain_value(tuple(value) if isinstance(value, list) else value)


def _record(world: World, entity: str, handle: str) -> dict[str, Tree]:
    """The fields of a record itself; what lies behind a relation is the server's."""
    fields = world.entities[entity].fields
    record = world.records[entity][handle]
    return {
        key: ["json", record[key]] if field.type.kind is Kind.JSON else plain_value(record[key])
        for key, field in fields.items()
        if field.type.kind is not Kind.RECORDS
    }


def _case(world: World, case: Case) -> dict[str, Any]:
    checked = compile_expression(case["expression"], world.env(case))
    return {
        "id": case["id"],
        "text": case["expression"],
        "entity": case.get("entity"),
        "record": case.get("record"),
        "actor": bool(case.get("actor")),
        "moment": case.get("moment"),
        "zone": case.get("zone"),
        "tree": plain_tree(checked.root),
        "value": plain_value(read_value(case["value"], checked.type)),
    }


if __name__ == "__main__":
    json.dump(document(World.load()), sys.stdout, ensure_ascii=False)
