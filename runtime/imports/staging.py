"""A file becomes a job: its rows are kept as they came, in transactions of their own, and a mapping is proposed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from uuid_utils.compat import uuid7

from runtime.access import Access
from runtime.imports.checking import compiled_of, job_targets
from runtime.imports.files import Sheet, to_json
from runtime.imports.jobs import (
    Asked,
    Job,
    Kind,
    chunks,
    drop_job,
    insert_job,
    insert_rows,
    load_job,
    remembered,
    save_job,
)
from runtime.imports.mapping import ColumnMap, Source, propose
from runtime.imports.planning import Work
from runtime.imports.refusing import refusal_errors
from runtime.imports.running import BATCH, access_of, require_import
from runtime.refusals import BadExpression, Conflict, FieldError, Invalid, Refused
from runtime.served import Served, serve
from schema_store.database import writing

#: Rows that are kept in one transaction.
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a new job.

    Attributes:
        kind: what the rows are.
        entity: key; None where events name it row by row.
        name: of the file.
        mapping: None: what was asked for such a file before, else what the names of the columns suggest.
        adds: sources by target that stand over a mapping that is found.
        match, mode, rules, clears, atomic: see :class:`runtime.imports.jobs.Asked`; ``match`` and ``rules`` None:
            as before, else none, and by mode.
        goal: where the job goes by itself.
    """

    kind: Kind
    entity: str | None
    name: str
    mapping: ColumnMap | None = None
    adds: ColumnMap | None = None
    match: str | None = None
    mode: Any = "normal"
    rules: Any = None
    clears: bool = False
    atomic: bool = False
    goal: Any = "previewed"


def stage(
    engine: Engine, app: str, by: UUID | None, wish: Wish, sheet: Sheet, clock: Callable[[], datetime]
) -> Job:
    """Keep the rows of a sheet as a new job; one that is cut off here is never seen.

    Raises:
        NotFound, Forbidden: whoever asks may not bring this in.
        Invalid, BadExpression: the mapping or the match does not fit.
        BadFile: the file cannot be read to its end, or has no row.
    """

    def transaction() -> AbstractContextManager[Connection]:
        return writing(engine)

    with transaction() as connection:
        served = serve(connection, app, lock=True)
        access = access_of(connection, served, app, by)
        job = _new_job(connection, access, by, wish, sheet, clock())
        insert_job(connection, served, job)
    try:
        last = 0
        for portion in chunks(sheet.rows, _AT_ONCE):
            with transaction() as connection:
                rows = [(number, [to_json(cell) for cell in cells]) for number, cells in portion]
                insert_rows(connection, served, job.id, rows)
            last = portion[-1][0]
            job.count("rows", len(portion))
        with transaction() as connection:
            served = serve(connection, app, lock=True)
            return _finish(connection, served, job.id, wish, last, job.counts, clock())
    except Refused:
        with transaction() as connection:
            drop_job(connection, served, job.id)
        raise


def _new_job(
    connection: Connection, access: Access, by: UUID | None, wish: Wish, sheet: Sheet, now: datetime
) -> Job:
    file = {
        "name": wish.name[:200],
        "format": sheet.format,
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "header": list(sheet.header),
    }
    rules = wish.rules or rules_of(wish.mode)
    blank = Asked(ColumnMap({}), wish.match, wish.mode, rules, wish.clears, wish.atomic)
    version = access.served.app.version
    job = Job(
        uuid7(), now, by, wish.kind, wish.entity or "", blank, file, "staging", "staging", 0, 0, version, {}
    )
    require_import(access, job)
    work = Work(connection, access, job, now)
    job.asked = _asked(work, wish, sheet)
    try:
        compiled_of(work)
    except (Invalid, BadExpression) as refusal:
        if wish.mapping is not None or wish.adds is not None:
            raise
        job.error = refusal_errors(refusal)[0]  # the columns do not say enough: somebody has to map them
    return job


def rules_of(mode: str) -> Any:
    """What rules do where nothing is said: they run for what happens now; what was has had its consequences."""
    return "none" if mode == "history" else "run"


def _asked(work: Work, wish: Wish, sheet: Sheet) -> Asked:
    """The mapping that is given, that such a file had before, or that its columns suggest."""
    asked, targets = work.job.asked, job_targets(work)
    before = None
    if wish.mapping is None and wish.kind == "records":
        before = remembered(work.connection, work.access.served, work.job.entity, sheet.header)
    mapping = wish.mapping or (before.mapping if before else propose(sheet.header, targets))
    if before and any(key not in targets for key in mapping.fields):
        mapping, before = propose(sheet.header, targets), None
    if wish.adds is not None:
        fields: dict[str, Source] = {**mapping.fields, **wish.adds.fields}
        mapping = ColumnMap(fields, {**mapping.columns, **wish.adds.columns})
    if before and asked.match is None and before.match in mapping.fields:
        asked = replace(asked, match=before.match)
    return replace(asked, mapping=mapping)


def _finish(
    connection: Connection,
    served: Served,
    id_: UUID,
    wish: Wish,
    last: int,
    counts: dict[str, Any],
    now: datetime,
) -> Job:
    job = load_job(connection, served, id_, lock=True)
    if wish.atomic and counts.get("rows", 0) > BATCH:
        raise Invalid([FieldError("/atomic", "too_many", {"limit": str(BATCH)})])
    job.state, job.goal, job.total, job.counts = "staged", wish.goal, last, counts
    if not last or job.error is not None:
        job.goal = "staged"
    save_job(connection, served, job, now)
    return job


def remap(work: Work, asked: Asked) -> None:
    """Ask something else of a job that was not applied; it is checked and previewed again.

    Raises:
        Conflict: ``import_state``: rows were written already.
        Forbidden: the mode is not one for whoever made the job.
        Invalid, BadExpression: the mapping or the match does not fit.
    """
    job = work.job
    is_written = job.done > 0 and (
        job.state == "previewed" or (job.state, job.goal) == ("checked", "checked")
    )
    if job.state not in ("staged", "checked", "previewed") or is_written or job.goal == "applied":
        raise Conflict("import_state")
    job.asked = asked
    require_import(work.access, job)
    compiled_of(work)
    job.enter("staged")
    job.goal, job.error = "previewed", None


def sweep_staging(connection: Connection, served: Served, before: datetime) -> int:
    """Remove what was left of files whose reading was cut off before a moment; how many jobs."""
    jobs, rows = served.support.import_job, served.support.import_row
    cut = sa.select(jobs.c.id).where(jobs.c.state == "staging", jobs.c.at < before)
    connection.execute(sa.delete(rows).where(rows.c["import"].in_(cut)))
    return connection.execute(sa.delete(jobs).where(jobs.c.state == "staging", jobs.c.at < before)).rowcount
