"""Default expressions of fields, computed for records that are there already when a field becomes required."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from expressions.arithmetic import round_to
from expressions.checker import compile_expression
from expressions.context import Context
from expressions.problems import ExpressionError
from expressions.program import compile_program
from schema_store.analysis.environment import Environments
from schema_store.analysis.lookup import Lookup
from schema_store.document.entities import Entity
from schema_store.document.fields import BaseField
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import FieldValueError, Surroundings
from schema_store.layout import TableLayout
from schema_store.migration.convert import Evaluate, Row
from schema_store.migration.operations import Fill
from schema_store.migration.plan import MigrationPlan
from schema_store.system import SYSTEM_FIELDS

Evaluator = tuple[Evaluate, frozenset[str]]


def default_evaluators(plan: MigrationPlan) -> Mapping[str, Evaluator]:
    """What computes the default expressions of a plan's ``Fill`` operations, by field id.

    An expression may read the record's own fields. One that looks further (over a relation, at the person who
    acts) gives nothing here, so that the records are named as missing a value.
    """
    fills = [op for op in plan.operations if isinstance(op, Fill) and op.expression is not None]
    if not fills:
        return {}
    environments = Environments(Lookup(plan.new))
    settings = plan.new.settings
    now = datetime.now(UTC)
    context = Context(now, ZoneInfo(settings.zone), environments.calendars, environments.tables)
    return {fill.field: _evaluator(plan, fill, environments, context) for fill in fills}


def _evaluator(plan: MigrationPlan, fill: Fill, environments: Environments, context: Context) -> Evaluator:
    shape = plan.shape
    spec, entity, around = shape.fields[fill.field], shape.owners[fill.field], shape.around[fill.field]
    wanted = environments.type_of(entity.key, spec)
    try:
        checked = compile_expression(fill.expression or "", environments.of_entity(entity.key), wanted)
        columns = _columns(checked.fields, entity, plan.new_layout.table(fill.entity))
    except (ExpressionError, LookupError):
        return (lambda _row: None), frozenset()
    program = compile_program(checked)

    def evaluate(row: Row) -> Any:
        values = {path: row.get(column) for path, column in columns.items()}
        return fitted(spec, around, program.eval(values, context), wanted.scale if wanted else 0)

    return evaluate, frozenset(columns.values())


def _columns(paths: frozenset[tuple[str, ...]], entity: Entity, table: TableLayout) -> dict[str, str]:
    """The column of every path; LookupError for one that leaves the record."""
    known = {system.name: system.column for system in SYSTEM_FIELDS if system.name}
    for spec in entity.fields:
        column = table.column(spec.id or "")
        if column is not None:
            known[spec.key] = column.name
    return {".".join(path): known[".".join(path)] for path in paths}


def fitted(spec: BaseField, around: Surroundings, value: Any, scale: int) -> Any:
    """A computed value as the field keeps it, rounded half-up to its scale; None where it cannot keep it."""
    kind = FIELD_TYPES.of(spec)
    if isinstance(value, Decimal):
        value = round_to(value, scale)
    try:
        return kind.decode(spec, around, kind.encode(spec, around, value))
    except FieldValueError:
        return None
