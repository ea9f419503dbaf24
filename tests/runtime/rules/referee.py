"""What rules do, said again in plain Python: the order of follow-ups, what starts what, what is left at the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runtime.unit import MAX_DEPTH

Values = dict[str, int | None]


@dataclass(frozen=True)
class Plan:
    """A rule on numbers: when ``trigger`` happens and ``field`` is at least ``least``, it sets another."""

    key: str
    trigger: str  # created, changed, or the name of a field
    field: str
    least: int | None
    set: str
    source: str | None
    plus: int

    def starts(self, before: Values | None, after: Values) -> bool:
        if before is None:
            return self.trigger == "created"
        changed = {key for key in after if before[key] != after[key]}
        if self.trigger == "changed":
            return bool(changed)
        return self.trigger in changed

    def holds(self, values: Values) -> bool:
        seen = values[self.field]
        return self.least is None or (seen is not None and seen >= self.least)

    def result(self, values: Values) -> int | None:
        if self.source is None:
            return self.plus
        seen = values[self.source]
        return None if seen is None else seen + self.plus


class TooDeep(Exception):
    """The chain is too long."""


@dataclass
class Referee:
    """One record and its rules.

    Attributes:
        values: of the record.
        runs: keys of the chain of each run, in order.
    """

    plans: list[Plan]
    values: Values = field(default_factory=dict)
    runs: list[tuple[str, ...]] = field(default_factory=list)

    def save(self, given: Mapping[str, Any]) -> None:
        """Save the record and everything that follows, or nothing."""
        kept, runs = dict(self.values), list(self.runs)
        try:
            self._save(given)
        except TooDeep:
            self.values, self.runs = kept, runs
            raise

    def _save(self, given: Mapping[str, Any]) -> None:
        waiting: deque[tuple[tuple[str, ...], Plan]] = deque()
        self._write(given, (), waiting)
        while waiting:
            chain, plan = waiting.popleft()
            if len(chain) > MAX_DEPTH:
                raise TooDeep
            self.runs.append(chain)
            self._write({plan.set: plan.result(self.values)}, chain, waiting)

    def _write(
        self, given: Mapping[str, Any], chain: tuple[str, ...], waiting: deque[tuple[tuple[str, ...], Plan]]
    ) -> None:
        before = dict(self.values) or None
        self.values = {**(before or dict.fromkeys(("number", "other", "third"))), **given}
        if before == self.values:
            return
        started = [plan for plan in self._ordered(before) if plan.holds(self.values)]
        waiting.extend(((*chain, f"rule:{plan.key}"), plan) for plan in started)

    def _ordered(self, before: Values | None) -> list[Plan]:
        """Rules on any change first, then field by field in the order of names, each in the order of the document."""
        found = [plan for plan in self.plans if plan.starts(before, self.values)]
        groups = {"created": "", "changed": ""}
        return sorted(found, key=lambda plan: groups.get(plan.trigger, plan.trigger))
