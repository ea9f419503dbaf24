"""The permission matrix: every operation × every demo role × visible, invisible, absent × readable, hidden.

No answer holds a canary that its reader may not see; invisible is absent to the byte; what cannot be read is unknown to
the byte; and the planted records are afterwards what they were.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.crm import Crm
from tests.api.matrix.recipes import ABOUT, ABSENT, APP, IS_FULL, OTHER, OVER, Ask
from tests.api.matrix.referee import FIELDS, Referee
from tests.api.matrix.world import ACTORS, SIDES, World, make_world
from tests.asgi import Answer
from tests.conftest import Databases

#: Where something is hidden from somebody, and the oddest conditions; ``MATRIX=full`` takes every entity.
CHOSEN = ("account", "opportunity", "quote", "contact", "task")
#: On PostgreSQL a sample: those who see least.
SAMPLED_ACTORS = ("rep1", "legal")
SAMPLED_ENTITIES = ("account", "contact")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    made = make_world(databases, request.param, tmp_path_factory.mktemp("home"))
    yield made
    databases.remove(made.crm.engine)


def is_sample(world: World) -> bool:
    return world.crm.engine.dialect.name == "postgresql" and not IS_FULL


def entities(world: World) -> tuple[str, ...]:
    return SAMPLED_ENTITIES if is_sample(world) else tuple(FIELDS) if IS_FULL else CHOSEN


def skip_unless_sampled(world: World, who: str) -> None:
    if is_sample(world) and who not in SAMPLED_ACTORS:
        pytest.skip("the sample leaves this person out")


def send(crm: Crm, who: str, ask: Ask) -> Answer:
    answer = crm.as_(who).send(ask.method, ask.path, json=ask.body, headers=ask.headers)
    assert answer.status < 500, (ask, answer.body)
    return answer


def seen(answer: Answer) -> bytes:
    """Everything of an answer that its reader gets."""
    return b"\n".join(f"{name}: {value}".encode() for name, value in answer.headers) + answer.body


def told(answer: Answer, word: str) -> tuple[int, str, list[tuple[str, str]]]:
    """An answer for comparison: without its date, and without the word that was asked for."""
    headers = sorted(
        (name, value) for name, value in answer.headers if name not in ("date", "content-length")
    )
    return answer.status, answer.body.decode().replace(word, "?"), headers


def check(world: World, referee: Referee, ask: Ask, answer: Answer) -> None:
    assert world.leaks(referee, seen(answer), f"{ask.path} {ask.body}") == [], (referee.person.name, ask)


def test_every_operation_has_a_recipe(world: World) -> None:
    described: dict[str, Any] = world.crm.app.openapi()
    operations = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in described["paths"].items()
        for method in methods
    }
    assert operations == ABOUT.keys() | OVER.keys() | OTHER.keys()


@pytest.mark.parametrize("who", ACTORS)
def test_operations_of_the_app_are_those_of_the_platform(world: World, who: str) -> None:
    """What the app's own description names for a person has a recipe too, and names nothing they may not know."""
    referee = world.referee(who)
    answer = world.crm.get(who, "/openapi.json")
    if not any(referee.can(entity, "read") for entity in FIELDS):
        assert answer.status == 404
        return
    described = answer.json
    for path, methods in described["paths"].items():
        parts = path.removeprefix(APP).split("/")
        if parts[1] == "records":
            parts[2] = "{entity}"
        if parts[1] in ("calculations", "metrics"):
            parts[2] = "{key}"
        named = "{file_id}" if parts[1] == "files" else "{record_id}"
        general = "/apps/{app}" + "/".join(parts).replace("{id}", named)
        for method in methods.keys() - {"parameters"}:
            assert f"{method.upper()} {general}" in ABOUT.keys() | OVER.keys() | OTHER.keys()
    named = {path.split("/")[4] for path in described["paths"] if path.startswith(f"{APP}/records/")}
    assert named == {entity for entity in FIELDS if referee.can(entity, "read")}
    for entity in named:
        schema = described["components"]["schemas"]["".join(part.title() for part in entity.split("_"))]
        assert schema["properties"].keys() & FIELDS[entity].keys() == referee.readable(entity)


@pytest.mark.parametrize("who", ACTORS)
def test_records(world: World, who: str) -> None:
    """Visible, invisible, in the bin, absent: about one record."""
    skip_unless_sampled(world, who)
    referee, before, cells = world.referee(who), world.rows(), 0
    for entity in entities(world):
        for recipes in ABOUT.values():
            for recipe in recipes:
                absent = {}
                for number, ask in enumerate(recipe(referee, entity, ABSENT)):
                    absent[number] = send(world.crm, who, ask)
                for side in SIDES:
                    record = world.of(entity, side)
                    for number, ask in enumerate(recipe(referee, entity, str(record.id))):
                        answer = send(world.crm, who, ask)
                        check(world, referee, ask, answer)
                        if not referee.sees(record):
                            assert told(answer, str(record.id)) == told(absent[number], ABSENT), (who, ask)
                        cells += 1
    print(f"{who}: {cells} cells")
    assert world.rows() == before


@pytest.mark.parametrize("who", ACTORS)
def test_lists_and_figures(world: World, who: str) -> None:
    skip_unless_sampled(world, who)
    referee, before = world.referee(who), world.rows()
    for entity in entities(world):
        for recipe in OVER.values():
            for ask in recipe(world, referee, entity):
                answer = send(world.crm, who, ask)
                check(world, referee, ask, answer)
                named = ask.path.removeprefix(f"{APP}/records/").split("/")[0].split("?")[0]
                is_question = ask.method == "GET" and named in FIELDS and referee.can(named, "read")
                assert answer.status == 200 or not is_question, (
                    who,
                    ask,
                    answer.body,
                )  # every question is asked well
    assert world.rows() == before


@pytest.mark.parametrize("who", ACTORS)
def test_everything_else(world: World, who: str) -> None:
    """Who has not the right is refused, and nothing is told to anyone that they may not know."""
    skip_unless_sampled(world, who)
    referee = world.referee(who)
    for operation, other in OTHER.items():
        may = other.right is None or referee.has(other.right)
        if may and not other.harmless:
            continue
        for ask in other.asks(world):
            answer = send(world.crm, who, ask)
            check(world, referee, ask, answer)
            if other.right is not None:
                assert (answer.status not in (403, 404)) == may, (who, operation, answer.status)


def test_the_matrix_would_notice(world: World) -> None:
    """A canary in an answer is found: of a hidden field, of an invisible record, in a header, inside a cursor."""
    referee = world.referee("rep1")
    margin, name = world.of("opportunity", "east"), world.of("lead", "north")
    secret = next(
        token for token, (record, key) in world.canaries.items() if (record, key) == (margin, "margin")
    )
    theirs = next(token for token, (record, key) in world.canaries.items() if (record, key) == (name, "name"))
    assert len(world.leaks(referee, f'{{"x": "{secret}00"}}'.encode())) == 1
    assert len(world.leaks(referee, f"location: /leads/{theirs}".encode())) == 1
    cursor = base64.urlsafe_b64encode(f'["{theirs}"]'.encode()).decode().rstrip("=")
    assert len(world.leaks(referee, f'{{"next":"{cursor}"}}'.encode())) == 1
    assert world.leaks(world.referee("admin"), f"{secret} {theirs}".encode()) == []
    assert len(world.canaries) > 1_400
