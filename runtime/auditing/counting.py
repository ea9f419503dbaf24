"""Rows that are counted up: the same thing within a minute is one row, and nobody makes many of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from runtime.auditing.ids import lowest_id, minute_id, minute_of

#: Different rows of one actor within a minute; what is beyond is one more row, which counts the rest.
MOST_A_MINUTE = 60

Row = dict[str, Any]


def count_up(
    connection: Connection, table: sa.Table, row: Row, words: tuple[str, ...], rest: Row, times: int = 1
) -> None:
    """Write a row, or count the one of this minute with the same words (two or three statements).

    Args:
        connection: inside a write transaction.
        table: with the columns ``id``, ``at``, ``by``, ``count``.
        row: all other columns, with ``at`` and ``by``.
        words: what makes it another row, beside actor and minute.
        rest: the columns that stand for what is not told apart any more.
        times: how often it happened.
    """
    actor, at = str(row["by"]), row["at"]
    id_ = minute_id(at, actor, *words)
    count = sa.update(table).where(table.c.id == id_).values(count=table.c.count + times)
    if connection.execute(count).rowcount:
        return
    since = table.c.id >= lowest_id(minute_of(at))
    mine = sa.select(sa.func.count()).where(since, table.c.by.is_not_distinct_from(row["by"]))
    if connection.execute(mine).scalar_one() >= MOST_A_MINUTE:
        id_, row = minute_id(at, actor), row | rest
    insert = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    made = insert.values(id=id_, count=times, **row)
    connection.execute(
        made.on_conflict_do_update(index_elements=["id"], set_={"count": table.c.count + times})
    )
