"""Trying out parts of a draft on records that there are: what would come out, step by step, without any effect."""

from __future__ import annotations

from builder.trying.outcome import MOST_RECORDS, PartKind, Tried, Unready
from builder.trying.parts import try_part

__all__ = ["MOST_RECORDS", "PartKind", "Tried", "Unready", "try_part"]
