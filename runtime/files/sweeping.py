"""What nobody names any more goes: uploads that no record took, and contents that no row names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from runtime.files.contents import ContentStore
from runtime.support import support_tables
from schema_store.database import reading, writing
from schema_store.versions import list_apps, load_layout

#: How long an upload may wait for a record, and a content may take to come.
PATIENCE = timedelta(hours=24)
#: Contents asked for in one statement.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """What was removed: uploads without a record, contents without a row, what was cut off while it came."""

    files: int
    contents: int
    incoming: int


def sweep_files(engine: Engine, store: ContentStore, now: datetime) -> Swept:
    """Remove what nobody names. Safe beside uploads, from any number of processes.

    Args:
        engine: of the installation; transactions of its own, one per batch of contents.
        store: of contents.
        now: the moment.
    """
    with writing(engine) as connection:
        files = sum(_forget_files(connection, table, now) for table in _tables(connection))
    contents = 0
    for batch in store.kept():
        for start in range(0, len(batch), _BATCH):
            contents += _forget_contents(engine, store, batch[start : start + _BATCH])
    return Swept(files, contents, store.forget_incoming(now - PATIENCE))


def _tables(connection: Connection) -> list[sa.Table]:
    """The file table of every app, in one order for all who lock them."""
    dialect = connection.dialect.name
    layouts = (load_layout(connection, app.key, app.version) for app in list_apps(connection))
    return [support_tables(schema, dialect).file for schema in sorted(each.schema for each in layouts)]


def _forget_files(connection: Connection, table: sa.Table, now: datetime) -> int:
    old = sa.delete(table).where(table.c.record.is_(None), table.c.at < now - PATIENCE)
    return connection.execute(old).rowcount


def _forget_contents(engine: Engine, store: ContentStore, batch: Sequence[str]) -> int:
    """Look without a lock first: hardly ever is there something to remove."""
    with reading(engine) as connection:
        candidates = _unnamed(connection, batch)
    if not candidates:
        return 0
    with _alone(engine) as connection:
        unnamed = _unnamed(connection, candidates)
        for sha256 in unnamed:
            store.remove(sha256)
    return len(unnamed)


def _unnamed(connection: Connection, contents: Sequence[str]) -> list[str]:
    named: set[str] = set()
    for table in _tables(connection):
        query = sa.select(table.c.sha256).where(table.c.sha256.in_(contents))
        named.update(connection.execute(query).scalars())
    return [each for each in contents if each not in named]


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """While nobody has a row under way: an upload writes its row before its content becomes visible."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            for table in _tables(connection):
                name = connection.dialect.identifier_preparer.format_table(table)
                connection.exec_driver_sql(f"LOCK TABLE {name} IN SHARE MODE")
        yield connection
