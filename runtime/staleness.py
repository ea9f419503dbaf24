"""What the other side changed, for who saves over a version that is not the current one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from runtime.change import Change
from runtime.refusals import Stale
from runtime.unit import Unit


def stale_of(unit: Unit, change: Change, asked: int, current: int) -> Stale:
    """The refusal, with what was written since version ``asked`` to fields that the actor may read."""
    history = unit.served.support.history
    found = unit.connection.execute(
        sa.select(history.c.changes, history.c.version)
        .where(history.c.record == change.id, history.c.version > asked)
        .order_by(history.c.version, history.c.at, history.c.id)
    ).all()
    readable = unit.access.readable(change.key)
    merged: dict[str, list[Any]] = {}
    for row in found:
        for field, (before, after) in row.changes.items():
            known = unit.served.app.fields_by_id.get(field)
            key = known.key if known is not None else field
            if key in readable:
                merged[key] = [merged[key][0] if key in merged else before, after]
    return Stale(max([current, *(row.version for row in found)]), merged)
