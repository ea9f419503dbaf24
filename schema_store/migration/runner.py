"""Runs operations in one transaction: DDL by :mod:`schema_store.migration.ddl`, values by SQL where SQL can say it."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.storage import Keys
from schema_store.migration.convert import RowWork, literal_of, parts_of, row_work
from schema_store.migration.ddl import Ddl
from schema_store.migration.fill import fill_value
from schema_store.migration.materials import materials_of
from schema_store.migration.operations import Convert, Fill, Operation, Recode
from schema_store.migration.plan import MigrationPlan
from schema_store.migration.rewrite import write_all
from schema_store.tables import build_tables

ValueOperation = Convert | Fill | Recode


def value_operations(plan: MigrationPlan, entity: str) -> list[ValueOperation]:
    """What a plan does to the values of one table, in order."""
    return [op for op in plan.operations if isinstance(op, ValueOperation) and op.entity == entity]


class Runner:
    """Runs operations one after the other in the caller's transaction.

    Args:
        connection: inside a write transaction.
        plan: the operations belong to.
        large: entities whose tables PostgreSQL must not scan under a lock.
    """

    def __init__(self, connection: Connection, plan: MigrationPlan, large: Collection[str] = ()):
        self.connection, self.plan = connection, plan
        self.ddl = Ddl(connection, plan.layout, large)
        self._materials = materials_of(plan)

    def run_all(self, operations: Collection[Operation]) -> None:
        """All of them; the values of a table together, where the first of them stands."""
        done: set[str] = set()
        for operation in operations:
            if not isinstance(operation, ValueOperation):
                self.ddl.run(operation, fill_value(self.plan, operation))
            elif operation.entity not in done:
                done.add(operation.entity)
                mine = [
                    o for o in operations if isinstance(o, ValueOperation) and o.entity == operation.entity
                ]
                self._write(operation.entity, mine)

    def work(self, operations: Collection[ValueOperation]) -> RowWork:
        """What these operations do to a record."""
        return row_work(list(operations), self._materials)

    def table(self, entity: str) -> sa.Table:
        """The table as it is at this point, retired columns included."""
        return build_tables(self.ddl.layout, self.ddl.dialect, retired=True).entities[entity]

    def _write(self, entity: str, operations: list[ValueOperation]) -> None:
        table = self.table(entity)
        computes = any(isinstance(op, Fill) and op.expression is not None for op in operations)
        by_record: list[ValueOperation] = []
        fills: list[Fill] = []
        for operation in operations:
            if isinstance(operation, Recode) and not isinstance(table.c[operation.name].type, Keys):
                self._recode(table, operation)
            elif isinstance(operation, Fill) and not computes:
                fills.append(operation)
            else:
                by_record.append(operation)
        if by_record:
            write_all(self.connection, table, self.work(by_record))
        for fill in fills:
            self._fill(table, fill)

    def _recode(self, table: sa.Table, operation: Recode) -> None:
        column = table.c[operation.name]
        found = dict(operation.mapping)
        kind = column.type
        cases = sa.case(*((column == old, sa.literal(new, kind)) for old, new in found.items()), else_=column)
        self.connection.execute(sa.update(table).where(column.in_(list(found))).values({column: cases}))

    def _fill(self, table: sa.Table, operation: Fill) -> None:
        column = table.c[operation.name]
        value = literal_of(operation, self._materials)
        values = {operation.name: value, **parts_of(operation, self._materials)(value)}
        self.connection.execute(sa.update(table).where(column.is_(None)).values(values))
