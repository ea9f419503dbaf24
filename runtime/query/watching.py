"""At which version records are that somebody looks at; for the engine, without access."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.served import Served


def versions_of(
    connection: Connection, served: Served, entity: str, ids: Collection[UUID]
) -> dict[UUID, int]:
    """The versions of live records; those that are not there are left out (one statement)."""
    table = served.entity_table(entity)
    chosen = sa.select(table.c.id, table.c.version).where(table.c.id.in_(ids), table.c.deleted_at.is_(None))
    return {row.id: row.version for row in connection.execute(chosen)}
