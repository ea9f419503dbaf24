"""A rule with the save: its actions, all of them or none, in the person's name and by the rule's own rights.

A refusal inside takes the rule's part back to a savepoint and is written down; the save that started it stands. Only a
spent budget goes on, and takes the whole act back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from runtime.access import rule_access
from runtime.change import Values
from runtime.ports import Job
from runtime.refusals import BudgetSpent, Refused
from runtime.rules.acting import Acting, Step
from runtime.rules.doors import Doors
from runtime.rules.reasons import refusal_shape
from runtime.rules.rows import RunState, run_row
from runtime.unit import Unit
from schema_store.compiled.rules import CompiledRule


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that is to run on a record.

    Attributes:
        why: what started it, and what its condition saw.
        values: of the record when it matched; None: they were not at hand.
    """

    rule: CompiledRule
    record: UUID
    why: Mapping[str, Any]
    values: Values | None


def run_rule(unit: Unit, match: Match, doors: Doors) -> None:
    """Carry out a rule and keep its run.

    Raises:
        BudgetSpent: too much was caused; the edge takes back the whole act.
    """
    rule = match.rule
    mark = unit.mark()
    inner = replace(unit, access=rule_access(rule, unit.access))
    acting = Acting(inner, doors, rule, match.record, match.values)
    failure: dict[str, Any] | None = None
    try:
        with unit.connection.begin_nested():
            acting.perform(rule.actions)
    except BudgetSpent:
        raise
    except Refused as refusal:
        unit.back_to(mark)
        failure = refusal_shape(refusal)
    _keep(unit, match, acting, failure)


def _keep(unit: Unit, match: Match, acting: Acting, failure: Mapping[str, Any] | None) -> None:
    """The run with its steps; what is left for later goes into a job of its own."""
    rule = match.rule
    state: RunState = "failed" if failure else "done"
    why = {**match.why, "steps": settled_steps(acting.steps, failure)}
    row = run_row(unit.served, rule, match.record, unit.now, unit.person, state, unit.cause, why)
    unit.note(unit.served.support.run, row)
    if acting.left and not failure:
        left = {**match.why, "left": acting.left}
        unit.budget.jobs.append(Job(unit.served, rule, match.record, unit.now, unit.person, unit.cause, left))


def settled_steps(steps: list[Step], failure: Mapping[str, Any] | None) -> list[Step]:
    """The steps; those before one that was refused are taken back."""
    if not failure:
        return steps
    undone = [{**step, "state": "undone"} if step["state"] == "done" else step for step in steps[:-1]]
    return [*undone, {**steps[-1], "state": "failed", "refusal": failure}]
