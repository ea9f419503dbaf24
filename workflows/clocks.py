"""Clocks that are due fire: claimed in batches by one update, all that they bring about in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Engine

from workflows.runs import Fence


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of all apps on one database."""

    engine: Engine
    clock: Callable[[], datetime]
    fence: Fence

    def fire(self) -> int:
        """Fire what is due; how many."""
        return 0
