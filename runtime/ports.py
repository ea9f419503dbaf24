"""What the engine needs of the packages above it, as protocols that they implement and the edge passes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.engine import Connection

from runtime.served import Served
from schema_store.compiled.rules import CompiledRule


@dataclass(frozen=True, slots=True)
class Job:
    """Work of a rule that is to be done after the commit, on one record.

    Attributes:
        served: the version whose rule it is.
        record: which; ``rule.entity`` says of what.
        at, by, cause: when, for whom and by which chain it was asked for.
        why: the trigger, the values that the condition looked at, the keys of the actions that are left.
    """

    served: Served
    rule: CompiledRule
    record: UUID
    at: datetime
    by: UUID | None
    cause: tuple[str, ...]
    why: Mapping[str, Any]


class AfterCommit(Protocol):
    """Takes work for after the commit, in the transaction that asks for it: both are there, or neither."""

    def enqueue(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Keep the jobs of one act, at least one; what the transaction rolls back was never asked for."""


class NothingAfter:
    """For units that start no rule: a backfill, a sweep of values."""

    def enqueue(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Refuse: nobody would do it.

        Raises:
            AssertionError: always.
        """
        del connection
        raise AssertionError(f"nobody takes the work of {jobs[0].rule.cause}")
