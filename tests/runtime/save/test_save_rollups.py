"""Stored computed values stay right whatever happens to the records they read, on both databases."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime import save
from runtime.computed.recompute import recompute
from runtime.computed.rows import Rows
from runtime.loading import want_of
from runtime.refusals import Invalid, Referred, UniqueTaken
from runtime.unit import Unit
from schema_store.compiled.app import CompiledFormula
from schema_store.database import reading
from tests.runtime.save.kit import World


def everything(world: World) -> dict[str, dict[UUID, dict[str, Any]]]:
    """Every live record as stored."""
    found: dict[str, dict[UUID, dict[str, Any]]] = {}
    with reading(world.engine) as connection:
        served = world.served
        for key, entity in served.app.entities.items():
            names = [name for name, field in entity.fields.items() if (name, "") in served.columns[key]]
            want = want_of(served.app, key, [(name,) for name in names])
            rows = Rows(connection, served, served.app.context(world.now))
            found[key] = rows.load(want, [row.id for row in connection.execute(_ids(world, key))])
    return found


def _ids(world: World, key: str) -> Any:
    table = world.served.entity_table(key)
    return table.select().with_only_columns(table.c.id)


def from_scratch(world: World) -> dict[str, set[UUID]]:
    """What a recomputation of every stored computed value would change, computed in Python from the base values."""
    wrong: dict[str, set[UUID]] = {}
    served, stored = world.served, everything(world)
    context = served.app.context(world.now)
    with reading(world.engine) as connection:
        for entity, key in served.app.order:
            compiled = served.app.entities[entity]
            step = next((each for each in compiled.derivation if each.field == key), None)
            if step is None or compiled.fields[key].is_volatile:
                continue
            paths = step.program.checked.fields if isinstance(step, CompiledFormula) else step.reads
            rows = Rows(connection, served, context).load(
                want_of(served.app, entity, paths), stored[entity].keys()
            )
            for record, row in rows.items():
                is_formula = isinstance(step, CompiledFormula)
                value = step.value(row, context) if is_formula else step.evaluate(row, context).value
                if value != stored[entity][record][key]:
                    wrong.setdefault(f"{entity}.{key}", set()).add(record)
    return wrong


def by_hand(world: World) -> None:
    """A few of the values once more, in plain Python over the stored base values."""
    stored = everything(world)
    for customer, row in stored["customer"].items():
        orders = [each for each in stored["order"].values() if each["customer"] == customer]
        amounts = [each["amount"] for each in orders if each["amount"] is not None]
        counted = [e["amount"] for e in orders if e["stage"] != "cancelled" and e["amount"] is not None]
        assert row["order_count"] == len(orders)
        assert row["total"] == sum(counted, Decimal(0))
        assert row["biggest"] == max(amounts, default=None)
        assert row["has_big"] == any(amount > 500 for amount in amounts)
        assert row["left"] == (None if row["credit"] is None else row["credit"] - row["total"])
        assert row["worth_band"] == ("high" if row["worth"] >= Decimal("10.05") else "low")
    for each in stored["order"].values():
        customer = stored["customer"].get(each["customer"])
        total = customer["total"] if customer else None
        if each["amount"] is None or not total:
            assert each["share"] is None
        else:
            assert abs(each["share"] - each["amount"] / total) <= Decimal("0.00005")


class Crowd:
    """Random acts on the records of a world."""

    def __init__(self, world: World, chance: random.Random):
        self.world, self.chance = world, chance
        self.live: dict[str, list[UUID]] = {"customer": [], "order": [], "product": []}
        self.bin: list[tuple[str, UUID]] = []
        self.number = 0

    def act(self) -> None:
        kind = self.chance.choice(
            ["create", "create", "create", "update", "update", "update", "delete", "restore"]
        )
        try:
            with self.world.unit() as unit:
                getattr(self, f"_{kind}")(unit)
        except (Referred, UniqueTaken, Invalid):
            pass  # a refusal is an answer; what it leaves behind is judged like everything else
        self._look()

    def _look(self) -> None:
        """Cascades change what lives, so it is read anew."""
        stored = everything(self.world)
        self.live = {key: sorted(stored[key]) for key in self.live}

    def _create(self, unit: Unit) -> None:
        entity = self.chance.choice(list(self.live))
        save.create(unit, entity, self._values(entity, is_new=True))

    def _update(self, unit: Unit) -> None:
        entity = self.chance.choice([key for key, ids in self.live.items() if ids] or ["customer"])
        if self.live[entity]:
            values = self._values(entity, is_new=False)
            named = self.chance.sample(sorted(values), k=self.chance.randint(1, len(values)))
            record = self.chance.choice(self.live[entity])
            save.update(unit, entity, record, {key: values[key] for key in named})

    def _delete(self, unit: Unit) -> None:
        entity = self.chance.choice([key for key, ids in self.live.items() if ids] or ["customer"])
        if self.live[entity]:
            record = self.chance.choice(self.live[entity])
            save.delete(unit, entity, record)
            self.bin.append((entity, record))

    def _restore(self, unit: Unit) -> None:
        if self.bin:
            entity, record = self.bin.pop(self.chance.randrange(len(self.bin)))
            save.restore(unit, entity, record)

    def _one(self, entity: str) -> str | None:
        ids = self.live[entity]
        return str(self.chance.choice(ids)) if ids and self.chance.random() < 0.8 else None

    def _money(self, most: int) -> str | None:
        cents = self.chance.choice([None, 0, self.chance.randrange(most), self.chance.randrange(most)])
        return None if cents is None else f"{cents // 100}.{cents % 100:02d}"

    def _values(self, entity: str, *, is_new: bool) -> dict[str, Any]:
        self.number += 1
        if entity == "order":
            stage = self.chance.choice(["open", "done", "cancelled"])
            values = {"customer": self._one("customer"), "product": self._one("product"), "stage": stage}
            return {
                **values,
                "amount": self._money(100_000),
                "remark": f"R{self.number}",
                "placed_on": f"2026-02-{self.chance.randint(1, 28):02d}",
            }
        if entity == "product":
            values = {"name": f"P{self.number}", "price": self._money(5_000), "parent": self._one("product")}
            return {**values, "fee": f"0.{self.chance.randrange(10_000):04d}"}
        favourites = sorted({each for _ in range(3) if (each := self._one("product"))})
        return {"name": f"C{self.number}", "credit": self._money(200_000), "favourites": favourites}


@settings(max_examples=6)
@given(seed=st.integers(0, 10**9))
@pytest.mark.parametrize("steps", [30])
def test_whatever_happens_equals_a_recomputation_from_scratch(shop: World, steps: int, seed: int):
    crowd = Crowd(shop, random.Random(seed))
    crowd._look()
    for _ in range(steps):
        crowd.act()
    assert from_scratch(shop) == {}
    by_hand(shop)


def test_sql_and_python_agree_on_every_computed_field(shop: World):
    """The UPDATE finds nothing to do where the Python side computed the values, and mends what was spoiled."""
    crowd = Crowd(shop, random.Random(7))
    for _ in range(25):
        crowd.act()
    stored = everything(shop)
    with shop.unit() as unit:
        for entity, key in unit.served.app.order:
            field = unit.served.app.entities[entity].fields[key]
            if field.is_volatile or not stored[entity]:
                continue
            target = unit.served.entity_table(entity)
            column = target.c[unit.served.column(entity, key)]
            assert recompute(unit, entity, {key}, stored[entity]) == {}
            if field.computed == "band":
                continue
            spoiled = {record for record in stored[entity] if stored[entity][record][key] is not None}
            unit.connection.execute(target.update().values({column.name: None}))
            assert recompute(unit, entity, {key}, stored[entity]).get((entity, key), {}).keys() == spoiled
    assert everything(shop) == stored
