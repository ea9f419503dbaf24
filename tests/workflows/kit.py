"""Rules with work for after the commit, done by hand at moments of the test's choice."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.people.tables import USER_ROLES
from schema_store.database import reading, writing
from tests.runtime.save.kit import ACTOR, World
from tests.runtime.save.shop import Json, label
from workflows.runs import Runs
from workflows.tables import NOTIFICATIONS

HELLO = {
    "key": "hello",
    "label": label("hello"),
    "subject": {"en": "Hello {{ name }}"},
    "body": {"en": "{{ name }} is {{ stage }}, number {{ number }}, other {{ other }}"},
}


NURSE = {
    "key": "nurse",
    "label": label("nurse"),
    "permissions": [
        {"key": "see", "entity": "case", "acts": ["read"], "scope": "all", "hidden": ["other"]},
    ],
}


def tell(key: str = "tell", audience: Sequence[str] = ("owner",), **more: Any) -> Json:
    return {"kind": "notify", "key": key, "audience": list(audience), "message": "hello", **more}


def wait(key: str = "wait", duration: str = "2h") -> Json:
    return {"kind": "wait", "key": key, "duration": duration}


def make_nurse(world: World) -> None:
    """Amy may read cases from now on, but not the other number."""
    role = {"user_id": ACTOR, "app": "clinic", "role": "nurse"}
    with writing(world.engine) as connection:
        connection.execute(sa.insert(USER_ROLES), role)


def runs(world: World, later: timedelta = timedelta(), **more: Any) -> Runs:
    """Whoever works off the runs, so long after the world's moment."""

    def clock() -> datetime:
        return world.now + later

    return Runs(world.engine, clock, **({"between": nullcontext} | more))


def notices(world: World) -> list[Any]:
    with reading(world.engine) as connection:
        return list(connection.execute(sa.select(NOTIFICATIONS).order_by(NOTIFICATIONS.c.id)))


def jobs(world: World) -> list[tuple[str, str]]:
    """Name and place of the jobs in the queue, in the order in which they were asked for."""
    schema = "dbos." if world.engine.dialect.name == "postgresql" else ""
    query = (
        f"SELECT name, queue_partition_key FROM {schema}workflow_status ORDER BY created_at, workflow_uuid"
    )
    with reading(world.engine) as connection:
        return [(row[0], row[1]) for row in connection.exec_driver_sql(query)]


def run_of(world: World, record: UUID) -> Any:
    (found,) = world.support("run", record)
    return found
