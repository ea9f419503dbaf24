"""A small app whose entity ``thing`` has a field of every type that a file can hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schema_store.document import AppDocument
from tests.conftest import Databases
from tests.runtime.save.kit import World, build
from tests.runtime.save.shop import Json, document, entity, field


def _labelled(key: str, chinese: str, english: str, **more: object) -> Json:
    return {"key": key, "label": {"zh-CN": chinese, "en": english}, **more}


def everything() -> AppDocument:
    sizes = [
        _labelled("s", "小号", "Small"),
        _labelled("l", "大号", "Large"),
        _labelled("xl", "特大", "Huge", active=False),
    ]
    colours = _labelled(
        "colours",
        "颜色",
        "Colours",
        options=[_labelled("red", "红色", "Red"), _labelled("blue", "蓝色", "Blue")],
    )
    stages = [
        _labelled("open", "开放", "Open"),
        _labelled("busy", "进行中", "Busy"),
        _labelled("done", "完成", "Done"),
    ]
    pipeline = _labelled("way", "流程", "Way", entity="thing", field="stage", stages=stages, initial="open")
    owner = entity(
        "owner", field("text", "name", required=True), field("text", "sign", unique=True), name_field="name"
    )
    return document(
        "every", _thing(sizes), owner, option_sets=[colours], pipelines=[pipeline], roles=_roles()
    )


def _thing(sizes: list[Json]) -> Json:
    verdicts = [_labelled("careful", "小心", "Careful"), _labelled("rough", "粗放", "Rough")]
    return entity(
        "thing",
        field("code", "code", pattern="T-{seq:4}"),
        {**field("text", "name", required=True), "label": {"zh-CN": "名称", "en": "Name"}},
        field("long_text", "story"),
        field("integer", "pieces", minimum=-1000),
        field("decimal", "weight", digits=12, scale=4),
        field("money", "price"),
        field("percent", "share", scale=4),
        {**field("boolean", "fragile"), "label": {"zh-CN": "易碎", "en": "Fragile"}},
        field("date", "made_on"),
        field("instant", "seen_at"),
        {**field("option", "size", options=sizes), "label": {"zh-CN": "尺码", "en": "Size"}},
        {**field("options", "colours", option_set="colours"), "label": {"zh-CN": "颜色", "en": "Colours"}},
        {**field("stage", "stage"), "label": {"zh-CN": "阶段", "en": "Stage"}},
        field("reference", "owner_of", entity="owner", on_delete="clear"),
        field("links", "friends", entity="owner"),
        field("user", "keeper"),
        field("phone", "phone"),
        field("email", "mail"),
        field("url", "page"),
        field("tags", "tags"),
        field("translated_text", "title"),
        field("json", "extra"),
        field("formula", "total", expression="pieces * price", result={"type": "money", "scale": 2}),
        field(
            "formula",
            "verdict",
            expression='IF(fragile, "careful", "rough")',
            result={"type": "option", "options": verdicts},
        ),
        name_field="name",
    )


def _roles() -> list[Json]:
    """A clerk who sees no prices and imports things; a reader who may only look."""
    acts = ["read", "create", "update", "import", "export", "transition"]
    clerk = {"key": "all", "entity": "thing", "acts": acts, "scope": "all", "hidden": ["price", "total"]}
    keepers = {"key": "see", "entity": "owner", "acts": ["read"], "scope": "all", "when": 'name != "secret"'}
    look = {"key": "look", "entity": "thing", "acts": ["read"], "scope": "all"}
    export = {"key": "some", "entity": "thing", "acts": ["export"], "scope": "all", "when": "pieces > 5"}
    return [
        _labelled("clerk", "职员", "Clerk", permissions=[clerk, keepers]),
        _labelled("reader", "读者", "Reader", permissions=[look, export]),
    ]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def every(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    """The app, installed once on each kind of database; tests share it, each with records of its own."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    world = build(databases, request.param, everything())
    yield world
    databases.remove(world.engine)
