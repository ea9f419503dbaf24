"""Engines. The only module that imports an SQLite driver: one SQLite library serves every engine."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
import sqlalchemy.orm  # half there, while the queue's library loads it in its thread, it breaks statements elsewhere
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.util import greenlet_spawn

from expressions.sqlite_functions import register

try:
    from pysqlite3 import dbapi2 as _driver
except ImportError:  # no wheel on this platform: the interpreter's own library, checked by sqlite_warning
    import sqlite3 as _driver

#: From here on SQLite has the native ALTERs that publishing needs, and no WAL-reset race.
SQLITE_FLOOR = (3, 53, 0)

#: Seconds after which a connection that lay in the pool is asked whether it still stands.
_IDLE = 10.0

_locks: dict[str, threading.RLock] = {}
_in_loops: WeakKeyDictionary[Engine, LoopEngines] = WeakKeyDictionary()


def sqlite_version() -> tuple[int, ...]:
    """The version of the SQLite library in use."""
    return tuple(int(part) for part in _driver.sqlite_version.split("."))


def sqlite_driver() -> ModuleType:
    """The DBAPI module in use."""
    driver: ModuleType = _driver
    return driver


def sqlite_warning() -> str | None:
    """A sentence when the SQLite library is too old to publish with; None when it is fine."""
    version = sqlite_version()
    if version >= SQLITE_FLOOR:
        return None
    text = ".".join(map(str, version))
    return (
        f"SQLite {text} is older than 3.53: publishing changes to an app is refused. "
        "Install the package pysqlite3 or use PostgreSQL."
    )


def connect(url: str | URL) -> Engine:
    """An engine for ``url`` (``sqlite:///path`` or ``postgresql://…``) with the settings this product relies on."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _postgresql(parsed)
    raise ValueError(f"unsupported database: {parsed.get_backend_name()}")


def _sqlite(url: URL) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    options: dict[str, Any] = {"poolclass": sa.StaticPool} if in_memory else {"pool_size": 20}
    engine = sa.create_engine(
        url.set(drivername="sqlite+pysqlite"),
        module=_driver,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 30},
        **options,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def connect_queue(url: URL) -> Engine:
    """The same database for a library that begins its transactions by itself, through the same driver."""
    if url.get_backend_name() == "postgresql":
        # A process that sleeps in the middle of a transaction must not keep its locks from the others.
        patience = {"options": "-c timezone=UTC -c idle_in_transaction_session_timeout=5s"}
        return sa.create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=5, connect_args=patience)
    made = sa.create_engine(
        url,
        module=_driver,
        connect_args={"check_same_thread": False, "isolation_level": "IMMEDIATE", "timeout": 30},
        pool_size=5,
        max_overflow=5,
    )
    event.listen(made, "connect", _prepare_sqlite)
    return made


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "trusted_schema=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    register(connection)


def _begin_sqlite(connection: Connection) -> None:
    # The driver's own transactions are off (isolation_level=None): a BEGIN of ours makes DDL roll back too.
    reads = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgresql(url: URL) -> Engine:
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=10,
        connect_args={"options": "-c timezone=UTC -c lock_timeout=10s"},
    )


@dataclass(frozen=True)
class LoopEngines:
    """The database for what runs in the event loop: functions of a connection under ``greenlet_spawn``.

    Attributes:
        reads: nothing begins or ends: at READ COMMITTED each statement of a transaction looks at a moment of its own
            anyway, and two round trips of every read are saved.
        writes: transactions.
    """

    reads: Engine
    writes: Engine

    @property
    def both(self) -> tuple[Engine, Engine]:
        """Each of them."""
        return self.reads, self.writes

    async def dispose(self) -> None:
        """Close the connections; in their loop."""
        for engine in self.both:
            await greenlet_spawn(engine.dispose)


