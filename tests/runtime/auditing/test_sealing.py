"""Which rows are sealed, and when: late ones, many, by several processes at once; each once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from uuid_utils.compat import uuid7

from runtime.auditing.chain import Chain, Sealer, app_chain
from runtime.auditing.ids import lowest_id
from runtime.auditing.sealing import BATCH, SETTLED, seal_all
from runtime.auditing.verifying import verify
from schema_store.database import reading, writing
from tests.conftest import Databases
from tests.runtime.auditing.conftest import KEY
from tests.runtime.save import shop as documents
from tests.runtime.save.kit import ACTOR, NOW, World, build

SEALER = Sealer(KEY)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def installed(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    world = build(databases, request.param, documents.shop())
    yield world
    databases.remove(world.engine)


@pytest.fixture
def chain(installed: World) -> Chain:
    """The chain of the app, with everything of earlier tests sealed."""
    found = app_chain(installed.app, installed.served.layout.schema, installed.engine.dialect.name)
    seal_all(installed.engine, SEALER, found, now() + SETTLED * 2)
    return found


def now() -> datetime:
    return datetime.now(UTC)


def history_row(made: UUID | None = None) -> dict[str, Any]:
    plain = {"entity": "e", "at": NOW, "by": ACTOR, "version": 1, "act": "update", "cause": {}}
    return {"id": made or uuid7(), "record": uuid7(), "changes": {"f": [None, "1"]}, **plain}


def add(connection: Connection, chain: Chain, *rows: dict[str, Any]) -> None:
    connection.execute(sa.insert(chain.sources[0].table), list(rows))


def sealed_in(world: World, chain: Chain) -> Counter[int]:
    with reading(world.engine) as connection:
        return Counter(connection.execute(sa.select(chain.sealed.c.seal)).scalars())


def bad(world: World, chain: Chain) -> tuple[int, int]:
    with reading(world.engine) as connection:
        verdict = verify(connection, SEALER, chain)
    return verdict.bad, verdict.unsealed


def test_a_batch_is_full_before_the_next_begins(installed: World, chain: Chain) -> None:
    with writing(installed.engine) as connection:
        add(connection, chain, *(history_row() for _ in range(BATCH + 5)))
    made = seal_all(installed.engine, SEALER, chain, now(), MINUTE)
    assert [seal.rows for seal in made] == [BATCH, 5]
    assert [seal.number - made[0].number for seal in made] == [0, 1]
    assert bad(installed, chain) == (0, 0)


def test_a_row_that_is_committed_late_is_sealed_then(installed: World, chain: Chain) -> None:
    """Its id is older than what is sealed already; looking behind the last id would never see it."""
    if installed.engine.dialect.name == "sqlite":
        late = history_row()  # one writer at a time: another process' clock may be behind all the same
        with writing(installed.engine) as connection:
            add(connection, chain, history_row())
        assert len(seal_all(installed.engine, SEALER, chain, now(), MINUTE)) == 1
        with writing(installed.engine) as connection:
            add(connection, chain, late)
    else:
        with installed.engine.begin() as slow:
            add(slow, chain, history_row())
            with writing(installed.engine) as connection:
                add(connection, chain, history_row())
            assert [seal.rows for seal in seal_all(installed.engine, SEALER, chain, now(), MINUTE)] == [1]
    assert [seal.rows for seal in seal_all(installed.engine, SEALER, chain, now(), MINUTE)] == [1]
    assert bad(installed, chain) == (0, 0)


def test_a_window_leaves_older_rows_to_the_whole_look(installed: World, chain: Chain) -> None:
    with writing(installed.engine) as connection:
        add(connection, chain, history_row())
    seal_all(installed.engine, SEALER, chain, now(), MINUTE)
    moment = lowest_id(now() - timedelta(minutes=30))
    with writing(installed.engine) as connection:
        add(connection, chain, history_row(UUID(int=moment.int | 7 << 76 | 2 << 62)))
    assert seal_all(installed.engine, SEALER, chain, now(), MINUTE) == []
    assert bad(installed, chain) == (0, 1)
    assert [seal.rows for seal in seal_all(installed.engine, SEALER, chain, now())] == [1]
    assert bad(installed, chain) == (0, 0)


def test_a_refusal_waits_until_it_is_counted_no_more(installed: World, chain: Chain) -> None:
    table = next(source.table for source in chain.sources if source.name == "refusal")
    row = {"entity": "e", "record": None, "at": now(), "by": ACTOR, "act": "update", "code": "forbidden"}
    with writing(installed.engine) as connection:
        connection.execute(sa.insert(table), {"id": uuid7(), "why": {}, "count": 1, **row})
    assert seal_all(installed.engine, SEALER, chain, now()) == []
    with writing(installed.engine) as connection:
        connection.execute(sa.update(table).values(count=table.c.count + 1))
    later = now() + SETTLED + MINUTE
    assert [seal.rows for seal in seal_all(installed.engine, SEALER, chain, later)] == [1]
    assert bad(installed, chain) == (0, 0)


def test_sealers_at_the_same_time_seal_each_row_once(installed: World, chain: Chain) -> None:
    before = sum(sealed_in(installed, chain).values())
    with writing(installed.engine) as connection:
        add(connection, chain, *(history_row() for _ in range(3_500)))
    start, failures = threading.Barrier(4), []

    def run() -> None:
        try:
            start.wait()
            seal_all(installed.engine, SEALER, chain, now(), MINUTE)
        except Exception as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    held = sealed_in(installed, chain)
    assert sum(held.values()) == before + 3_500
    assert sorted(held) == list(range(1, max(held) + 1))
    assert bad(installed, chain) == (0, 0)


def test_rows_that_a_writer_adds_meanwhile_are_left_to_the_next_look(installed: World, chain: Chain) -> None:
    stop = threading.Event()

    def keep_writing() -> None:
        while not stop.is_set():
            with writing(installed.engine) as connection:
                add(connection, chain, history_row())

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        for _ in range(5):
            seal_all(installed.engine, SEALER, chain, now(), MINUTE)
    finally:
        stop.set()
        writer.join()
    seal_all(installed.engine, SEALER, chain, now(), MINUTE)
    assert bad(installed, chain) == (0, 0)
