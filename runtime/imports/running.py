"""A job on its way, batch by batch: each batch is one transaction, and remembers in it how far the job is.

Whoever works on a job holds its row for the length of a batch; a job whose worker died goes on behind the last batch
that was committed, wherever somebody looks after it next.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.engine import Connection, Engine

from runtime.access import Access, access_for, engine_access
from runtime.auditing.acts import PlatformAct, note_act
from runtime.imports.checking import check_batch
from runtime.imports.comparing import compare_batch
from runtime.imports.jobs import Job, Json, State, load_job, save_job
from runtime.imports.planning import Work
from runtime.imports.refusing import refusal_errors
from runtime.imports.telling import tell_batch
from runtime.imports.undoing import undo_batch
from runtime.imports.writing import apply_batch, preview_batch
from runtime.people.actors import actor_of, actor_values, person_query
from runtime.people.tables import USERS
from runtime.ports import AfterCommit
from runtime.refusals import Conflict, Forbidden, NotFound, Refused
from runtime.served import Served, serve
from schema_store.database import writing

#: How long a worker is believed to live without having finished a batch.
LEASE = timedelta(seconds=60)
#: Rows of a transaction: at most, of the first one, at least.
BATCH, _FIRST, _FEWEST = 1_000, 250, 50
#: Seconds that a transaction may take before the next one is made smaller; below which it is made larger.
_LONG, _SHORT = 2.0, 0.5
#: Seconds between two transactions, in which others who write get their turn.
_PAUSE = 0.002


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job is after a batch.

    Attributes:
        job: as it stands.
        elsewhere: until when another worker has it; None: it is this one's, or nobody's.
    """

    job: Job
    elsewhere: datetime | None = None

    @property
    def goes_on(self) -> bool:
        """Whether there is a next batch for this worker."""
        return self.job.is_busy and self.elsewhere is None


def advance(
    engine: Engine,
    app: str,
    id_: UUID,
    *,
    worker: str,
    clock: Callable[[], datetime],
    after_commit: AfterCommit,
    most: int = BATCH,
) -> Progress:
    """One batch of a job; a refusal of the whole job stops it and is kept with it.

    Raises:
        NotFound: there is no such job.
        UnknownApp: there is no such app.
    """
    try:
        with writing(engine) as connection:
            return _batch(connection, app, id_, worker, clock(), after_commit, most)
    except _Stopped as stopped:
        error = refusal_errors(stopped.refusal)[0]
    return _stop(engine, app, id_, error, clock())


