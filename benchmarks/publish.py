"""Publishing onto many rows, against the raw DDL and UPDATE on a twin table in the same run, on both databases.

``DOUGONG_BENCH_ROWS`` sets the number of rows (default 1,000,000).
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url

from benchmarks.timing import Figure, show
from builder.publish import install, publish
from schema_store.database import connect, reading, writing
from schema_store.document import AppDocument
from schema_store.platform import upgrade_platform
from schema_store.tables import build_tables
from schema_store.versions import Signature, current_version, load_version

ROWS = int(os.environ.get("DOUGONG_BENCH_ROWS", "1000000"))
SERVER = os.environ.get("DOUGONG_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
SIGNED = Signature("bench", datetime(2026, 3, 1, tzinfo=UTC))


def _document(*more: dict[str, Any]) -> AppDocument:
    label = {"zh-CN": "基准", "en": "Benchmark"}
    fields = [
        {"key": "name", "type": "text", "label": label},
        {"key": "amount", "type": "money", "label": label},
        *more,
    ]
    role = {
        "key": "all",
        "label": label,
        "permissions": [{"key": "item", "entity": "item", "acts": ["read"], "scope": "all"}],
    }
    entity = {"key": "item", "label": label, "name_field": "name", "fields": fields}
    return AppDocument.model_validate({"key": "bench", "label": label, "entities": [entity], "roles": [role]})


def run() -> None:
    """Both databases, or the one that is there."""
    with tempfile.TemporaryDirectory() as folder:
        _measure("SQLite", connect(f"sqlite:///{Path(folder) / 'bench.db'}"))
    try:
        with _postgres() as engine:
            _measure("PostgreSQL", engine)
    except sa.exc.OperationalError as error:
        print(f"\nPublish on PostgreSQL: skipped, {str(error).splitlines()[0]}")


@contextmanager
def _postgres() -> Iterator[Engine]:
    name = f"dg_bench_{uuid.uuid4().hex[:8]}"
    server = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine = connect(make_url(SERVER).set(database=name))
    try:
        yield engine
    finally:
        engine.dispose()
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def _measure(title: str, engine: Engine) -> None:
    with writing(engine) as connection:
        upgrade_platform(connection)
    install(engine, _document(), SIGNED)
    table = _record_table(engine)
    _fill(engine, table)
    twin = _twin(engine, table)
    steps: list[dict[str, Any]] = [
        {"key": "note", "type": "text", "label": {"zh-CN": "备注", "en": "Note"}},
        {
            "key": "level",
            "type": "text",
            "label": {"zh-CN": "等级", "en": "Level"},
            "required": True,
            "default": "C",
        },
    ]
    raw = [
        [f"ALTER TABLE {twin} ADD COLUMN note TEXT"],
        [f"ALTER TABLE {twin} ADD COLUMN level TEXT", f"UPDATE {twin} SET level = 'C'"],
    ]
    names = ["one new column", "one new required column with a default (UPDATE)"]
    figures = []
    for count, (name, statements) in enumerate(zip(names, raw, strict=True), start=1):
        document = _document(*steps[:count])
        base, base_wait = _timed(engine, table, lambda lines=statements: _execute(engine, lines))
        ours, our_wait = _timed(engine, table, lambda new=document: publish(engine, "bench", new, SIGNED))
        figures += [
            Figure(f"raw DDL: {name}", base),
            Figure(f"publish: {name}", ours, ours / base),
            Figure("  longest read meanwhile, raw", base_wait),
            Figure("  longest read meanwhile, publish", our_wait, our_wait / base_wait),
        ]
    show(f"Publish on {title}, {ROWS:,} rows", figures)


def _record_table(engine: Engine) -> sa.Table:
    with reading(engine) as connection:
        version = load_version(connection, "bench", current_version(connection, "bench"))
    return build_tables(version.layout, engine.dialect.name).entities[version.document.entities[0].id or ""]


def _fill(engine: Engine, table: sa.Table) -> None:
    name, amount = (column for column in table.c if column.info)
    with writing(engine) as connection:
        for start in range(0, ROWS, 20_000):
            connection.execute(
                sa.insert(table),
                [
                    {
                        "id": uuid.UUID(int=number + 1),
                        "version": 1,
                        "created_at": SIGNED.at,
                        "updated_at": SIGNED.at,
                        name.name: f"name {number}",
                        amount.name: None,
                    }
                    for number in range(start, min(start + 20_000, ROWS))
                ],
            )


def _twin(engine: Engine, table: sa.Table) -> str:
    with writing(engine) as connection:
        source = connection.dialect.identifier_preparer.format_table(table)
        connection.exec_driver_sql(f"CREATE TABLE twin AS SELECT * FROM {source}")
    return "twin"


def _execute(engine: Engine, statements: list[str]) -> None:
    with writing(engine) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _timed(engine: Engine, table: sa.Table, act: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the act, and of the longest single read by another connection while it ran."""
    waits: list[float] = [0.0]
    stop = threading.Event()

    def read() -> None:
        query = sa.select(table.c.id).where(table.c.id == uuid.UUID(int=1))
        while not stop.is_set():
            began = time.perf_counter()
            with reading(engine) as connection:
                connection.execute(query).one()
            waits.append(time.perf_counter() - began)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        began = time.perf_counter()
        act()
        return time.perf_counter() - began, max(waits[1:], default=statistics.fmean(waits))
    finally:
        stop.set()
        reader.join()
