"""What happens to the values of one table under a plan: counted by the database where it can, else record by record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from expressions.storage import Keys
from schema_store.layout import IndexLayout
from schema_store.migration.convert import Materials, RowWork, row_work
from schema_store.migration.counting import Found, Tally, count_where
from schema_store.migration.fill import fill_value
from schema_store.migration.operations import (
    AddColumn,
    Convert,
    CreateIndex,
    Fill,
    Operation,
    Recode,
    SetNullable,
)
from schema_store.migration.plan import MigrationPlan
from schema_store.migration.rewrite import read_batches


class TableCounter:
    """Counts for one table that is there and has records.

    Args:
        connection: to read with.
        plan: what the operations are part of.
        entity: whose table it is.
        operations: on this one table.
        table: with all its columns, retired ones included.
        materials: of the work on values.
    """

    def __init__(
        self,
        connection: Connection,
        plan: MigrationPlan,
        entity: str,
        operations: list[Operation],
        table: sa.Table,
        materials: Materials,
    ):
        self.connection, self.plan, self.table = connection, plan, table
        self.operations = operations
        self.work: RowWork = row_work(self.operations, materials)
        self.layout = plan.new_layout.table(entity)
        self.constants = {
            op.column.name: fill_value(plan, op)
            for op in self.operations
            if isinstance(op, AddColumn) and op.fill is not None
        }
        self.moving = self.work.writes | self.constants.keys()

    def found(self) -> Iterator[Found]:
        """Everything, in a fixed order."""
        for operation in self.operations:
            if isinstance(operation, Recode | Convert):
                yield from self._options(operation)
        required = [op.name for op in self.operations if isinstance(op, SetNullable) and not op.nullable]
        unique = [op.index for op in self.operations if isinstance(op, CreateIndex) and op.index.unique]
        slow_required = [name for name in required if name in self.moving]
        slow_unique = [index for index in unique if self.moving & set(index.columns)]
        if (
            any(isinstance(op, Convert) and op.target for op in self.operations)
            or slow_required
            or slow_unique
        ):
            yield from self._by_record(slow_required, slow_unique)
        for name in required:
            if name not in self.moving:
                yield from self._nulls(name)
        for index in unique:
            if not self.moving & set(index.columns) and all(name in self.table.c for name in index.columns):
                yield from self._twins(index)

    def _field(self, name: str) -> str:
        return self.layout.named(name).field

    def _options(self, operation: Recode | Convert) -> Iterator[Found]:
        """Values whose option is gone."""
        name = operation.name if isinstance(operation, Recode) else operation.source
        column = self.table.c[name]
        stays = self.layout.named(name).retired is None
        filled = any(isinstance(op, Fill) and op.name == name for op in self.operations)
        is_scalar = not isinstance(column.type, Keys)
        needed = stays and is_scalar and not filled and not self.layout.named(name).nullable
        for key, target in operation.mapping:
            if target is None:
                kind = "option_needed" if needed else "option_removed"
                tally = count_where(self.connection, self.table, self._holds(column, key))
                yield Found(kind, operation.field, tally, key)

    def _holds(self, column: sa.Column[Any], key: str) -> sa.ColumnElement[bool]:
        if not isinstance(column.type, Keys):
            return column == key
        if self.connection.dialect.name == "postgresql":
            held: sa.ColumnElement[bool] = sa.literal(key) == sa.func.any(
                sa.type_coerce(column, postgresql.ARRAY(sa.Text))
            )
            return held
        # Stored as a canonical JSON array of identifiers: none of them holds a quotation mark.
        return sa.func.instr(sa.type_coerce(column, sa.Text), f'"{key}"') > 0

    def _nulls(self, name: str) -> Iterator[Found]:
        is_there = name in self.table.c
        condition = self.table.c[name].is_(None) if is_there else sa.true()
        yield Found(
            "required_missing", self._field(name), count_where(self.connection, self.table, condition)
        )

    def _twins(self, index: IndexLayout) -> Iterator[Found]:
        """Live records that have the same values in all columns of a new unique index."""
        table, columns = self.table, [self.table.c[name] for name in index.columns]
        live = [table.c.deleted_at.is_(None), *(column.is_not(None) for column in columns)]
        groups = sa.select(*columns).where(*live).group_by(*columns).having(sa.func.count() > 1).subquery()
        same = sa.and_(*(table.c[name] == groups.c[name] for name in index.columns))
        condition = sa.and_(*live, sa.exists(sa.select(sa.literal(1)).select_from(groups).where(same)))
        yield self._not_unique(index, count_where(self.connection, table, condition))

    def _not_unique(self, index: IndexLayout, tally: Tally) -> Found:
        first, *others = (self._field(name) for name in index.columns)
        return Found("not_unique", first, tally, "+".join(others))

    def _by_record(self, required: list[str], unique: list[IndexLayout]) -> Iterator[Found]:
        """One pass over all records with the very function that will write them."""
        losses: dict[tuple[str, str], Tally] = defaultdict(Tally)
        nulls: dict[str, Tally] = {name: Tally() for name in required}
        seen: list[dict[tuple[Any, ...], UUID]] = [{} for _ in unique]
        twins = [Tally() for _ in unique]
        names = {name for index in unique for name in index.columns} | self.work.reads | self.work.writes
        there = frozenset(name for name in names if name in self.table.c)
        for rows in read_batches(self.connection, self.table, there):
            for row in rows:
                now, notes = self.work(row)
                final = {**self.constants, **now}
                for note in notes:
                    losses[note.kind, note.field].add(row["id"])
                for name in required:
                    if final.get(name) is None:
                        nulls[name].add(row["id"])
                if row["deleted_at"] is None:
                    for index, known, tally in zip(unique, seen, twins, strict=True):
                        _compare(index, final, row["id"], known, tally)
        for (kind, field), tally in losses.items():
            yield Found(kind, field, tally)
        for name, tally in nulls.items():
            yield Found("required_missing", self._field(name), tally)
        for index, tally in zip(unique, twins, strict=True):
            yield self._not_unique(index, tally)


def _compare(
    index: IndexLayout,
    row: Mapping[str, Any],
    record: UUID,
    known: dict[tuple[Any, ...], UUID],
    tally: Tally,
) -> None:
    key = tuple(row.get(name) for name in index.columns)
    if None in key:
        return
    if key not in known:
        known[key] = record
        return
    if known[key] != record:
        # The first of a group is named once, when its second appears.
        tally.add_group(known[key], record)
