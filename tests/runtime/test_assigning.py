"""Who gets a record: rows, strategies, absence, capacity, newcomers; evenly whoever asks at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from runtime import save
from runtime.people.tables import TEAMS
from runtime.people.trees import create_node
from runtime.people.users import create_user
from runtime.people.users import update_user as change_user
from schema_store.database import writing
from tests.conftest import Databases
from tests.runtime.rules.clinic import clinic, created, rule
from tests.runtime.save.kit import NOW, World, build
from tests.runtime.save.shop import Json, label

DAY = timedelta(days=1)


def row(key: str, *roles: str, **more: Any) -> Json:
    return {"key": key, "label": label(key), "roles": list(roles), **more}


def gives(dispatch: str, word: str) -> Json:
    action = {"kind": "assign", "key": "give", "dispatch": dispatch}
    condition = f'ISBLANK(owner) and word == "{word}"'
    return rule(f"by_{dispatch}", "case", created(), action, condition=condition, rights=["case:assign"])


def dispatch(key: str, *rows: Json, **more: Any) -> Json:
    return {"key": key, "label": label(key), "entity": "case", "rows": list(rows), **more}


DISPATCHES = [
    dispatch("even", row("all", "nurse")),
    dispatch("turns", row("all", "nurse"), strategy="round_robin"),
    dispatch("full", row("all", "nurse"), strategy="capacity", capacity=2),
    dispatch(
        "chosen",
        row("surgery", "nurse", condition="number > 5", skills=["knife"]),
        row("ward", "nurse", teams=["ward"], condition="number > 2"),
        row("rest", "boss"),
    ),
]
RULES = [gives(each["key"], each["key"]) for each in DISPATCHES]
SEE = {"key": "see", "entity": "case", "acts": ["read"], "scope": "all"}
ROLES = [{"key": key, "label": label(key), "permissions": [SEE]} for key in ("nurse", "boss")]


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    made = build(databases, request.param, clinic(*RULES, dispatches=DISPATCHES, roles=ROLES))
    yield made
    databases.remove(made.engine)


Hire = Callable[..., UUID]


@pytest.fixture
def hire(world: World) -> Hire:
    """Adds somebody with roles in the app."""

    def add(name: str, *roles: str, **more: Any) -> UUID:
        with writing(world.engine) as connection:
            values = {"username": name, "name": name, "roles": {"clinic": roles or ("nurse",)}, **more}
            return create_user(connection, values, NOW)

    return add


def ask(world: World, word: str, **values: Any) -> UUID | None:
    case = world.create("case", {"name": "x", "word": word, "owner_id": None, **values})
    owner: UUID | None = case.values["owner_id"]
    return owner


def reasons(world: World) -> Any:
    with writing(world.engine) as connection:
        table = world.served.support.assignment
        found = connection.execute(sa.select(table).order_by(table.c.id.desc()).limit(1))
        return found.one().why


def test_the_least_loaded_gets_it_with_reasons(world: World, hire: Hire) -> None:
    ann, bob = hire("ann"), hire("bob")
    for _ in range(3):
        world.create("case", {"name": "old", "owner_id": str(ann)})
    assert [ask(world, "even") for _ in range(4)] == [bob, bob, bob, ann]
    why = reasons(world)
    assert (why["row"], why["strategy"], why["rows"]) == (
        "all",
        "load",
        [{"key": "all", "met": True, "free": 2}],
    )
    assert [(each["id"], each["state"], each["load"]) for each in why["people"]] == [
        (str(ann), "chosen", 3),
        (str(bob), "free", 3),
    ]


def test_turns_go_round(world: World, hire: Hire) -> None:
    people = [hire("ann"), hire("bob"), hire("cid")]
    given = [ask(world, "turns") for _ in range(6)]
    assert given[:3] == given[3:]
    assert set(given) == set(people)


def test_who_is_full_gets_no_more_and_then_nobody_does(world: World, hire: Hire) -> None:
    ann, bob = hire("ann"), hire("bob")
    assert Counter(ask(world, "full") for _ in range(4)) == {ann: 2, bob: 2}
    assert ask(world, "full") is None
    why = reasons(world)
    assert why["row"] is None
    assert {each["state"] for each in why["rows"][0]["people"]} == {"full"}


def test_who_is_away_is_passed_over_until_they_are_back(world: World, hire: Hire) -> None:
    ann = hire("ann")
    bob = hire("bob", absent_from=NOW - DAY, absent_to=NOW + DAY)
    cid = hire("cid", absent_from=NOW + DAY)
    assert {ask(world, "even") for _ in range(4)} == {ann, cid}
    assert {each["state"] for each in reasons(world)["people"] if each["id"] == str(bob)} == {"absent"}
    world.now = NOW + 2 * DAY
    assert {ask(world, "even") for _ in range(2)} == {bob}


def test_the_first_row_that_has_somebody_decides(world: World, hire: Hire) -> None:
    with writing(world.engine) as connection:
        ward = create_node(connection, TEAMS, {"name": "Ward", "code": "ward"}, NOW)
        inner = create_node(connection, TEAMS, {"name": "Night", "parent_id": ward}, NOW)
    ann, bob, eve = hire("ann", skills=["knife", "needle"]), hire("bob", team_id=inner), hire("eve", "boss")
    assert ask(world, "chosen", number=6) == ann
    assert ask(world, "chosen", number=3) == bob
    assert ask(world, "chosen", number=1) == eve
    with writing(world.engine) as connection:
        change_user(connection, ann, {"active": False}, NOW)
    assert ask(world, "chosen", number=6) == bob
    assert [(each["key"], each["met"], each.get("free")) for each in reasons(world)["rows"]] == [
        ("surgery", True, 0),
        ("ward", True, 1),
    ]


def test_a_newcomer_starts_at_the_mean(world: World, hire: Hire) -> None:
    ann, bob = hire("ann"), hire("bob")
    assert Counter(ask(world, "even") for _ in range(20)) == {ann: 10, bob: 10}
    new = hire("cid")
    assert Counter(ask(world, "even") for _ in range(9)) == {ann: 3, bob: 3, new: 3}
    (start,) = [each["start"] for each in reasons(world)["people"] if each["id"] == str(new)]
    assert start == 10
    world.now = NOW + timedelta(days=30)
    assert {ask(world, "even") for _ in range(5)} == {new}  # by then their own load counts


def test_one_request_spreads_a_batch(world: World, hire: Hire) -> None:
    people = [hire(f"nurse{number}") for number in range(4)]
    with world.unit() as unit:
        cases = [
            save.create(unit, "case", {"name": "x", "word": "even", "owner_id": None}) for _ in range(100)
        ]
    shares = Counter(case.values["owner_id"] for case in cases)
    assert shares == dict.fromkeys(people, 25)


def test_many_at_once_spread_evenly(world: World, hire: Hire) -> None:
    people = [hire(f"nurse{number}") for number in range(4)]

    def work(_number: int) -> list[UUID | None]:
        return [ask(world, "even") for _ in range(5)]

    with ThreadPoolExecutor(8) as pool:
        owners = [owner for part in pool.map(work, range(8)) for owner in part]
    assert Counter(owners) == dict.fromkeys(people, 10)
