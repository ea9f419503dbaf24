"""Scores that time alone changes: each with the moment at which it changes next, and brought up to date when it comes.

Where the children of a record are at hand that moment is exact; a score that was refreshed from afar is looked at by
the next sweep, which finds it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from runtime.change import Change
from runtime.computed.due import put_due
from runtime.computed.refresh import Dirty, refresh
from runtime.computed.rows import Rows
from runtime.loading import Want, want_of
from runtime.rules.doors import Doors
from runtime.rules.matching import changed_by_others, start_rules
from runtime.unit import Unit
from schema_store.compiled.scoring import CompiledScore

#: Records of one sweep.
MOST = 5_000
#: What the events of a sweep are called.
RESCORED, BAND_CROSSED = "rescored", "band_crossed"
_NO_RECORD = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: records it looked at, values that are different now, bands that were crossed."""

    records: int = 0
    changed: int = 0
    crossed: int = 0


def plan_rescoring(unit: Unit, changes: Sequence[Change]) -> None:
    """Step 12: when the scores that the changes computed change next (one statement, none without such a score)."""
    due: dict[tuple[str, UUID], tuple[str, datetime]] = {}
    for change in changes:
        for step in change.entity.derivation:
            if isinstance(step, CompiledScore) and step.is_volatile and step.field in change.reasons:
                moment = step.next_change(change.row, unit.context)
                if moment is not None:
                    due[step.id, change.id] = (change.entity.id, moment)
    put_due(unit, due)


def sweep_scores(unit: Unit, doors: Doors, most: int = MOST) -> Swept:
    """Bring up to date the scores that are due at ``unit.now``, by sets; rules that wait for a band are started.

    One event tells of the whole sweep of a score, and one of each band that was crossed; histories are not written.

    Args:
        unit: of the engine.
        doors: by which rules save.
        most: records of one sweep; call again until it finds less.
    """
    due = _due(unit, most)
    scores = {score.id: score for score in unit.served.app.scores.values()}
    total = Swept()
    for ident, records in due.items():
        score = scores.get(ident)
        done = _sweep(unit, score, records) if score is not None and score.is_volatile else Swept()
        if score is None or not score.is_volatile:
            _forget(unit, ident, records)
        total = Swept(
            total.records + len(records), total.changed + done.changed, total.crossed + done.crossed
        )
    candidates = changed_by_others(unit)
    if candidates:
        unit.drain(partial(start_rules, unit, candidates, doors))
    return total


def _due(unit: Unit, most: int) -> Mapping[str, list[UUID]]:
    """What is due, by score; on PostgreSQL another sweep takes what this one leaves."""
    table = unit.served.support.rescore
    query = sa.select(table.c.score, table.c.record).where(table.c.due <= unit.now)
    found: dict[str, list[UUID]] = defaultdict(list)
    locked = query.order_by(table.c.due).limit(most).with_for_update(skip_locked=True)
    for row in unit.connection.execute(locked):
        found[row.score].append(row.record)
    return found


def _sweep(unit: Unit, score: CompiledScore, records: Sequence[UUID]) -> Swept:
    rows = Rows(unit.connection, unit.served, unit.context).load(_want(unit, score), records)
    before = {record: row.get(score.band_field or "") for record, row in rows.items()}
    dirty = Dirty(unit)
    dirty.add((score.entity, score.field), dict.fromkeys(rows, 0))
    changed = refresh(unit, dirty)
    moved = changed.get((score.entity, score.field), {})
    bands = changed.get((score.entity, score.band_field or ""), {})
    _tell(unit, score, len(records), len(moved), {each: (before[each], bands[each]) for each in bands})
    _plan_anew(unit, score, rows, records)
    return Swept(len(records), len(moved), len(bands))


def _want(unit: Unit, score: CompiledScore) -> Want:
    def build() -> Want:
        own = {(key,) for key in (score.field, score.band_field) if key is not None}
        return want_of(unit.served.app, score.entity, score.reads | own)

    return unit.statement(("rescoring", score.id), build)


def _plan_anew(
    unit: Unit, score: CompiledScore, rows: Mapping[UUID, Mapping[str, Any]], records: Collection[UUID]
) -> None:
    entity = unit.served.app.entities[score.entity].id
    due, done = {}, []
    for record in records:
        moment = score.next_change(rows[record], unit.context) if record in rows else None
        if moment is None:
            done.append(record)  # nothing of it changes any more, or it went into the bin
        else:
            due[score.id, record] = (entity, moment)
    put_due(unit, due)
    _forget(unit, score.id, done)


def _forget(unit: Unit, score: str, records: Sequence[UUID]) -> None:
    if records:
        table = unit.served.support.rescore
        gone = sa.delete(table).where(table.c.score == score, table.c.record == sa.bindparam("b_record"))
        unit.connection.execute(gone, [{"b_record": record} for record in records])


def _tell(
    unit: Unit,
    score: CompiledScore,
    records: int,
    changed: int,
    crossed: Mapping[UUID, tuple[Any, Any]],
) -> None:
    unit.connection.execute(
        sa.insert(unit.served.support.event), list(_events(unit, score, records, changed, crossed))
    )


def _events(
    unit: Unit, score: CompiledScore, records: int, changed: int, crossed: Mapping[UUID, tuple[Any, Any]]
) -> Iterator[dict[str, Any]]:
    common = {
        "entity": unit.served.app.entities[score.entity].id,
        "at": unit.now,
        "by": unit.person,
        "topic": score.key,
        "key": None,
    }
    summary = {"records": records, "changed": changed, "crossed": len(crossed)}
    yield {**common, "id": uuid7(), "record": _NO_RECORD, "kind": RESCORED, "data": summary}
    for record, (before, after) in crossed.items():
        data = {"from": before, "to": after}
        yield {**common, "id": uuid7(), "record": record, "kind": BAND_CROSSED, "data": data}
