"""Stages that take no more: frozen or full, for whoever wants in by whatever door; what is inside may leave."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from runtime import save
from runtime.change import DryRun
from runtime.freezes import find_freeze, freeze_stage, thaw_stage
from runtime.refusals import GateClosed, StageFrozen
from schema_store.compiled.process import CompiledStage
from schema_store.document import AppDocument
from tests.conftest import Databases
from tests.runtime.save import shop as documents
from tests.runtime.save.kit import NOW, World, build
from tests.runtime.save.test_save_race import THREADS, at_once

PLACES = 3


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def bay(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    """Jobs of two sorts with a pipeline each; the stages ``busy`` share their key, but not their places."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    world = build(databases, request.param, _bay())
    yield world
    databases.remove(world.engine)


def _bay() -> AppDocument:
    def pipeline(key: str, places: int | None, **more: str) -> documents.Json:
        busy: documents.Json = {"capacity": places, "required_fields": ["name"]} if places else {}
        stages = [
            {"key": "queued", "label": documents.label("queued")},
            {"key": "busy", "label": documents.label("busy"), **busy},
        ]
        about = {"key": key, "label": documents.label(key), "entity": "job", "field": "stage"}
        return {**about, "stages": stages, "initial": "queued", **more}

    job = documents.entity(
        "job",
        documents.field("text", "name"),
        documents.field("boolean", "quick"),
        documents.field("stage", "stage"),
    )
    task = documents.entity("task", documents.field("text", "name"), documents.field("stage", "stage"))
    desk = {"key": "desk", "label": documents.label("desk"), "capacity": PLACES}
    tasks = {"key": "tasks", "label": documents.label("tasks"), "entity": "task", "field": "stage"}
    ways = [pipeline("quick", PLACES, when="quick"), pipeline("slow", None)]
    return documents.document(
        "bay", job, task, pipelines=[*ways, {**tasks, "stages": [desk], "initial": "desk"}]
    )


def stage(world: World, key: str, pipeline: int = 0) -> CompiledStage:
    return world.served.app.entities["job"].pipelines["stage"][pipeline].stages[key]


def job(world: World, *, quick: bool = True, **more: str) -> UUID:
    return world.create("job", {"name": "j", "quick": quick, **more}).id


@pytest.fixture
def empty(bay: World) -> World:
    """No job in the bay, no stage frozen."""
    with bay.unit() as unit:
        for each in bay.served.app.entities["job"].pipelines["stage"]:
            for one in each.stages.values():
                thaw_stage(unit, one)
    for record in inside(bay):
        bay.delete("job", record)
    return bay


def inside(world: World) -> list[UUID]:
    with world.unit() as unit:
        table = unit.served.entity_table("job")
        column = table.c[unit.served.column("job", "stage")]
        found = unit.connection.execute(table.select().where(column == "busy", table.c.deleted_at.is_(None)))
        return [row.id for row in found]


def test_of_eight_who_want_in_at_once_as_many_come_in_as_there_are_places(empty: World):
    jobs = [job(empty) for _ in range(THREADS)]

    def enter(number: int) -> object:
        try:
            return empty.update("job", jobs[number], {"stage": "busy"})
        except StageFrozen as full:
            return full

    turned_away = [each for each in at_once(enter) if isinstance(each, StageFrozen)]
    assert [(u.kind, u.needed, u.seen) for each in turned_away for u in each.unmet] == [
        ("capacity", {"capacity": PLACES}, {"count": PLACES})
    ] * (THREADS - PLACES)
    assert len(inside(empty)) == PLACES


def test_who_leaves_makes_room_and_the_bin_takes_none(empty: World):
    jobs = [job(empty, stage="busy") for _ in range(PLACES)]
    with pytest.raises(StageFrozen):
        job(empty, stage="busy")
    empty.update("job", jobs[0], {"stage": "queued"})
    empty.delete("job", jobs[1])
    job(empty, stage="busy")
    job(empty, stage="busy")
    with pytest.raises(StageFrozen):
        empty.update("job", jobs[0], {"stage": "busy"})
    empty.update("job", jobs[2], {"name": "what is inside may still be changed"})


