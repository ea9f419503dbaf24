"""Random worlds: rows and fields are the referee's, on both databases, and more roles never see less."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from sqlalchemy.engine import Connection

from runtime.access import Access
from schema_store.database import writing
from tests.runtime.access.referee import Referee
from tests.runtime.access.stage import Stage, access_of, binned, fill, rows, values
from tests.runtime.access.world import ACTS, ROLES, Person, Record, World
from tests.runtime.access.worlds import worlds

ENTITIES = ("shop", "deal")


class Undone(Exception):
    """Ends a transaction without keeping anything."""


@given(world=worlds())
def test_the_referee_agrees(stages: list[Stage], world: World) -> None:
    answers = [_on(stage, world) for stage in stages]
    assert all(answer == answers[0] for answer in answers)


def _on(stage: Stage, world: World) -> Any:
    """Everything that is asked of one database, after the referee has agreed with it."""
    served = stage.serve(world)
    found: list[Any] = []
    try:
        with writing(stage.engine) as connection:
            fill(connection, served, world)
            for person in world.people.values():
                access = access_of(served, world, person)
                found.append(_agrees(connection, access, Referee(world, person)))
                more = [access_of(served, world, _with(person, role)) for role in ROLES]
                assert all(_covers(connection, each, found[-1]) for each in more)
            raise Undone
    except Undone:
        return found


def _with(person: Person, role: str) -> Person:
    return replace(person, roles=person.roles | {role})


def _agrees(connection: Connection, access: Access, referee: Referee) -> dict[Any, Any]:
    seen: dict[Any, Any] = {}
    for entity in ENTITIES:
        for act in ACTS:
            assert access.can(entity, act) == referee.can(entity, act)
            seen[entity, act] = rows(connection, access, entity, act)
            assert seen[entity, act] == referee.rows(entity, act), (entity, act)
        assert binned(connection, access, entity) == referee.rows(entity, "delete", deleted=True)
        seen[entity, "fields"] = access.readable(entity)
        assert access.readable(entity) == referee.readable(entity)
        for act in ("create", "update"):
            seen[entity, "given", act] = access.writable(entity, act)
            assert access.writable(entity, act) == referee.writable(entity, act), act
        if referee.readable(entity):
            assert set(access.env(entity).entities[entity].fields) == referee.env(entity)
    return seen


def _covers(connection: Connection, access: Access, less: dict[Any, Any]) -> bool:
    """Whether someone with one role more has every row and field that they had."""
    for (entity, *what), had in less.items():
        match what:
            case ["fields"]:
                has: Any = access.readable(entity)
            case ["given", act]:
                has = access.writable(entity, act)
            case [act]:
                has = rows(connection, access, entity, act)
        if not had <= has:
            return False
    return True


def _amounts(records: list[Record]) -> int:
    return sum(record.values["amount"] or 0 for record in records)


#: Expressions of an actor: entity, text, what they name, what they give for a record.
HOPS: list[tuple[str, str, list[tuple[str, str]], Any]] = [
    (
        "deal",
        "shop.size",
        [("deal", "shop"), ("shop", "size")],
        lambda referee, deal: shop.values["size"] if (shop := referee.shop_of(deal)) else None,
    ),
    (
        "deal",
        "COUNT(near)",
        [("deal", "near")],
        lambda referee, deal: len(referee.seen_of(referee.world.shops_near(deal))),
    ),
    (
        "deal",
        "SUM(shop.deals, amount)",
        [("deal", "shop"), ("shop", "deals"), ("deal", "amount")],
        lambda referee, deal: (
            _amounts(referee.seen_of(referee.world.deals_of(shop))) if (shop := referee.shop_of(deal)) else 0
        ),
    ),
    (
        "shop",
        "SUM(deals, amount)",
        [("shop", "deals"), ("deal", "amount")],
        lambda referee, shop: _amounts(referee.seen_of(referee.world.deals_of(shop))),
    ),
    (
        "shop",
        "COUNT(visitors, shop.size > 3)",
        [("shop", "visitors"), ("deal", "shop"), ("shop", "size")],
        lambda referee, shop: sum(
            (seen.values["size"] or 0) > 3
            for deal in referee.seen_of(referee.world.deals_near(shop))
            if (seen := referee.shop_of(deal))
        ),
    ),
]


@given(world=worlds())
def test_every_hop_sees_only_what_may_be_seen(stages: list[Stage], world: World) -> None:
    for stage in stages:
        served = stage.serve(world)
        try:
            with writing(stage.engine) as connection:
                fill(connection, served, world)
                for person in world.people.values():
                    _hops(connection, access_of(served, world, person), Referee(world, person))
                raise Undone
        except Undone:
            continue


def _hops(connection: Connection, access: Access, referee: Referee) -> None:
    for entity, text, named, meaning in HOPS:
        if not referee.names(entity):
            continue
        found = values(connection, access, entity, text)
        if not all(name in referee.env(owner) for owner, name in named):
            assert found is None, text
            continue
        records = [referee.world.records[id_] for id_ in referee.rows(entity, "read")]
        assert found == {record.id: meaning(referee, record) for record in records}, text
