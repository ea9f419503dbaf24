"""Engines: the one of the event loop beside the one of threads, and what both say of a constraint."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.util import greenlet_spawn

from schema_store import database
from schema_store.database import (
    LoopEngines,
    connect,
    constraint_of,
    in_loop,
    is_unavailable,
    reading,
    writing,
)
from tests.asgi import run_in_loop
from tests.conftest import Databases

T = TypeVar("T")


@pytest.fixture
def both(databases: Databases) -> object:
    """An engine on PostgreSQL and those of the loop."""
    if "postgresql" not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    engine = databases.engine("postgresql")
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INT CONSTRAINT only_once PRIMARY KEY)")
    yield engine, in_loop(engine)
    databases.remove(engine)


def there(work: Callable[[], T]) -> T:
    """What the function gives in the loop."""
    return run_in_loop(greenlet_spawn(work))


def test_sqlite_blocks_a_thread(tmp_path: object) -> None:
    engine = connect("sqlite://")
    assert in_loop(engine) is None
    engine.dispose()


def test_there_is_one_per_engine(both: tuple[Engine, LoopEngines]) -> None:
    engine, loop = both
    assert in_loop(engine) is loop
    assert {each.driver for each in loop.both} == {"asyncpg"}


def test_reads_see_what_others_commit_and_writes_come_back(both: tuple[Engine, LoopEngines]) -> None:
    engine, loop = both
    reads, writes = loop.both
    count = sa.text("SELECT count(*) FROM t")

    def look() -> tuple[int, int]:
        with reading(reads) as connection:
            before = connection.execute(count).scalar_one()
            with writing(writes) as other:
                other.execute(sa.text("INSERT INTO t VALUES (1)"))
            return before, connection.execute(count).scalar_one()

    def fail() -> None:
        with writing(writes) as connection:
            connection.execute(sa.text("INSERT INTO t VALUES (2)"))
            raise KeyError

    assert there(look) == (0, 1)
    with pytest.raises(KeyError):
        there(fail)
    with reading(engine) as connection:
        assert connection.execute(count).scalar_one() == 1


def test_a_connection_that_ended_while_it_lay_idle_is_replaced(
    both: tuple[Engine, LoopEngines], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, loop = both
    monkeypatch.setattr(database, "_IDLE", 0.0)

    def process() -> int:
        with reading(loop.reads) as connection:
            return int(connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())

    first = there(process)
    assert there(process) == first
    with reading(engine) as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": first})
    assert there(process) != first


def test_the_constraint_is_named_through_both_drivers(both: tuple[Engine, LoopEngines]) -> None:
    engine, loop = both

    def break_it(using: Engine) -> str | None:
        try:
            with writing(using) as connection:
                connection.execute(sa.text("INSERT INTO t VALUES (7), (7)"))
        except IntegrityError as error:
            return constraint_of(error)
        raise AssertionError("it was taken")

    assert break_it(engine) == "only_once"
    assert there(lambda: break_it(loop.writes)) == "only_once"


def test_who_waits_too_long_for_a_connection_is_told_that_it_is_unavailable(
    both: tuple[Engine, LoopEngines], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, loop = both
    monkeypatch.setattr(loop.reads.pool, "_timeout", 0.2)

    def take_all() -> None:
        with ExitStack() as stack:
            for _ in range(11):
                stack.enter_context(reading(loop.reads))

    with pytest.raises(sa.exc.TimeoutError) as caught:
        there(take_all)
    assert is_unavailable(caught.value)
    assert not is_unavailable(ValueError())
