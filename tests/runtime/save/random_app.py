"""Small apps with what makes rows of a batch notice one another, each thing by chance."""

from __future__ import annotations

import random
from typing import Any

from schema_store.document import AppDocument
from tests.runtime.save.shop import Json, document, entity, field, label

_BIG = {"type": "money", "scale": 2}


def random_app(chance: random.Random) -> AppDocument:
    """Groups of items: totals that rules of the items look at, unique values, duplicates, full stages, numbers."""

    def maybe(*parts: Any) -> list[Any]:
        return list(parts) if chance.random() < 0.35 else []

    group = entity(
        "group",
        field("text", "name", required=True),
        field("money", "most", default="300.00"),
        field("rollup", "total", expression="SUM(items, amount)", result=_BIG),
        field("rollup", "size", expression="COUNT(items)", result={"type": "integer"}),
        *maybe(field("formula", "left", expression="most - COALESCE(total, 0)", result=_BIG)),
    )
    inverse = {"inverse": {"key": "items", "label": label("items")}}
    parts = {"inverse": {"key": "parts", "label": label("parts")}}
    item = entity(
        "item",
        field("text", "name", required=True, name_like=True, **chance.choice([{}, {"normalise": "company"}])),
        field("text", "tag", unique=chance.random() < 0.5),
        field("money", "amount"),
        field(
            "reference",
            "group",
            entity="group",
            on_delete=chance.choice(["restrict", "clear", "cascade"]),
            **inverse,
        ),
        field(
            "reference",
            "parent",
            entity="item",
            on_delete=chance.choice(["restrict", "clear", "cascade"]),
            **parts,
        ),
        field("links", "friends", entity="item", inverse={"key": "fans", "label": label("fans")}),
        field("stage", "stage"),
        *maybe(field("code", "number", pattern="N-{seq:4}")),
        *maybe(
            field(
                "formula", "share", expression="amount / group.total", result={"type": "percent", "scale": 4}
            )
        ),
        *maybe(field("rollup", "below", expression="SUM(parts, amount)", result=_BIG)),
        *maybe(field("formula", "of_parent", expression="parent.amount", result=_BIG)),
        *maybe(field("rollup", "loved", expression="COUNT(fans)", result={"type": "integer"})),
        *maybe(field("formula", "rank", expression="COALESCE(group.size, 0)", result={"type": "integer"})),
        validations=[
            *maybe(_rule("COALESCE(group.total, 0) + COALESCE(amount, 0) <= COALESCE(group.most, 1000)")),
            *maybe(_rule("COALESCE(amount >= 0, true)", "positive")),
        ],
        duplicates=[*maybe(_duplicate(chance)), *maybe({**_duplicate(chance), "key": "again"})],
        uniques=maybe({"key": "pair", "fields": ["group", "tag"]}),
        search_fields=maybe("name", "tag"),
    )
    return document("random", group, item, pipelines=[_pipeline(chance)])


def _rule(condition: str, key: str = "fits") -> Json:
    return {"key": key, "label": label(key), "condition": condition, "message": label(key), "field": "amount"}


def _duplicate(chance: random.Random) -> Json:
    how = chance.choice([{"match": "fuzzy", "normalise": "company", "threshold": 70}, {"normalise": "text"}])
    rule: Json = {"key": "same", "label": label("same"), "fields": [{"field": "name", **how}]}
    rule["action"] = chance.choice(["warn", "refuse"])
    if chance.random() < 0.5:
        rule["when"] = 'stage != "out"'
    return rule


def _pipeline(chance: random.Random) -> Json:
    stages: list[Json] = [{"key": key, "label": label(key)} for key in ("open", "busy", "out")]
    for stage in stages:
        if chance.random() < 0.5:
            stage["capacity"] = chance.randint(1, 4)
    if chance.random() < 0.5:
        criterion = {"key": "enough", "label": label("enough"), "message": label("enough"),
                     "condition": "COALESCE(group.total, 0) > 50"}  # fmt: skip
        stages[1]["gate"] = {"fields": ["amount"], "criteria": [criterion]}
    return {"key": "flow", "label": label("flow"), "entity": "item", "field": "stage", "stages": stages,
            "initial": "open"}  # fmt: skip
