"""Workers that are killed or put to sleep in the middle of their work, and those that take it over (P3, P11).

Real processes on both databases: one kill and one sleep in CI; ``make crash`` goes on with ``CRASH_KILLS``.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from runtime import save
from schema_store.database import reading
from tests.conftest import Databases
from tests.processes import PATIENCE
from tests.runtime.rules.clinic import clinic, created, rule, sets
from tests.runtime.save.kit import World, build
from tests.workflows.kit import HELLO, NURSE, make_nurse, notices, tell

#: Rounds of a kill and a sleep, records in each, seconds of silence until work is taken over.
ROUNDS = max(1, int(os.environ.get("CRASH_KILLS", "1")) // 5)
RECORDS, LEASE = 30, 3
TASK = {"kind": "task", "key": "ask", "title": {"en": "Call"}, "assignee": "owner"}


@dataclass
class Workers:
    """Processes of ``dougong worker`` on the database of a world."""

    world: World
    home: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        url = self.world.engine.url.render_as_string(hide_password=False)
        environment = {**os.environ, "DOUGONG_HOME": str(self.home), "DOUGONG_DATABASE_URL": url}
        command = [sys.executable, "-m", "api", "worker", "--lease", str(LEASE)]
        self.running.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL))
        return self.running[-1]

    def end(self) -> None:
        for each in self.running:
            if each.poll() is None:
                each.send_signal(signal.SIGCONT)
                each.terminate()
        for each in self.running:
            assert each.wait(timeout=30) in (
                0,
                -signal.SIGKILL,
                -signal.SIGTERM,
            )  # the last, where it was still starting


@pytest.fixture(params=["sqlite", "postgresql"])
def workers(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Workers]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    later = rule("later", "case", created(), sets(word='"done"'), TASK, tell(), with_save=False)
    world = build(databases, request.param, clinic(later, messages=[HELLO], roles=[NURSE]))
    make_nurse(world)
    world.now = datetime.now(UTC)
    made = Workers(world, tmp_path)
    try:
        yield made
    finally:
        made.end()
        databases.remove(world.engine)


def until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, f"{what}: not within {seconds} seconds"
        time.sleep(0.02)


def states(world: World) -> Counter[str]:
    table = world.served.support.run
    with reading(world.engine) as connection:
        return Counter(connection.execute(sa.select(table.c.state)).scalars())


def ask(world: World, number: int) -> list[UUID]:
    made = []
    for each in range(number):
        with world.unit() as unit:
            made.append(save.create(unit, "case", {"name": str(each)}).id)
    return made


def test_killed_and_sleeping_workers_are_taken_over(workers: Workers) -> None:
    moments, asked = random.Random(20_261_128), ask(workers.world, RECORDS)
    workers.start(), workers.start()
    took = []
    for _ in range(ROUNDS):
        took.append(_kill_and_sleep(workers, len(asked) - RECORDS + moments.randint(1, 10), len(asked)))
        asked += ask(
            workers.world, RECORDS
        )  # for the next round; those that slept have leases of their own by then
    until_done(workers.world, len(asked))
    print(f"{ROUNDS} kills and sleeps, {len(asked)} runs, taken over and done in at most {max(took):.1f} s")
    _everything_happened_once(workers.world, asked)


def _kill_and_sleep(workers: Workers, moment: int, number: int) -> float:
    """Kill a worker and have the other one sleep when so many runs are done; how long a third needs for the rest."""
    victim, sleeper = (each for each in workers.running if each.poll() is None)
    until(lambda: states(workers.world)["done"] >= moment, "work")
    victim.send_signal(signal.SIGKILL)
    sleeper.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    workers.start()
    until_done(workers.world, number)
    sleeper.send_signal(signal.SIGCONT)
    return time.monotonic() - began


def until_done(world: World, number: int) -> None:
    # Each life of a worker begins with imports of a second or two, and leases are short: a full machine needs its time.
    until(lambda: states(world) == {"done": number}, "all runs done", 3 * PATIENCE)


def _everything_happened_once(world: World, asked: list[UUID]) -> None:
    once = dict.fromkeys(asked, 1)
    assert Counter(notice.record for notice in notices(world)) == once
    cases, todos = world.served.entity_table("case"), world.served.entity_table("todo")
    about = world.served.column("todo", "case")
    with reading(world.engine) as connection:
        assert Counter(connection.execute(sa.select(todos.c[about])).scalars()) == once
        rows = connection.execute(sa.select(cases.c.version, cases.c[world.served.column("case", "word")]))
        assert set(rows) == {(2, "done")}
