"""Stages that a publish calls by other keys: what happened is told in the keys that expressions name today."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.support import SupportTables
from schema_store.migration.operations import Operation, Recode


def recode_stages(connection: Connection, support: SupportTables, operations: Iterable[Operation]) -> None:
    """Let the stages that were entered follow their keys; in the transaction that switches versions.

    A stage that is gone keeps the key it had. Freezes need nothing: they name stages by id.
    """
    table = support.stage_change
    for operation in operations:
        if not isinstance(operation, Recode):
            continue
        keys = {old: new for old, new in operation.mapping if new is not None}
        for column in (table.c.stage, table.c.previous) if keys else ():
            mine = sa.and_(table.c.field == operation.field, column.in_(list(keys)))
            follows = sa.case(keys, value=column, else_=column)
            connection.execute(sa.update(table).where(mine).values({column: follows}))
