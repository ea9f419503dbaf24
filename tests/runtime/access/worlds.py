"""Random worlds: two entities that see each other, trees, people with several roles, roles with any grants.

Conditions are drawn as pairs of a text and a Python function, so that the referee never reads an expression.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from schema_store.document import AppDocument
from tests.schema_store.kit import document, entity, label
from tests.schema_store.kit import field as column

#: Declared fields by entity; ``sealed`` is read-only for everyone, ``doubled`` and ``ratio`` are computed.
FIELDS = {
    "shop": ("name", "size", "zone", "manager", "secret"),
    "deal": ("name", "amount", "shop", "helper", "phase", "doubled", "sealed", "near"),
}
ROLES = ("r0", "r1", "r2")
ACTS = ("read", "create", "update", "delete", "transition", "assign")
SCOPES = ("own", "team", "team_below", "region", "all")

Truth = bool | None


@dataclass(frozen=True)
class Person:
    id: UUID
    team: UUID | None
    region: UUID | None
    roles: frozenset[str]


@dataclass(frozen=True)
class Record:
    id: UUID
    entity: str
    owner: UUID | None
    deleted: bool
    values: dict[str, Any]


@dataclass(frozen=True)
class Condition:
    """A text of the language and what it means, asked of (world, person, record)."""

    text: str
    test: Callable[[World, Person, Record], Truth] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Grant:
    entity: str
    acts: frozenset[str]
    scope: str
    when: Condition | None
    hidden: frozenset[str]
    read_only: frozenset[str]
    only: frozenset[str] | None


@dataclass(frozen=True)
class World:
    """``teams`` and ``regions`` say the parent of each node; ``near`` are the pairs (deal, shop) of the links."""

    teams: dict[UUID, UUID | None]
    regions: dict[UUID, UUID | None]
    people: dict[UUID, Person]
    records: dict[UUID, Record]
    near: frozenset[tuple[UUID, UUID]]
    roles: dict[str, tuple[Grant, ...]]

    def of(self, entity_: str) -> list[Record]:
        return [record for record in self.records.values() if record.entity == entity_]

    def live(self, id_: UUID | None) -> Record | None:
        """The record of a reference, unless it lies in the bin."""
        found = self.records.get(id_) if id_ else None
        return None if found is None or found.deleted else found

    def deals_of(self, shop: Record) -> list[Record]:
        return [deal for deal in self.of("deal") if deal.values["shop"] == shop.id and not deal.deleted]

    def shops_near(self, deal: Record) -> list[Record]:
        return [shop for one, other in self.near if one == deal.id and (shop := self.live(other))]

    def deals_near(self, shop: Record) -> list[Record]:
        return [deal for one, other in self.near if other == shop.id and (deal := self.live(one))]


def below(tree: dict[UUID, UUID | None], top: UUID | None) -> set[UUID]:
    """A node and all below it; nothing below nothing."""
    return {node for node in tree if top is not None and top in _way_up(tree, node)}


def _way_up(tree: dict[UUID, UUID | None], node: UUID | None) -> list[UUID]:
    return [] if node is None else [node, *_way_up(tree, tree[node])]


def app_document(roles: dict[str, tuple[Grant, ...]]) -> AppDocument:
    return document(
        entity(
            "shop",
            column("text", "name"),
            column("integer", "size"),
            column("region", "zone"),
            column("user", "manager"),
            column("integer", "secret"),
        ),
        entity(
            "deal",
            column("text", "name"),
            column("integer", "amount"),
            column("reference", "shop", entity="shop", inverse={"key": "deals", "label": label("deals")}),
            column("user", "helper"),
            column("stage", "phase"),
            column("formula", "doubled", expression="amount * 2", result={"type": "integer"}),
            column("integer", "sealed", read_only=True),
            column("links", "near", entity="shop", inverse={"key": "visitors", "label": label("visitors")}),
        ),
        pipelines=[
            {
                "key": "way",
                "label": label("way"),
                "entity": "deal",
                "field": "phase",
                "initial": "a",
                "stages": [{"key": key, "label": label(key)} for key in ("a", "b")],
            }
        ],
        roles=[
            {
                "key": key,
                "label": label(key),
                "permissions": [_permission(index, grant) for index, grant in enumerate(grants)],
            }
            for key, grants in roles.items()
        ],
    )


def _permission(index: int, grant: Grant) -> dict[str, Any]:
    return {
        "key": f"p{index}",
        "entity": grant.entity,
        "acts": sorted(grant.acts),
        "scope": grant.scope,
        "when": grant.when.text if grant.when else None,
        "hidden": sorted(grant.hidden),
        "read_only": sorted(grant.read_only),
        "only": None if grant.only is None else sorted(grant.only),
    }


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


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    entity_ = draw(st.sampled_from(("shop", "deal")))
    names = st.frozensets(st.sampled_from((*FIELDS[entity_], "owner", "created_by")), max_size=3)
    return Grant(
        entity=entity_,
        acts=draw(st.frozensets(st.sampled_from(ACTS), min_size=1, max_size=4)) | draw(_SOMETIMES_READ),
        scope=draw(st.sampled_from(SCOPES)),
        when=draw(st.none() | conditions(entity_)),
        hidden=draw(names),
        read_only=draw(names),
        only=draw(st.none() | st.frozensets(st.sampled_from(FIELDS[entity_]), min_size=2)),
    )


_SOMETIMES_READ = st.sampled_from([frozenset[str](), frozenset({"read"})])
#: Most people hold a role; nobody of these holds all.
_HELD = [
    frozenset(held) for held in ((), ("r0",), ("r1",), ("r2",), ("r0", "r1"), ("r1", "r2"), ("r0", "r2"))
]


def _uuid(kind: int, number: int) -> UUID:
    return UUID(int=(kind << 64) + number + 1)


def _ids(kind: int, count: int) -> list[UUID]:
    return [_uuid(kind, number) for number in range(count)]


@st.composite
def trees(draw: st.DrawFn, kind: int) -> dict[UUID, UUID | None]:
    nodes = _ids(kind, draw(st.integers(1, 4)))
    return {
        node: draw(st.sampled_from([None, *nodes[:index]])) if index else None
        for index, node in enumerate(nodes)
    }


@st.composite
def worlds(draw: st.DrawFn) -> World:
    teams, regions = draw(trees(1)), draw(trees(2))
    people = {
        id_: Person(
            id_,
            draw(st.sampled_from([None, *teams])),
            draw(st.sampled_from([None, *regions])),
            draw(st.sampled_from(_HELD)),
        )
        for id_ in _ids(3, 3)
    }
    someone = st.sampled_from([*people, *people, None])
    number = st.none() | st.integers(0, 6)
    shops = {
        id_: Record(
            id_,
            "shop",
            draw(someone),
            draw(_RARELY),
            {
                "name": "s",
                "size": draw(number),
                "zone": draw(st.sampled_from([None, *regions])),
                "manager": draw(someone),
                "secret": 1,
            },
        )
        for id_ in _ids(4, 4)
    }
    deals = {
        id_: Record(
            id_,
            "deal",
            draw(someone),
            draw(_RARELY),
            {
                "name": "d",
                "amount": draw(number),
                "shop": draw(st.sampled_from([None, *shops])),
                "helper": draw(someone),
            },
        )
        for id_ in _ids(5, 6)
    }
    pairs = st.tuples(st.sampled_from(list(deals)), st.sampled_from(list(shops)))
    return World(
        teams=teams,
        regions=regions,
        people=people,
        records=shops | deals,
        near=draw(st.frozensets(pairs, max_size=5)),
        roles={key: tuple(draw(st.lists(grants(), min_size=2, max_size=5))) for key in ROLES},
    )


_RARELY = st.sampled_from([False, False, False, True])
