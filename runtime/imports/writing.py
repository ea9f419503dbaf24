"""From ``checked`` to ``previewed`` and to ``applied``: rows through the order of execution, for trial and for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runtime.change import Outcome, Row
from runtime.imports.jobs import RowKind, StoredRow, rows_after, save_rows
from runtime.imports.planning import Plan, Work, plan_rows
from runtime.imports.refusing import refusal_errors, with_columns
from runtime.refusals import Refused
from runtime.save import create_many, update_many


class AtomicRefused(Refused):
    """All rows or none were asked for, and some are refused; nothing was written.

    Attributes:
        rows: the numbers of the first ones.
    """

    code = "atomic_refused"

    def __init__(self, rows: Sequence[int]):
        super().__init__(rows=", ".join(map(str, rows[:20])))


def preview_batch(work: Work) -> None:
    """Try the next rows and take everything back; what would become of them is kept."""
    rows = _next(work)
    if not rows:
        work.job.enter("previewed")
        return
    _complain_fully(work, rows)
    good = [row for row in rows if not row.errors]
    _try(work, good)
    for row in good:  # a record that was only tried is not there
        row.version = None
        row.record = None if row.kind == "new" else row.record
    _keep(work, rows)


def _try(work: Work, rows: Sequence[StoredRow]) -> None:
    trial = work.connection.begin_nested()
    _write(work, rows)
    trial.rollback()


def _complain_fully(work: Work, rows: Sequence[StoredRow]) -> None:
    """Try the rows that hold unreadable cells without them: what else is wrong belongs to the same complaint."""
    bad = [row for row in rows if row.errors]
    known = {row.number: row.errors or [] for row in bad}
    for row in bad:
        row.errors = None
    _try(work, bad)
    for row in bad:
        fields = {error["field"] for error in known[row.number]}
        more = [error for error in row.errors or () if error["field"] and error["field"] not in fields]
        row.kind, row.errors = "refused", known[row.number] + more
        row.record = row.version = row.changes = None


def apply_batch(work: Work) -> None:
    """Write the next rows.

    Raises:
        AtomicRefused: a row of a job that wants all or none is refused.
    """
    rows = _next(work)
    if not rows:
        work.job.enter("applied")
        return
    _complain_fully(work, rows)
    _write(work, [row for row in rows if not row.errors])
    refused = [row.number for row in rows if row.errors]
    if work.job.asked.atomic and refused:
        raise AtomicRefused(refused)
    _count_fields(work, rows)
    _keep(work, rows)


def _next(work: Work) -> list[StoredRow]:
    """The next rows, as the check left them; the first batch begins to count."""
    job = work.job
    if job.done == 0:
        job.counts, job.error = {}, None
    return rows_after(work.connection, work.access.served, job.id, job.done, work.most)


def _keep(work: Work, rows: Sequence[StoredRow]) -> None:
    for row in rows:
        work.job.count(row.kind or "refused")
    save_rows(work.connection, work.access.served, work.job.id, rows)
    work.job.done = rows[-1].number


def _write(work: Work, rows: Sequence[StoredRow]) -> None:
    """Rows through the steps; each gets its kind, its record and version, what it changed, or why not."""
    plan = plan_rows(work, rows)
    for row in plan.same:
        row.kind = "same"
    for row, outcome in _outcomes(work, plan):
        if outcome.refusal is not None:
            row.kind, row.errors = "refused", with_columns(refusal_errors(outcome.refusal), work.columns)
            continue
        assert outcome.saved is not None, "an outcome is one of the two"
        row.record, row.version = outcome.saved.id, outcome.saved.version
        row.kind = _kind(row, plan, outcome)
        row.changes = _changes(work, row, plan, outcome)


def _outcomes(work: Work, plan: Plan) -> Iterator[tuple[StoredRow, Outcome]]:
    unit = work.unit()
    for act, asked in ((create_many, plan.creates), (update_many, plan.updates)):
        requests: list[Row] = [request for _, request in asked]
        done = act(unit, work.job.entity, requests) if requests else []
        yield from zip((row for row, _ in asked), done, strict=True)


def _kind(row: StoredRow, plan: Plan, outcome: Outcome) -> RowKind:
    if row.number not in plan.before:
        return "new"
    return "changed" if outcome.saved and outcome.saved.changed else "same"


def _changes(work: Work, row: StoredRow, plan: Plan, outcome: Outcome) -> dict[str, list[object]] | None:
    """Before and after of the fields that the row asks to change."""
    before = plan.before.get(row.number)
    if before is None or outcome.saved is None:
        return None
    fields = work.access.served.app.entities[work.job.entity].fields
    after = outcome.saved.values
    wire = {
        key: fields[key].encode(after[key]) if key in fields else after[key] and str(after[key])
        for key in before
    }
    return {key: [old, wire[key]] for key, old in before.items()}


def _count_fields(work: Work, rows: Sequence[StoredRow]) -> None:
    """How often each field was written: an import that says "2,000 rows" may still have brought no phone."""
    counts = work.job.counts.setdefault("fields", {})
    for row in rows:
        wire = (row.read or {}).get("wire", {}) if row.kind == "new" else row.changes or {}
        for key, value in wire.items() if row.kind in ("new", "changed") else ():
            if value is not None:
                counts[key] = counts.get(key, 0) + 1
