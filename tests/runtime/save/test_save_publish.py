"""Publishing over records: new computed fields get their values, changed ones new ones, and what reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from builder.apps import sweep_apps
from builder.publish import publish
from runtime import searching
from runtime.access import engine_access
from runtime.query import ListQuery, list_page
from runtime.search import reindex
from runtime.served import serve
from schema_store.database import reading
from schema_store.document import AppDocument
from schema_store.versions import Signature
from tests.conftest import Databases
from tests.runtime.save import shop as documents
from tests.runtime.save.kit import NOW, World, build
from tests.runtime.save.test_save_rollups import from_scratch

SIGNATURE = Signature("test", NOW)


@pytest.fixture(params=["sqlite", "postgresql"])
def own_shop(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    world = build(databases, request.param, documents.shop())
    yield world
    databases.remove(world.engine)


def _with_expression(document: AppDocument, entity: str, key: str, text: str) -> AppDocument:
    plain = document.model_dump(by_alias=True, mode="json")
    fields = next(each for each in plain["entities"] if each["key"] == entity)["fields"]
    next(each for each in fields if each["key"] == key)["expression"] = text
    return AppDocument.model_validate(plain)


def test_a_changed_expression_is_computed_anew_with_all_that_reads_it(own_shop: World):
    customer = own_shop.create("customer", {"name": "A", "credit": "1000.00"})
    own_shop.create("order", {"customer": str(customer.id), "amount": "100.00"})
    own_shop.create("order", {"customer": str(customer.id), "amount": "50.00", "stage": "cancelled"})
    changed = _with_expression(documents.shop(), "customer", "total", "SUM(orders, amount)")
    publish(own_shop.engine, "shop", changed, SIGNATURE)
    stored = own_shop.stored("customer", customer.id)
    assert (stored["total"], stored["left"]) == (Decimal("150.00"), Decimal("850.00"))
    assert from_scratch(own_shop) == {}


def test_a_new_computed_field_has_its_values_after_the_publish(own_shop: World):
    customer = own_shop.create("customer", {"name": "A"})
    own_shop.create("order", {"customer": str(customer.id), "amount": "70.00"})
    plain = documents.shop().model_dump(by_alias=True, mode="json")
    plain["entities"][0]["fields"].append(
        documents.field(
            "rollup", "smallest", expression="MIN(orders, amount)", result={"type": "money", "scale": 2}
        )
    )
    publish(own_shop.engine, "shop", documents.with_ids(AppDocument.model_validate(plain)), SIGNATURE)
    assert own_shop.stored("customer", customer.id)["smallest"] == Decimal("70.00")


def test_a_publish_that_changes_no_computation_computes_nothing(own_shop: World):
    own_shop.create("customer", {"name": "A"})
    plain = documents.shop().model_dump(by_alias=True, mode="json")
    plain["label"]["en"] = "Another"
    with own_shop.counting() as statements:
        publish(own_shop.engine, "shop", AppDocument.model_validate(plain), SIGNATURE)
    assert [each for each in statements if "__customer" in each and each.startswith("UPDATE")] == []


def _renamed_stages(keys: dict[str, str]) -> AppDocument:
    """The shop with other keys of its stages, each with the id it had."""
    plain = documents.shop().model_dump(by_alias=True, mode="json")
    pipeline = plain["pipelines"][0]
    for stage in pipeline["stages"]:
        stage["key"] = keys.get(stage["key"], stage["key"])
    pipeline["initial"] = keys.get(pipeline["initial"], pipeline["initial"])
    text = json.dumps(plain)
    for old, new in keys.items():
        text = text.replace(f'\\"{old}\\"', f'\\"{new}\\"')
    return AppDocument.model_validate_json(text)


def test_stages_that_were_entered_follow_a_rename(own_shop: World):
    order = own_shop.create("order", {"amount": "1"})
    own_shop.update("order", order.id, {"stage": "done"})
    own_shop.update("order", order.id, {"stage": "cancelled"})
    # two keys change places: one UPDATE after the other would mix them up
    publish(
        own_shop.engine,
        "shop",
        _renamed_stages({"done": "cancelled", "cancelled": "done", "open": "new"}),
        SIGNATURE,
    )
    rows = own_shop.support("stage_change", order.id)
    assert [(row.previous, row.stage) for row in rows] == [
        (None, "new"),
        ("new", "cancelled"),
        ("cancelled", "done"),
    ]
    assert own_shop.stored("order", order.id)["stage"] == "done"


def _searching(*keys: str) -> AppDocument:
    """The shop with other fields of customers that are searched."""
    plain = documents.shop().model_dump(by_alias=True, mode="json")
    plain["entities"][0]["search_fields"] = list(keys)
    return AppDocument.model_validate(plain)


def _found(world: World, text: str) -> int:
    with reading(world.engine) as connection:
        served = serve(connection, "shop")
        access = engine_access(served)
        found = list_page(connection, access, NOW, "customer", ListQuery(search=text))
    return len(found.items)


def test_records_are_found_by_fields_that_are_searched_from_now_on(
    own_shop: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(searching, "BATCH", 2)
    for number in range(5):
        own_shop.create("customer", {"name": f"name{number}", "tags": ["vip"]})
    publish(own_shop.engine, "shop", _searching("tags"), SIGNATURE)
    assert (_found(own_shop, "vip"), _found(own_shop, "name1")) == (5, 0)
    publish(own_shop.engine, "shop", _searching("name", "tags"), SIGNATURE)
    assert (_found(own_shop, "vip"), _found(own_shop, "name1")) == (5, 1)


def test_an_index_that_was_cut_off_goes_on_at_the_next_start(
    own_shop: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(searching, "BATCH", 2)
    for number in range(5):
        own_shop.create("customer", {"name": f"name{number}", "tags": ["vip"]})
    calls = []

    def crash(*arguments: Any) -> None:
        calls.append(arguments[-1])
        if len(calls) == 2:
            raise KeyboardInterrupt
        reindex(*arguments)

    monkeypatch.setattr(searching, "reindex", crash)
    with pytest.raises(KeyboardInterrupt):
        publish(own_shop.engine, "shop", _searching("tags"), SIGNATURE)
    with reading(own_shop.engine) as connection:
        assert len(searching.pending_reindex(connection, own_shop.served.support)) == 1
    assert _found(own_shop, "vip") == 2
    sweep_apps(own_shop.engine)
    assert _found(own_shop, "vip") == 5
    assert [len(ids) for ids in calls] == [2, 2, 2, 1]
