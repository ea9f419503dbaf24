"""Files brought into an installed app, batch by batch, without a server."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from runtime.imports.files import open_sheet
from runtime.imports.jobs import Job, StoredRow, load_job, rows_after, save_job
from runtime.imports.mapping import read_mapping
from runtime.imports.running import aim, run
from runtime.imports.staging import Wish, stage
from schema_store.database import reading, writing
from tests.runtime.save.kit import World
from workflows.queue import RunQueue

Edit = Callable[[Job], None]


def bring(
    world: World, text: str | bytes, entity: str = "lead", *, by: UUID | None = None, **wish: Any
) -> Job:
    """A file, staged and brought to its goal (a preview where nothing else is said)."""
    raw = text.encode() if isinstance(text, str) else text
    if "mapping" in wish:
        wish["mapping"] = read_mapping(wish["mapping"])
    asked = Wish(**{"kind": "records", "entity": entity, "name": "file.csv", **wish})
    job = stage(world.engine, world.app, by, asked, open_sheet(io.BytesIO(raw)), lambda: world.now)
    return go_on(world, job)


def go_on(world: World, job: Job, most: int = 1_000) -> Job:
    return run(
        world.engine,
        world.app,
        job.id,
        worker="test",
        clock=lambda: world.now,
        after_commit=RunQueue(),
        most=most,
    ).job


def to(world: World, job: Job, goal: Any, most: int = 1_000) -> Job:
    """The job, brought to another state."""
    with writing(world.engine) as connection:
        found = load_job(connection, world.served, job.id, lock=True)
        aim(found, goal)
        save_job(connection, world.served, found, world.now)
    return go_on(world, job, most)


def rows(world: World, job: Job, kinds: Sequence[str] | None = None) -> list[StoredRow]:
    with reading(world.engine) as connection:
        return rows_after(connection, world.served, job.id, 0, 10_000, kinds)


def complaints(world: World, job: Job) -> list[tuple[int, str, str, str]]:
    """Row, column, field, code of everything that is wrong."""
    return [
        (row.number, error["column"], error["field"], error["code"])
        for row in rows(world, job)
        for error in row.errors or ()
    ]
