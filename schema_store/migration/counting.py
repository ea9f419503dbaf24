"""Counted records with some of their ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

#: Ids that a loss shows.
EXAMPLES = 20


@dataclass
class Tally:
    """How many records, and some of them.

    Attributes:
        rows: how many.
        examples: up to :data:`EXAMPLES` of their ids.
    """

    rows: int = 0
    examples: list[UUID] = field(default_factory=list)
    _groups: set[UUID] = field(default_factory=set)

    def add(self, record: UUID) -> None:
        """Count one record."""
        self.rows += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(record)

    def add_group(self, first: UUID, record: UUID) -> None:
        """Count a record that equals ``first``; the first of a group counts once."""
        if first not in self._groups:
            self._groups.add(first)
            self.add(first)
        self.add(record)


@dataclass(frozen=True, slots=True)
class Found:
    """Something counted: what kind of loss, at which field or entity, of which records.

    ``detail`` is an option's key, or the other fields of a unique key.
    """

    kind: str
    element: str
    tally: Tally
    detail: str = ""


def count_where(
    connection: Connection,
    table: sa.Table,
    condition: sa.ColumnElement[bool],
    key: sa.ColumnElement[Any] | None = None,
) -> Tally:
    """The records of a table that meet a condition; ``key`` is the id shown, where it is not the table's own."""
    count = sa.select(sa.func.count()).select_from(table).where(condition)
    rows = connection.execute(count).scalar_one()
    if not rows:
        return Tally()
    shown = table.c.id if key is None else key
    query = sa.select(shown).where(condition).order_by(shown).limit(EXAMPLES)
    return Tally(rows, list(connection.execute(query).scalars()))
