"""Records whose date has come, and the records of an entity part by part; for the engine, without access."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.storage import Uuid
from runtime.served import Served
from schema_store.document.fields import DateField


def records_after(
    connection: Connection, served: Served, entity: str, after: UUID | None, limit: int
) -> list[UUID]:
    """Ids of live records in their order, behind one of them."""
    return _page(connection, served, entity, [], after, limit)


def records_between(
    connection: Connection,
    served: Served,
    entity: str,
    field: str,
    window: tuple[datetime, datetime],
    after: UUID | None,
    limit: int,
) -> list[UUID]:
    """Ids of live records whose date or instant lies in ``window``, behind its start and up to its end.

    A date is the moment at which its day begins in the zone of the workspace.
    """
    column = served.entity_table(entity).c[served.column(entity, field)]
    start, end = (_bound(served, entity, field, moment) for moment in window)
    inside = [column > sa.literal(start, column.type), column <= sa.literal(end, column.type)]
    return _page(connection, served, entity, inside, after, limit)


def _bound(served: Served, entity: str, field: str, moment: datetime) -> date | datetime:
    known = served.app.entities[entity].fields.get(field)
    is_date = known is not None and isinstance(known.spec, DateField)
    return moment.astimezone(served.app.zone).date() if is_date else moment


def _page(
    connection: Connection,
    served: Served,
    entity: str,
    inside: list[sa.ColumnElement[bool]],
    after: UUID | None,
    limit: int,
) -> list[UUID]:
    table = served.entity_table(entity)
    chosen = sa.select(table.c.id).where(table.c.deleted_at.is_(None), *inside)
    if after is not None:
        chosen = chosen.where(table.c.id > sa.literal(after, Uuid()))
    return list(connection.execute(chosen.order_by(table.c.id).limit(limit)).scalars())


def shifted(moment: datetime, offset: timedelta, direction: str) -> datetime:
    """The value of a date for which the time ``offset`` before or after it is ``moment``."""
    return moment + offset if direction == "before" else moment - offset
