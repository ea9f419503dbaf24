"""Operations as DDL: Alembic's operations in process, on the caller's connection, never in batch mode."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.engine import Connection

from expressions.storage import column_type
from schema_store.document.fields import OnDelete
from schema_store.layout import ColumnLayout, Layout
from schema_store.migration.operations import (
    AddColumn,
    CreateIndex,
    CreateLinks,
    CreateTable,
    DropIndex,
    Operation,
    RetireColumn,
    ReviveColumn,
    SetNullable,
    SetOnDelete,
)
from schema_store.tables import RULES, index_condition, key_name, link_table, record_column, system_columns


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A constraint that holds for what is written from now on; older rows are checked after the switch.

    ``column`` is the one that is to take no null, where that is what the constraint says.
    """

    table: str
    constraint: str
    column: str | None = None


class Ddl:
    """Runs the DDL of operations one after the other and keeps the layout up to date.

    Args:
        connection: inside a transaction of the caller's (none for ``concurrently``).
        layout: the tables as they are.
        large: entities whose tables PostgreSQL must not scan under a lock; what needs a scan is left ``unchecked``.
    """

    def __init__(self, connection: Connection, layout: Layout, large: Collection[str] = ()):
        self.connection, self.layout = connection, layout
        self.dialect = connection.dialect.name
        self.large = frozenset(large) if self.dialect == "postgresql" else frozenset()
        self.unchecked: list[Unchecked] = []
        self.schema = layout.schema if self.dialect == "postgresql" else None
        self._alembic = Operations(MigrationContext.configure(connection))

    def run(self, operation: Operation, value: Any = None) -> None:
        """Do what an operation asks of the database; ``value`` is the decoded fill of an ``AddColumn``."""
        if isinstance(operation, AddColumn):
            self.add_column(operation, value)
        else:
            self._run(operation)
        self.layout = operation.forwards(self.layout)

    def create_schema(self) -> None:
        """The app's schema, where the database has schemas."""
        if self.schema is not None:
            self.connection.execute(sa.schema.CreateSchema(self.schema, if_not_exists=True))

    def table_of(self, entity: str) -> str:
        """The physical name of an entity's table."""
        return self.layout.physical(self.layout.table(entity).name, self.dialect)

    def add_column(self, operation: AddColumn, value: Any = None, *, keep_default: bool = False) -> None:
        """A column; existing rows get ``value`` at once, without being written (None: they get null).

        The database's default goes again unless it is to be kept for writers who do not know the column yet;
        SQLite cannot drop one, there it stays and is never used: writers name every column.
        """
        column = record_column(self.layout, operation.column, self.dialect, plain=True)
        if value is not None:
            column.server_default = sa.DefaultClause(self._literal(operation.column, value))
        table = self.table_of(operation.entity)
        self._add(operation.entity, table, column, operation.column)
        if value is not None and not keep_default:
            self.drop_default(operation.entity, operation.column.name)

    def drop_default(self, entity: str, name: str) -> None:
        """Forget a column's default (PostgreSQL)."""
        if self.dialect == "postgresql":
            self._alembic.alter_column(self.table_of(entity), name, server_default=None, schema=self.schema)

    def _add(self, entity: str, table: str, column: sa.Column[Any], layout: ColumnLayout) -> None:
        inline = layout.references is not None and self.dialect == "sqlite"
        if inline:
            column.append_foreign_key(self._foreign_key(layout))
        self._alembic.add_column(table, column, schema=self.schema, inline_references=inline)
        if layout.references is not None and not inline:
            self._add_key(entity, table, layout)

    def _literal(self, column: ColumnLayout, value: Any) -> sa.ColumnElement[Any]:
        """A constant as the database writes it; every value passes through the type of its column."""
        kind = column_type(column.type)
        return sa.literal(kind.encode(value, self.dialect), kind.form(self.dialect))

    def _foreign_key(self, column: ColumnLayout) -> sa.ForeignKey:
        """A key on a column of the same database; the target stands in a table object of its own."""
        if column.references is None or column.on_delete is None:
            raise ValueError(f"{column.name} refers to nothing")
        name = self.table_of(column.references)
        target = sa.Table(name, sa.MetaData(), sa.Column("id", sa.LargeBinary, primary_key=True))
        return sa.ForeignKey(target.c.id, ondelete=RULES[column.on_delete])

    def _add_key(self, entity: str, table: str, column: ColumnLayout) -> None:
        """A foreign key on PostgreSQL: unchecked at first, so that nobody waits for the check of a large table."""
        if column.references is None or column.on_delete is None:
            raise ValueError(f"{column.name} refers to nothing")
        self._alembic.create_foreign_key(
            key_name(column),
            table,
            self.table_of(column.references),
            [column.name],
            ["id"],
            ondelete=RULES[column.on_delete],
            source_schema=self.schema,
            referent_schema=self.schema,
            postgresql_not_valid=True,
        )
        self._check_later(entity, Unchecked(table, key_name(column)))

    def _check_later(self, entity: str, unchecked: Unchecked) -> None:
        if entity in self.large:
            self.unchecked.append(unchecked)
        else:
            self.validate(unchecked.table, unchecked.constraint)

    @singledispatchmethod
    def _run(self, operation: Operation) -> None:
        """Retiring and reviving whole tables, and what is done to values, is no DDL."""

    @_run.register
    def _create_table(self, operation: CreateTable) -> None:
        columns = [record_column(self.layout, c, self.dialect, plain=True) for c in operation.columns]
        name = self.layout.physical(operation.name, self.dialect)
        self._alembic.create_table(name, *system_columns(), *columns, schema=self.schema)

    @_run.register
    def _create_links(self, operation: CreateLinks) -> None:
        metadata = sa.MetaData(schema=self.schema)
        for entity in {operation.link.source, operation.link.target}:
            id_column = system_columns()[0]
            sa.Table(self.table_of(entity), metadata, id_column)
        table = link_table(metadata, self.layout, operation.link, self.dialect)
        self.connection.execute(sa.schema.CreateTable(table))
        for index in table.indexes:
            self.connection.execute(sa.schema.CreateIndex(index))

    @_run.register
    def _create_index(self, operation: CreateIndex) -> None:
        self.create_index(operation)

    def create_index(self, operation: CreateIndex, *, concurrently: bool = False) -> None:
        """An index; ``concurrently`` (PostgreSQL) lets writers go on and needs a connection without transaction."""
        where = index_condition(self.layout.table(operation.entity), operation.index)
        options = {"postgresql_concurrently": True} if concurrently else {}
        self._alembic.create_index(
            operation.index.name,
            self.table_of(operation.entity),
            list(operation.index.columns),
            schema=self.schema,
            unique=operation.index.unique,
            sqlite_where=where,
            postgresql_where=where,
            **options,
        )

    @_run.register
    def _drop_index(self, operation: DropIndex) -> None:
        name = operation.index.name
        self._alembic.drop_index(name, self.table_of(operation.entity), schema=self.schema)

    @_run.register
    def _set_nullable(self, operation: SetNullable) -> None:
        self.set_nullable(operation.entity, operation.name, operation.nullable)

    def set_nullable(self, entity: str, name: str, nullable: bool) -> None:
        """Let a column take null or not; SQLite from 3.53 has both natively.

        On a large table of PostgreSQL a check that is not validated yet takes the place of NOT NULL until
        :func:`schema_store.migration.expansion.finish`: readers would wait for the scan otherwise.
        """
        table = self.table_of(entity)
        if nullable or entity not in self.large:
            self._alembic.alter_column(table, name, nullable=nullable, schema=self.schema)
            return
        check = f"nn_{name}"
        condition = sa.column(name).is_not(None)
        self._alembic.create_check_constraint(
            check, table, condition, schema=self.schema, postgresql_not_valid=True
        )
        self.unchecked.append(Unchecked(table, check, name))

    @_run.register
    def _set_on_delete(self, operation: SetOnDelete) -> None:
        self.set_on_delete(operation.entity, operation.name, operation.after)

    @_run.register
    def _retire_column(self, operation: RetireColumn) -> None:
        column = self.layout.table(operation.entity).named(operation.name)
        if not column.nullable:
            self.set_nullable(operation.entity, operation.name, True)
        if column.references is not None and column.on_delete != "clear":
            self.set_on_delete(operation.entity, operation.name, "clear")

    @_run.register
    def _revive_column(self, operation: ReviveColumn) -> None:
        column = self.layout.table(operation.entity).named(operation.name)
        if operation.on_delete is not None and operation.on_delete != column.on_delete:
            self.set_on_delete(operation.entity, operation.name, operation.on_delete)

    def set_on_delete(self, entity: str, name: str, rule: OnDelete) -> None:
        """Another rule for a foreign key.

        PostgreSQL swaps the constraint. SQLite cannot, so the values move: a new column with the new rule takes
        them over, the old one goes, and the new one takes its name. That is one transaction; no row is deleted
        on the way, so no rule of any key fires.
        """
        column = replace_rule(self.layout.table(entity).named(name), rule)
        table = self.table_of(entity)
        if self.dialect == "postgresql":
            self._alembic.drop_constraint(key_name(column), table, schema=self.schema)
            self._add_key(entity, table, column)
            return
        self._move_values(entity, table, column)

    def validate(self, table: str, constraint: str) -> None:
        """Check a constraint that was added unchecked (PostgreSQL); readers and writers go on meanwhile."""
        quote = self.connection.dialect.identifier_preparer.quote
        where = f"{quote(self.schema or '')}.{quote(table)}"
        self.connection.exec_driver_sql(f"ALTER TABLE {where} VALIDATE CONSTRAINT {quote(constraint)}")

    def _move_values(self, entity: str, table: str, column: ColumnLayout) -> None:
        """SQLite: give a column another foreign key by moving its values through a column beside it."""
        beside = f"{column.name}__moving"
        over = [i for i in self.layout.table(entity).indexes if column.name in i.columns]
        made: sa.Column[Any] = sa.Column(beside, column_type(column.type))
        self._add(entity, table, made, column)
        plain = sa.table(table, sa.column(column.name), sa.column(beside))
        self.connection.execute(sa.update(plain).values({beside: plain.c[column.name]}))
        for index in over:
            self._alembic.drop_index(index.name, table)
        self._alembic.drop_column(table, column.name)
        self._alembic.alter_column(table, beside, new_column_name=column.name)
        if not column.nullable:
            self.set_nullable(entity, column.name, False)
        for index in over:
            self.create_index(CreateIndex(entity, index))


def replace_rule(column: ColumnLayout, rule: OnDelete) -> ColumnLayout:
    """The column with another rule for its foreign key."""
    return ColumnLayout(
        column.field,
        column.part,
        column.name,
        column.type,
        column.nullable,
        column.references,
        rule,
        column.retired,
    )
