"""The thread that works on jobs: it goes on with what was cut off, waits for others, survives errors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from api import importing
from api.importing import ImportRunner
from runtime.imports.jobs import Job, load_job, save_job
from runtime.imports.running import LEASE, aim
from schema_store.database import reading, writing
from tests.api.crm import Crm, crm
from tests.api.importing import bring, rows

__all__ = ["crm"]


def asked(crm: Crm, name: str, change: Callable[[Job], None] | None = None) -> UUID:
    """A previewed job that was asked to be applied, and whose server died before it began."""
    id_ = UUID(bring(crm, "ops", f"name\n{name}\n", entity="lead")["id"])
    with writing(crm.engine) as connection:
        job = load_job(connection, crm.served, id_, lock=True)
        aim(job, "applied")
        if change is not None:
            change(job)
        save_job(connection, crm.served, job, crm.clock.now)
    return id_


def stands(crm: Crm, id_: UUID) -> Job:
    with reading(crm.engine) as connection:
        return load_job(connection, crm.served, id_)


def runner(crm: Crm) -> ImportRunner:
    return ImportRunner(crm.engine, crm.clock)


def test_a_server_that_starts_goes_on_with_what_was_cut_off(crm: Crm) -> None:
    first, second = asked(crm, "续一"), asked(crm, "续二")
    fresh = runner(crm)
    fresh.resume()
    fresh.settle()
    assert [stands(crm, id_).state for id_ in (first, second)] == ["applied", "applied"]
    assert stands(crm, first).counts["new"] == 1


def test_whoever_looks_at_a_job_sees_to_it_that_it_goes_on(crm: Crm) -> None:
    id_ = asked(crm, "看一眼")
    assert crm.get("ops", f"/imports/{id_}").json["busy"] is True
    crm.app.state.imports.settle()
    assert crm.get("ops", f"/imports/{id_}").json["state"] == "applied"


def test_a_job_of_another_process_is_waited_for(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    def hold(job: Job) -> None:
        job.lease, job.worker = crm.clock.now + LEASE, "another"

    id_ = asked(crm, "别人的", hold)
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        crm.clock.now += timedelta(seconds=40)

    monkeypatch.setattr(importing.time, "sleep", sleep)
    fresh = runner(crm)
    fresh.wake("crm", id_)
    fresh.settle()
    assert stands(crm, id_).state == "applied"
    assert waits[:2] == [5.0, 5.0]


def test_a_database_that_fails_is_tried_again(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = asked(crm, "再试")
    real, failures = importing.run, iter([1, 1])

    def fail(*args: Any, **more: Any) -> Any:
        if next(failures, None):
            raise OperationalError("x", {}, RuntimeError("gone away"))
        return real(*args, **more)

    monkeypatch.setattr(importing, "run", fail)
    monkeypatch.setattr(importing, "_PAUSE", 0)
    fresh = runner(crm)
    fresh.wake("crm", id_)
    fresh.settle()
    assert stands(crm, id_).state == "applied"


@pytest.mark.parametrize(
    "error", [RuntimeError("a bug"), OperationalError("x", {}, RuntimeError("gone"))], ids=repr
)
def test_an_error_of_ours_stops_the_job_and_not_the_thread(
    crm: Crm, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    broken, good = asked(crm, "坏了"), asked(crm, "好的")
    real = importing.run

    def fail(engine: sa.Engine, app: str, id_: UUID, **more: Any) -> Any:
        if id_ == broken:
            raise error
        return real(engine, app, id_, **more)

    monkeypatch.setattr(importing, "run", fail)
    monkeypatch.setattr(importing, "_PAUSE", 0)
    fresh = runner(crm)
    fresh.wake("crm", broken)
    fresh.wake("crm", good)
    fresh.settle()
    stopped = crm.get("ops", f"/imports/{broken}").json
    assert (stopped["state"], stopped["busy"], stopped["error"]["code"]) == ("previewed", False, "internal")
    assert stands(crm, good).state == "applied"


def test_what_is_not_there_is_no_trouble(crm: Crm) -> None:
    fresh = runner(crm)
    fresh.wake("none", UUID(int=1))
    fresh.wake("crm", UUID(int=1))
    fresh.settle()


def test_whoever_waits_too_short_is_told(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    go, real, job = threading.Event(), importing.run, asked(crm, "等等")

    def wait(*args: Any, **more: Any) -> Any:
        go.wait(30)
        return real(*args, **more)

    monkeypatch.setattr(importing, "run", wait)
    fresh = runner(crm)
    fresh.settle()
    fresh.wake("crm", job)
    with pytest.raises(TimeoutError):
        fresh.settle(0.05)
    go.set()
    fresh.settle()


def test_others_write_while_a_job_runs(crm: Crm) -> None:
    """The transactions of a job are short enough for somebody else's save in between."""
    text = "name\n" + "".join(f"忙{number}\n" for number in range(600))
    id_ = UUID(bring(crm, "ops", text, entity="lead")["id"])
    assert crm.as_("ops").post(f"/apps/crm/imports/{id_}/apply").status == 202
    made = 0
    while stands(crm, id_).is_busy:
        assert crm.as_("rep1").post("/apps/crm/records/lead", {"name": f"插队{made}"}).status == 201
        made += 1
    assert made >= 1
    crm.app.state.imports.settle()
    assert crm.get("ops", f"/imports/{id_}").json["counts"]["new"] == 600
    assert len(rows(crm, "ops", {"id": id_}, "?limit=500&kind=new")) == 500
