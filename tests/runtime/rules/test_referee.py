"""Random sets of rules on random saves: the engine leaves what the referee leaves, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from runtime.refusals import BudgetSpent
from tests.conftest import Databases
from tests.runtime.rules.clinic import rule, sets
from tests.runtime.rules.referee import Plan, Referee, TooDeep
from tests.runtime.save.kit import World, build
from tests.runtime.save.shop import document, entity, field

FIELDS = ("number", "other", "third")
WORLDS, SAVES = 6, 12


def plans(chance: random.Random) -> list[Plan]:
    made = []
    for number in range(chance.randint(1, 4)):
        source = chance.choice([None, *FIELDS])
        made.append(
            Plan(
                key=f"r{number}",
                trigger=chance.choice(["created", "changed", *FIELDS]),
                field=chance.choice(FIELDS),
                least=chance.randint(0, 6),  # without a condition most sets would be refused as endless
                set=chance.choice(FIELDS),
                source=source,
                plus=chance.randint(-2, 2) if source else chance.randint(0, 9),
            )
        )
    return made


def as_rule(plan: Plan) -> dict[str, Any]:
    trigger: dict[str, Any] = {"kind": "changed", "fields": [plan.trigger]}
    if plan.trigger in ("created", "changed"):
        trigger = {"kind": plan.trigger}
    value = str(plan.plus) if plan.source is None else f"{plan.source} + {plan.plus}"
    condition = None if plan.least is None else f"{plan.field} >= {plan.least}"
    return rule(
        plan.key, "case", trigger, sets(**{plan.set: value}), condition=condition, rights=["case:update"]
    )


@pytest.fixture(params=[(name, seed) for name in ("sqlite", "postgresql") for seed in range(WORLDS)], ids=str)
def game(request: pytest.FixtureRequest, databases: Databases) -> Iterator[tuple[World, list[Plan], int]]:
    name, seed = request.param
    if name not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    made = plans(random.Random(seed))
    case = entity("case", *(field("integer", key) for key in FIELDS))
    world = build(databases, name, document("play", case, rules=[as_rule(plan) for plan in made]))
    yield world, made, seed
    databases.remove(world.engine)


def try_referee(referee: Referee, given: dict[str, int]) -> bool:
    try:
        referee.save(given)
    except TooDeep:
        return False
    return True


def try_engine(world: World, record: UUID, given: dict[str, int], *, is_new: bool) -> bool:
    try:
        if is_new:
            world.create("case", given, record_id=record)
        else:
            world.update("case", record, given)
    except BudgetSpent:
        return False
    return True


def test_the_engine_and_the_referee_agree(game: tuple[World, list[Plan], int]) -> None:
    world, made, seed = game
    chance = random.Random(seed + 1_000)
    for _ in range(SAVES):
        referee, record = Referee(made), uuid7()
        for number in range(3):
            given = {key: chance.randint(0, 9) for key in chance.sample(FIELDS, chance.randint(1, 2))}
            done = try_referee(referee, given)
            assert try_engine(world, record, given, is_new=number == 0) == done, (made, given)
            if number == 0 and not done:
                break
            stored = world.stored("case", record)
            assert {key: stored[key] for key in FIELDS} == referee.values, made
            assert [tuple(run.cause) for run in world.support("run", record)] == referee.runs
