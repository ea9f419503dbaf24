"""The value behind the literal default of a new column."""

from __future__ import annotations

from typing import Any

from schema_store.field_types import FIELD_TYPES
from schema_store.migration.operations import AddColumn, Operation
from schema_store.migration.plan import MigrationPlan


def fill_value(plan: MigrationPlan, operation: Operation) -> Any:
    """The value that an ``AddColumn`` fills existing rows with; None where it fills nothing."""
    if not isinstance(operation, AddColumn) or operation.fill is None:
        return None
    field = operation.column.field
    spec = plan.shape.fields[field]
    return FIELD_TYPES.of(spec).decode(spec, plan.shape.around[field], operation.fill)
