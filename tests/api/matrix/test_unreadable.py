"""A field that may not be read is a field that is not there: the same bytes at every place that takes a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.api.matrix.recipes import ABSENT, APP, IS_FULL, RECORDS, Ask
from tests.api.matrix.referee import DOCUMENT, FIELDS, Referee
from tests.api.matrix.test_matrix import check, is_sample, send, skip_unless_sampled, told, world
from tests.api.matrix.world import ACTORS, World
from tests.asgi import Answer

__all__ = ["world"]


def unknown(entity: str, key: str) -> str:
    """A name of the same length that no field has."""
    return next(key[:-1] + letter for letter in "qzxjkvw" if key[:-1] + letter not in FIELDS[entity])


def questions(entity: str, key: str) -> Iterator[Ask]:
    """Every word of a question that takes a name, of the entity itself and over a relation to it."""
    for words in (
        f"sort={key}",
        f"sort=-{key}",
        f"fields=id,{key}",
        f"expand={key}",
        "filter=" + quote(f"{key} > 1"),
        "filter=" + quote(f"ISBLANK({key})"),
        "filter=" + quote(f"name == 'x' or {key} == 'y'"),
    ):
        yield Ask("GET", f"{RECORDS}/{entity}?{words}")
    for words in (f"group={key}", f"measure=sum({key})", f"group=month({key})", f"filter={key}%3E1"):
        yield Ask("GET", f"{RECORDS}/{entity}/aggregate?{words}")


def related(referee: Referee, entity: str, key: str) -> Iterator[Ask]:
    """The same through records that refer to it, and back again."""
    for other, fields in FIELDS.items():
        for reference, described in fields.items():
            if described.get("entity") != entity or reference not in referee.readable(other):
                continue
            if described["type"] == "reference":
                yield Ask("GET", f"{RECORDS}/{other}?filter=" + quote(f"{reference}.{key} > 1"))
                yield Ask("GET", f"{RECORDS}/{other}?expand={reference}.{key}")
                yield Ask("GET", f"{RECORDS}/{other}?fields={reference}.{key}")
                return


def about(entity: str, key: str, id_: str) -> Iterator[Ask]:
    """The doors of one record."""
    yield Ask("GET", f"{RECORDS}/{entity}/{id_}?fields={key}")
    yield Ask("GET", f"{RECORDS}/{entity}/{id_}?expand={key}")
    yield Ask("GET", f"{RECORDS}/{entity}/{id_}/explain?field={key}")
    yield Ask("PATCH", f"{RECORDS}/{entity}/{id_}", {key: "1"})
    yield Ask("PATCH", f"{RECORDS}/{entity}/{id_}", {key: None})
    for atomic in (True, False):
        yield Ask("POST", f"{RECORDS}/{entity}/bulk", {"update": [{"id": id_, key: "1"}], "atomic": atomic})
    if any(pipeline["entity"] == entity for pipeline in DOCUMENT["pipelines"]):
        for dry_run in (True, False):
            move = {"to": "nowhere", "values": {key: "1"}, "dry_run": dry_run}
            yield Ask("POST", f"{RECORDS}/{entity}/{id_}/transition", move)
            yield Ask("POST", f"{RECORDS}/{entity}/{id_}/transition", {"to": "nowhere", "field": key})


def new(entity: str, key: str) -> Iterator[Ask]:
    """The doors of new records, and of records that are looked for by value."""
    yield Ask("POST", f"{RECORDS}/{entity}", {key: "1"})
    yield Ask("POST", f"{RECORDS}/{entity}/duplicates", {"values": {key: "1"}})
    for atomic in (True, False):
        yield Ask("POST", f"{RECORDS}/{entity}/bulk", {"create": [{key: "1"}], "atomic": atomic})
    yield Ask("PUT", f"{RECORDS}/{entity}/by/{key}/1", {})
    for field, described in FIELDS[entity].items():
        if described.get("unique"):
            yield Ask("PUT", f"{RECORDS}/{entity}/by/{field}/none", {key: "1"})
    yield Ask("POST", f"{APP}/events", {"kind": "call", "entity": entity, "match": {key: "1"}})
    events = [{"kind": "call", "entity": entity, "record_id": ABSENT, "data": {key: "1"}}]
    yield Ask("POST", f"{APP}/events", events)


def chosen(referee: Referee, entity: str) -> list[str]:
    """All that a permission hides by name; of what it leaves out by naming the rest, every sixth."""
    hidden = referee.hidden(entity)
    named = {key for grant in referee.grants(entity) for key in grant.get("hidden", ())}
    rest = [key for key in hidden if key not in named]
    return hidden if IS_FULL else [*sorted(named & set(hidden)), *rest[::12]]


def alike(referee: Referee, entity: str, one: tuple[Answer, str], two: tuple[Answer, str]) -> None:
    """The same bytes; a hint, which is the readable name nearest to what was written, names nothing hidden."""
    (status, text, headers), (status_2, text_2, headers_2) = told(*one), told(*two)
    assert (status, headers) == (status_2, headers_2), one
    assert _HINT.sub("", text) == _HINT.sub("", text_2)
    hidden = set(referee.hidden(entity))
    assert not hidden.intersection(re.findall(r"\w+", " ".join(_HINT.findall(text)))), text


_HINT = re.compile(r'"hint":"([^"]*)"')


@pytest.mark.parametrize("who", ACTORS)
def test_unreadable_is_unknown(world: World, who: str) -> None:
    skip_unless_sampled(world, who)
    referee, before, cells = world.referee(who), world.rows(), 0
    for entity in FIELDS:
        fields = chosen(referee, entity)
        record = next(
            (each for each in world.records.values() if each.entity == entity and referee.sees(each)), None
        )
        for key in fields[:2] if is_sample(world) else fields:
            other, id_ = unknown(entity, key), str(record.id) if record else ABSENT
            for make in (
                lambda name: [*questions(entity, name), *related(referee, entity, name)],  # noqa: B023
                lambda name: about(entity, name, id_),  # noqa: B023
                lambda name: new(entity, name),  # noqa: B023
            ):
                for hidden, absent in zip(make(key), make(other), strict=True):
                    answer = send(world.crm, who, hidden)
                    check(world, referee, hidden, answer)
                    alike(referee, entity, (answer, key), (send(world.crm, who, absent), other))
                    assert answer.status != 200 or b'"status":4' in answer.body, (who, hidden)
                    cells += 1
    print(f"{who}: {cells} cells")
    assert world.rows() == before
