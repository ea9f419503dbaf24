"""Seconds of processor that a server and its database took: on a shared machine steadier than the clock (Linux)."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Meter:
    """What is counted.

    Attributes:
        process: id of the server process.
        database: whose connections are counted too; None on SQLite, which works inside of the process.
    """

    process: int
    database: str | None
    server: sa.Engine

    def read(self) -> tuple[float, float]:
        """Seconds so far: of the process, of the connections to its database that stand now."""
        if self.database is None:
            return _seconds(self.process), 0.0
        query = sa.text("SELECT pid FROM pg_stat_activity WHERE datname = :name")
        with self.server.connect() as connection:
            backends = connection.execute(query, {"name": self.database}).scalars().all()
        return _seconds(self.process), sum(map(_of_one_thread, backends))

    def total(self) -> float:
        """Seconds so far of both, those of this very process to the microsecond."""
        process, database = self.read()
        return (time.process_time() if self.process == os.getpid() else process) + database


def _seconds(process: int) -> float:
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # no such file system, or a connection that just ended
        return 0.0
    return (int(words[11]) + int(words[12])) / _TICK


def _of_one_thread(process: int) -> float:
    """To the nanosecond where the system counts so, for a process without threads."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return _seconds(process)
