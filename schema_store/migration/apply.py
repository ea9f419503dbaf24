"""Carries a plan out: counts again, refuses what nobody accepted, then tables, values, constraints and the switch.

Small tables do all in one transaction. Where a table is large, :mod:`schema_store.migration.phases` does what takes
long before the switch, in steps that nobody waits for.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.engine import Connection, Engine

from schema_store.database import sqlite_warning
from schema_store.layout import Layout
from schema_store.migration.acceptance import require_accepted
from schema_store.migration.losses import count_losses
from schema_store.migration.operations import Operation, RetireColumn, SetNullable
from schema_store.migration.phases import Phases, Switch, large_tables
from schema_store.migration.plan import MigrationPlan
from schema_store.migration.runner import Runner
from schema_store.migration.short import short_transaction

#: Records from which a table is changed in phases.
LARGE = 10_000


class TooOld(RuntimeError):
    """The SQLite library lacks the ALTERs that the plan needs; the message says what to do."""


def apply_plan(
    target: Engine | Connection,
    plan: MigrationPlan,
    accepted_losses: Collection[str] = (),
    switch: Switch | None = None,
    *,
    large: int = LARGE,
) -> Layout:
    """Carry a plan out.

    Args:
        target: an engine, or a connection inside a write transaction of the caller's, who commits (then all is
            done in that transaction, however large the tables are).
        plan: of :func:`schema_store.migration.plan.plan`.
        accepted_losses: ids of the losses that somebody accepted.
        switch: writes the version; called in the transaction that switches, before the tables change in it, so
            that it can take the app's lock. It may be called again when that transaction has to be tried again.
        large: records from which a table is changed in phases.

    Returns:
        The tables as they are now.

    Raises:
        PlanRefused: something stands in the way; nothing was changed.
        LossNotAccepted: a loss was not accepted; nothing was changed.
        PublishUnderWay: somebody else publishes this app.
        TooOld: the SQLite library is older than 3.53, and the plan needs what that brought.
    """
    _require_native_alters(target, plan)
    if isinstance(target, Connection):
        return _in_one_transaction(target, plan, accepted_losses, switch)
    slow = large_tables(target, plan, large)
    if slow:
        return Phases(target, plan, accepted_losses, switch, slow).run()
    return short_transaction(
        target, lambda connection: _in_one_transaction(connection, plan, accepted_losses, switch)
    )


def _require_native_alters(target: Engine | Connection, plan: MigrationPlan) -> None:
    if target.dialect.name != "sqlite" or not any(_needs_alter(plan, op) for op in plan.operations):
        return
    warning = sqlite_warning()
    if warning is not None:
        raise TooOld(warning)


def _needs_alter(plan: MigrationPlan, operation: Operation) -> bool:
    """Whether NOT NULL must come or go."""
    if isinstance(operation, RetireColumn):
        return not plan.layout.table(operation.entity).named(operation.name).nullable
    return isinstance(operation, SetNullable)


def _in_one_transaction(
    connection: Connection, plan: MigrationPlan, accepted: Collection[str], switch: Switch | None
) -> Layout:
    if switch is not None:
        switch(connection, plan.new_layout)
    require_accepted(count_losses(connection, plan), accepted)
    runner = Runner(connection, plan)
    runner.ddl.create_schema()
    runner.run_all(plan.operations)
    return runner.ddl.layout
