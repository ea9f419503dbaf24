"""A small world: two entities that see each other, trees, people with several roles, roles with any grants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

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
