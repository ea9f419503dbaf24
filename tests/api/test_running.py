"""Where the function of a request runs: in the loop on PostgreSQL, in a thread when it is slow; and when twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi import APIRouter, FastAPI
from sqlalchemy.engine import Engine

from api.app import create_app
from api.endpoint import Caller, Endpoint, runs
from api.json import LARGE
from api.settings import Settings
from runtime.people.secrets import new_token
from schema_store.database import connect, writing
from tests.asgi import Browser, sign_in
from tests.people import PASSWORD, add_person


@pytest.fixture
def rep(people: Engine, app: FastAPI) -> Browser:
    add_person(people, "rep1")
    return sign_in(app, "rep1", PASSWORD)


def add(app: FastAPI, function: Callable[..., object], path: str, method: str = "POST") -> None:
    router = APIRouter(route_class=Endpoint, prefix="/api/v1")
    router.add_api_route(path, function, methods=[method], response_model=None)
    app.include_router(router)


def test_the_loop_does_what_is_quick_and_threads_the_rest(rep: Browser, app: FastAPI, people: Engine) -> None:
    def quick(call: Caller) -> str:
        return f"{threading.current_thread().name} {call.connection.engine.driver}"

    @runs(most=LARGE)
    def large(call: Caller) -> str:
        return f"{threading.current_thread().name} {call.connection.engine.driver}"

    @runs(unit="none")
    def own(call: Caller) -> str:
        return f"{threading.current_thread().name} {call.writes.driver}"

    for number, function in enumerate((quick, large, own)):
        add(app, function, f"/test{number}")
    where = [rep.post(f"/test{number}").json for number in range(3)]
    if people.dialect.name == "postgresql":
        assert where[0] == "server loop asyncpg"
        assert all("worker" in place and place.endswith("psycopg") for place in where[1:]), where
    else:
        assert all("worker" in place and place.endswith("pysqlite") for place in where), where


def test_what_is_slow_keeps_nobody_waiting(rep: Browser, app: FastAPI) -> None:
    began, ends = threading.Event(), threading.Event()

    @runs(unit="none")
    def slow(call: Caller) -> None:
        began.set()
        assert ends.wait(30)

    add(app, slow, "/slow")
    working = threading.Thread(target=rep.post, args=("/slow",))
    working.start()
    try:
        assert began.wait(30)
        start = time.monotonic()
        assert Browser(app).get("//healthz").status == 200
        assert rep.get("/me").status == 200
        assert time.monotonic() - start < 20, "they were answered while it worked"
    finally:
        ends.set()
        working.join()


def test_what_only_reads_outlives_the_end_of_its_connections(
    rep: Browser, app: FastAPI, people: Engine
) -> None:
    if people.dialect.name != "postgresql":
        pytest.skip("SQLite has no connections that somebody else could end")
    assert rep.get("/me").status == 200
    with writing(people) as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.exec_driver_sql(
            f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}"
        )
    assert rep.get("/me").status == 200


def test_a_database_that_is_not_there_is_said_to_be_unavailable(settings: Settings) -> None:
    app = create_app(connect("postgresql://postgres@127.0.0.1:1/nowhere"), settings)
    token = new_token()[0]
    answer = Browser(app, headers={"authorization": f"Bearer {token}"}, tells_origin=False).get("/me")
    assert (answer.status, answer.code, answer.header("retry-after")) == (503, "unavailable", "5")


def test_a_statement_made_stale_by_a_publish_is_run_once_more(
    rep: Browser, app: FastAPI, people: Engine
) -> None:
    with writing(people) as connection:
        connection.exec_driver_sql("CREATE TABLE stale (a TEXT)")
        connection.exec_driver_sql("INSERT INTO stale VALUES ('x')")
    tries = []

    def read(call: Caller) -> int:
        tries.append(1)
        return len(call.connection.execute(sa.text("SELECT * FROM stale")).one())

    add(app, read, "/read", "GET")
    assert rep.get("/read").json == 1
    with writing(people) as connection:
        connection.exec_driver_sql("ALTER TABLE stale ADD COLUMN b TEXT")
    assert rep.get("/read").json == 2
    assert len(tries) == (3 if people.dialect.name == "postgresql" else 2)
