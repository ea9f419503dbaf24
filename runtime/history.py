"""Step 12: what is kept of a save: before and after by field id, who, why; and each stage entered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from runtime.change import Change, Passed, StageMove, Values
from runtime.unit import Unit
from schema_store.compiled.app import CompiledEntity


def history_rows(unit: Unit, change: Change, act: str) -> list[Values]:
    """The row of the history, and one for each stage that an import of what was tells of."""
    passed = change.request.passed
    version = change.after["version"] - len(passed)
    made = history_row(unit, change, version, act)
    rows = [made]
    for number, (before, each) in enumerate(_steps(change), start=1):
        field = change.entity.fields[each.field].id
        if before is None:
            made["changes"][field] = [None, each.stage]
            continue
        moved = {"id": uuid7(), "at": each.at, "by": each.by, "version": version + number - 1}
        rows.append({**made, **moved, "act": "transition", "changes": {field: [before, each.stage]}})
    return rows


def history_row(unit: Unit, change: Change, version: int, act: str) -> Values:
    """The row of the history: ``changes`` is ``{field id: [before, after]}`` in wire form."""
    before = change.before or {}
    changes = {
        _id_of(change.entity, key): [
            _wire(change.entity, key, side.get(key)) for side in (before, change.after)
        ]
        for key in sorted(change.changed)
        if key in change.entity.fields or key == "owner"
    }
    return {
        "id": uuid7(),
        "entity": change.entity.id,
        "record": change.id,
        "at": unit.now,
        "by": unit.person,
        "version": version,
        "act": act,
        "changes": changes,
        "cause": _cause(unit, change),
    }


def stage_rows(unit: Unit, change: Change) -> list[Values]:
    """One row per stage entered; stages by key, as expressions name them."""
    told = {each.field for each in change.request.passed}
    moves = [
        (move.start, Passed(move.field, move.to or "", unit.now, unit.person))
        for move in change.moves
        if move.field not in told
    ]
    return [
        {
            "id": uuid7(),
            "entity": change.entity.id,
            "record": change.id,
            "at": each.at,
            "by": each.by,
            "field": change.entity.fields[each.field].id,
            "stage": each.stage,
            "previous": before,
            "reason": change.request.override or change.request.note,
        }
        for before, each in chain(moves, _steps(change))
    ]


def _steps(change: Change) -> Iterator[tuple[str | None, Passed]]:
    """Each stage that an import of what was tells of, behind the one before it; the first is where the record began."""
    for move in change.moves:
        told = [each for each in change.request.passed if each.field == move.field]
        if not told:
            continue
        first = _beginning(change, move)
        yield None, first
        for before, each in pairwise((first, *told)):
            yield before.stage, each


def _beginning(change: Change, move: StageMove) -> Passed:
    after = change.after
    return Passed(move.field, move.pipeline.initial, after["created_at"], after["created_by"])


def evidence_rows(unit: Unit, change: Change) -> list[Values]:
    """One row per file shown at a gate; what it proves is named by the requirement's key."""
    return [
        {
            "id": uuid7(),
            "entity": change.entity.id,
            "record": change.id,
            "at": unit.now,
            "by": unit.person,
            "requirement": each["key"],
            "file": UUID(each["file_id"]),
        }
        for each in change.request.evidence
    ]


def _id_of(entity: CompiledEntity, key: str) -> str:
    return entity.fields[key].id if key in entity.fields else "owner_id"


def _wire(entity: CompiledEntity, key: str, value: Any) -> Any:
    if key not in entity.fields:
        return None if value is None else str(value)
    return entity.fields[key].encode(value)


def _cause(unit: Unit, change: Change) -> dict[str, Any]:
    """Why: the chain, and what was said about it; only what there is."""
    request = change.request
    said = {
        "chain": list(unit.cause),
        "request": unit.request,
        "form": request.form,
        "note": request.note,
        "override": request.override,
        "mode": None if request.mode == "normal" else request.mode,
    }
    return {name: value for name, value in said.items() if value}