def run(
    engine: Engine,
    app: str,
    id_: UUID,
    *,
    worker: str,
    clock: Callable[[], datetime],
    after_commit: AfterCommit,
    note: Callable[[Job], None] | None = None,
    most: int = BATCH,
) -> Progress:
    """Batch after batch, until the job is where it is asked to be, stops, or is another's; ``note`` sees each.

    A batch has at most ``most`` rows, and fewer where that would keep other writers waiting for long.
    """
    size = min(most, _FIRST)
    while True:
        began = time.monotonic()
        progress = advance(engine, app, id_, worker=worker, clock=clock, after_commit=after_commit, most=size)
        took = time.monotonic() - began
        if note is not None:
            note(progress.job)
        if not progress.goes_on:
            return progress
        size = max(_FEWEST, size // 2) if took > _LONG else min(most, size * 2) if took < _SHORT else size
        time.sleep(_PAUSE)


def give_up(engine: Engine, app: str, id_: UUID, crash: str, now: datetime) -> Progress:
    """Stop a job because of an error of ours; ``crash`` is the number under which the log has it."""
    error: Json = {"column": "", "field": "", "code": "internal", "params": {"id": crash}}
    return _stop(engine, app, id_, error, now)


def _stop(engine: Engine, app: str, id_: UUID, error: Json, now: datetime) -> Progress:
    with writing(engine) as connection:
        served = serve(connection, app, lock=True)
        job = load_job(connection, served, id_, lock=True)
        job.stop(error)
        job.lease = job.worker = None
        save_job(connection, served, job, now)
        return Progress(job)


class _Stopped(Exception):
    """The job cannot go on."""

    def __init__(self, refusal: Refused):
        super().__init__(refusal.code)
        self.refusal = refusal


def _batch(
    connection: Connection,
    app: str,
    id_: UUID,
    worker: str,
    now: datetime,
    after_commit: AfterCommit,
    most: int,
) -> Progress:
    served = serve(connection, app, lock=True)
    job = load_job(connection, served, id_, lock=True)
    if job.lease is not None and job.lease > now and job.worker != worker:
        return Progress(job, job.lease)
    if job.is_busy:
        stood = job.state
        try:
            access = access_of(connection, served, app, job.by)
            _step(Work(connection, access, job, now, after_commit, most))
        except Refused as refusal:
            raise _Stopped(refusal) from refusal
        if job.state != stood and job.state in ("applied", "undone"):
            note_act(connection, _act(app, job), now)
    job.lease, job.worker = (now + LEASE, worker) if job.is_busy else (None, None)
    save_job(connection, served, job, now)
    return Progress(job)


def _act(app: str, job: Job) -> PlatformAct:
    details = {"kind": job.kind, "entity": job.entity, "file": job.file.get("name"), "counts": job.counts}
    return PlatformAct(f"import_{job.state}", by=job.by, app=app, subject=str(job.id), details=details)


def access_of(connection: Connection, served: Served, app: str, by: UUID | None) -> Access:
    """What whoever made a job may do now; the engine's own where nobody did.

    Raises:
        Forbidden: the person is not active any more.
    """
    if by is None:
        return engine_access(served)
    rows = connection.execute(person_query().where(USERS.c.id == by, USERS.c.active)).all()
    if not rows:
        raise Forbidden
    actor = actor_of(rows)
    return access_for(served, actor, actor_values(actor, app))


def require_import(access: Access, job: Job) -> None:
    """Let through who may bring records of the entity in, and who may bring in the past.

    Raises:
        NotFound, Forbidden: they may not.
    """
    if job.entity and job.entity not in access.served.app.entities:
        raise NotFound
    if access.by is None:
        return
    if job.entity:
        access.require(job.entity, "read" if job.kind == "compare" else "import")
    if job.asked.mode == "history" and "history_import" not in access.policy.rights:
        raise Forbidden


def _step(work: Work) -> None:
    """The next batch of the phase that leads from where the job is to where it is to go."""
    job = work.job
    require_import(work.access, job)
    phase = _phase(job)
    if phase is None:
        raise Conflict("import_state")
    is_behind = job.version != work.access.served.app.version
    if is_behind and job.done == 0 and job.state in ("checked", "previewed") and phase is not undo_batch:
        job.enter("staged")  # the app has changed since the rows were checked
        return
    phase(work)


def _phase(job: Job) -> Callable[[Work], None] | None:
    """What leads on from a state towards the goal; the way to ``applied`` need not lead over a preview."""
    if job.goal == "undone":
        return undo_batch if job.state in ("applied", "cancelled") else None
    if job.state == "staged":
        return check_batch
    if job.state not in ("checked", "previewed") or job.goal not in ("previewed", "applied"):
        return None
    return _TO_PREVIEW[job.kind] if job.goal == "previewed" else _TO_APPLY.get(job.kind)


_TO_PREVIEW: dict[str, Callable[[Work], None]] = {
    "records": preview_batch,
    "events": lambda work: tell_batch(work, dry=True),
    "compare": compare_batch,
}
_TO_APPLY: dict[str, Callable[[Work], None]] = {
    "records": apply_batch,
    "events": lambda work: tell_batch(work, dry=False),
}


def aim(job: Job, goal: State) -> None:
    """Ask a job, whose row is locked, to go to a state; between two batches it is cancelled at once.

    Raises:
        Conflict: ``import_state``: no way leads there from where it is.
    """
    allowed: dict[State, tuple[State, ...]] = {
        "previewed": ("staged", "checked"),
        "applied": ("staged", "checked", "previewed"),
        "undone": ("applied", "cancelled"),
        "cancelled": ("staged", "checked", "previewed"),
    }
    if job.state not in allowed.get(goal, ()) or (job.kind == "compare" and goal in ("applied", "undone")):
        raise Conflict("import_state")
    job.goal, job.error = goal, None
    if goal == "cancelled":
        job.enter("cancelled")
        job.lease = job.worker = None
