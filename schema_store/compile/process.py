"""Pipelines to their compiled form."""

from __future__ import annotations

from schema_store.compile.programs import Programs, require_id
from schema_store.compiled.process import (
    CompiledCriterion,
    CompiledGate,
    CompiledPipeline,
    CompiledStage,
    CompiledTransition,
)
from schema_store.document.process import Criterion, Gate, Pipeline, Stage, Transition


def compile_pipeline(pipeline: Pipeline, programs: Programs) -> CompiledPipeline:
    """A pipeline whose document has no errors."""
    return CompiledPipeline(
        id=require_id(pipeline),
        key=pipeline.key,
        label=pipeline.label,
        entity=pipeline.entity,
        field=pipeline.field,
        when=programs.find(pipeline, "when"),
        stages={stage.key: _stage(stage, programs) for stage in pipeline.stages},
        initial=pipeline.initial,
        transitions=tuple(_transition(way, programs) for way in pipeline.transitions),
    )


def _stage(stage: Stage, programs: Programs) -> CompiledStage:
    return CompiledStage(
        id=require_id(stage),
        key=stage.key,
        label=stage.label,
        outcome=stage.outcome,
        required_fields=tuple(stage.required_fields),
        gate=_gate(stage.gate, programs),
        capacity=stage.capacity,
        probability=stage.probability,
        responsible=frozenset(stage.responsible),
        expected_events=tuple(stage.expected_events),
    )


def _transition(way: Transition, programs: Programs) -> CompiledTransition:
    return CompiledTransition(
        id=require_id(way),
        key=way.key,
        starts=frozenset(way.from_),
        to=way.to,
        gate=_gate(way.gate, programs),
        roles=frozenset(way.roles),
    )


def _gate(gate: Gate | None, programs: Programs) -> CompiledGate | None:
    if gate is None:
        return None
    return CompiledGate(
        fields=tuple(gate.fields),
        evidence=tuple(gate.evidence),
        actions=tuple(gate.actions),
        people=tuple(gate.people),
        criteria=tuple(_criterion(each, programs) for each in gate.criteria),
        override_roles=frozenset(gate.override_roles),
    )


def _criterion(criterion: Criterion, programs: Programs) -> CompiledCriterion:
    return CompiledCriterion(
        id=require_id(criterion),
        key=criterion.key,
        label=criterion.label,
        message=criterion.message,
        program=programs.get(criterion, "condition"),
    )
