"""From ``applied`` (or ``cancelled``) to ``undone``: new records go, changed ones get back what they had.

The last row is taken back first. A record that was changed since, or that others hang on, stays, and its row says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from runtime import save
from runtime.access import engine_access
from runtime.change import Request
from runtime.imports.jobs import StoredRow, last_written, save_rows
from runtime.imports.planning import Work
from runtime.imports.refusing import refusal_errors
from runtime.query.lookup import change_of
from runtime.refusals import Conflict, Referred, Refused
from runtime.unit import Unit
from runtime.writer.referrers import find_referrers, referrers_of


def undo_batch(work: Work) -> None:
    """Take back the next rows.

    Raises:
        Conflict: ``events_stay``: what happened cannot be made not to have happened.
    """
    job, served = work.job, work.access.served
    if job.kind != "records":
        raise Conflict("events_stay")
    if job.done == 0:
        job.counts, job.error = {"applied": job.counts}, None
    rows = last_written(work.connection, served, job.id, work.most)
    if not rows:
        job.enter("undone")
        return
    unit = work.unit()
    for row in rows:
        _take_back(unit, job.entity, row)
        job.count(row.kind or "kept")
    save_rows(work.connection, served, job.id, rows)
    job.done += len(rows)


def _take_back(unit: Unit, entity: str, row: StoredRow) -> None:
    assert row.record is not None, "a row that was applied has a record"
    act = _remove if row.kind == "new" else _put_back
    try:
        with unit.connection.begin_nested():
            act(unit, entity, row.record, row.version or 0)
    except Refused as refusal:
        row.kind, row.errors = "kept", refusal_errors(refusal)
    else:
        row.kind, row.errors = "undone", None


def _remove(unit: Unit, entity: str, record: UUID, version: int) -> None:
    """Put a record that the import made, and that nobody changed since, into the bin, in the importer's name.

    Raises:
        Stale: somebody did.
        Referred: others refer to it by now; they would go with it, or lose it.
    """
    access = engine_access(unit.served, unit.access.actor, unit.access.values) if unit.person else unit.access
    referrers = referrers_of(unit.served.app, entity)
    hanging: dict[str, int] = {}
    for _, referrer, _ in find_referrers(unit, referrers, [record]) if referrers else ():
        hanging[referrer.name] = hanging.get(referrer.name, 0) + 1
    if hanging:
        raise Referred(hanging)
    save.delete(replace(unit, access=access), entity, record, version=version)


def _put_back(unit: Unit, entity: str, record: UUID, version: int) -> None:
    """Give a changed record the values that its history has from before; only what the import changed."""
    changes = change_of(unit.connection, unit.served, entity, record, version)
    wire = _before(unit, entity, changes)
    if wire:
        save.update(
            unit, entity, record, {}, request=Request(wire, version=version, mode="undo", rules="none")
        )


def _before(unit: Unit, entity: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """By field, the value before, of those that people may write."""
    fields = {field.id: field for field in unit.served.app.entities[entity].fields.values()}
    wire = {"owner_id": changes["owner_id"][0]} if "owner_id" in changes else {}
    for id_, (before, _) in changes.items():
        field = fields.get(id_)
        if field is not None and field.key in unit.access.writable(entity, "update"):
            wire[field.key] = before
    return wire
