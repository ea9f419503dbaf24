"""How many records stand in a stage, whoever may see them; who counts first goes in first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from expressions.sql import compile_sql, is_true, not_translatable
from expressions.typed import Checked
from runtime.served import RecordScope
from runtime.unit import Unit
from schema_store.compiled.process import CompiledPipeline, CompiledStage


def count_in_stage(unit: Unit, pipeline: CompiledPipeline, stage: CompiledStage) -> int:
    """Live records in the stage; others who want in wait until this transaction ends."""
    wait_for(unit, stage.id)
    statement = unit.statement(("places", pipeline.id, stage.key), lambda: _count(unit, pipeline, stage.key))
    return int(unit.read(statement).scalar_one())


def wait_for(unit: Unit, element: str) -> None:
    """Go on when nobody else of the app does this with the element; others wait until this transaction ends."""
    if unit.served.dialect == "postgresql":  # on SQLite there is one writer anyway
        name = f"{unit.served.layout.schema}:{element}".encode()
        number = int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big", signed=True)
        unit.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def count_owned(unit: Unit, entity: str) -> dict[UUID, int]:
    """How many open records each person owns: live ones that stand in no stage which is won or lost."""
    statement = unit.statement(("owned", entity), lambda: _owned(unit, entity))
    return {row[0]: row[1] for row in unit.connection.execute(statement)}


def _owned(unit: Unit, entity: str) -> sa.Select[Any]:
    alias = unit.served.entity_table(entity).alias("r")
    live = sa.and_(alias.c.deleted_at.is_(None), alias.c.owner_id.is_not(None))
    query = sa.select(alias.c.owner_id, sa.func.count()).where(live).group_by(alias.c.owner_id)
    for field, pipelines in unit.served.app.entities[entity].pipelines.items():
        closed = {key for each in pipelines for key, stage in each.stages.items() if stage.outcome != "open"}
        column = alias.c[unit.served.column(entity, field)]
        if closed:
            query = query.where(sa.or_(column.is_(None), column.not_in(sorted(closed))))
    return query


def _count(unit: Unit, pipeline: CompiledPipeline, stage: str) -> sa.Select[Any]:
    served = unit.served
    alias = served.entity_table(pipeline.entity).alias("r")
    column = alias.c[served.column(pipeline.entity, pipeline.field)]
    return (
        sa.select(sa.func.count())
        .select_from(alias)
        .where(column == sa.literal(stage, column.type), alias.c.deleted_at.is_(None))
        .where(*_of_pipeline(unit, pipeline, alias))
    )


def _of_pipeline(
    unit: Unit, pipeline: CompiledPipeline, alias: sa.FromClause
) -> Iterator[sa.ColumnElement[bool]]:
    """Records that go by this pipeline: its condition holds, and that of none before it.

    A condition that has no SQL picks nobody out: then the records of every pipeline count.
    """
    scope = RecordScope(unit.served, alias)
    for each in unit.served.app.entities[pipeline.entity].pipelines[pipeline.field]:
        if each.when is not None and _has_sql(unit, pipeline.entity, each.when.checked):
            holds = is_true(compile_sql(each.when.checked, scope, unit.served.dialect))
            yield holds if each.id == pipeline.id else sa.not_(holds)
        if each.id == pipeline.id:
            return


def _has_sql(unit: Unit, entity: str, condition: Checked) -> bool:
    """Whether it looks at stored values of the record itself only, in words that the database knows."""
    fields = unit.served.app.entities[entity].fields
    is_stored = all(
        len(path) == 1 and not (path[0] in fields and fields[path[0]].is_volatile)
        for path in condition.fields
    )
    return is_stored and not not_translatable(condition)
