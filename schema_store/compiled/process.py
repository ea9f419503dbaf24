"""Compiled pipelines: stages, transitions, gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from expressions.program import Program
from schema_store.document.process import ActionRequirement, EvidenceRequirement, PersonRequirement

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CompiledCriterion:
    """A condition (null is "not met") with the sentence shown when it is not met."""

    id: str
    key: str
    label: Text
    message: Text
    program: Program


@dataclass(frozen=True, slots=True)
class CompiledGate:
    """What must be in hand to pass; ``override_roles`` may pass without, with a reason."""

    fields: tuple[str, ...]
    evidence: tuple[EvidenceRequirement, ...]
    actions: tuple[ActionRequirement, ...]
    people: tuple[PersonRequirement, ...]
    criteria: tuple[CompiledCriterion, ...]
    override_roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class CompiledStage:
    """A place in a pipeline."""

    id: str
    key: str
    label: Text
    outcome: Literal["open", "won", "lost"]
    required_fields: tuple[str, ...]
    gate: CompiledGate | None
    capacity: int | None
    probability: int | None
    responsible: frozenset[str]
    expected_events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompiledTransition:
    """A way to ``to``; ``starts`` empty: from anywhere; ``roles`` empty: for everyone who may."""

    id: str
    key: str
    starts: frozenset[str]
    to: str
    gate: CompiledGate | None
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class CompiledPipeline:
    """The stages of a record whose ``when`` is true (None: always), by key in order."""

    id: str
    key: str
    label: Text
    entity: str
    field: str
    when: Program | None
    stages: Mapping[str, CompiledStage]
    initial: str
    transitions: tuple[CompiledTransition, ...]

    def transition(self, start: str | None, to: str) -> CompiledTransition | None:
        """The way from ``start`` to ``to``: one that names the start before one from anywhere."""
        ways = [way for way in self.transitions if way.to == to and (not way.starts or start in way.starts)]
        return next((way for way in ways if way.starts), ways[0] if ways else None)

    def can_move(self, start: str | None, to: str) -> bool:
        """Whether a way leads from ``start`` to ``to``; without transitions every way is open."""
        return to in self.stages and (not self.transitions or self.transition(start, to) is not None)
