"""Runs a plan: counts again, refuses what nobody accepted, then tables, values, constraints and the version switch."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy.engine import Connection, Engine

from schema_store.convert import RowWork, row_work
from schema_store.database import writing
from schema_store.ddl import Ddl
from schema_store.fill import fill_value
from schema_store.layout import Layout
from schema_store.losses import count_losses, materials_of
from schema_store.operations import Convert, Fill, Operation, Recode
from schema_store.plan import Loss, MigrationPlan
from schema_store.rewrite import write_all
from schema_store.tables import build_tables

#: Called in the transaction that switches versions, with the tables as they are from now on.
Switch = Callable[[Connection, Layout], None]
_VALUES = (Convert, Fill, Recode)


class LossNotAccepted(Exception):
    """Something would be lost that nobody accepted.

    Attributes:
        plan: with the losses as counted just now.
        missing: those that were not accepted.
    """

    def __init__(self, plan: MigrationPlan, missing: tuple[Loss, ...]):
        super().__init__(", ".join(loss.id for loss in missing))
        self.plan, self.missing = plan, missing


class PlanRefused(LossNotAccepted):
    """Something stands in the way that nobody can accept; ``missing`` says what."""


def require_accepted(plan: MigrationPlan, accepted: Collection[str]) -> None:
    """Raise unless every loss of the plan was accepted by id.

    Raises:
        PlanRefused: something must change first.
        LossNotAccepted: acceptance is missing.
    """
    blocking = tuple(loss for loss in plan.losses if loss.blocking)
    if blocking:
        raise PlanRefused(plan, blocking)
    missing = tuple(loss for loss in plan.losses if loss.id not in accepted)
    if missing:
        raise LossNotAccepted(plan, missing)


def apply_plan(
    target: Engine | Connection,
    plan: MigrationPlan,
    accepted_losses: Collection[str] = (),
    switch: Switch | None = None,
) -> Layout:
    """Carry a plan out.

    Args:
        target: an engine, or a connection inside a write transaction of the caller's, who commits.
        plan: of :func:`schema_store.plan.plan`.
        accepted_losses: ids of the losses that somebody accepted.
        switch: writes the version; called first, so that it holds the app's lock while the tables change.

    Returns:
        The tables as they are now.

    Raises:
        PlanRefused: something stands in the way.
        LossNotAccepted: a loss was not accepted.
    """
    if isinstance(target, Connection):
        return _in_one_transaction(target, plan, accepted_losses, switch)
    with writing(target) as connection:
        return _in_one_transaction(connection, plan, accepted_losses, switch)


def _in_one_transaction(
    connection: Connection, plan: MigrationPlan, accepted: Collection[str], switch: Switch | None
) -> Layout:
    if switch is not None:
        switch(connection, plan.new_layout)
    counted = count_losses(connection, plan)
    require_accepted(counted, accepted)
    runner = Runner(connection, plan)
    runner.ddl.create_schema()
    for operation in plan.operations:
        runner.run(operation)
    return runner.ddl.layout


class Runner:
    """Runs operations one after the other in the caller's transaction."""

    def __init__(self, connection: Connection, plan: MigrationPlan):
        self.connection, self.plan = connection, plan
        self.ddl = Ddl(connection, plan.layout)
        self._materials = materials_of(plan)
        self._done: set[str] = set()

    def run(self, operation: Operation) -> None:
        """One operation; the values of a table are written all at once, at the first that concerns them."""
        if isinstance(operation, _VALUES):
            if operation.entity not in self._done:
                self._done.add(operation.entity)
                self._write(operation.entity)
        else:
            self.ddl.run(operation, fill_value(self.plan, operation))

    def _write(self, entity: str) -> None:
        work = self.work(entity)
        tables = build_tables(self.ddl.layout, self.ddl.dialect, retired=True)
        write_all(self.connection, tables.entities[entity], work)

    def work(self, entity: str) -> RowWork:
        """What happens to the values of one table."""
        return row_work(
            [op for op in self.plan.operations if isinstance(op, _VALUES) and op.entity == entity],
            self._materials,
        )
