"""Conditions of random permissions: a text of the language beside a Python function that means the same.

So the referee never reads an expression.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from tests.runtime.access.world import Condition, Person, Record, Truth, World, below


def _same(one: Any, other: Any) -> Truth:
    return None if one is None or other is None else one == other


def _member(one: Any, many: set[UUID]) -> Truth:
    return None if one is None else one in many


def _above(one: int | None, other: int) -> Truth:
    return None if one is None else one > other


def _team(world: World, person: UUID | None) -> UUID | None:
    return world.people[person].team if person else None


def _shop(world: World, deal: Record, key: str) -> Any:
    shop = world.live(deal.values["shop"])
    if shop is None:
        return None
    return shop.owner if key == "owner" else shop.values[key]


def _zone_parent(world: World, shop: Record) -> UUID | None:
    return world.regions[shop.values["zone"]] if shop.values["zone"] else None


_ANYWHERE = (
    Condition("owner == me", lambda world, me, row: _same(row.owner, me.id)),
    Condition(
        "owner.team in my_teams",
        lambda world, me, row: _member(_team(world, row.owner), below(world.teams, me.team)),
    ),
)
_LEAVES = {
    "deal": (
        *_ANYWHERE,
        Condition("amount > 3", lambda world, me, row: _above(row.values["amount"], 3)),
        Condition("helper == me", lambda world, me, row: _same(row.values["helper"], me.id)),
        Condition("shop.owner == me", lambda world, me, row: _same(_shop(world, row, "owner"), me.id)),
        Condition("shop.size > 3", lambda world, me, row: _above(_shop(world, row, "size"), 3)),
        Condition(
            "shop.zone in my_regions",
            lambda world, me, row: _member(_shop(world, row, "zone"), below(world.regions, me.region)),
        ),
        Condition(
            "shop.manager.team == my_team",
            lambda world, me, row: _same(_team(world, _shop(world, row, "manager")), me.team),
        ),
        Condition(
            "ANY(near, manager == me)",
            lambda world, me, row: any(shop.values["manager"] == me.id for shop in world.shops_near(row)),
        ),
    ),
    "shop": (
        *_ANYWHERE,
        Condition("size > 3", lambda world, me, row: _above(row.values["size"], 3)),
        Condition("manager == me", lambda world, me, row: _same(row.values["manager"], me.id)),
        Condition("zone == my_region", lambda world, me, row: _same(row.values["zone"], me.region)),
        Condition(
            "zone.parent in my_regions",
            lambda world, me, row: _member(_zone_parent(world, row), below(world.regions, me.region)),
        ),
        Condition(
            "ANY(deals, owner == me)",
            lambda world, me, row: any(deal.owner == me.id for deal in world.deals_of(row)),
        ),
        Condition(
            "COUNT(deals, amount > 3) >= 1",
            lambda world, me, row: any((deal.values["amount"] or 0) > 3 for deal in world.deals_of(row)),
        ),
    ),
}


def _not(one: Condition) -> Condition:
    def test(world: World, me: Person, row: Record) -> Truth:
        found = one.test(world, me, row)
        return None if found is None else not found

    return Condition(f"not ({one.text})", test)


def _join(word: str, one: Condition, other: Condition) -> Condition:
    stop = word == "or"

    def test(world: World, me: Person, row: Record) -> Truth:
        found = (one.test(world, me, row), other.test(world, me, row))
        if stop in found:
            return stop
        return None if None in found else not stop

    return Condition(f"({one.text}) {word} ({other.text})", test)


def conditions(entity_: str) -> st.SearchStrategy[Condition]:
    leaves = st.sampled_from(_LEAVES[entity_])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(_not), st.builds(_join, st.sampled_from(["and", "or"]), inner, inner)
        ),
        max_leaves=3,
    )
