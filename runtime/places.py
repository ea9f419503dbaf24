"""Whether a stage takes records and has a place left, for a batch as for one record after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runtime.change import Change, StageMove
from runtime.freezes import Freeze, find_freeze
from runtime.refusals import Unmet
from runtime.unit import Unit
from runtime.writer.places import count_in_stage
from schema_store.compiled.process import CompiledPipeline, CompiledStage


class Places:
    """The stages that a batch enters: each is asked for once.

    Args:
        unit: whose transaction.
        changes: the batch, in order.
    """

    def __init__(self, unit: Unit, changes: Sequence[Change]):
        self._unit, self._changes = unit, changes
        self._counts: dict[tuple[str, str], int] = {}
        self._freezes: dict[str, Freeze | None] = {}

    def check(self, change: Change, move: StageMove) -> Iterator[Unmet]:
        """What stands in the way of a move into its stage, as if the batch were saved one after the other.

        Where that depends on what becomes of the changes before it in the batch, it is put off.
        """
        stage = move.pipeline.stages[move.to or ""]
        if move.start is not None or move.to != move.pipeline.initial:
            freeze = self._freeze(stage)
            if freeze is not None:
                seen = {"since": freeze.at.isoformat(), **freeze.reason}
                yield Unmet(stage.key, "frozen", None, seen, stage.label)
        if stage.capacity is None:
            return
        inside = self._inside(move.pipeline, stage)
        entering, leaving = self._before(change, move)
        if inside + entering < stage.capacity:
            return
        change.is_put_off = inside - leaving < stage.capacity
        yield Unmet(stage.key, "capacity", {"capacity": stage.capacity}, {"count": inside}, stage.label)

    def _before(self, change: Change, move: StageMove) -> tuple[int, int]:
        """How many changes before this one may enter the stage, and how many may leave it."""
        entering = leaving = 0
        has_one = len(change.entity.pipelines[move.field]) == 1
        for each in self._changes:
            if each is change:
                break
            if each.refusal is not None:
                continue
            before = (each.before or {}).get(move.field)
            stays = has_one and before == each.after[move.field]
            entering += each.after[move.field] == move.to and not stays
            leaving += before == move.to and not stays
        return entering, leaving

    def _inside(self, pipeline: CompiledPipeline, stage: CompiledStage) -> int:
        name = (pipeline.id, stage.id)
        if name not in self._counts:
            self._counts[name] = count_in_stage(self._unit, pipeline, stage)
        return self._counts[name]

    def _freeze(self, stage: CompiledStage) -> Freeze | None:
        if stage.id not in self._freezes:
            self._freezes[stage.id] = find_freeze(self._unit, stage)
        return self._freezes[stage.id]
