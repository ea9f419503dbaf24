"""When stored scores change next by time alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite

from runtime.computed.rows import AT_ONCE
from runtime.unit import Unit


def put_due(unit: Unit, due: Mapping[tuple[str, UUID], tuple[str, datetime]]) -> None:
    """Write down, by id of the score and record, the id of the entity and the moment; one statement per portion."""
    if not due:
        return
    table = unit.served.support.rescore
    insert = postgresql.insert(table) if unit.served.dialect == "postgresql" else sqlite.insert(table)
    rows = [
        {"score": score, "record": record, "entity": entity, "due": moment}
        for (score, record), (entity, moment) in sorted(due.items())
    ]
    for start in range(0, len(rows), AT_ONCE):
        made = insert.values(rows[start : start + AT_ONCE])
        put = made.on_conflict_do_update(index_elements=["score", "record"], set_={"due": made.excluded.due})
        unit.connection.execute(put)
