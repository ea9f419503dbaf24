"""Compiled SLAs and the hours in which they count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from expressions.program import Program
from schema_store.compiled.rules import CompiledNotify

Text = Mapping[str, str]
#: Working hours of a day in minutes of its clock, in order, none overlapping: ``(540, 720)`` is 9:00 to 12:00.
Windows = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class CompiledDay:
    """A date that differs from its weekday: without windows a day off, with them a make-up day."""

    windows: Windows
    label: Text


@dataclass(frozen=True, slots=True, eq=False)
class CompiledHours:
    """When people work, by the clock of one zone; ``week`` by ISO weekday. Equal to itself alone."""

    key: str
    zone: ZoneInfo
    week: Mapping[int, Windows]
    days: Mapping[date, CompiledDay]


@dataclass(frozen=True, slots=True)
class CompiledTier:
    """A moment of an SLA: the warning and the target count from the start, tiers on from the target.

    ``after`` is counted from the start. At a tier people are told (``notice``) and rules are started (by key).
    """

    kind: Literal["warning", "target", "tier"]
    key: str
    label: Text
    after: timedelta
    notice: CompiledNotify | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompiledSla:
    """A clock on a record.

    Attributes:
        hours: in which it counts; None: always.
        tiers: its moments, in the order of time.
        reads: paths that its conditions read.
        uses: paths to the people whom its tiers tell.
    """

    id: str
    key: str
    label: Text
    entity: str
    start: Program
    stop: Program
    pause: Program | None
    hours: CompiledHours | None
    tiers: tuple[CompiledTier, ...]
    reads: frozenset[tuple[str, ...]]
    uses: frozenset[tuple[str, ...]]
