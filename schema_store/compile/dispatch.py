"""Dispatches and pools to their compiled form."""

from __future__ import annotations

from expressions.literals import parse_duration
from schema_store.compile.programs import Programs, require_id
from schema_store.compiled.dispatch import CompiledDispatch, CompiledDispatchRow, CompiledPool
from schema_store.document.automation import Dispatch, DispatchRow, Pool


def compile_dispatch(dispatch: Dispatch, programs: Programs) -> CompiledDispatch:
    """A dispatch of a document that has no errors."""
    rows = tuple(_row(row, programs) for row in dispatch.rows)
    reads = {path for row in rows if row.condition for path in row.condition.checked.fields}
    reads |= {(row.region_field,) for row in rows if row.region_field is not None}
    return CompiledDispatch(
        id=require_id(dispatch),
        key=dispatch.key,
        label=dispatch.label,
        entity=dispatch.entity,
        strategy=dispatch.strategy,
        capacity=dispatch.capacity,
        rows=rows,
        reads=frozenset(reads),
    )


def _row(row: DispatchRow, programs: Programs) -> CompiledDispatchRow:
    return CompiledDispatchRow(
        id=require_id(row),
        key=row.key,
        label=row.label,
        condition=programs.find(row, "condition"),
        text=row.condition,
        region_field=row.region_field,
        roles=frozenset(row.roles),
        teams=frozenset(row.teams),
        skills=frozenset(row.skills),
    )


def compile_pool(pool: Pool, programs: Programs) -> CompiledPool:
    """A pool of a document that has no errors."""
    return CompiledPool(
        id=require_id(pool),
        key=pool.key,
        label=pool.label,
        entity=pool.entity,
        claim_roles=frozenset(pool.claim_roles),
        daily_quota=pool.daily_quota,
        cool_down=parse_duration(pool.cool_down) if pool.cool_down else None,
        recycle=programs.find(pool, "recycle"),
    )
