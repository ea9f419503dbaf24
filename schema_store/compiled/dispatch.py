"""Compiled dispatches and pools: who gets a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from expressions.program import Program

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CompiledDispatchRow:
    """Records that meet the condition (None: all) go to people who hold a role, are in a team, have the skills.

    With ``region_field`` only to people of the region that it names, or of one above it.
    """

    id: str
    key: str
    label: Text
    condition: Program | None
    text: str | None
    region_field: str | None
    roles: frozenset[str]
    teams: frozenset[str]
    skills: frozenset[str]


@dataclass(frozen=True, slots=True)
class CompiledDispatch:
    """How an owner is chosen; ``capacity`` bounds the open records of a person whatever the strategy.

    Attributes:
        reads: paths that a row must hold to be dispatched.
    """

    id: str
    key: str
    label: Text
    entity: str
    strategy: Literal["load", "round_robin", "capacity"]
    capacity: int | None
    rows: tuple[CompiledDispatchRow, ...]
    reads: frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CompiledPool:
    """Records without an owner that people may claim."""

    id: str
    key: str
    label: Text
    entity: str
    claim_roles: frozenset[str]
    daily_quota: int | None
    cool_down: timedelta | None
    recycle: Program | None
