"""The only door to DBOS: durable jobs beside the records that ask for them, and the process that does them.

A job only says that a record of an app has runs that wait (or, where an act concerns many records, which batch of
runs); what is to be done, what was done and why are the rows of runs. So a job may run twice, late, or after a rescue:
it finds nothing left to do. DBOS is imported where it is used, under a lock: it is large, and most commands never need
it.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from uuid_utils.compat import uuid7

from runtime.ports import Job
from runtime.rules.rows import RunState, run_row
from schema_store.database import connect_queue
from workflows.executors import LeaseLost

if TYPE_CHECKING:
    from types import ModuleType

#: Of the arguments of jobs; a worker does those of every format it knows.
FORMAT = 1
#: Never changed: DBOS does jobs of its own version only, and would leave those of before an upgrade behind.
VERSION = "1"
#: The schema of its tables on PostgreSQL; on SQLite they stand beside the others.
SCHEMA = "dbos"
_NAME, _QUEUE, _RECORD, _BATCH = "dougong", "after", "record", "batch"
#: Jobs that a process does at a time, at most (DBOS needs some of its threads itself, and stands still with four);
#: those that it takes; seconds between two looks for them.
THREADS = 8
_TAKEN, _LOOK = 200, 0.5
#: Seconds until a job is tried again that could not be done.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_LOG = logging.getLogger("dougong.queue")
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_MOST_ENDED = 1_000
_importing = threading.Lock()


class Pending(NamedTuple):
    """A job that some process has begun; ``place`` is the app with the record, or with the batch."""

    id: str
    app: str
    place: str
    is_batch: bool


class RunQueue:
    """Keeps jobs as runs in the state ``waiting``, with one durable job for all (see ``runtime.ports.AfterCommit``)."""

    def enqueue(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """One row per rule and record, and what will do them: three statements, however many they are."""
        state: RunState = "waiting"
        served, job = jobs[0].served, str(uuid7())
        rows = [
            run_row(each.served, each.rule, each.record, each.at, each.by, state, each.cause, each.why, job)
            for each in jobs
        ]
        connection.execute(sa.insert(served.support.run), rows)
        ask(connection, served.key, {each.record for each in jobs}, job)


def ask(
    connection: Connection, app: str, records: Collection[UUID], job: str, *, delay: float | None = None
) -> None:
    """Have the waiting runs of records worked off, in the transaction of ``connection``.

    Args:
        connection: inside of it; what it rolls back is not asked for.
        app: key.
        records: one: its runs in their order, one job after the other; many: the runs of ``job``, spread by record.
        job: the id; asked for twice, it is done once.
        delay: not before so many seconds.
    """
    one = next(iter(records)) if len(records) == 1 else None
    place = job if one is None else str(one)
    options = _options(_BATCH if one is None else _RECORD, app, place, job)
    if delay is not None:
        options["delay_seconds"] = delay
    _asker(connection.dialect.name).enqueue_in_transaction(connection, options, FORMAT, app, place)


def _options(name: str, app: str, place: str, job: str) -> dict[str, Any]:
    return {
        "workflow_name": name,
        "workflow_id": job,
        "queue_name": _QUEUE,
        "queue_partition_key": f"{app}:{place}",
        "app_version": VERSION,
    }


def library() -> ModuleType:
    """DBOS, imported by one thread at a time: another would see it half."""
    with _importing:
        import dbos  # noqa: PLC0415 - see above

        return dbos


@lru_cache(maxsize=2)
def _asker(dialect: str) -> Any:
    """What writes jobs on connections of others, by whichever driver; its own engine is never connected."""
    return _client(
        connect_queue(make_url("sqlite:///never" if dialect == "sqlite" else "postgresql+psycopg://"))
    )


def _client(engine: Engine) -> Any:
    return library().DBOSClient(
        system_database_engine=engine,
        dbos_system_schema=SCHEMA,
        serializer=_serializer(),
        application_name=_NAME,
        lazy=True,
    )


@lru_cache(maxsize=1)
def _serializer() -> Any:
    class Plain(library().Serializer):  # type: ignore[misc]  # a class of a library that is not imported here
        """Arguments are JSON: what comes out of a database is never unpickled."""

        def serialize(self, data: Any) -> str:
            return json.dumps(data, default=str)

        def deserialize(self, serialized_data: str) -> Any:
            return json.loads(serialized_data)

        def name(self) -> str:
            return "json"

    return Plain()


def is_prepared(connection: Connection) -> bool:
    """Whether the tables of the queue are there."""
    schema = SCHEMA if connection.dialect.name == "postgresql" else None
    return sa.inspect(connection).has_table("workflow_input", schema)


def prepare(engine: Engine) -> None:
    """Make the tables of the queue, or bring them up to the library's version."""
    own = connect_queue(engine.url)
    try:
        # Its public way takes a URL, and would open the file through another SQLite library than ours.
        _client(own)._sys_db.run_migrations()
    finally:
        own.dispose()


