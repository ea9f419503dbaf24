"""Who refers to a record: live rows of the fields that name its entity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from runtime.unit import Unit
from schema_store.compiled.app import App
from schema_store.document.fields import OnDelete, ReferenceField


@dataclass(frozen=True, slots=True)
class Referrer:
    """A reference field that names records of an entity."""

    entity: str
    field: str
    on_delete: OnDelete

    @property
    def name(self) -> str:
        """``contract.account``."""
        return f"{self.entity}.{self.field}"


def referrers_of(app: App, entity: str) -> list[Referrer]:
    """Every field of the app that names records of ``entity``."""
    return [
        Referrer(owner.key, field.key, field.spec.on_delete)
        for owner in app.entities.values()
        for field in owner.fields.values()
        if isinstance(field.spec, ReferenceField) and field.spec.entity == entity
    ]


def count_restricting(unit: Unit, referrers: Sequence[Referrer], record: UUID) -> dict[str, int]:
    """By field that refers to ``record``: how many of the records that do the actor may read, maybe none."""

    def build() -> sa.Select[Any]:
        parts = []
        for each in referrers:
            alias = _alias(unit, each)
            may = sa.case((unit.access.row_filter(each.entity, "read", alias), sa.literal_column("1")))
            parts.append(
                sa.select(sa.literal(each.name).label("name"), sa.func.count(may).label("seen"))
                .where(*_refers(unit, each, alias))
                .having(sa.func.count() > 0)
            )
        found = sa.union_all(*parts).subquery()
        return sa.select(found.c.name, found.c.seen)

    statement = unit.statement(("restricting", tuple(referrers)), build, by_actor=True)
    return {row.name: row.seen for row in unit.read(statement, {"record": record})}


def find_referrers(
    unit: Unit, referrers: Sequence[Referrer], record: UUID
) -> Iterator[tuple[Referrer, UUID]]:
    """The live records that refer to ``record`` by these fields; one statement."""

    def build() -> sa.Select[Any]:
        parts = []
        for index, each in enumerate(referrers):
            alias = _alias(unit, each)
            place = sa.literal_column(str(index), sa.Integer()).label("place")
            parts.append(sa.select(place, alias.c.id.label("id")).where(*_refers(unit, each, alias)))
        found = sa.union_all(*parts).subquery()
        return sa.select(found.c.place, found.c.id).order_by(found.c.place, found.c.id)

    statement = unit.statement(("referrers", tuple(referrers)), build)
    for row in unit.connection.execute(statement, {"record": record}):
        yield referrers[row.place], row.id


def _alias(unit: Unit, referrer: Referrer) -> sa.FromClause:
    return unit.served.entity_table(referrer.entity).alias()


def _refers(unit: Unit, referrer: Referrer, alias: sa.FromClause) -> tuple[sa.ColumnElement[bool], ...]:
    column = alias.c[unit.served.column(referrer.entity, referrer.field)]
    return column == sa.bindparam("record", type_=alias.c.id.type), alias.c.deleted_at.is_(None)
