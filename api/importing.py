"""The thread of a server that works on import jobs, so that no request waits for one."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from api.problem import report_crash
from runtime.imports.jobs import unfinished
from runtime.imports.running import give_up, run
from runtime.imports.staging import sweep_staging
from runtime.refusals import NotFound
from runtime.served import serve
from schema_store.database import reading, writing
from schema_store.versions import UnknownApp, list_apps
from workflows.queue import RunQueue

#: How long a job that another process works on is let alone at most before it is looked at again.
_PATIENCE = 5.0
#: After this time a file that is still being read is taken for cut off.
_CUT_OFF = timedelta(hours=6)
#: Times that a job is tried where the database fails, and seconds between.
_TRIES, _PAUSE = 3, 1.0


class ImportRunner:
    """Works on jobs one after the other, in a thread that is there while there is work.

    Args:
        engine: the database.
        clock: the moment.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime]):
        self._engine, self._clock = engine, clock
        self._worker = f"{os.getpid()}:{uuid4().hex[:12]}"
        self._waiting: deque[tuple[str, UUID]] = deque()
        self._running: tuple[str, UUID] | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self, app: str, job: UUID) -> None:
        """See to it that a job goes on; call behind the commit that asks for it."""
        with self._lock:
            if (app, job) not in self._waiting:
                self._waiting.append((app, job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="imports", daemon=True)
                self._thread.start()

    def resume(self) -> None:
        """At start: go on with what was cut off, and remove what is left of files that were."""
        for app, job in self._left():
            self.wake(app, job)

    def settle(self, seconds: float = 60) -> None:
        """Wait until there is no work left.

        Raises:
            TimeoutError: there still is.
        """
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
            if thread.is_alive():
                raise TimeoutError

    def _left(self) -> list[tuple[str, UUID]]:
        found = []
        with reading(self._engine) as connection:
            keys = [app.key for app in list_apps(connection)]
        for key in keys:
            with writing(self._engine) as connection:
                served = serve(connection, key, lock=True)
                sweep_staging(connection, served, self._clock() - _CUT_OFF)
                found += [(key, job) for job in unfinished(connection, served)]
        return found

    def _next(self) -> tuple[str, UUID] | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._thread = None
            return None

    def _work(self) -> None:
        while (found := self._next()) is not None:
            self._run(*found)

    def _run(self, app: str, job: UUID) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                progress = run(
                    self._engine, app, job, worker=self._worker, clock=self._clock, after_commit=RunQueue()
                )
            except (NotFound, UnknownApp):
                return
            except DBAPIError as error:
                if attempt == _TRIES:
                    self._crashed(app, job, error)
                    return
                time.sleep(_PAUSE)
            except Exception as error:  # noqa: BLE001 - an error of ours must not end the thread
                self._crashed(app, job, error)
                return
            else:
                if progress.elsewhere is not None:
                    time.sleep(min(_PATIENCE, max(0.1, (progress.elsewhere - self._clock()).total_seconds())))
                    self._again(app, job)
                return

    def _again(self, app: str, job: UUID) -> None:
        with self._lock:
            self._waiting.append((app, job))

    def _crashed(self, app: str, job: UUID, error: Exception) -> None:
        crash = report_crash(error).params["id"]
        try:
            give_up(self._engine, app, job, crash, self._clock())
        except Exception as second:  # noqa: BLE001 - the database is gone; the job goes on at the next start
            report_crash(second)
