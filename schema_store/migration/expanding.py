"""What of a plan can be done before the switch, while the older version still serves and writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from expressions.types import Kind
from schema_store.layout import ColumnLayout
from schema_store.migration.operations import (
    AddColumn,
    CreateIndex,
    DropIndex,
    Fill,
    Operation,
    Recode,
    SetNullable,
)
from schema_store.migration.plan import MigrationPlan
from schema_store.migration.runner import ValueOperation, value_operations

#: What stands in a new column that takes no null until its own value is computed.
_PLACEHOLDERS: Mapping[Kind, Any] = {
    Kind.BOOLEAN: False,
    Kind.INTEGER: 0,
    Kind.DECIMAL: Decimal(0),
    Kind.MONEY: Decimal(0),
    Kind.PERCENT: Decimal(0),
    Kind.TEXT: "",
    Kind.DATE: date(1970, 1, 1),
    Kind.INSTANT: datetime(1970, 1, 1, tzinfo=UTC),
    Kind.DURATION: timedelta(0),
    Kind.REFERENCE: UUID(int=0),
    Kind.LIST: (),
    Kind.JSON: {},
}


def placeholder(column: ColumnLayout) -> Any:
    """A value that every column of the type can hold."""
    return _PLACEHOLDERS[column.type.kind]


class Expandable:
    """The part of a plan that adds only: nothing that the older version reads or writes is touched.

    Attributes:
        columns: new columns of large tables, whose targets are there already.
        values: per entity what fills those columns.
        indexes: over columns that are there or are added here, constraining nothing.
    """

    def __init__(self, plan: MigrationPlan, large: frozenset[str]):
        self._plan, self._large = plan, large
        self._required = {
            op.name for op in plan.operations if isinstance(op, SetNullable) and not op.nullable
        }
        self.columns: list[AddColumn] = [
            op
            for op in plan.operations
            if isinstance(op, AddColumn)
            and op.entity in large
            and (op.column.references is None or plan.layout.find(op.column.references) is not None)
        ]
        self._added = {(op.entity, op.column.name) for op in self.columns}
        self.values: dict[str, list[ValueOperation]] = {}
        for entity in sorted(large):
            mine = value_operations(plan, entity)
            chosen = [op for op in mine if self._adds_only(op, mine)]
            if chosen:
                self.values[entity] = chosen
        self.indexes = [
            op
            for op in plan.operations
            if isinstance(op, CreateIndex) and op.entity in large and self._is_free(plan, op)
        ]

    def is_required(self, operation: AddColumn) -> bool:
        """Whether the column shall take no null (and could hold a placeholder until then)."""
        return operation.column.name in self._required and operation.column.references is None

    def covers(self, operation: Operation) -> bool:
        """Whether an operation is done before the switch."""
        if isinstance(operation, AddColumn):
            return operation in self.columns
        if isinstance(operation, CreateIndex):
            return operation in self.indexes
        if isinstance(operation, ValueOperation):
            return operation in self.values.get(operation.entity, ())
        return False

    def leaves_to_database(self, operation: Operation) -> bool:
        """Whether a constraint is on converted values, which were counted when they were written: the database
        itself refuses what breaks it."""
        added = {name for _, name in self._added}
        if isinstance(operation, SetNullable):
            return operation.name in added
        return isinstance(operation, CreateIndex) and bool(added & set(operation.index.columns))

    def before_locks(self, rest: list[Operation]) -> list[Operation]:
        """Of what is left for the switch, what can run before any DDL: values and indexes of columns that are there.

        A table whose unique index must go or whose column must take null first is left to the order of the plan.
        """
        found: list[Operation] = []
        for entity in sorted(self._large):
            mine = [op for op in rest if getattr(op, "entity", None) == entity]
            values = [op for op in mine if isinstance(op, ValueOperation)]
            held = {
                name
                for op in mine
                if isinstance(op, DropIndex) and op.index.unique
                for name in op.index.columns
            }
            held |= {op.name for op in mine if isinstance(op, SetNullable) and op.nullable}
            written = {name for op in values for name in _writes(op)}
            there = {c.name for c in self._plan.layout.table(entity).columns} | {"id", "owner_id"}
            there |= {name for key, name in self._added if key == entity}
            if written & held or not written <= there:
                continue
            found += values
            indexes = [op for op in mine if isinstance(op, CreateIndex)]
            found += [op for op in indexes if set(op.index.columns) <= there]
        return found

    def _adds_only(self, operation: ValueOperation, others: list[ValueOperation]) -> bool:
        if isinstance(operation, Recode):
            return False
        if not all((operation.entity, name) in self._added for name in _writes(operation)):
            return False
        recoded = {other.field for other in others if isinstance(other, Recode)}
        if isinstance(operation, Fill):
            return operation.expression is None or not recoded
        return operation.field not in recoded

    def _is_free(self, plan: MigrationPlan, operation: CreateIndex) -> bool:
        """A unique index would hold the older version's writers to a rule that they do not know."""
        if operation.index.unique:
            return False
        table = plan.layout.table(operation.entity)
        there = {c.name for c in table.active} | {"id", "owner_id"}
        there |= {name for entity, name in self._added if entity == operation.entity}
        return set(operation.index.columns) <= there


def _writes(operation: ValueOperation) -> list[str]:
    """The columns that an operation writes."""
    if isinstance(operation, Recode):
        return [operation.name]
    main = operation.name if isinstance(operation, Fill) else operation.target
    return [name for _, name in operation.parts] + ([main] if main is not None else [])