def test_a_stage_of_the_same_key_in_another_pipeline_has_places_of_its_own(empty: World):
    for _ in range(PLACES + 1):
        job(empty, quick=False, stage="busy")
    for _ in range(PLACES):
        job(empty, stage="busy")
    with pytest.raises(StageFrozen):
        job(empty, stage="busy")


def test_a_frozen_stage_lets_nobody_in_and_everybody_out(empty: World):
    busy, waiting = job(empty, stage="busy"), job(empty)
    with empty.unit() as unit:
        assert freeze_stage(unit, stage(empty, "busy"), {"text": "audit"})
        assert not freeze_stage(unit, stage(empty, "busy"), {"text": "again"})
        found = find_freeze(unit, stage(empty, "busy"))
    assert found is not None
    assert (found.at, found.by, found.reason) == (NOW, unit.person, {"text": "audit"})
    for door in (
        lambda: job(empty, stage="busy"),
        lambda: empty.update("job", waiting, {"stage": "busy"}),
        lambda: _move(empty, waiting),
    ):
        with pytest.raises(StageFrozen) as caught:
            door()
        (unmet,) = caught.value.unmet
        assert (caught.value.code, unmet.kind) == ("stage_frozen", "frozen")
        assert unmet.seen == {"since": NOW.isoformat(), "text": "audit"}
    answer = _move(empty, waiting, dry_run=True)
    assert isinstance(answer, DryRun)
    assert [each.kind for each in answer.unmet] == ["frozen"]
    job(empty, quick=False, stage="busy")  # the other pipeline's stage is open
    empty.update("job", busy, {"stage": "queued"})
    with empty.unit() as unit:
        assert thaw_stage(unit, stage(empty, "busy"))
        assert not thaw_stage(unit, stage(empty, "busy"))
    empty.update("job", waiting, {"stage": "busy"})


def _move(world: World, record: UUID, **more: bool) -> object:
    with world.unit() as unit:
        return save.transition(unit, "job", record, "busy", **more)


def test_a_frozen_first_stage_takes_nobody_back(empty: World):
    busy = job(empty, stage="busy")
    with empty.unit() as unit:
        freeze_stage(unit, stage(empty, "queued"), {})
    with pytest.raises(StageFrozen):
        empty.update("job", busy, {"stage": "queued"})


def test_a_first_stage_has_places_too(empty: World):
    for _ in range(PLACES):
        empty.create("task", {"name": "t"})
    with pytest.raises(StageFrozen):
        empty.create("task", {"name": "t"})


def test_everything_that_is_missing_is_named_with_the_freeze(empty: World):
    with empty.unit() as unit:
        freeze_stage(unit, stage(empty, "busy"), {})
    with pytest.raises(GateClosed) as caught:
        empty.create("job", {"quick": True, "stage": "busy"})
    assert [(each.kind, each.key) for each in caught.value.unmet] == [("field", "name"), ("frozen", "busy")]


def test_the_right_to_override_passes_a_freeze(empty: World):
    waiting = job(empty)
    with empty.unit() as unit:
        freeze_stage(unit, stage(empty, "busy"), {})
        save.transition(unit, "job", waiting, "busy", override="the last one")
    assert inside(empty) == [waiting]


def test_what_comes_back_from_the_bin_needs_a_place_again(empty: World):
    record = job(empty, stage="busy", name="j")
    empty.delete("job", record)
    for _ in range(PLACES):
        job(empty, stage="busy", name="j")
    with pytest.raises(StageFrozen) as caught:
        empty.restore("job", record)
    assert [(each.kind, each.needed, each.seen) for each in caught.value.unmet] == [
        ("capacity", {"capacity": PLACES}, {"count": PLACES})
    ]
    assert len(inside(empty)) == PLACES
