"""The traces of a publish in progress: what it has added before the switch, and how to take it away or finish it.

One row in a table of the app's own (``dg_expansion``), there only while a publish is under way: the plan's
fingerprint, the state, what was added, how far the backfill is. A crash leaves the row; :func:`sweep` reads it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection, Engine

from schema_store.database import reading, writing
from schema_store.layout import Layout
from schema_store.migration.ddl import Unchecked
from schema_store.migration.tracking import Track, untrack

#: Seconds without a sign of life after which a process that holds the number of the publisher's is another one.
LEFT_BEHIND = 600.0
#: Publishes that run in this process, by database and schema.
_running: set[tuple[str, str]] = set()


class PublishUnderWay(Exception):
    """Somebody else publishes this app right now."""


@dataclass
class Expansion:
    """What a publish has added so far.

    Attributes:
        fingerprint: of the plan.
        state: ``expanding`` before the switch of versions, ``switched`` after it.
        columns: added ones, as (table, column).
        indexes: added ones, by name.
        tracks: of the tables whose values are being converted.
        cursors: per entity the last record done, in hex; ``""`` when all are.
        unchecked: constraints that wait for their check.
        process: that publishes.
    """

    fingerprint: str
    state: Literal["expanding", "switched"] = "expanding"
    columns: list[tuple[str, str]] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)
    unchecked: list[Unchecked] = field(default_factory=list)
    process: int = field(default_factory=os.getpid)


_ADAPTER = TypeAdapter(Expansion)


def _table(schema: str, dialect: str) -> sa.Table:
    name = Layout(schema).physical("dg_expansion", dialect)
    metadata = sa.MetaData(schema=schema if dialect == "postgresql" else None)
    return sa.Table(name, metadata, sa.Column("body", sa.Text, nullable=False), sa.Column("beat", sa.Float))


def load(connection: Connection, schema: str) -> tuple[Expansion, float] | None:
    """The expansion that stands in the database with the time of its last sign of life; None without one."""
    table = _table(schema, connection.dialect.name)
    if not sa.inspect(connection).has_table(table.name, table.schema):
        return None
    row = connection.execute(sa.select(table.c.body, table.c.beat)).one_or_none()
    return None if row is None else (_ADAPTER.validate_json(row.body), row.beat)


def start(connection: Connection, schema: str, expansion: Expansion) -> None:
    """Leave the row, in the transaction that adds the first things."""
    table = _table(schema, connection.dialect.name)
    connection.execute(sa.schema.CreateTable(table))
    connection.execute(sa.insert(table).values(body="", beat=0.0))
    save(connection, schema, expansion)


def save(connection: Connection, schema: str, expansion: Expansion) -> None:
    """Bring the row up to date, in the transaction of what it tells about."""
    table = _table(schema, connection.dialect.name)
    body = _ADAPTER.dump_json(expansion).decode()
    connection.execute(sa.update(table).values(body=body, beat=time.time()))


def forget(connection: Connection, schema: str) -> None:
    """Take the row away."""
    connection.execute(sa.schema.DropTable(_table(schema, connection.dialect.name), if_exists=True))


@contextmanager
def sole_publisher(engine: Engine, schema: str) -> Iterator[None]:
    """Be the only publisher of an app while this lasts.

    PostgreSQL keeps a lock of the session, gone with the process; on SQLite the row tells of other processes
    (:func:`is_alive`).

    Raises:
        PublishUnderWay: somebody else is.
    """
    place = (str(engine.url), schema)
    if place in _running:
        raise PublishUnderWay(schema)
    with _session_lock(engine, schema):
        _running.add(place)
        try:
            yield
        finally:
            _running.discard(place)


@contextmanager
def _session_lock(engine: Engine, schema: str) -> Iterator[None]:
    if engine.dialect.name != "postgresql":
        yield
        return
    key = sa.func.hashtextextended(f"dougong:{schema}", 0)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(key))).scalar_one():
            raise PublishUnderWay(schema)
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))


def is_alive(engine: Engine, schema: str, expansion: Expansion, beat: float) -> bool:
    """Whether the process that left the row still publishes (SQLite: it runs on this machine)."""
    if expansion.process == os.getpid():
        return (str(engine.url), schema) in _running
    if time.time() - beat > LEFT_BEHIND:
        return False
    try:
        os.kill(expansion.process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def abandon(engine: Engine, schema: str) -> bool:
    """Take away what an unfinished publish has added, as if it had never begun; may be called any number of times.

    Returns:
        Whether there was anything. What has switched already is not touched.
    """
    with reading(engine) as connection:
        found = load(connection, schema)
    if found is None or found[0].state == "switched":
        return False
    with writing(engine) as connection:
        _remove(connection, schema, found[0])
    return True


def _remove(connection: Connection, schema: str, expansion: Expansion) -> None:
    quote = connection.dialect.identifier_preparer.quote
    prefix = f"{quote(schema)}." if connection.dialect.name == "postgresql" else ""
    inspector = sa.inspect(connection)
    for track in expansion.tracks:
        untrack(connection, schema, track)
    for index in expansion.indexes:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {prefix}{quote(index)}")
    for table, column in expansion.columns:
        there = {c["name"] for c in inspector.get_columns(table, schema if prefix else None)}
        if column in there:
            connection.exec_driver_sql(f"ALTER TABLE {prefix}{quote(table)} DROP COLUMN {quote(column)}")
    forget(connection, schema)


def finish(engine: Engine, schema: str) -> None:
    """After the switch: check the constraints that were added unchecked, then forget the publish.

    Every check is known to hold (it was counted under the lock of the switch), lets readers and writers go on, and
    may be repeated.
    """
    with reading(engine) as connection:
        found = load(connection, schema)
    if found is None or found[0].state != "switched":
        return
    for unchecked in found[0].unchecked:
        _check(engine, schema, unchecked)
    with writing(engine) as connection:
        forget(connection, schema)


def _check(engine: Engine, schema: str, unchecked: Unchecked) -> None:
    quote = engine.dialect.identifier_preparer.quote
    table = f"{quote(schema)}.{quote(unchecked.table)}"
    name = quote(unchecked.constraint)
    with writing(engine) as connection:
        names = {row["name"] for row in _constraints(connection, schema, unchecked)}
        if unchecked.constraint not in names:
            return
        connection.exec_driver_sql(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
    if unchecked.column is not None:
        with writing(engine) as connection:
            # The valid check spares PostgreSQL the scan.
            connection.exec_driver_sql(
                f"ALTER TABLE {table} ALTER COLUMN {quote(unchecked.column)} SET NOT NULL"
            )
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def _constraints(connection: Connection, schema: str, unchecked: Unchecked) -> list[Any]:
    inspector = sa.inspect(connection)
    if unchecked.column is None:
        return list(inspector.get_foreign_keys(unchecked.table, schema))
    return list(inspector.get_check_constraints(unchecked.table, schema))


def sweep(engine: Engine, schema: str) -> str:
    """At start: finish what a crashed publish has switched, take away what it had not.

    Returns:
        ``nothing``, ``finished``, ``abandoned``, or ``running`` where a publish is alive.
    """
    with reading(engine) as connection:
        found = load(connection, schema)
    if found is None:
        return "nothing"
    if engine.dialect.name == "sqlite" and is_alive(engine, schema, *found):
        return "running"
    try:
        with sole_publisher(engine, schema):
            return _clear(engine, schema)
    except PublishUnderWay:
        return "running"


def _clear(engine: Engine, schema: str) -> str:
    if abandon(engine, schema):
        return "abandoned"
    finish(engine, schema)
    return "finished"
