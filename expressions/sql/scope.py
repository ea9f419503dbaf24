"""What the compiler must be told about tables: names, links, filters. The schema and the policy implement it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from expressions.env import TierTable


@dataclass(frozen=True, slots=True)
class Inverse:
    """Children that name their parent: ``child.column = parent.id``."""

    column: str


@dataclass(frozen=True, slots=True)
class Link:
    """Children joined by a link table: ``link.near = parent.id and link.far = child.id``."""

    table: sa.Table
    near: str
    far: str


class SqlScope(Protocol):
    """The tables behind an :class:`~expressions.env.Env`, seen by one actor."""

    @property
    def root(self) -> sa.FromClause | None:
        """The table or alias of the record looked at, which the caller selects from; None without a record."""
        ...

    def table(self, entity: str) -> sa.Table:
        """The table of an entity; its key column is ``id``."""
        ...

    def column(self, entity: str, field: str) -> str:
        """The name of a field's column."""
        ...

    def deleted(self, entity: str) -> str | None:
        """The name of the column that is set when a record lies in the bin; None where there is no bin."""
        ...

    def children(self, entity: str, field: str) -> Inverse | Link:
        """How the children of a ``records`` field are found."""
        ...

    def row_filter(self, entity: str, alias: sa.FromClause) -> sa.ColumnElement[Any] | None:
        """The rows of ``alias`` that may be seen, added at every hop; None for all. The root is the caller's."""
        ...

    def tier_table(self, key: str) -> TierTable:
        """The rows of a tier table."""
        ...
