"""What is left of a rule after the commit: told, waited for, or done behind a wait, by the rule's own rights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from runtime.change import Values
from runtime.rules.acting import Acting, Step
from runtime.rules.doors import Doors
from runtime.unit import Unit
from schema_store.compiled.rules import (
    CompiledAction,
    CompiledCall,
    CompiledNotify,
    CompiledRule,
    CompiledWait,
)
from workflows.telling import Teller, Telling


class Finishing(Acting):
    """A run that goes on after the commit.

    Args:
        unit: in which the rule acts, by its own rights.
        doors: into the order of execution.
        rule: that runs.
        record: on which.
        run: its row.
        steps: what was done before.

    Attributes:
        wakes_at: until when the run waits; None: it does not.
    """

    def __init__(
        self, unit: Unit, doors: Doors, rule: CompiledRule, record: UUID, run: UUID, steps: Sequence[Step]
    ):
        super().__init__(unit, doors, rule, record, None)
        self.steps = list(steps)
        self.wakes_at: datetime | None = None
        self._run = run

    def _put_off(self, action: CompiledAction) -> None:
        if self._has_waited:
            self._leave(action)
            return
        step = self._step(action)
        match action:
            case CompiledWait(duration=duration):
                self._has_waited = True
                self.wakes_at = self.unit.now + duration
                step["until"] = self.wakes_at.isoformat()
            case CompiledNotify():
                step["told"] = self._teller().notify(action, self._seen())
            case CompiledCall():
                step["told"] = self._teller().call(action)

    def _teller(self) -> Teller:
        return Teller(self.unit, Telling(self.rule.entity, self.record, self.rule.id, self._run))

    def _seen(self) -> Values:
        return self.row

    def resume(self, left: Sequence[tuple[str, CompiledAction]]) -> None:
        """Do what is left, by path and in order; what is behind a wait is left again.

        Raises:
            Refused: an action is refused; ``steps`` ends with it.
        """
        for path, action in left:
            self._inside = path.removesuffix(action.key)
            if not self.perform([action]):
                return
