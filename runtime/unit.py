"""The unit of work: what one act and everything it causes share, and the budgets that end a loop."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.context import Context
from runtime.access import Access
from runtime.refusals import BudgetSpent
from runtime.served import Served

S = TypeVar("S")
#: What one act may cause: links of a chain, and writes.
MAX_DEPTH, MAX_WRITES = 8, 1_000
#: Writes of a request, whatever its roots.
MAX_REQUEST_WRITES = 20_000


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Something that must be saved next.

    Attributes:
        cause: why, as the chain of causes names it, e.g. ``cascade:contract.account`` or ``rule:hot_lead``.
        run: saves it, in the unit it is given, whose cause ends with this one.
    """

    cause: str
    run: Callable[[Unit], object]


@dataclass(slots=True, eq=False)
class Root:
    """What one act has written, everything that it caused included."""

    writes: int = 0


@dataclass(slots=True)
class Budget:
    """What a request has used up, and what waits to be done.

    Attributes:
        request_writes: records written so far.
        waiting: follow-ups, each with the unit it runs in.
        is_draining: whether a root is being worked on.
    """

    request_writes: int = 0
    waiting: deque[tuple[Unit, FollowUp]] = field(default_factory=deque)
    is_draining: bool = False


@dataclass(frozen=True)
class Derived:
    """Values that the system changed in other records: no history, no rule but one that names the field."""

    entity: str
    field: str
    ids: frozenset[UUID]


@dataclass
class Unit:
    """One act: who, when, on which connection, and because of what.

    Attributes:
        connection: inside the edge's transaction; nothing here commits.
        served: the app.
        access: what the actor may.
        now: the moment of everything that the transaction does (aware, UTC).
        request: the id of the request, for history.
        cause: what led here, the first cause first; empty for the act itself.
        root: the act that all of this belongs to; of many acts in one batch each has its own.
        derived: what changed in other records by computation.
    """

    connection: Connection
    served: Served
    access: Access
    now: datetime
    request: str | None = None
    cause: tuple[str, ...] = ()
    budget: Budget = field(default_factory=Budget)
    root: Root = field(default_factory=Root)
    derived: list[Derived] = field(default_factory=list)

    @cached_property
    def context(self) -> Context:
        """What expressions are evaluated in."""
        return self.served.app.context(self.now, self.access.values)

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """Values of the binds of row filters and expressions."""
        return self.access.parameters(self.now)

    @property
    def person(self) -> UUID | None:
        """Whose name history bears; None for the engine itself."""
        return self.access.by

    def read(self, statement: sa.Select[Any], values: Mapping[str, Any] | None = None) -> sa.Result[Any]:
        """Run a SELECT with ``values`` and the parameters of the actor's filters."""
        return self.connection.execute(statement, {**self.parameters, **(values or {})})

    def statement(self, key: Hashable, build: Callable[[], S], *, by_actor: bool = False) -> S:
        """What was built under ``key`` for this version (``by_actor``: for these roles), or is built now."""
        kept = self.served.statements
        place = (self.access.policy, key) if by_actor else key
        if place not in kept:
            kept[place] = build()
        found: S = kept[place]
        return found

    def count_write(self, records: int = 1, root: Root | None = None) -> None:
        """Take ``records`` from the budgets, of this unit's root or of another one.

        Raises:
            BudgetSpent: too many for one root or one request.
        """
        counted = root or self.root
        counted.writes += records
        self.budget.request_writes += records
        if counted.writes > MAX_WRITES:
            raise BudgetSpent("writes", self.cause)
        if self.budget.request_writes > MAX_REQUEST_WRITES:
            raise BudgetSpent("request", self.cause)

    def caused_by(self, cause: str) -> Unit:
        """The unit of something that ``cause`` brings about here.

        Raises:
            BudgetSpent: the chain is too long.
        """
        chain = (*self.cause, cause)
        if len(chain) > MAX_DEPTH:
            raise BudgetSpent("depth", chain)
        return replace(self, cause=chain)

    def follow(self, *follow_ups: FollowUp, root: Root | None = None) -> None:
        """Queue what must be saved next, on this unit's root or on another one."""
        if follow_ups:
            unit = self if root is None or root is self.root else replace(self, root=root)
            self.budget.waiting.extend((unit, each) for each in follow_ups)

    def drain(self, act: Callable[[], S]) -> S:
        """Run an act; when it is a root, then everything it caused, first come, first served.

        Raises:
            BudgetSpent: a budget is spent; the edge rolls everything back.
        """
        budget = self.budget
        if budget.is_draining:
            return act()
        budget.is_draining, self.root.writes = True, 0
        try:
            result = act()
            self.run_waiting()
            return result
        finally:
            budget.waiting.clear()
            budget.is_draining = False

    def run_waiting(self) -> None:
        """Everything that waits, and what that causes."""
        waiting = self.budget.waiting
        while waiting:
            unit, follow_up = waiting[0]
            follow_up.run(unit.caused_by(follow_up.cause))
            waiting.popleft()
