"""One document installed twice on one database: what one twin saves as a batch, the other saves one after the other."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from runtime import save
from runtime.change import Outcome, Request, Row, Saved
from runtime.refusals import (
    Duplicate,
    FieldReadOnly,
    GateClosed,
    Invalid,
    Referred,
    Refused,
    Stale,
    UniqueTaken,
)
from runtime.unit import Unit
from schema_store.database import reading
from schema_store.document import AppDocument
from schema_store.ids import with_ids
from tests.runtime.save.kit import World, _install

_numbers = itertools.count()
#: What a row of a support table says but for its own id.
_IGNORED = {
    "history": {"id"},
    "stage_change": {"id"},
    "evidence": {"id"},
    "search": {"number"},
    "sequence": set(),
}


@dataclass
class Twins:
    """The same app twice; records have the same ids in both."""

    batch: World
    single: World

    def run(
        self, act: str, entity: str, rows: Sequence[Row], roles: tuple[str, ...] | None = None
    ) -> list[Outcome]:
        """Do the same to both, and compare what is answered."""
        with self.batch.unit(roles) as unit:
            together = getattr(save, f"{act}_many")(unit, entity, rows)
        with self.single.unit(roles) as unit:
            alone = [one(unit, act, entity, row) for row in rows]
        assert [answer(each) for each in together] == [answer(each) for each in alone]
        return list(together)

    def compare(self) -> None:
        """Everything that both hold."""
        for name in self.batch.served.app.entities:
            assert records(self.batch, name) == records(self.single, name), name
        for name, ignored in _IGNORED.items():
            assert support(self.batch, name, ignored) == support(self.single, name, ignored), name
        assert links(self.batch) == links(self.single)


def twins(engine: Engine, document: AppDocument) -> Twins:
    """A document under two new keys, with the same ids of its elements."""
    complete = with_ids(document)
    keys = [f"twin{next(_numbers)}" for _ in range(2)]
    for key in keys:
        _install(engine, complete.model_copy(update={"key": key}))
    return Twins(*(World(engine, key) for key in keys))


def one(unit: Unit, act: str, entity: str, row: Row) -> Outcome:
    """A single save; a refused one is taken back."""
    try:
        with unit.connection.begin_nested():
            return Outcome(_one(unit, act, entity, row), None)
    except Refused as refusal:
        return Outcome(None, refusal)


def _one(unit: Unit, act: str, entity: str, row: Row) -> Saved | None:
    if act == "create":
        return save.create(unit, entity, {}, record_id=row.record_id, request=row.request)
    assert row.record_id is not None
    if act == "update":
        return save.update(unit, entity, row.record_id, {}, request=row.request)
    save.delete(unit, entity, row.record_id, version=row.request.version)
    return None


def answer(outcome: Outcome) -> Any:
    """What became of a row, to be compared."""
    if outcome.refusal is None:
        return "done" if outcome.saved is None else _shown(outcome.saved)
    return outcome.refusal.code, _why(outcome.refusal)


def _shown(saved: Saved) -> Any:
    # A deletion answers nothing; of a batch it has the record as it was.
    if saved.values.get("id") is None or saved.changed == frozenset():
        return "done"
    return saved.id, saved.version, dict(saved.values), saved.changed, saved.warnings


def _why(refusal: Refused) -> Any:
    match refusal:
        case Invalid():
            return sorted((each.pointer, each.code, sorted(each.params.items())) for each in refusal.errors)
        case UniqueTaken() | FieldReadOnly():
            return refusal.fields
        case GateClosed():
            return [(each.key, each.kind, each.needed, each.seen) for each in refusal.unmet]
        case Duplicate():
            return refusal.matches
        case Stale():
            return refusal.version, refusal.changes
        case Referred():
            return refusal.by
    return None


def records(world: World, entity: str) -> Mapping[UUID, Mapping[str, Any]]:
    table = world.served.entity_table(entity)
    with reading(world.engine) as connection:
        return {row["id"]: dict(row) for row in connection.execute(sa.select(table)).mappings()}


def support(world: World, name: str, ignored: set[str]) -> list[str]:
    """The rows of a support table, in an order that both share."""
    table = getattr(world.served.support, name)
    with reading(world.engine) as connection:
        rows = connection.execute(sa.select(*(c for c in table.c if c.name not in ignored)))
        return sorted(repr(tuple(row)) for row in rows)


def links(world: World) -> dict[str, set[Any]]:
    with reading(world.engine) as connection:
        return {
            field: {tuple(row) for row in connection.execute(sa.select(table))}
            for field, table in world.served.records.links.items()
        }


def row(wire: Mapping[str, Any], ident: UUID | None = None, **more: Any) -> Row:
    """A row that is asked for."""
    return Row(Request(wire, **more), ident)
