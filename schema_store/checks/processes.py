"""Pipelines with their gates, SLAs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from expressions.literals import parse_duration
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.walk import Place
from schema_store.diagnostics import Diagnostic
from schema_store.document.fields import ReferenceField, StageField, UserField
from schema_store.document.process import Gate, Pipeline, Sla, Stage
from schema_store.messages import diagnostic


def check_processes(analysis: Analysis) -> Iterator[Diagnostic]:
    """Stages can be reached and left, gates ask for what can be given, escalations rise."""
    for place in analysis.walk.of(Pipeline):
        yield from _pipeline(analysis, place)
    yield from _choice_of_pipeline(analysis)
    for place in analysis.walk.of(Gate):
        yield from _gate(analysis, place)
    for place in analysis.walk.of(Sla):
        yield from _sla(place)


def _pipeline(analysis: Analysis, place: Place) -> Iterator[Diagnostic]:
    pipeline = place.model
    assert isinstance(pipeline, Pipeline)
    field = analysis.lookup.fields.get(pipeline.entity, {}).get(pipeline.field)
    if field is not None and not isinstance(field, StageField):
        yield diagnostic("pipeline.field_type", place, "/field", field=pipeline.field)
    reached = _reached(pipeline)
    for index, stage in enumerate(pipeline.stages):
        if stage.key not in reached:
            yield diagnostic("pipeline.unreachable_stage", place, f"/stages/{index}", stage=stage.key)
        elif _is_dead_end(pipeline, stage):
            yield diagnostic("pipeline.dead_end", place, f"/stages/{index}", stage=stage.key)


def _ways(pipeline: Pipeline) -> dict[str, set[str]]:
    """Where a record can go from each stage."""
    stages = {stage.key for stage in pipeline.stages}
    if not pipeline.transitions:
        return dict.fromkeys(stages, stages)
    ways: dict[str, set[str]] = defaultdict(set)
    for transition in pipeline.transitions:
        for start in transition.from_ or stages:
            ways[start].add(transition.to)
    return ways


def _reached(pipeline: Pipeline) -> set[str]:
    ways = _ways(pipeline)
    reached, waiting = {pipeline.initial}, [pipeline.initial]
    while waiting:
        fresh = ways.get(waiting.pop(), set()) - reached
        reached |= fresh
        waiting += fresh
    return reached


def _is_dead_end(pipeline: Pipeline, stage: Stage) -> bool:
    """An open stage that no way leaves."""
    return stage.outcome == "open" and not _ways(pipeline).get(stage.key, set()) - {stage.key}


def _choice_of_pipeline(analysis: Analysis) -> Iterator[Diagnostic]:
    """Of several pipelines on one field only the last may do without a condition; a stage field needs one."""
    owners: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in analysis.walk.of(Pipeline):
        assert isinstance(place.model, Pipeline)
        owners[place.model.entity, place.model.field].append(place)
    for (_, field), places in owners.items():
        for place in places[:-1]:
            if place.model.when is None:  # type: ignore[attr-defined]  # a Pipeline, see above
                yield diagnostic("pipeline.ambiguous", place, field=field)
    for place in analysis.walk.of(StageField):
        assert isinstance(place.model, StageField)
        if (place.entity or "", place.model.key) not in owners:
            yield diagnostic("field.no_pipeline", place, field=place.model.key)


def _gate(analysis: Analysis, place: Place) -> Iterator[Diagnostic]:
    gate = place.model
    assert isinstance(gate, Gate)
    if not (gate.fields or gate.evidence or gate.actions or gate.people or gate.criteria):
        yield diagnostic("gate.empty", place)
    fields = analysis.lookup.fields.get(place.entity or "", {})
    for index, person in enumerate(gate.people):
        field = fields.get(person.field)
        if field is not None and not isinstance(field, UserField | ReferenceField):
            yield diagnostic("gate.person_field", place, f"/people/{index}/field", field=person.field)


def _sla(place: Place) -> Iterator[Diagnostic]:
    sla = place.model
    assert isinstance(sla, Sla)
    target = _length(sla.target)
    if target == timedelta(0):
        yield diagnostic("sla.no_time", place, "/target")
    if sla.warning is not None and _length(sla.warning) >= target:
        yield diagnostic("sla.late_warning", place, "/warning", warning=sla.warning, target=sla.target)
    for index, (one, two) in enumerate(pairwise(sla.tiers), 1):
        if _length(one.after) >= _length(two.after):
            yield diagnostic(
                "sla.tier_order", place, f"/tiers/{index}/after", after=two.after, previous=one.after
            )
    if sla.start.strip() == sla.stop.strip():
        yield diagnostic("sla.stops_at_start", place, "/stop")


def _length(text: str) -> timedelta:
    return parse_duration(text) or timedelta(0)