class Executor:
    """This process as one that does jobs.

    Args:
        engine: of the application's database.
        id_: under which jobs are taken; never used before.
        work: does the waiting runs of a record of an app.
        spread: gives the runs of a batch of an app to their records.
    """

    def __init__(
        self,
        engine: Engine,
        id_: UUID,
        work: Callable[[str, UUID], object],
        spread: Callable[[str, str], None],
    ):
        self._work, self._spread = work, spread
        self._stopping = threading.Event()
        self._engine = connect_queue(engine.url)
        self._known = _client(self._engine)
        self._config = {
            "name": _NAME,
            "system_database_engine": self._engine,
            "dbos_system_schema": SCHEMA,
            "serializer": _serializer(),
            "application_version": VERSION,
            "executor_id": str(id_),
            "use_listen_notify": False,
            "log_level": "ERROR",
            "max_executor_threads": THREADS,
            "scheduler_polling_interval_sec": 3600.0,
        }

    def start(self) -> None:
        """Begin to take jobs."""
        dbos = library()
        instance = dbos.DBOS(config=self._config)

        def record(_format: int, app: str, place: str) -> None:
            self._until_done(_RECORD, app, place, lambda: self._work(app, UUID(place)))

        def batch(_format: int, app: str, place: str) -> None:
            self._until_done(_BATCH, app, place, lambda: self._spread(app, place))

        instance.workflow(name=_RECORD, max_recovery_attempts=None)(record)
        instance.workflow(name=_BATCH, max_recovery_attempts=None)(batch)
        instance.launch()
        instance.register_queue(
            _QUEUE, partition_concurrency=1, worker_concurrency=_TAKEN, polling_interval_sec=_LOOK
        )

    def _until_done(self, name: str, app: str, place: str, do: Callable[[], object]) -> None:
        """Do a job however often it takes: what fails here is the database, and an error would end the job.

        A process that was taken for dead may have begun the job behind its back: it asks for it again.
        """
        pause = _FIRST_PAUSE
        while True:
            try:
                try:
                    do()
                except LeaseLost:
                    self._known.enqueue(_options(name, app, place, str(uuid7())), FORMAT, app, place)
                return
            except Exception:
                if self._stopping.is_set():
                    raise
                _LOG.exception("a job has to wait")
                self._stopping.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def stop(self, seconds: int) -> None:
        """Take no more jobs, and wait so long for those that have begun; what is left then is another's to do."""
        self._stopping.set()
        library().DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=seconds)
        self._engine.dispose()

    def begun_by(self, executor: UUID) -> list[Pending]:
        """The jobs that a process has taken and not ended, in the order in which it does them."""
        found = self._known.list_workflows(status="PENDING", executor_id=str(executor), load_output=False)
        found.sort(key=lambda each: (each.dequeued_at or 0, each.queue_partition_key or ""))
        return [
            Pending(each.workflow_id, each.input["args"][1], each.input["args"][2], each.name == _BATCH)
            for each in found
        ]

    def give_back(self, jobs: Collection[Pending]) -> None:
        """Have jobs done from the start, in their order and within the limits of the queue."""
        if jobs:
            self._known.resume_workflows([job.id for job in jobs], queue_name=_QUEUE)

    def forget_ended(self, before: datetime) -> int:
        """Remove jobs that ended before a moment, some at a time; what they did are the rows of runs."""
        found = self._known.list_workflows(
            status=_ENDED,
            completed_before=before.isoformat(),
            limit=_MOST_ENDED,
            load_input=False,
            load_output=False,
        )
        if found:
            self._known.delete_workflows([each.workflow_id for each in found])
        return len(found)
