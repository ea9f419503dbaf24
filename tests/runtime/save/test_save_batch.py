"""A batch is what its rows are one after the other: records, history, stages, numbers, totals and refusals."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from runtime.change import Row
from schema_store.structure.load import load_document
from templates import read_template
from tests.conftest import Databases
from tests.runtime.save import shop as documents
from tests.runtime.save.kit import ACTOR, build
from tests.runtime.save.random_app import random_app
from tests.runtime.save.twins import Twins, row, twins
from tests.runtime.save.twins import records as stored


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    world = build(databases, request.param, documents.shop())
    yield world.engine
    databases.remove(world.engine)


@pytest.fixture(scope="module")
def shops(ground: Engine) -> Twins:
    return twins(ground, documents.shop())


@pytest.fixture(scope="module")
def crms(ground: Engine) -> Twins:
    document, complaints = load_document(read_template("crm"))
    assert document is not None, complaints
    return twins(ground, document)


class Dealer:
    """Deals rows by chance, from few values, so that rows meet."""

    def __init__(self, pair: Twins, chance: random.Random):
        self.pair, self.chance = pair, chance

    def ident(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def some(self, entity: str) -> str | None:
        """A record that is there, maybe in the bin, or one that nobody has made."""
        known = stored(self.pair.single, entity)
        live = sorted(ident for ident, values in known.items() if values["deleted_at"] is None)
        lot = self.chance.random()
        if lot < 0.1 or not live:
            return None
        if lot < 0.14:
            return str(self.chance.choice(sorted(known)))
        return str(self.chance.choice(live[-6:])) if lot < 0.98 else str(self.ident())

    def money(self) -> str | None:
        return self.chance.choice([None, "0.00", "-1.00", "10.00", "49.99", "120.00", "250.00"])

    def word(self, words: str = "甲乙丙丁") -> str:
        return "".join(self.chance.choice(words) for _ in range(self.chance.randint(1, 2)))

    def few(self, values: dict[str, Any]) -> dict[str, Any]:
        names = self.chance.sample(sorted(values), k=self.chance.randint(1, len(values)))
        return {name: values[name] for name in names}

    def batch(self, entity: str, deal: Callable[[str], dict[str, Any]]) -> None:
        """One batch of one act."""
        act = self.chance.choice(["create"] * 3 + ["update"] * 3 + ["delete"])
        count = self.chance.randint(1, 12)
        self.pair.run(act, entity, [self._row(act, entity, deal) for _ in range(count)])

    def _row(self, act: str, entity: str, deal: Callable[[str], dict[str, Any]]) -> Row:
        if act == "create":
            made = (
                self.ident() if self.chance.random() < 0.97 else UUID(self.some(entity) or str(self.ident()))
            )
            return row(deal(entity), made)
        record = UUID(self.some(entity) or str(self.ident()))
        version = self.chance.choice([None, None, None, 1])
        return row(self.few(deal(entity)) if act == "update" else {}, record, version=version)


def shop_values(dealer: Dealer) -> Callable[[str], dict[str, Any]]:
    chance = dealer.chance

    def deal(entity: str) -> dict[str, Any]:
        if entity == "customer":
            favourites = sorted({each for _ in range(2) if (each := dealer.some("product"))})
            return {"name": dealer.word(), "credit": dealer.money(), "favourites": favourites}
        if entity == "product":
            return {"name": dealer.word(), "price": dealer.money(), "parent": dealer.some("product")}
        return {
            "customer": dealer.some("customer"),
            "product": dealer.some("product"),
            "amount": dealer.money(),
            "remark": dealer.word(),
            "stage": chance.choice(["open", "done", "cancelled", "nowhere"]),
            "placed_on": f"2026-02-0{chance.randint(1, 3)}",
        }

    return deal


@settings(max_examples=8)
@given(seed=st.integers(0, 10**9))
def test_the_shop(shops: Twins, seed: int) -> None:
    dealer = Dealer(shops, random.Random(seed))
    deal = shop_values(dealer)
    for _ in range(5):
        dealer.batch(dealer.chance.choice(["customer", "order", "order", "product"]), deal)
    shops.compare()


def crm_values(dealer: Dealer) -> Callable[[str], dict[str, Any]]:
    chance = dealer.chance

    def deal(entity: str) -> dict[str, Any]:
        if entity == "lead":
            return {
                "name": dealer.word(),
                "phone": f"1380000{chance.randint(0, 20):04d}",
                "company": f"杭州{dealer.word()}阀门有限公司",
                "campaign": dealer.some("campaign"),
                "site_minutes": chance.randint(0, 12),
                "downloads": chance.choice([0, 1, 5, "many"]),
                "stage": chance.choice(["captured", "captured", "contacted", "qualified", "invalid"]),
                "owner_id": str(ACTOR),
            }
        if entity == "campaign":
            return {"name": dealer.word()}
        if entity == "account":
            return {
                "name": f"{dealer.word()}阀门",
                "credit_limit": dealer.money(),
                "phone": f"139{chance.randint(0, 9):08d}",
            }
        if entity == "opportunity":
            stage = chance.choice(["need", "need", "proposal", "lost"])
            return {
                "name": dealer.word(),
                "account": dealer.some("account"),
                "amount": dealer.money(),
                "stage": stage,
            }
        return {"opportunity": dealer.some("opportunity")}

    return deal


@settings(max_examples=8)
@given(seed=st.integers(0, 10**9))
def test_the_crm(crms: Twins, seed: int) -> None:
    dealer = Dealer(crms, random.Random(seed))
    deal = crm_values(dealer)
    entities = ["lead", "lead", "lead", "account", "campaign", "opportunity", "quote"]
    for _ in range(5):
        dealer.batch(dealer.chance.choice(entities), deal)
    crms.compare()


def item_values(dealer: Dealer) -> Callable[[str], dict[str, Any]]:
    chance = dealer.chance

    def deal(entity: str) -> dict[str, Any]:
        if entity == "group":
            return {"name": dealer.word(), "most": dealer.money()}
        friends = sorted({each for _ in range(2) if (each := dealer.some("item"))})
        return {
            "name": dealer.word() + "公司",
            "tag": chance.choice([None, "a", "b", "c", "d", "e"]),
            "amount": dealer.money(),
            "group": dealer.some("group"),
            "parent": dealer.some("item"),
            "friends": friends,
            "stage": chance.choice(["open", "busy", "out"]),
        }

    return deal


@settings(max_examples=10)
@given(seed=st.integers(0, 10**9))
def test_any_small_app(ground: Engine, seed: int) -> None:
    chance = random.Random(seed)
    pair = twins(ground, random_app(chance))
    dealer = Dealer(pair, chance)
    deal = item_values(dealer)
    dealer.pair.run("create", "group", [row(deal("group"), dealer.ident()) for _ in range(3)])
    for _ in range(8):
        dealer.batch(chance.choice(["item", "item", "item", "group"]), deal)
    pair.compare()
