"""Stages that take no more records: frozen with a reason until they are thawed. What is inside may leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.unit import Unit
from schema_store.compiled.process import CompiledStage


@dataclass(frozen=True, slots=True)
class Freeze:
    """A stage is closed: since when, by whom (None: by the engine), and why (free members, e.g. ``text``)."""

    at: datetime
    by: UUID | None
    reason: Mapping[str, Any]


def find_freeze(unit: Unit, stage: CompiledStage) -> Freeze | None:
    """The freeze that lies on a stage; None where it is open."""
    table = unit.served.support.freeze
    statement = unit.statement(
        ("freeze",), lambda: sa.select(table).where(table.c.stage == sa.bindparam("stage"))
    )
    row = unit.connection.execute(statement, {"stage": stage.id}).one_or_none()
    return None if row is None else Freeze(row.at, row.by, row.reason or {})


def freeze_stage(unit: Unit, stage: CompiledStage, reason: Mapping[str, Any]) -> bool:
    """Close a stage to records that want in; False where it is closed already, for its first reason."""
    if find_freeze(unit, stage) is not None:
        return False
    values = {"stage": stage.id, "at": unit.now, "by": unit.person, "reason": dict(reason)}
    unit.connection.execute(sa.insert(unit.served.support.freeze), values)
    return True


def thaw_stage(unit: Unit, stage: CompiledStage) -> bool:
    """Open a stage again; False where it was open."""
    table = unit.served.support.freeze
    return unit.connection.execute(sa.delete(table).where(table.c.stage == stage.id)).rowcount > 0
