"""The unit of work: what one act and everything it causes share, and the budgets that end a loop."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.context import Context
from runtime.access import Access
from runtime.ports import AfterCommit, Job
from runtime.refusals import BudgetSpent
from runtime.saved import Saved
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
    """What a request has used up, what waits to be done, and what is written down when a root is done.

    Attributes:
        request_writes: records written so far.
        waiting: follow-ups, each with the unit it runs in.
        is_draining: whether a root is being worked on.
        rows: of support tables, written together when all that they belong to is done.
        jobs: for after the commit.
        saves: what was saved by the act and all that it caused, in order.
        kept: what the request has read and may go on using, under keys of those who keep it.
        matched: how many of the unit's derived changes rules have looked at.
    """

    request_writes: int = 0
    waiting: deque[tuple[Unit, FollowUp]] = field(default_factory=deque)
    is_draining: bool = False
    rows: list[tuple[sa.Table, Mapping[str, Any]]] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    saves: list[Saved] = field(default_factory=list)
    matched: int = 0
    kept: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    @property
    def mark(self) -> tuple[int, ...]:
        """How much there is."""
        return len(self.waiting), len(self.rows), len(self.jobs), len(self.saves)

    def back_to(self, mark: tuple[int, ...]) -> None:
        """Forget what came since, and what was read, which may be as it was no more."""
        self.kept.clear()
        while len(self.waiting) > mark[0]:
            self.waiting.pop()
        for kept, length in ((self.rows, mark[1]), (self.jobs, mark[2]), (self.saves, mark[3])):
            del kept[length:]

    def begin(self) -> None:
        """Roots begin: nothing waits, nothing is noted."""
        for each in (self.waiting, self.rows, self.jobs):
            each.clear()
        self.is_draining = True


@dataclass(frozen=True)
class Derived:
    """Values that the system changed in other records: no history, no rule but one that names the field.

    Attributes:
        ids: the records, each with the act that changed it (of several in one batch, the first).
    """

    entity: str
    field: str
    ids: Mapping[UUID, Root]


@dataclass
class Unit:
    """One act: who, when, on which connection, and because of what.

    Attributes:
        connection: inside the edge's transaction; nothing here commits.
        served: the app.
        access: what the actor may.
        now: the moment of everything that the transaction does (aware, UTC).
        after_commit: who takes what is to be done after the commit.
        request: the id of the request, for history.
        cause: what led here, the first cause first; empty for the act itself.
        root: the act that all of this belongs to; of many acts in one batch each has its own.
        derived: what changed in other records by computation.
    """

    connection: Connection
    served: Served
    access: Access
    now: datetime
    after_commit: AfterCommit
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

    def fresh_derived(self) -> list[Derived]:
        """The derived changes that no rule has looked at yet; they count as looked at from now on."""
        fresh = self.derived[self.budget.matched :]
        self.budget.matched = len(self.derived)
        return fresh

    def mark(self) -> tuple[int, ...]:
        """How much there is, for :meth:`back_to`."""
        return (len(self.derived), *self.budget.mark)

    def back_to(self, mark: tuple[int, ...]) -> None:
        """Forget what came since: its savepoint is gone. What was used up stays used up."""
        del self.derived[mark[0] :]
        self.budget.matched = min(self.budget.matched, mark[0])
        self.budget.back_to(mark[1:])

    def note(self, table: sa.Table, row: Mapping[str, Any]) -> None:
        """Write a row of a support table when the root is done; forgotten with the part that notes it."""
        self.budget.rows.append((table, row))

    def drain(self, act: Callable[[], S]) -> S:
        """Run an act; when it is a root, then everything it caused, first come, first served.

        Raises:
            BudgetSpent: a budget is spent; the edge rolls everything back.
        """
        if self.budget.is_draining:
            return act()
        self.root.writes = 0
        with self.draining():
            result = act()
            self.run_waiting()
        return result

    @contextmanager
    def draining(self) -> Iterator[None]:
        """Around roots and all that they cause; what they note is written down at the end."""
        budget = self.budget
        budget.begin()
        try:
            yield
            self._write_down()
        finally:
            budget.waiting.clear()
            budget.is_draining = False

    def run_waiting(self) -> None:
        """Everything that waits, and what that causes, first come, first served."""
        waiting = self.budget.waiting
        while waiting:
            unit, follow_up = waiting.popleft()
            follow_up.run(unit.caused_by(follow_up.cause))

    def _write_down(self) -> None:
        """The rows of the roots, one statement per table, and their jobs."""
        by_table: dict[sa.Table, list[Mapping[str, Any]]] = defaultdict(list)
        for table, row in self.budget.rows:
            by_table[table].append(row)
        for table, rows in by_table.items():
            statement = self.statement(("insert", table.name), partial(sa.insert, table))
            self.connection.execute(statement, rows)
        if self.budget.jobs:
            self.after_commit.enqueue(self.connection, self.budget.jobs)
