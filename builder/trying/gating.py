"""Whether records could enter a stage of the draft: everything that is missing, and the steps of each condition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from builder.trying.drafted import Drafted
from builder.trying.outcome import Json, Question, Tried
from expressions.program import Row
from runtime.access import Access
from runtime.change import Change, Request, StageMove, wire_name
from runtime.loading import Path
from runtime.refusals import NotFound, Unmet
from runtime.requirements import Entering, Hall, check_gate
from runtime.trial import Trial
from runtime.unit import Unit
from schema_store.compiled.process import CompiledCriterion, CompiledGate, CompiledPipeline


def try_gate(question: Question, made: Drafted, of: str) -> Tried:
    """What is missing for the stage, or for the transition, with this id.

    Raises:
        NotFound: there is none.
    """
    pipeline, to, gates, required = _entrance(made, of)
    keys = {*required, *(key for gate in gates for key in gate.fields)}
    keys |= {person.field for gate in gates for person in gate.people}
    seen = made.app.infos[pipeline.entity].fields.keys()
    paths: set[Path] = {(key,) for key in keys & seen}
    for gate in gates:
        paths |= {path for each in gate.criteria for path in each.program.checked.fields}
    paths.add((pipeline.field,))
    rows, withheld = question.rows(pipeline.entity, frozenset(paths), frozenset(keys - seen))
    if withheld:
        return Tried("gate", pipeline.entity, question.unseen(withheld))
    unmet = _missing(question, pipeline, to, gates, required, rows)
    results = [
        {
            "record": str(id_),
            "allowed": not unmet[str(id_)],
            "criteria": [_criterion(question, each, row) for gate in gates for each in gate.criteria],
        }
        for id_, row in rows.items()
    ]
    return Tried("gate", pipeline.entity, results, unmet)


def _entrance(made: Drafted, of: str) -> tuple[CompiledPipeline, str, list[CompiledGate], tuple[str, ...]]:
    """Pipeline, stage, gates and required fields of a stage or transition."""
    for entity in made.app.entities.values():
        for pipeline in (each for group in entity.pipelines.values() for each in group):
            for stage in pipeline.stages.values():
                if stage.id == of:
                    return pipeline, stage.key, [stage.gate] if stage.gate else [], stage.required_fields
            for way in pipeline.transitions:
                if way.id == of:
                    stage = pipeline.stages[way.to]
                    gates = [gate for gate in (stage.gate, way.gate) if gate is not None]
                    return pipeline, way.to, gates, stage.required_fields
    raise NotFound


def _missing(
    question: Question,
    pipeline: CompiledPipeline,
    to: str,
    gates: list[CompiledGate],
    required: tuple[str, ...],
    rows: dict[UUID, Row],
) -> dict[str, list[Unmet]]:
    trial = question.trial
    unit = Unit(question.connection, trial.served, _access(trial), question.now, _Nothing())
    entity = trial.app.entities[pipeline.entity]
    changes = {
        id_: Change("update", (), entity, id_, Request(), dict(row), dict(row)) for id_, row in rows.items()
    }
    if not changes:
        return {}
    hall = Hall(unit, list(changes.values()))
    found = {}
    for id_, change in changes.items():
        move = StageMove(pipeline.field, pipeline, change.after.get(pipeline.field), to)
        found[str(id_)] = list(check_gate(Entering(hall, change, move, change.after), required, gates))
    return found


def _criterion(question: Question, criterion: CompiledCriterion, row: Row) -> Json:
    met = criterion.program.eval(row, question.trial.context(question.now)) is True
    return {
        "key": criterion.key,
        "label": dict(criterion.label),
        "met": met,
        "trace": question.trace(criterion.program.checked, row),
    }


class _Nothing:
    """Takes what is to be done after a commit; here there is none."""

    def enqueue(self, connection: Any, jobs: Any) -> None:  # noqa: ARG002 - the port says what is given
        raise AssertionError("a trial causes nothing")


@dataclass(frozen=True, slots=True)
class _TrialAccess(Access):
    """What may be told of fields, by their names in the draft; what is read was looked at before."""

    trial: Trial

    def readable(self, entity: str) -> frozenset[str]:
        if entity not in self.trial.app.entities:
            return Access.readable(self, entity)
        return frozenset(wire_name(key) for key in self.trial.names(entity))


def _access(trial: Trial) -> Access:
    live = trial.access
    return _TrialAccess(live.actor, live.values, live.policy, trial)
