"""Events of a file: whose they are, what is wrong with them, and that each is told once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from runtime.imports.jobs import Job
from tests.runtime.imports.everything import every
from tests.runtime.imports.kit import bring, complaints, rows, to
from tests.runtime.save.kit import ACTOR, NOW, World

__all__ = ["every"]
HEADER = "record,kind,at,topic,data,id,by\n"


def thing(world: World) -> tuple[UUID, str]:
    saved = world.create("thing", {"name": "事"})
    return saved.id, saved.values["code"]


def tell(world: World, lines: str, *, entity: str = "thing", goal: str = "applied", **wish: Any) -> Job:
    return bring(world, HEADER + lines, entity, kind="events", goal=goal, **wish)


def test_events_are_told_at_their_time(every: World) -> None:
    id_, code = thing(every)
    job = tell(every, f"{code},call,2025-05-01 10:00,angebot,,,\n{id_},visit,,,,,\n")
    assert (job.state, job.counts) == ("applied", {"new": 2}), complaints(every, job)
    first, second = sorted(every.support("event", id_), key=lambda row: row.at)
    assert (first.kind, first.topic, first.by) == ("call", "angebot", None)
    assert second.at == NOW


def test_an_event_with_an_id_is_told_once_by_however_many_files(every: World) -> None:
    id_, code = thing(every)
    line = f"{code},call,2025-05-01,,,crm-{code}-1,\n"
    assert tell(every, line).counts == {"new": 1}
    assert tell(every, line + f"{code},call,2025-05-02,,,,\n").counts == {"known": 1, "new": 2}
    assert len(every.support("event", id_)) == 2


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        (",call,,,,,", "record", "required"),
        ("{code},,,,,,", "kind", "required"),
        ("{code},two words,,,,,", "kind", "bad_value"),
        ("{code},<b>,,,,,", "kind", "bad_value"),
        ("{code},call,gestern,,,,", "at", "not_a_date"),
        ("{code},call,,{long},,,", "topic", "too_long"),
        ("{code},call,,,{{,,", "data", "not_json"),
        ("{code},call,,,[1],,", "data", "wrong_type"),
        ("{code},call,,,,{long},", "id", "too_long"),
        ("{code},call,,,,,niemand", "by", "unknown_record"),
        ("T-9999,call,,,,,", "record", "unknown_record"),
    ],
)
def test_what_is_wrong_with_an_event(every: World, line: str, field: str, code: str) -> None:
    id_, number = thing(every)
    job = tell(every, line.format(code=number, long="x" * 201).replace("[1]", '"[1]"') + "\n")
    assert [each[2:] for each in complaints(every, job)] == [(field, code)]
    assert job.counts == {"refused": 1}
    assert every.support("event", id_) == []


def test_who_did_it_counts_in_history_mode_only(every: World) -> None:
    id_, code = thing(every)
    line = f"{code},call,2025-05-01,,,,amy\n"
    tell(every, line)
    tell(every, line, mode="history")
    assert [row.by for row in sorted(every.support("event", id_), key=lambda row: row.id)] == [None, ACTOR]


def test_an_entity_in_every_row(every: World) -> None:
    id_, _ = thing(every)
    owner = every.create("owner", {"name": "x", "sign": "ev-1"}).id
    text = f"entity,record,kind\nthing,{id_},a\nowner,ev-1,b\nnothing,x,c\n"
    job = bring(every, text, "", kind="events", goal="applied")
    assert [each[2:] for each in complaints(every, job)] == [("entity", "unknown_record")]
    assert [row.kind for row in every.support("event", owner)] == ["b"]


def test_a_preview_tells_nothing(every: World) -> None:
    id_, code = thing(every)
    job = tell(every, f"{code},call,,,,,\n", goal="previewed")
    assert (job.state, job.counts) == ("previewed", {"new": 1})
    assert every.support("event", id_) == []
    job = to(every, job, "applied")
    assert len(every.support("event", id_)) == 1


def test_what_happened_cannot_be_taken_back(every: World) -> None:
    _, code = thing(every)
    job = to(every, tell(every, f"{code},call,,,,,\n"), "undone")
    assert (job.state, job.error and job.error["code"]) == ("applied", "events_stay")


def test_one_that_is_refused_does_not_stop_the_others(every: World) -> None:
    """A record that goes away between the check and the telling: its event is refused, the others are told."""
    (gone, one), (stays, two) = thing(every), thing(every)
    job = tell(every, f"{one},call,,,,,\n{two},call,,,,,\n", goal="previewed")
    every.delete("thing", gone)
    job = to(every, job, "applied")
    assert job.counts == {"new": 1, "refused": 1}
    assert [(row.number, row.errors and row.errors[0]["code"]) for row in rows(every, job)] == [
        (2, "no_such_record"),
        (3, None),
    ]
    assert len(every.support("event", stays)) == 1
