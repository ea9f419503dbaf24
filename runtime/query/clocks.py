"""How the clocks of records stand: what is left of the time, counted in the hours of their calendars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from runtime.access import Access
from runtime.calendars import time_between
from runtime.query.encoding import print_moment
from runtime.query.records import require_readable
from schema_store.compiled.timing import CompiledSla


def standing(
    connection: Connection, access: Access, now: datetime, entity: str, records: Sequence[UUID]
) -> list[dict[str, Any]]:
    """The clocks that run on some records of an entity, the one that is due first before the others (one statement).

    Returns:
        ``{record_id, sla, label, state, due, left, over}``; ``state``: ``paused``, ``overdue``, ``warning`` or ``ok``;
        ``left`` and ``over`` in seconds of working time up to the target and past it.

    Raises:
        NotFound: nothing of the entity is readable.
    """
    require_readable(access, entity)
    slas = {sla.id: sla for sla in access.served.app.slas.get(entity, ())}
    table, alias = access.served.support.timer, access.served.entity_table(entity).alias()
    if not slas or not records:
        return []
    wanted = (
        table.c.record.in_(records),
        table.c.entity == access.served.app.entities[entity].id,
        table.c.kind.in_(("warning", "target")),
        table.c.ended.is_(None),
        access.row_filter(entity, "read", alias),
    )
    query = sa.select(table).join(alias, alias.c.id == table.c.record).where(*wanted)
    warned: set[tuple[UUID, str, int]] = set()
    targets: list[Row[Any]] = []
    for row in connection.execute(query, access.parameters(now)):
        if row.kind == "target":
            targets.append(row)
        elif row.due is not None and row.due <= now:
            warned.add((row.record, row.sla, row.generation))
    found = [
        _standing(slas[row.sla], row, now, is_warned=(row.record, row.sla, row.generation) in warned)
        for row in targets
        if row.sla in slas
    ]
    return sorted(found, key=lambda each: (each["due"] is None, each["due"] or "", each["sla"]))


def _standing(sla: CompiledSla, row: Row[Any], now: datetime, *, is_warned: bool) -> dict[str, Any]:
    left, over = timedelta(), timedelta()
    if row.state == "paused":
        state, left = "paused", timedelta(microseconds=row.left)
    elif row.due is not None and row.due <= now:
        state, over = "overdue", time_between(sla.hours, row.due, now)
    else:
        state = "warning" if is_warned else "ok"
        left = time_between(sla.hours, now, row.due) if row.due is not None else left
    return {
        "record_id": str(row.record),
        "sla": sla.key,
        "label": dict(sla.label),
        "state": state,
        "due": print_moment(row.due) if row.due else None,
        "left": int(left.total_seconds()),
        "over": int(over.total_seconds()),
    }
