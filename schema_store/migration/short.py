"""Short write transactions that queue for no lock: those behind them in the queue would wait too."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from schema_store.database import writing

T = TypeVar("T")
#: How long a statement waits for a lock before it lets those behind it pass and all is tried again (PostgreSQL).
LOCK_TIMEOUT = "300ms"
_TRIES, _PAUSE = 40, 0.25
_LOCK_NOT_AVAILABLE = "55P03"


def short_transaction(engine: Engine, step: Callable[[Connection], T]) -> T:
    """Run ``step`` in a write transaction, again and again while it cannot have a lock.

    Raises:
        OperationalError: no lock after 40 tries, or something else.
    """
    for left in reversed(range(_TRIES)):
        try:
            with writing(engine) as connection:
                if engine.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                return step(connection)
        except OperationalError as problem:
            if left == 0 or getattr(problem.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            time.sleep(_PAUSE)
    raise AssertionError("unreachable: the last try raises")
