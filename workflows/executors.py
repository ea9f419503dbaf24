"""Processes that do jobs: each start has an id of its own, which is its lease; it beats, and the dead are rescued.

DBOS takes up nothing that another process began. So a process that has not beaten for a while is claimed by one
update, and its jobs go back into the queue. It may only be asleep: every step of it looks at its row in its own
transaction, and does nothing once it was claimed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from uuid_utils.compat import uuid7

from schema_store.database import reading, writing
from workflows.tables import EXECUTORS

#: How long a process may be silent before its work is taken over; it beats six times within.
LEASE, BEATS = timedelta(seconds=30), 6
#: How long rows of processes that have ended are kept.
_KEPT = timedelta(hours=12)


class LeaseLost(RuntimeError):
    """Another process has taken over the work of this one."""


def database_now(connection: Connection) -> datetime:
    """The clock that all processes share: the database's; on SQLite they are on one machine."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    found: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return found.astimezone(UTC)


def begin(engine: Engine) -> UUID:
    """A new process; its id."""
    id_ = uuid7()
    with writing(engine) as connection:
        now = database_now(connection)
        connection.execute(
            sa.insert(EXECUTORS), {"id": id_, "started_at": now, "beat_at": now, "rescued_by": None}
        )
        # Those that ended by themselves beat long ago from the moment on; one that slept may wake for a while.
        old = EXECUTORS.c.rescued_by.is_not(None), EXECUTORS.c.beat_at < now - _KEPT
        connection.execute(sa.delete(EXECUTORS).where(*old))
    return id_


def beat(engine: Engine, id_: UUID) -> None:
    """Say that the process is there.

    Raises:
        LeaseLost: it was taken for dead.
    """
    with writing(engine) as connection:
        mine = EXECUTORS.c.id == id_, EXECUTORS.c.rescued_by.is_(None)
        now = database_now(connection)
        if not connection.execute(sa.update(EXECUTORS).where(*mine).values(beat_at=now)).rowcount:
            raise LeaseLost(str(id_))


def require_lease(connection: Connection, id_: UUID, lease: timedelta = LEASE) -> None:
    """Let a step of a process go on, in the step's transaction; asleep in it, it loses its locks after the lease.

    Raises:
        LeaseLost: its work is another's.
    """
    mine = EXECUTORS.c.id == id_, EXECUTORS.c.rescued_by.is_(None)
    chosen = sa.select(EXECUTORS.c.id).where(*mine)
    if connection.dialect.name == "postgresql":
        seconds = f"{int(lease.total_seconds())}s"
        chosen = chosen.add_columns(sa.func.set_config("idle_in_transaction_session_timeout", seconds, True))
    if connection.execute(chosen).first() is None:
        raise LeaseLost(str(id_))


def claim_dead(engine: Engine, id_: UUID, lease: timedelta = LEASE) -> list[UUID]:
    """The processes that have been silent for too long; from now on their work is that of ``id_``."""
    with reading(engine) as connection:
        silent = EXECUTORS.c.beat_at < database_now(connection) - lease
        dead = (EXECUTORS.c.rescued_by.is_(None), EXECUTORS.c.id != id_, silent)
        if not connection.execute(sa.select(EXECUTORS.c.id).where(*dead)).first():
            return []
    with writing(engine) as connection:
        claimed = sa.update(EXECUTORS).where(*dead).values(rescued_by=id_).returning(EXECUTORS.c.id)
        return list(connection.execute(claimed).scalars())


def unfinished_rescues(engine: Engine, id_: UUID) -> list[UUID]:
    """The processes whose work ``id_`` or a process that is dead itself has claimed.

    A rescuer may die between the claim and the last job it gives back: who rescues it finds what it claimed.
    """
    with reading(engine) as connection:
        known = {row.id: row for row in connection.execute(sa.select(EXECUTORS))}
    return [each for each, row in known.items() if _heir(known, row) == id_]


def _heir(known: dict[UUID, sa.Row[tuple[object, ...]]], row: sa.Row[tuple[object, ...]]) -> UUID | None:
    """Who answers for a process now: the rescuer, or the rescuer's."""
    heir: UUID | None = row.rescued_by
    while heir is not None and heir in known and known[heir].rescued_by is not None:
        heir = known[heir].rescued_by
    return heir


def end(engine: Engine, id_: UUID) -> None:
    """The process has ended; what it left behind, if anything, may be taken over at once."""
    with writing(engine) as connection:
        now = database_now(connection)
        connection.execute(sa.update(EXECUTORS).where(EXECUTORS.c.id == id_).values(beat_at=now - 2 * _KEPT))
