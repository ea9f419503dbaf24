"""From ``applied`` (or ``cancelled``) to ``undone``: new records go, changed ones get back what they had.

The last row is taken back first. A record that was changed since, or that others hang on, stays, and its row says so;
what rules of this very import hung on it (to-dos) and nobody touched goes with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

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
    engine = replace(unit, access=access)
    referrers = referrers_of(unit.served.app, entity)
    hanging = list(find_referrers(unit, referrers, [record])) if referrers else []
    ours = _made_by_rules(unit, [id_ for _, _, id_ in hanging]) if hanging else frozenset()
    if others := Counter(referrer.name for _, referrer, id_ in hanging if id_ not in ours):
        raise Referred(others)
    for id_, owner in {id_: referrer.entity for _, referrer, id_ in hanging}.items():
        save.delete(engine, owner, id_, version=1)
    save.delete(engine, entity, record, version=version)


def _made_by_rules(unit: Unit, records: Sequence[UUID]) -> frozenset[UUID]:
    """Those of the records that rules of this import made, as their history says."""
    history = unit.served.support.history
    made = sa.select(history.c.record, history.c.cause).where(
        history.c.record.in_(records), history.c.act == "create"
    )
    (job,) = unit.cause
    chains = {record: cause.get("chain", ()) for record, cause in unit.connection.execute(made)}
    return frozenset(record for record, chain in chains.items() if len(chain) > 1 and chain[0] == job)


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
