"""What gates ask of, and rules do to, the record that a document test gives: the parts that need no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from expressions.context import Context
from expressions.program import Program
from schema_store.compiled.app import App
from schema_store.compiled.process import CompiledPipeline, CompiledStage
from schema_store.compiled.rules import (
    CompiledAction,
    CompiledAdvance,
    CompiledBranch,
    CompiledRule,
    CompiledSet,
    CompiledStop,
    CompiledTag,
)
from schema_store.document_tests.rows import Record
from schema_store.document_tests.subjects import RESULT


def gate_values(
    app: App, record: Record, stage: str, evidence: Sequence[str], context: Context
) -> dict[str, Any]:
    """Criteria, evidence and fields of a stage by key: whether they are met; the result: whether all are.

    Activities and people are not asked for: a test gives none.
    """
    found: dict[str, Any] = {}
    for place in _stages(app, record, stage, context):
        gate = place.gate
        for key in (*place.required_fields, *(gate.fields if gate else ())):
            found[key] = record.value((key,), context) is not None
        for criterion in gate.criteria if gate else ():
            found[criterion.key] = _holds(record, criterion.program, context)
        for wanted in gate.evidence if gate else ():
            found[wanted.key] = evidence.count(wanted.key) >= wanted.minimum
    return {**found, RESULT: all(found.values())}


def _stages(app: App, record: Record, stage: str, context: Context) -> Iterator[CompiledStage]:
    """The stage of that key in the pipeline that the record goes by, in each stage field that can show it."""
    for pipelines in app.entities[record.entity].pipelines.values():
        for pipeline in pipelines:
            if stage in pipeline.stages and _goes_by(pipeline, record, context):
                yield pipeline.stages[stage]
                break


def _goes_by(pipeline: CompiledPipeline, record: Record, context: Context) -> bool:
    return pipeline.when is None or _holds(record, pipeline.when, context)


def rule_values(rule: CompiledRule, record: Record, context: Context, names: Iterable[str]) -> dict[str, Any]:
    """The fields that are asked for as the rule leaves them; the result: whether its condition is met.

    What it creates, hands over and sends is left out.
    """
    written: dict[str, Any] = {}
    met = rule.condition is None or _holds(record, rule.condition, context)
    if met:
        _perform(rule.actions, record, context, written)
    found = {
        key: written[key] if key in written else record.value((key,), context)
        for key in names
        if key != RESULT
    }
    return {**found, RESULT: met}


def _perform(
    actions: Iterable[CompiledAction], record: Record, context: Context, written: dict[str, Any]
) -> bool:
    """What the actions write of the record; False when one of them ends the run."""
    for action in actions:
        match action:
            case CompiledSet(values=values):
                fresh = {
                    each.field: each.value(_row(record, each.program, context, written), context)
                    for each in values
                }
                written |= fresh
            case CompiledTag(field=field, tags=tags):
                standing = written.get(field, record.value((field,), context)) or ()
                written[field] = (*standing, *(tag for tag in tags if tag not in standing))
            case CompiledAdvance(fields=(field, *_), stage=stage):
                written[field] = stage
            case CompiledBranch(condition=condition, then=then, otherwise=otherwise):
                met = condition.eval(_row(record, condition, context, written), context) is True
                if not _perform(then if met else otherwise, record, context, written):
                    return False
            case CompiledStop():
                return False
    return True


def _holds(record: Record, program: Program, context: Context) -> bool:
    return program.eval(record.row(program.checked.fields, context), context) is True


def _row(record: Record, program: Program, context: Context, written: Mapping[str, Any]) -> dict[str, Any]:
    """What a program reads, with what was written before it."""
    return record.row(program.checked.fields, context) | dict(written)
