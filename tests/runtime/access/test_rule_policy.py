"""A rule reads what it was written to read, and writes what its rights list."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from runtime.access import rule_access
from runtime.refusals import Forbidden
from schema_store.document.access import Act
from tests.conftest import Databases
from tests.runtime.rules.clinic import clinic, created, rule, sets
from tests.runtime.save.kit import ACTOR, World, build

RULES = [
    rule("poor", "case", created(), sets(word='"x"'), rights=["case:update"], condition="number > 9"),
    rule(
        "maker",
        "case",
        created(),
        {"kind": "create", "key": "make", "target": "letter", "values": {"name": "name"}},
        rights=["letter:create"],
        condition="number > 9",
    ),
]


@pytest.fixture(scope="module")
def world(databases: Databases) -> Iterator[World]:
    made = build(databases, "sqlite", clinic(*RULES))
    yield made
    databases.remove(made.engine)


@pytest.mark.parametrize(
    ("key", "entity", "acts"),
    [
        ("poor", "case", {"read", "update"}),
        ("poor", "letter", {"read"}),
        ("maker", "case", {"read"}),
        ("maker", "letter", {"read", "create", "assign"}),
    ],
)
def test_acts_of_a_rule(world: World, key: str, entity: str, acts: set[Act]) -> None:
    served = world.served
    access = rule_access(served.app.rules[key], world.access(served, ()))
    every: tuple[Act, ...] = (
        "read",
        "create",
        "update",
        "delete",
        "export",
        "assign",
        "transition",
        "override",
    )
    assert {act for act in every if access.can(entity, act)} == acts


def test_it_acts_in_the_name_of_the_person_and_is_none(world: World) -> None:
    served = world.served
    person = world.access(served, ())
    access = rule_access(served.app.rules["poor"], person)
    assert (access.by, access.values) == (ACTOR, person.values)
    assert (person.policy.whose, access.policy.whose) == ("person", "rule")
    assert access.policy is rule_access(served.app.rules["poor"], person).policy
    assert access.policy is not rule_access(served.app.rules["maker"], person).policy


def test_who_makes_a_record_may_give_it_away(world: World) -> None:
    served = world.served
    access = rule_access(served.app.rules["maker"], world.access(served, ()))
    assert access.can_own("letter", UUID(int=7))
    assert "owner_id" in access.writable("letter", "create")
    access = rule_access(served.app.rules["poor"], world.access(served, ()))
    assert "owner_id" not in access.writable("case", "update")
    with pytest.raises(Forbidden):
        access.require("case", "transition")
