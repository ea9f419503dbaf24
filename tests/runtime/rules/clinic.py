"""A small app whose rules show every trigger and action that runs with the save."""

from __future__ import annotations

from typing import Any

from schema_store.document import AppDocument
from tests.runtime.save.shop import Json, document, entity, field, label, option


def rule(key: str, on: str, trigger: Json, *actions: Json, **more: Any) -> Json:
    """A rule that may everything its actions need, unless ``rights`` says otherwise."""
    made = {"key": key, "label": label(key), "entity": on, "trigger": trigger, "actions": list(actions)}
    return {
        **made,
        "rights": ["case:update", "case:transition", "todo:create", "case:create", "case:assign"],
        **more,
    }


def sets(key: str = "set", **values: str) -> Json:
    return {"kind": "set", "key": key, "values": values}


def created() -> Json:
    return {"kind": "created"}


def changed(*fields: str) -> Json:
    return {"kind": "changed", "fields": list(fields)}


def clinic(*rules: Json, **more: Any) -> AppDocument:
    """Cases with a stage, points and a score; to-dos; letters that refer to cases."""
    return document(
        "clinic",
        entity(
            "case",
            field("text", "name", required=True),
            field("integer", "number", minimum=0, maximum=100),
            field("integer", "other"),
            field("text", "word", length=20),
            field("long_text", "note"),
            field("stage", "stage"),
            field("tags", "tags"),
            field("date", "due_on"),
            field("user", "helper"),
            field("reference", "parent", entity="case", inverse={"key": "parts", "label": label("parts")}),
            field("rollup", "letters_sent", expression="COUNT(letters)", result={"type": "integer"}),
            field("formula", "double", expression="number * 2", result={"type": "integer"}),
            field("score", "heat"),
            field("option", "heat_band", options=[option("cold"), option("hot")]),
        ),
        entity(
            "letter",
            field("text", "name", required=True),
            field("reference", "case", entity="case", inverse={"key": "letters", "label": label("letters")}),
        ),
        entity(
            "todo",
            field("text", "name", required=True),
            field("user", "who"),
            field("instant", "due"),
            field("long_text", "list"),
            field("reference", "case", entity="case", inverse={"key": "todos", "label": label("todos")}),
        ),
        pipelines=[_pipeline()],
        scores=[_score()],
        settings={"tasks": {"entity": "todo", "title": "name", "assignee": "who", "due": "due", "checklist": "list"}},
        rules=list(rules),
        **more,
    )  # fmt: skip


def _pipeline() -> Json:
    done = {"fields": ["due_on"]}
    stages = [
        {"key": "open", "label": label("open")},
        {"key": "busy", "label": label("busy")},
        {"key": "done", "label": label("done"), "gate": done},
    ]
    return {
        "key": "way",
        "label": label("way"),
        "entity": "case",
        "field": "stage",
        "stages": stages,
        "initial": "open",
    }


def _score() -> Json:
    letters = {
        "key": "letters",
        "label": label("letters"),
        "points": "10",
        "per": "COALESCE(letters_sent, 0)",
    }
    numbers = {"key": "numbers", "label": label("numbers"), "points": "1", "per": "COALESCE(number, 0)"}
    bands = [{"key": "cold", "label": label("cold")}, {"key": "hot", "label": label("hot"), "lower": "20"}]
    return {
        "key": "heat",
        "label": label("heat"),
        "entity": "case",
        "field": "heat",
        "band_field": "heat_band",
        "factors": [letters, numbers],
        "bands": bands,
    }
