"""kill -9 of the server at random moments under eight writers, on both databases (RELIABILITY 3.2: P1, P2, P17, P18).

Three kills in CI; ``make crash`` sets ``CRASH_KILLS=100`` and prints the figures.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from schema_store.database import reading
from tests.conftest import Databases
from tests.crash.examine import Found, halves, missing, wrong_numbers, wrong_sums
from tests.crash.ledger import Json, Ledger
from tests.crash.writers import WRITERS, Writer
from tests.processes import PATIENCE, Process, prepare

KILLS = int(os.environ.get("CRASH_KILLS", "3"))
#: Acknowledged writes between a start and the kill after it, and seconds on top: mostly in the middle of others.
FEWEST, MOST, LATER = 10, 60, 0.1


@dataclass
class Run:
    """What is left after the last kill."""

    process: Process
    lines: list[Json]
    found: Found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def run(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Run]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    home = tmp_path_factory.mktemp("home")
    process = prepare(databases, request.param, home)
    ledger = Ledger(home / "ledger.jsonl")
    process.start()
    try:
        _kill_again_and_again(process, ledger)
        yield Run(process, ledger.lines(), Found(process.crm))
    finally:
        ledger.close()
        process.stop()
        databases.remove(process.crm.engine)


def _kill_again_and_again(process: Process, ledger: Ledger) -> None:
    with process.client() as client:
        shared = {}
        for entity, body in {
            "campaign": {"name": "展会", "channel": "fair"},
            "account": {"name": "大客户公司"},
        }.items():
            answer = client.post(f"records/{entity}", json=body)
            assert answer.status_code == 201, answer.text
            shared[entity] = answer.json()["id"]
    writers = [Writer(process, ledger, number, shared) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    moments = random.Random(20_261_128)
    try:
        for _ in range(KILLS):
            ledger.wait_for(moments.randint(FEWEST, MOST), PATIENCE)
            time.sleep(moments.uniform(0, LATER))
            process.kill()
            process.start()
        ledger.wait_for(FEWEST, PATIENCE)
    finally:
        for writer in writers:
            writer.stop.set()
        for writer in writers:
            writer.join(timeout=PATIENCE)
            assert not writer.is_alive()
        failures = [writer.failure for writer in writers if writer.failure is not None]
        if failures:
            raise failures[0]


def test_p1_no_acknowledged_write_is_missing(run: Run) -> None:
    counts = Counter((line["act"], line["acknowledged"]) for line in run.lines)
    acknowledged = sum(count for (_, answered), count in counts.items() if answered)
    slowest = max(run.process.starts)
    print(
        f"{KILLS} kills, {acknowledged} acknowledged writes, {len(run.lines) - acknowledged} without an answer"
    )
    print(f"from start to first 200: at most {slowest:.2f} s; {dict(counts)}")
    assert acknowledged >= FEWEST * KILLS
    assert list(missing(run.found, run.lines)) == []


def test_p2_no_unit_is_there_by_half(run: Run) -> None:
    assert list(halves(run.found, run.lines)) == []
    assert wrong_sums(run.process.crm) == {}


def test_p17_every_answered_version_is_in_the_history(run: Run) -> None:
    """Versions are given once: no two answers promise the same one of a record."""
    given = Counter(
        (line["id"], line["version"])
        for line in run.lines
        if line["act"] in ("change", "move") and line["acknowledged"]
    )
    same = [place for place, count in given.items() if count > 1]
    for id_, version in same:  # a change to what is there already answers the version that stands
        lines = [line for line in run.lines if (line.get("id"), line.get("version")) == (id_, version)]
        assert all(line["act"] == "move" for line in lines[1:]), lines


def test_p18_numbers_are_given_once(run: Run) -> None:
    assert list(wrong_numbers(run.found)) == []


def test_the_database_is_sound(run: Run) -> None:
    if run.process.crm.engine.dialect.name == "sqlite":
        with reading(run.process.crm.engine) as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
