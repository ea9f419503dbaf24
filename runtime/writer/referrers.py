"""Who refers to a record: live rows of the fields that name its entity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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


def count_restricting(
    unit: Unit, referrers: Sequence[Referrer], records: Sequence[UUID]
) -> Mapping[UUID, Mapping[str, int]]:
    """By record and field that refers to it: how many of the records that do the actor may read, maybe none."""

    def build() -> sa.Select[Any]:
        parts = []
        for each in referrers:
            alias, target = _alias(unit, each)
            may = sa.case((unit.access.row_filter(each.entity, "read", alias), sa.literal_column("1")))
            parts.append(
                sa.select(
                    target.label("target"),
                    sa.literal(each.name).label("name"),
                    sa.func.count(may).label("seen"),
                )
                .where(*_refers(alias, target))
                .group_by(target)
            )
        found = sa.union_all(*parts).subquery()
        return sa.select(found.c.target, found.c.name, found.c.seen)

    statement = unit.statement(("restricting", tuple(referrers)), build, by_actor=True)
    counts: dict[UUID, dict[str, int]] = defaultdict(dict)
    for row in unit.read(statement, {"records": list(records)}):
        counts[row.target][row.name] = row.seen
    return counts


def find_referrers(
    unit: Unit, referrers: Sequence[Referrer], records: Sequence[UUID]
) -> Iterator[tuple[UUID, Referrer, UUID]]:
    """The live records that refer to ``records`` by these fields, each with what it refers to; one statement."""

    def build() -> sa.Select[Any]:
        parts = []
        for index, each in enumerate(referrers):
            alias, target = _alias(unit, each)
            place = sa.literal_column(str(index), sa.Integer()).label("place")
            chosen = (target.label("target"), place, alias.c.id.label("id"))
            parts.append(sa.select(*chosen).where(*_refers(alias, target)))
        found = sa.union_all(*parts).subquery()
        return sa.select(found.c.target, found.c.place, found.c.id).order_by(found.c.place, found.c.id)

    statement = unit.statement(("referrers", tuple(referrers)), build)
    for row in unit.connection.execute(statement, {"records": list(records)}):
        yield row.target, referrers[row.place], row.id


def _alias(unit: Unit, referrer: Referrer) -> tuple[sa.FromClause, sa.ColumnElement[Any]]:
    alias = unit.served.entity_table(referrer.entity).alias()
    return alias, alias.c[unit.served.column(referrer.entity, referrer.field)]


def _refers(alias: sa.FromClause, target: sa.ColumnElement[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    named = sa.bindparam("records", expanding=True, type_=target.type)
    return target.in_(named), alias.c.deleted_at.is_(None)
