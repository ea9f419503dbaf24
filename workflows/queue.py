"""The only door to work after the commit: each job is a run that waits, a row beside the record that asked for it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.ports import Job
from runtime.rules.rows import RunState, run_row


class RunQueue:
    """Keeps jobs as runs in the state ``waiting`` (:class:`runtime.ports.AfterCommit`)."""

    def enqueue(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """One row per rule and record; one statement for all of them."""
        state: RunState = "waiting"
        rows = [
            run_row(job.served, job.rule, job.record, job.at, job.by, state, job.cause, job.why)
            for job in jobs
        ]
        connection.execute(sa.insert(jobs[0].served.support.run), rows)
