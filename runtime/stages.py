"""Where a record stands: the first stage of a new one, and the stages that a save changes."""

from __future__ import annotations

from runtime.change import Change, StageMove
from runtime.deriving import derive
from runtime.unit import Unit
from schema_store.compiled_process import CompiledPipeline


def pipeline_of(unit: Unit, change: Change, field: str) -> CompiledPipeline | None:
    """The first pipeline of a stage field whose condition holds for the record as it will be."""
    return next(
        (
            pipeline
            for pipeline in change.entity.pipelines.get(field, ())
            if pipeline.when is None or pipeline.when.eval(change.row, unit.context) is True
        ),
        None,
    )


def settle_stages(unit: Unit, change: Change) -> None:
    """A stage that is empty becomes the first of its pipeline; then ``moves`` says which stages change."""
    before = change.before or {}
    moves = []
    for field in change.entity.pipelines:
        pipeline = pipeline_of(unit, change, field)
        if pipeline is None:
            continue
        if change.after[field] is None and change.before is None:
            change.after[field] = change.row[field] = pipeline.initial
            derive(unit, change)
        if change.after[field] != before.get(field):
            moves.append(StageMove(field, pipeline, before.get(field), change.after[field]))
    change.moves = tuple(moves)
