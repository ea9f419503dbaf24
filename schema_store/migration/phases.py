"""Publishing onto large tables: expand, backfill, index, switch, finish. Readers are never kept waiting.

1. *Expand*: short DDL adds the new columns, nullable or with a default that older writers leave in place.
2. *Backfill*: values are converted in batches, each a transaction of its own; a trigger notes what is written
   meanwhile (:mod:`schema_store.migration.tracking`).
3. *Index*: indexes that constrain nothing, built beside the writers.
4. *Switch*: one short transaction: the version, the records noted since, everything else of the plan.
5. *Finish*: checks of constraints that were added unchecked.

A failure before the switch takes everything away again; a crash leaves a row that the next start sweeps up.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from schema_store.database import reading, writing
from schema_store.layout import Layout
from schema_store.migration.acceptance import LossNotAccepted, require_accepted
from schema_store.migration.convert import row_work
from schema_store.migration.ddl import Ddl
from schema_store.migration.expanding import Expandable, placeholder
from schema_store.migration.expansion import (
    Expansion,
    PublishUnderWay,
    abandon,
    finish,
    forget,
    is_alive,
    load,
    save,
    sole_publisher,
    start,
)
from schema_store.migration.fill import fill_value
from schema_store.migration.losses import count_losses
from schema_store.migration.materials import materials_of
from schema_store.migration.operations import CreateIndex, SetNullable, layout_after
from schema_store.migration.plan import MigrationPlan
from schema_store.migration.rewrite import BATCH, read_after, read_these, write_rows
from schema_store.migration.runner import Runner
from schema_store.migration.short import short_transaction
from schema_store.migration.tracking import Track, notes_table, track, untrack
from schema_store.tables import build_tables

log = logging.getLogger(__name__)
#: Called in the transaction that switches versions, with the tables as they are from now on.
Switch = Callable[[Connection, Layout], None]


def large_tables(engine: Engine, plan: MigrationPlan, large: int) -> frozenset[str]:
    """Entities of the plan whose tables hold that many records or more."""
    touched = {getattr(op, "entity", "") for op in plan.operations}
    tables = build_tables(plan.layout, engine.dialect.name, retired=True).entities
    with reading(engine) as connection:
        return frozenset(
            entity for entity in touched if entity in tables and _reaches(connection, tables[entity], large)
        )


def _reaches(connection: Connection, table: sa.Table, large: int) -> bool:
    some = sa.select(sa.literal(1)).select_from(table).limit(large).subquery()
    return bool(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one() >= large)


class Phases:
    """One publish in phases; see :func:`schema_store.migration.apply.apply_plan` for what it is given."""

    def __init__(
        self,
        engine: Engine,
        plan: MigrationPlan,
        accepted: Collection[str],
        switch: Switch | None,
        large: frozenset[str],
    ):
        self.engine, self.plan, self.accepted = engine, plan, accepted
        self.switch, self.large, self.schema = switch, large, plan.layout.schema
        self.dialect = engine.dialect.name
        self.expandable = Expandable(plan, large)
        materials = materials_of(plan)
        self.works = {entity: row_work(found, materials) for entity, found in self.expandable.values.items()}

    def run(self) -> Layout:
        """All phases; the tables as they are now."""
        with sole_publisher(self.engine, self.schema):
            expansion = self._former()
            if self.plan.rows:
                # Counted when it was planned; what changes since is found by the backfill and the switch.
                require_accepted(self.plan, self.accepted)
            else:
                self._require_accepted()
            try:
                expansion = expansion or short_transaction(self.engine, self._expand)
                self._backfill(expansion)
                self._index(expansion)
                layout = short_transaction(
                    self.engine, lambda connection: self._switch(connection, expansion)
                )
            except BaseException as problem:
                self._take_back(problem)
                if isinstance(problem, IntegrityError):
                    self._require_accepted()
                raise
            self._finish()
            return layout

    def _require_accepted(self) -> None:
        with reading(self.engine) as connection:
            require_accepted(count_losses(connection, self.plan), self.accepted)

    def _take_back(self, problem: BaseException) -> None:
        try:
            abandon(self.engine, self.schema)
        except SQLAlchemyError as second:
            problem.add_note(f"what was added is still there, the next start sweeps it up: {second}")

    def _finish(self) -> None:
        try:
            finish(self.engine, self.schema)
        except SQLAlchemyError:
            # The version has switched; the checks wait for the next start and nothing depends on them.
            log.exception("checks after publishing %s are left to the next start", self.schema)

    def _former(self) -> Expansion | None:
        """What an earlier try of the same plan left; anything else that was left is swept up."""
        with reading(self.engine) as connection:
            found = load(connection, self.schema)
        if found is None:
            return None
        expansion, beat = found
        is_other = expansion.process != os.getpid()
        if self.dialect == "sqlite" and is_other and is_alive(self.engine, self.schema, expansion, beat):
            raise PublishUnderWay(self.schema)
        if expansion.state == "expanding" and expansion.fingerprint == self._fingerprint():
            return replace(expansion, process=os.getpid())
        abandon(self.engine, self.schema)
        finish(self.engine, self.schema)
        return None

    def _fingerprint(self) -> str:
        plain = {key: value for key, value in self.plan.to_json().items() if key != "losses"}
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()

    def _expand(self, connection: Connection) -> Expansion:
        ddl = Ddl(connection, self.plan.layout, self.large)
        expansion = Expansion(self._fingerprint())
        for operation in self.expandable.columns:
            value = fill_value(self.plan, operation)
            added = operation
            if value is None and self.dialect == "postgresql" and self.expandable.is_required(operation):
                value = placeholder(operation.column)
                added = replace(operation, column=replace(operation.column, nullable=False))
            ddl.add_column(added, value, keep_default=True)
            ddl.layout = operation.forwards(ddl.layout)
            expansion.columns.append((ddl.table_of(operation.entity), operation.column.name))
        for entity, work in self.works.items():
            table = ddl.table_of(entity)
            digest = hashlib.sha256(table.encode()).hexdigest()[:12]
            reads = tuple(sorted(work.reads - work.writes))
            made = Track(table, ddl.layout.physical(f"dg_notes_{digest}", self.dialect), reads)
            track(connection, self.schema, made)
            expansion.tracks.append(made)
            expansion.cursors[entity] = "start"
        expansion.unchecked = list(ddl.unchecked)
        start(connection, self.schema, expansion)
        return expansion

    def _runner(self, connection: Connection) -> Runner:
        """A runner for which the columns of the expansion are there."""
        runner = Runner(connection, self.plan, self.large)
        for operation in self.expandable.columns:
            runner.ddl.layout = operation.forwards(runner.ddl.layout)
        return runner

    def _table(self, entity: str) -> sa.Table:
        """A table with the columns of the expansion."""
        layout = layout_after(self.plan.layout, tuple(self.expandable.columns))
        return build_tables(layout, self.dialect, retired=True).entities[entity]

    def _backfill(self, expansion: Expansion) -> None:
        for entity in self.expandable.values:
            while expansion.cursors[entity]:
                with writing(self.engine) as connection:
                    self._batch(connection, expansion, entity)

    def _batch(self, connection: Connection, expansion: Expansion, entity: str) -> None:
        table, work = self._table(entity), self.works[entity]
        cursor = expansion.cursors[entity]
        after = None if cursor == "start" else UUID(hex=cursor)
        rows = read_after(connection, table, work.reads | work.writes, after, BATCH)
        self._require_foreseen(write_rows(connection, table, work, rows, fresh=work.writes))
        expansion.cursors[entity] = rows[-1]["id"].hex if len(rows) == BATCH else ""
        save(connection, self.schema, expansion)

    def _require_foreseen(self, lost: set[tuple[str, str]]) -> None:
        """Losses among values that were written since somebody counted need acceptance too."""
        if all(f"{kind}:{field}" in self.accepted for kind, field in lost):
            return
        with reading(self.engine) as connection:
            counted = count_losses(connection, self.plan)
        require_accepted(counted, self.accepted)
        # Lost in the writers' own transaction a moment ago, gone again by now: whoever accepts must look again.
        raise LossNotAccepted(counted, ())

    def _index(self, expansion: Expansion) -> None:
        for operation in self.expandable.indexes:
            if operation.index.name in expansion.indexes:
                continue
            expansion.indexes.append(operation.index.name)
            with writing(self.engine) as connection:
                save(connection, self.schema, expansion)
            self._build(operation)

    def _build(self, operation: CreateIndex) -> None:
        if self.dialect == "sqlite":
            with writing(self.engine) as connection:
                self._runner(connection).ddl.create_index(operation)
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET lock_timeout = 0")
            self._runner(connection).ddl.create_index(operation, concurrently=True)
            connection.exec_driver_sql("RESET lock_timeout")

    def _switch(self, connection: Connection, expansion: Expansion) -> Layout:
        if self.switch is not None:
            self.switch(connection, self.plan.new_layout)
        rest = [op for op in self.plan.operations if not self.expandable.covers(op)]
        counted = [op for op in rest if not self.expandable.leaves_to_database(op)]
        require_accepted(count_losses(connection, self.plan, counted), self.accepted)
        runner = self._runner(connection)
        self._catch_up(connection, expansion)
        # What takes long comes before the first lock that readers would wait for.
        slow = self.expandable.before_locks(rest)
        runner.run_all(slow)
        for made in expansion.tracks:
            untrack(connection, self.schema, made)
        for operation in self.expandable.columns:
            runner.ddl.drop_default(operation.entity, operation.column.name)
        runner.run_all([op for op in rest if op not in slow and not self._is_not_null_already(op)])
        unchecked = [*expansion.unchecked, *runner.ddl.unchecked]
        if unchecked:
            save(connection, self.schema, replace(expansion, state="switched", unchecked=unchecked))
        else:
            forget(connection, self.schema)
        return self.plan.new_layout

    def _is_not_null_already(self, operation: Any) -> bool:
        """A new column of PostgreSQL that was made NOT NULL with a placeholder in it."""
        names = {op.column.name for op in self.expandable.columns if self.expandable.is_required(op)}
        is_about = isinstance(operation, SetNullable) and operation.name in names
        return is_about and self.dialect == "postgresql"

    def _catch_up(self, connection: Connection, expansion: Expansion) -> None:
        """Convert once more what was written since; nobody writes now, the switch holds the app's lock."""
        for made, (entity, work) in zip(expansion.tracks, self.works.items(), strict=True):
            table = self._table(entity)
            notes = notes_table(made, self.schema, self.dialect)
            ids = sa.select(notes.c.id)
            for rows in read_these(connection, table, work.reads | work.writes, ids):
                self._require_foreseen(write_rows(connection, table, work, rows, fresh=work.writes))
