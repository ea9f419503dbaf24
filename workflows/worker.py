"""The worker: does jobs, fires clocks, beats, and takes over what others left behind; any number may run."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from schema_store.database import reading
from workflows import executors, queue
from workflows.clocks import Clocks
from workflows.executors import LeaseLost
from workflows.runs import Runs

#: Seconds after the start before a worker beside a server begins: the first requests have the processor.
SETTLING = 1.0
_LOG = logging.getLogger("dougong.worker")
#: Seconds between two looks at clocks; between two looks for what has no job, and for jobs that may be forgotten.
_TICK, _SWEEP = 1.0, 60.0
#: How long jobs that ended are kept; how long those in hand may take when the worker is to stop.
_KEPT, _PATIENCE = timedelta(days=1), 20


class Worker:
    """Works in threads of its own until it is stopped.

    Args:
        engine: of the database.
        clock: the moment.
        lease: how long another worker may be silent before its work is taken over.
        after: seconds before it begins.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime],
        lease: timedelta = executors.LEASE,
        after: float = SETTLING,
    ):
        self._engine, self._clock, self._lease, self._after = engine, clock, lease, after
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin after a moment; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End when the jobs in hand are done."""
        self._stop.set()
        self.wait()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has ended (or so long); whether it has."""
        if self._thread.is_alive():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        self._stop.wait(self._after)
        self._lives()

    def _lives(self) -> None:
        """One life after the other: who was taken for dead begins anew, under another id."""
        while not self._stop.is_set():
            try:
                self._live()
            except LeaseLost:
                _LOG.warning("this worker was taken for dead, and begins anew")
            except Exception:  # noqa: BLE001 - whatever it is, there has to be a worker afterwards
                _LOG.exception("the worker has to wait")
                self._stop.wait(5)

    def _live(self) -> None:
        with reading(self._engine) as connection:
            is_prepared = queue.is_prepared(connection)
        if not is_prepared:
            queue.prepare(self._engine)
        id_ = executors.begin(self._engine)
        runs = Runs(
            self._engine,
            self._clock,
            lambda connection: executors.require_lease(connection, id_, self._lease),
        )
        executor = queue.Executor(self._engine, id_, runs.work_off, runs.spread)
        executor.start()
        try:
            self._watch(id_, runs, executor)
        finally:
            executor.stop(_PATIENCE)
            executors.end(self._engine, id_)

    def _watch(self, id_: UUID, runs: Runs, executor: queue.Executor) -> None:
        clocks = Clocks(self._engine, self._clock, runs.fence)
        beaten = swept = -_SWEEP
        while not self._stop.is_set():
            now = time.monotonic()
            try:
                if now - beaten >= self._lease.total_seconds() / executors.BEATS:
                    executors.beat(self._engine, id_)
                    self._rescue(id_, runs, executor)
                    beaten = now
                clocks.fire()
                if now - swept >= _SWEEP:
                    runs.ask_again()
                    executor.forget_ended(self._clock() - _KEPT)
                    swept = now
            except SQLAlchemyError:
                # The database is away: clocks that are due meanwhile fire when it is back.
                _LOG.exception("the worker has to wait for the database")
            self._stop.wait(_TICK)

    def _rescue(self, id_: UUID, runs: Runs, executor: queue.Executor) -> None:
        executors.claim_dead(self._engine, id_, self._lease)
        for dead in executors.unfinished_rescues(self._engine, id_):
            jobs = executor.begun_by(dead)
            for job in jobs[: queue.THREADS]:  # the others it had only taken
                runs.note_rescue(job.app, job.place, is_batch=job.is_batch)
            executor.give_back(jobs)
            if jobs:
                _LOG.warning("took over %s jobs of a worker that was silent", len(jobs))
