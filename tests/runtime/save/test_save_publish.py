"""Publishing over records: new computed fields get their values, changed ones new ones, and what reads them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from builder.publish import publish
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
