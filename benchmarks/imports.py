"""A file of leads brought in beside a hand-written import of it, on both databases.

**By hand**: the file is read, and each thousand rows go in by one multi-row INSERT of records and one of audit rows, as
in :mod:`benchmarks.writes`; nothing is checked. COPY of the same rows stands beside it on PostgreSQL. **Ours**: the job
is staged, checked (types, options, people), deduplicated, scored and written with its history; then once more with the
rules, of which one looks for an owner.

``python -m benchmarks imports --rows 100000``
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from benchmarks.processor import Meter
from benchmarks.writes import MANY, NOW, ByHand, lead, postgres, prepared
from runtime.imports.files import open_sheet
from runtime.imports.running import run as run_job
from runtime.imports.staging import Wish, stage
from schema_store.database import connect, writing
from workflows.queue import RunQueue

#: DESIGN 9: ours brings in so many rows in the time in which the hand-written one brings in one.
TARGET = 0.6


def run(arguments: list[str]) -> None:
    """Both databases, or the one that is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks imports")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--database", default="sqlite,postgresql")
    options = parser.parse_args(arguments)
    if "sqlite" in options.database:
        with tempfile.TemporaryDirectory() as folder:
            _measure("SQLite", connect(f"sqlite:///{Path(folder) / 'bench.db'}"), options.rows)
    if "postgresql" in options.database:
        try:
            with postgres() as engine:
                _measure("PostgreSQL", engine, options.rows)
        except sa.exc.OperationalError as error:
            print(f"\nImports on PostgreSQL: skipped, {str(error).splitlines()[0]}")


def _measure(title: str, engine: Engine, rows: int) -> None:
    _, hand = prepared(engine, present=0)
    file = _file(rows)
    name = engine.url.database if engine.dialect.name == "postgresql" else None
    meter = Meter(os.getpid(), name, engine)
    ways: dict[str, Callable[[], None]] = {
        "by hand": lambda: _by_hand(hand, file),
        "import": lambda: _ours(engine, file, "none"),
        "import, rules assign": lambda: _ours(engine, _file(rows), "run"),
    }
    if name is not None:
        ways["COPY of the same"] = lambda: _copied(hand, file)
    print(f"\n{title}, {rows:,} leads brought in: seconds by the clock and of processor")
    taken: dict[str, tuple[float, float]] = {}
    for way, work in ways.items():
        clock, spent = time.perf_counter(), meter.total()
        work()
        taken[way] = time.perf_counter() - clock, meter.total() - spent
        print(f"  {way:20} {taken[way][0]:8.1f} {taken[way][1]:8.1f}")
    by_clock, by_processor = (
        base / ours for base, ours in zip(taken["by hand"], taken["import"], strict=True)
    )
    print(f"  import: {by_clock:.2f} × by the clock, {by_processor:.2f} × by processor time, target {TARGET}")


def _file(rows: int) -> bytes:
    """The file, as a spreadsheet saves it."""
    made = [lead() for _ in range(rows)]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(made[0]))
    writer.writeheader()
    writer.writerows(made)
    return text.getvalue().encode()


def _by_hand(hand: ByHand, file: bytes) -> None:
    waiting: list[dict[str, Any]] = []
    for row in csv.DictReader(io.StringIO(file.decode())):
        waiting.append(row)
        if len(waiting) == MANY:
            hand.insert_rows(waiting)
            waiting = []
    if waiting:
        hand.insert_rows(waiting)


def _copied(hand: ByHand, file: bytes) -> None:
    """What the database can do at most: both tables by COPY, nothing beside."""
    pairs = [hand.row(row) for row in csv.DictReader(io.StringIO(file.decode()))]
    with writing(hand.engine) as connection:
        cursor = connection.connection.cursor()
        for table, rows in (
            (hand.lead, [pair[0] for pair in pairs]),
            (hand.audit, [pair[1] for pair in pairs]),
        ):
            _copy(cursor, table, rows)


def _copy(cursor: Any, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    names = list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    with cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([_plain(row[name]) for name in names])


def _plain(value: Any) -> Any:
    from psycopg.types.json import Jsonb  # noqa: PLC0415 - only where PostgreSQL is

    return Jsonb(value) if isinstance(value, dict | list) else value


def _ours(engine: Engine, file: bytes, rules: str) -> None:
    def clock() -> datetime:
        return NOW

    wish = Wish("records", "lead", "leads.csv", rules=rules, goal="applied")
    job = stage(engine, "crm", None, wish, open_sheet(io.BytesIO(file)), clock)
    done = run_job(engine, "crm", job.id, worker="bench", clock=clock, after_commit=RunQueue()).job
    assert done.state == "applied", done.error
    assert set(done.counts) - {"fields"} == {"new"}, done.counts