def in_loop(engine: Engine) -> LoopEngines | None:
    """The same database for the event loop, once per engine; None on SQLite, whose driver has to block a thread."""
    if engine.dialect.name != "postgresql":
        return None
    found = _in_loops.get(engine)
    return found or _in_loops.setdefault(
        engine, LoopEngines(_asyncpg(engine.url, isolation_level="AUTOCOMMIT"), _asyncpg(engine.url))
    )


def _asyncpg(url: URL, **options: Any) -> Engine:
    # What SQLAlchemy calls an AsyncEngine is this engine with greenlet_spawn round each call, and imports its ORM.
    engine = sa.create_engine(
        url.set(drivername="postgresql+asyncpg"),
        # Who finds none free waits for one: a connection beyond the pool would be opened and closed by each request.
        pool_size=10,
        max_overflow=0,
        connect_args={
            "server_settings": {"timezone": "UTC", "lock_timeout": "10s"},
            "prepared_statement_cache_size": 1_000,
        },
        **options,
    )
    event.listen(engine, "checkin", _note_return)
    event.listen(engine, "checkout", _require_alive)
    return engine


def _note_return(_connection: Any, record: Any) -> None:
    record.info["returned"] = time.monotonic()


def _require_alive(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that lay idle; to ask every time would be a round trip of every request."""
    if time.monotonic() - record.info.get("returned", math.inf) < _IDLE:
        return
    try:
        connection.ping()
    except connection.dbapi.Error as error:
        raise DisconnectionError from error


def is_unavailable(error: Exception) -> bool:
    """Whether an error says that the database cannot be reached, ended the connection, or has none free."""
    if isinstance(error, DBAPIError):
        return isinstance(error, OperationalError) or error.connection_invalidated
    return isinstance(error, PoolTimeout | ConnectionError)


def sqlstate_of(error: DBAPIError) -> str | None:
    """The code of PostgreSQL for what went wrong, through either driver; None on SQLite."""
    raised = (error.orig, getattr(error.orig, "__cause__", None))
    return next((code for each in raised if (code := getattr(each, "sqlstate", None))), None)


def constraint_of(error: DBAPIError) -> str | None:
    """The name of the violated constraint, as PostgreSQL says it through either driver; None on SQLite."""
    told = getattr(error.orig, "diag", None) or getattr(error.orig, "__cause__", None)
    name: str | None = getattr(told, "constraint_name", None)
    return name


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction; on SQLite one writer at a time in this process, so that none waits in the library."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    with _locks.setdefault(str(engine.url), threading.RLock()), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One read transaction; on SQLite it takes no write lock. See :class:`LoopEngines` for the event loop."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection = connection.execution_options(read_only=True)
        with connection.begin():
            yield connection


def copy_sqlite(engine: Engine, target: Path) -> None:
    """Write the whole database as of one moment into a new file, while others go on writing.

    Raises:
        DamagedDatabase: the database is not whole, or there is no place for another one.
    """
    raw = engine.raw_connection()
    try:
        connection = raw.driver_connection
        assert connection is not None, "the pool gives connections that are open"
        connection.execute("VACUUM INTO ?", (str(target),))
    except _driver.DatabaseError as error:
        raise DamagedDatabase(f"the database cannot be copied: {error}") from error
    finally:
        raw.close()
    require_whole(target)


def require_whole(file: Path) -> None:
    """Raise :class:`DamagedDatabase` unless an SQLite file is whole."""
    connection = _driver.connect(str(file))
    try:
        found = connection.execute("PRAGMA integrity_check").fetchall()
    except _driver.DatabaseError as error:
        raise DamagedDatabase(f"the database cannot be read: {error}") from error
    finally:
        connection.close()
    if found != [("ok",)]:
        raise DamagedDatabase("the database is damaged: " + "; ".join(str(row[0]) for row in found[:3]))


class DamagedDatabase(RuntimeError):
    """An SQLite file is not whole or cannot be copied; the text says why."""
