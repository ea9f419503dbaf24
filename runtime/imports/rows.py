"""Many records through the order of execution; each row by itself, a refused one leaves nothing and stops nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from runtime import save
from runtime.change import Request, Saved
from runtime.refusals import Conflict, Refused
from runtime.unit import Unit


@dataclass(frozen=True, slots=True)
class Row:
    """A record to write: what is asked, and which one it is (of a new one, the id that was chosen)."""

    request: Request
    record_id: UUID | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: one of the two."""

    saved: Saved | None
    refusal: Refused | None


def create_many(unit: Unit, entity: str, rows: Sequence[Row]) -> list[Outcome]:
    """Make records, see :func:`runtime.save.create`."""

    def create(row: Row) -> Saved:
        return save.create(unit, entity, {}, record_id=row.record_id, request=row.request)

    return [_one(unit, row, create) for row in rows]


def update_many(unit: Unit, entity: str, rows: Sequence[Row]) -> list[Outcome]:
    """Change records, see :func:`runtime.save.update`."""

    def update(row: Row) -> Saved:
        assert row.record_id is not None, "an update names its record"
        return save.update(unit, entity, row.record_id, {}, request=row.request)

    return [_one(unit, row, update) for row in rows]


def _one(unit: Unit, row: Row, act: Callable[[Row], Saved]) -> Outcome:
    try:
        with unit.connection.begin_nested():
            return Outcome(act(row), None)
    except Refused as refusal:
        return Outcome(None, refusal)
    except IntegrityError:
        return Outcome(None, Conflict())
