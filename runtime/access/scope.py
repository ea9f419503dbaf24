"""How an actor's expressions reach the tables: every hop through the row filter, no column that may not be read."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from runtime.access.filters import restriction
from runtime.access.policy import Policy
from runtime.served import RecordScope


class AccessScope(RecordScope):
    """A :class:`~runtime.served.RecordScope` narrowed to what holders of a policy may read."""

    def __init__(self, policy: Policy, root: sa.FromClause | None = None):
        super().__init__(policy.served, root)
        self.policy = policy

    def column(self, entity: str, field: str) -> str:
        """The name of a field's column.

        Raises:
            LookupError: the field may not be read. An expression checked in the policy's ``env`` never names one.
        """
        if field not in self.policy.names(entity):
            raise LookupError(f"{entity}.{field} may not be read")
        return super().column(entity, field)

    def row_filter(self, entity: str, alias: sa.FromClause) -> sa.ColumnElement[Any] | None:
        """The rows that may be read. A history is reached from its record, which has been filtered."""
        if entity in self.served.app.entities:
            return restriction(self.policy, entity, "read", alias)
        return super().row_filter(entity, alias)
