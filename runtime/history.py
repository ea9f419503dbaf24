"""Step 12: what is kept of a save: before and after by field id, who, why; and each stage entered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from runtime.change import Change, Values
from runtime.unit import Unit
from schema_store.compiled.app import CompiledEntity


def history_row(unit: Unit, change: Change) -> Values:
    """The row of the history: ``changes`` is ``{field id: [before, after]}`` in wire form."""
    before = change.before or {}
    changes = {
        _id_of(change.entity, key): [
            _wire(change.entity, key, side.get(key)) for side in (before, change.after)
        ]
        for key in sorted(change.written)
        if key in change.entity.fields or key == "owner"
    }
    return {
        "id": uuid7(),
        "entity": change.entity.id,
        "record": change.id,
        "at": unit.now,
        "by": unit.person,
        "version": change.after["version"],
        "act": "transition" if change.moves and change.before is not None else change.act,
        "changes": changes,
        "cause": _cause(unit, change),
    }


def stage_rows(unit: Unit, change: Change) -> list[Values]:
    """One row per stage entered; stages by key, as expressions name them."""
    return [
        {
            "id": uuid7(),
            "entity": change.entity.id,
            "record": change.id,
            "at": unit.now,
            "by": unit.person,
            "field": change.entity.fields[move.field].id,
            "stage": move.to,
            "previous": move.start,
            "reason": change.request.override or change.request.note,
        }
        for move in change.moves
    ]


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
    if value is None:
        return None
    if key not in entity.fields:
        return str(value)
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
