"""What a plan would lose, and what stands in its way, counted from the records that are there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema_store.field_types import FIELD_TYPES
from schema_store.migration.counting import Found, count_where
from schema_store.migration.materials import materials_of
from schema_store.migration.operations import Operation, RetireColumn, RetireTable, SetLinksRetired
from schema_store.migration.plan import Loss, MigrationPlan
from schema_store.migration.row_losses import TableCounter
from schema_store.migration.sentences import loss_sentence
from schema_store.migration.shape import DERIVED
from schema_store.tables import build_tables

#: What nobody can accept: something must change first.
BLOCKING = frozenset({"required_missing", "option_needed", "not_unique", "entity_referenced"})


def count_losses(
    connection: Connection, plan: MigrationPlan, only: Collection[Operation] | None = None
) -> MigrationPlan:
    """The plan with its losses and the number of records per table; reads only.

    What was found without counting (a reference to nothing) stays as it is. ``only`` looks at some of the plan's
    operations.
    """
    if any(loss.kind == "entity_referenced" for loss in plan.losses):
        return plan
    counter = _Counter(connection, plan, plan.operations if only is None else tuple(only))
    losses = tuple(_loss(plan, found) for found in counter.found() if found.tally.rows)
    return replace(plan, losses=losses, rows=counter.sizes)


def _loss(plan: MigrationPlan, found: Found) -> Loss:
    return Loss(
        id=":".join(part for part in (found.kind, found.element, found.detail) if part),
        kind=found.kind,
        sentence=loss_sentence(plan, found),
        rows=found.tally.rows,
        examples=tuple(str(record) for record in found.tally.examples),
        blocking=found.kind in BLOCKING,
    )


class _Counter:
    def __init__(self, connection: Connection, plan: MigrationPlan, operations: tuple[Operation, ...]):
        self.connection, self.plan, self.operations = connection, plan, operations
        self.tables = build_tables(plan.layout, connection.dialect.name, retired=True)
        touched = dict.fromkeys(getattr(op, "entity", "") for op in operations)
        self.sizes = {
            entity: count_where(connection, self.tables.entities[entity], sa.true()).rows
            for entity in touched
            if entity in self.tables.entities
        }

    def found(self) -> Iterator[Found]:
        """What goes as a whole first, then what happens to values, table by table."""
        for operation in self.operations:
            if isinstance(operation, RetireColumn):
                yield from self._column(operation)
            elif isinstance(operation, RetireTable):
                table = self.tables.entities[operation.entity]
                yield Found(
                    "entity_removed", operation.entity, count_where(self.connection, table, sa.true())
                )
            elif isinstance(operation, SetLinksRetired) and operation.version is not None:
                yield from self._links(operation)
        materials = materials_of(self.plan)
        for entity, size in self.sizes.items():
            if size and entity in self.plan.shape.tables:
                table = self.tables.entities[entity]
                mine = [op for op in self.operations if getattr(op, "entity", None) == entity]
                yield from TableCounter(self.connection, self.plan, entity, mine, table, materials).found()

    def _column(self, operation: RetireColumn) -> Iterator[Found]:
        column = self.plan.layout.table(operation.entity).named(operation.name)
        is_gone = column.part == "" and column.field not in self.plan.shape.fields
        spec = self.plan.old_shape.fields.get(column.field)
        # What was computed can be computed again: its values are no loss.
        is_own = spec is None or FIELD_TYPES.of(spec).key not in DERIVED
        if is_gone and is_own and operation.entity in self.plan.shape.tables:
            table = self.tables.entities[operation.entity]
            filled = table.c[operation.name].is_not(None)
            yield Found("field_removed", column.field, count_where(self.connection, table, filled))

    def _links(self, operation: SetLinksRetired) -> Iterator[Found]:
        link = next(link for link in self.plan.layout.links if link.name == operation.name)
        if link.source in self.plan.shape.tables:
            table = self.tables.links[link.field]
            tally = count_where(self.connection, table, sa.true(), table.c.source)
            yield Found("links_removed", link.field, tally)
