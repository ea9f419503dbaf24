"""From ``staged`` to ``checked``: every cell of every row is understood, and every complaint kept at once."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.imports.files import from_json
from runtime.imports.jobs import StoredRow, first_with_key, rows_after, save_rows
from runtime.imports.lookups import Lookups
from runtime.imports.mapping import Compiled, compile_mapping
from runtime.imports.planning import Work
from runtime.imports.targets import Target, event_targets, targets_of
from runtime.imports.telling import complete_events
from runtime.imports.understanding import Reader, Understood, complaint
from runtime.query.finding import is_unique
from runtime.refusals import FieldError, Invalid


def check_batch(work: Work) -> None:
    """Understand the next rows.

    Raises:
        Invalid, BadExpression: the mapping or the match does not fit the file or the app.
    """
    job, served = work.job, work.access.served
    if job.done == 0:
        job.counts, job.version, job.error = {}, served.app.version, None
    rows = rows_after(work.connection, served, job.id, job.done, work.most)
    if not rows:
        job.enter("checked")
        return
    reader = reader_of(work)
    lookups = Lookups(work.connection, work.access, work.now)
    found = reader.read([(row.number, [from_json(cell) for cell in row.cells]) for row in rows], lookups)
    if job.kind == "events":
        complete_events(work, found, lookups)
    else:
        _refuse_twice(work, found)
    for row, understood in zip(rows, found, strict=True):
        _settle(row, understood)
        job.count("refused" if row.errors else "understood")
    save_rows(work.connection, served, job.id, rows)
    job.done = rows[-1].number


def _settle(row: StoredRow, understood: Understood) -> None:
    row.read, row.key = understood.to_json(), understood.key
    row.errors = understood.errors or None
    row.kind = "refused" if row.errors else None
    row.record = row.version = row.changes = None


def reader_of(work: Work) -> Reader:
    """How the rows of a job are read; raises as :func:`check_batch`."""
    job, app = work.job, work.access.served.app
    return Reader(
        compiled=compiled_of(work),
        context=app.context(work.now),
        match=job.asked.match,
        clears=job.asked.clears,
        history=job.asked.mode == "history",
    )


def compiled_of(work: Work) -> Compiled:
    """The mapping of a job against its file and the app.

    Raises:
        Invalid: targets, columns or a match that are not there; nothing is mapped.
        BadExpression: an expression has problems.
    """
    job = work.job
    targets = job_targets(work)
    compiled = compile_mapping(job.asked.mapping, job.header, targets, work.access.served.app.currency)
    if not compiled.targets:
        raise Invalid([FieldError("/mapping", "nothing_mapped")])
    if job.kind != "events":
        _require_match(work, compiled)
    return compiled


def job_targets(work: Work) -> dict[str, Target]:
    """What the columns of a job may be brought into, by key."""
    if work.job.kind == "events":
        return event_targets()
    return targets_of(work.access, work.job.entity, history=work.job.asked.mode == "history")


def _require_match(work: Work, compiled: Compiled) -> None:
    """The match must be mapped and tell records apart.

    Raises:
        Invalid: it is not, or does not.
    """
    match, entity = work.job.asked.match, work.access.served.app.entities[work.job.entity]
    if match is None:
        if work.job.kind == "compare":
            raise Invalid([FieldError("/match", "required")])
        return
    field = entity.fields.get(match)
    if match not in compiled.targets:
        raise Invalid([FieldError("/match", "match_not_mapped", {"name": match[:60]})])
    if match != "id" and (field is None or not is_unique(entity, field)):
        raise Invalid([FieldError("/match", "no_such_unique")])


def _refuse_twice(work: Work, rows: Sequence[Understood]) -> None:
    """A record may be named by one row of a file only: nobody could say which of two is right."""
    keys = list({row.key for row in rows if row.key is not None})
    if not keys:
        return
    job = work.job
    seen = first_with_key(work.connection, work.access.served, job.id, keys, rows[0].number)
    for row in rows:
        if row.key is None:
            continue
        if row.key in seen:
            column = work.columns.get(job.asked.match or "", "")
            params = {"value": row.key[:60], "row": str(seen[row.key])}
            row.errors.append(complaint(column, job.asked.match or "", "twice_in_file", **params))
        seen.setdefault(row.key, row.number)
