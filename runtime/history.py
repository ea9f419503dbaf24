"""Step 12: what is kept of a save: before and after by field id, who, why; and each stage entered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from runtime.change import Change, Entered, StageMove, Values
from runtime.past import moment_of, path_of, stages_gone_on_to
from runtime.unit import Unit
from schema_store.compiled.app import CompiledEntity
from schema_store.field_types.common import print_instant


def history_row(unit: Unit, change: Change) -> Values:
    """The row of the history: ``changes`` is ``{field id: [before, after]}`` in wire form."""
    before, after, written = change.before or {}, change.after, change.written
    at, by = moment_of(unit, change)
    told = unit.statement(("history", change.key), lambda: _told(change.entity))
    changes = {
        name: [None if (value := side.get(key)) is None else encode(value) for side in (before, after)]
        for key, (name, encode) in told.items()
        if key in written
    }
    return {
        "id": uuid7(),
        "entity": change.entity.id,
        "record": change.id,
        "at": at,
        "by": by,
        "version": change.after["version"],
        "act": "transition" if change.moves and change.before is not None else change.act,
        "changes": changes,
        "cause": _cause(unit, change),
    }


def history_rows(unit: Unit, change: Change) -> list[Values]:
    """The row of the history, and one for each stage that a record of the past went on to after it was made."""
    made = history_row(unit, change)
    later = stages_gone_on_to(change)
    made["version"] -= len(later)
    rows = [made]
    for number, (before, each) in enumerate(later, start=1):
        field = change.entity.fields[each.field].id
        if number == 1 or each.field not in {passed.field for _, passed in later[: number - 1]}:
            made["changes"][field] = [None, before]
        moved = {
            "id": uuid7(),
            "at": each.at,
            "by": each.by or made["by"],
            "version": made["version"] + number,
        }
        rows.append({**made, **moved, "act": "transition", "changes": {field: [before, each.stage]}})
    return rows


def stage_rows(unit: Unit, change: Change) -> list[Values]:
    """One row per stage entered; stages by key, as expressions name them."""
    at, by = moment_of(unit, change)
    return [
        {
            "id": uuid7(),
            "entity": change.entity.id,
            "record": change.id,
            "at": each.at,
            "by": each.by or by,
            "field": change.entity.fields[move.field].id,
            "stage": each.stage,
            "previous": previous,
            "reason": change.request.override or change.request.note,
        }
        for move in change.moves
        for previous, each in _way(change, move, at)
    ]


def _way(change: Change, move: StageMove, at: datetime) -> Iterator[tuple[str | None, Entered]]:
    """The stages that a move led through, each with the one before."""
    previous = move.start
    for each in path_of(change, move.field) or (Entered(move.field, move.to or "", at),):
        yield previous, each
        previous = each.stage


def evidence_rows(unit: Unit, change: Change) -> list[Values]:
    """One row per file shown at a gate; what it proves is named by the requirement's key."""
    return [
        {
            "id": uuid7(),
            "entity": change.entity.id,
            "record": change.id,
            "at": change.after["updated_at"],
            "by": unit.person,
            "requirement": each["key"],
            "file": UUID(each["file_id"]),
        }
        for each in change.request.evidence
    ]


def _told(entity: CompiledEntity) -> Mapping[str, tuple[str, Callable[[Any], Any]]]:
    """What a history tells of, by key in order: the name that it has there, and how its values get there."""
    told: dict[str, tuple[str, Callable[[Any], Any]]] = {"owner": ("owner_id", str)}
    told |= {key: (field.id, field.encoder) for key, field in entity.fields.items()}
    return {key: told[key] for key in sorted(told)}


def _cause(unit: Unit, change: Change) -> dict[str, Any]:
    """Why: the chain, and what was said about it; only what there is."""
    request = change.request
    said: dict[str, Any] = {
        "chain": list(unit.cause),
        "request": unit.request,
        "form": request.form,
        "note": request.note,
        "override": request.override,
        "mode": None if request.mode == "normal" else request.mode,
    }
    if request.past is not None:
        said["imported"] = {"at": print_instant(unit.now), "by": unit.person and str(unit.person)}
    if request.rules != "run":
        said["rules"] = request.rules
    return {name: value for name, value in said.items() if value}
