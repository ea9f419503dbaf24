"""What an aggregate may ask of the compiler beyond what a function may."""

from __future__ import annotations

from typing import Protocol

import sqlalchemy as sa

from expressions.registry import SqlCompiler
from expressions.sql.scope import SqlScope


class Place(SqlCompiler, Protocol):
    """A compiler that stands on an alias.

    Attributes:
        scope: the tables.
        alias: where plain fields are read; None without a record.
        visible: the table expressions that a subquery may refer to.
    """

    scope: SqlScope
    alias: sa.FromClause | None
    visible: tuple[sa.FromClause, ...]

    def child(self, alias: sa.FromClause) -> Place:
        """The same for the children that ``alias`` stands for."""
        ...
