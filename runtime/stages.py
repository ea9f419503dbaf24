"""Where a record stands: the first stage of a new one, and the stages that a save changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from runtime.change import Change, StageMove
from runtime.decoding import pointer
from runtime.deriving import derive_one, readers_of
from runtime.refusals import FieldError
from runtime.unit import Unit
from schema_store.compiled.process import CompiledPipeline


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


def settle_stages(unit: Unit, changes: Sequence[Change]) -> None:
    """A stage that is empty becomes the first of its pipeline; then ``moves`` says which stages change."""
    for change in changes:
        change.moves = tuple(_moves(unit, change))


def _moves(unit: Unit, change: Change) -> Iterator[StageMove]:
    before = change.before or {}
    for field in change.entity.pipelines:
        pipeline = pipeline_of(unit, change, field)
        if pipeline is None:
            continue
        if change.after[field] is None and change.before is None:
            change.after[field] = change.row[field] = pipeline.initial
            name, entity = ("readers", change.key, field), change.entity
            derive_one(unit, change, unit.statement(name, partial(readers_of, entity, field)))
        stage = change.after[field]
        if stage is None and before.get(field) is not None:
            change.errors.append(FieldError(pointer(field), "required"))
        elif stage != before.get(field) and stage not in pipeline.stages:
            change.errors.append(FieldError(pointer(field), "not_an_option", {"value": str(stage)}))
        elif stage != before.get(field):
            yield StageMove(field, pipeline, before.get(field), stage)
