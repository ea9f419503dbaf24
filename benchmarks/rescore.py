"""A score changes over many leads: all values computed anew, beside one raw UPDATE of the same arithmetic.

``DOUGONG_BENCH_ROWS`` sets the number of leads (default 1,000,000).
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from benchmarks.timing import Figure, show
from benchmarks.writes import NOW, World, postgres, prepared
from expressions.sql import context_parameters
from runtime.computed import backfill
from runtime.computed.settled import band_sql, score_sql
from runtime.served import RecordScope
from runtime.unit import Unit
from schema_store.database import connect, writing

ROWS = int(os.environ.get("DOUGONG_BENCH_ROWS", "1000000"))


def run() -> None:
    """Both databases, or the one that is there."""
    with tempfile.TemporaryDirectory() as folder:
        _measure("SQLite", connect(f"sqlite:///{Path(folder) / 'bench.db'}"))
    try:
        with postgres() as engine:
            _measure("PostgreSQL", engine)
    except sa.exc.OperationalError as error:
        print(f"\nRescoring on PostgreSQL: skipped, {str(error).splitlines()[0]}")


def _measure(title: str, engine: Engine) -> None:
    world, _ = prepared(engine, present=0)
    _fill(world, world.create())
    _spoil(world)
    raw = _timed(lambda: _raw(world))
    _spoil(world)
    ours = _timed(lambda: _rescore(world))
    figures = [
        Figure("one raw UPDATE of the same arithmetic", raw),
        Figure("rescore in batches", ours, ours / raw),
    ]
    show(f"Rescoring on {title}, {ROWS:,} leads", figures, targets={"rescore in batches": 2.0})


def _timed(act: Any) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _fill(world: World, sample: UUID) -> None:
    """Copies of a lead, each with an id and an input of its own."""
    with writing(world.engine) as connection:
        served = world.unit(connection).served
        table, inputs = served.entity_table("lead"), served.column("lead", "site_minutes")
        quote = connection.dialect.identifier_preparer
        name = quote.format_table(table)
        code = served.column("lead", "code")
        is_postgresql = connection.dialect.name == "postgresql"
        new = {
            "id": "gen_random_uuid()" if is_postgresql else "randomblob(16)",
            code: "NULL",
            inputs: "n %% 30" if is_postgresql else "n % 30",
        }
        columns = ", ".join(quote.quote(c.name) for c in table.c)
        chosen = ", ".join(new.get(c.name, f"r.{quote.quote(c.name)}") for c in table.c)
        series = (
            f"generate_series(1, {ROWS}) AS s(n)"
            if is_postgresql
            else f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {ROWS}) SELECT n FROM s)"
        )
        given = sample if is_postgresql else sample.bytes
        mark = "%s" if is_postgresql else "?"
        text = f"INSERT INTO {name} ({columns}) SELECT {chosen} FROM {series}, {name} r WHERE r.id = {mark}"
        connection.exec_driver_sql(text, (given,))
    with world.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(
            "VACUUM ANALYZE" if world.engine.dialect.name == "postgresql" else "ANALYZE"
        )


def _spoil(world: World) -> None:
    with writing(world.engine) as connection:
        served = world.unit(connection).served
        table = served.entity_table("lead")
        names = {served.column("lead", key): None for key in ("maturity_band",)}
        connection.execute(sa.update(table).values({served.column("lead", "maturity"): -1, **names}))
    if world.engine.dialect.name == "postgresql":
        with world.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")


def _raw(world: World) -> None:
    """All rows in one statement: score and band by the same expressions."""
    with writing(world.engine) as connection:
        unit = world.unit(connection)
        served = unit.served
        table, field = served.entity_table("lead"), served.app.entities["lead"].fields["maturity"]
        score = next(each for each in served.app.scores.values() if each.field == "maturity")
        assert field.type is not None
        value = score_sql(score, field.type, RecordScope(served, table), served.dialect)
        new = {served.column("lead", "maturity"): value}
        new[served.column("lead", "maturity_band")] = band_sql(score, value, served.dialect)
        statement = sa.update(table).values(new).where(table.c.deleted_at.is_(None))
        names = statement.compile(dialect=connection.dialect).bind_names.values()
        given = context_parameters(unit.context, served.dialect)
        connection.execute(statement, {name: given[name] for name in names if name in given})


def _rescore(world: World) -> None:
    with writing(world.engine) as connection:
        served = world.unit(connection).served
        field = served.app.entities["lead"].fields["maturity"].id
        backfill.note(connection, served.layout.schema, [field], NOW)
    assert backfill.resume(world.engine) >= ROWS
    with writing(world.engine) as connection:
        unit: Unit = world.unit(connection)
        table = unit.served.entity_table("lead")
        wrong = sa.select(sa.func.count()).where(table.c[unit.served.column("lead", "maturity")] < 0)
        assert connection.execute(wrong).scalar_one() == 0
