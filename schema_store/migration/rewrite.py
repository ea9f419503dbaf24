"""Rewriting stored values: reads records in batches by id, writes each batch in one statement."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from expressions.storage import JsonValue, Keys, Stored
from schema_store.migration.convert import RowWork

#: Records per statement.
BATCH = 5_000
Rows = list[dict[str, Any]]


def read_batches(
    connection: Connection, table: sa.Table, names: frozenset[str], size: int = BATCH, *, lock: bool = False
) -> Iterator[Rows]:
    """The records of a table, those in the bin too, in batches by id; ``names`` beside ``id`` and ``deleted_at``.

    ``lock``: against writers until the transaction ends, for who writes them. Who only looks must not wait for
    writers: it may be this very publish that writes, on another connection.
    """
    last: UUID | None = None
    while True:
        query = _after(table, names, last, size)
        rows = _rows(connection, query.with_for_update() if lock else query)
        if rows:
            yield rows
            last = rows[-1]["id"]
        if len(rows) < size:
            return


def read_after(
    connection: Connection, table: sa.Table, names: frozenset[str], after: UUID | None, size: int
) -> Rows:
    """The next batch behind an id, locked against writers until the transaction ends."""
    return _rows(connection, _after(table, names, after, size).with_for_update())


def _after(table: sa.Table, names: frozenset[str], after: UUID | None, size: int) -> sa.Select[Any]:
    query = sa.select(*_wanted(table, names)).order_by(table.c.id).limit(size)
    return query if after is None else query.where(table.c.id > after)


def read_these(
    connection: Connection, table: sa.Table, names: frozenset[str], ids: sa.Select[Any]
) -> Iterator[Rows]:
    """The records that a query of ids names, in batches, locked against writers until the transaction ends."""
    wanted = connection.execute(ids).scalars().all()
    for place in range(0, len(wanted), BATCH):
        some = wanted[place : place + BATCH]
        yield _rows(
            connection, sa.select(*_wanted(table, names)).where(table.c.id.in_(some)).with_for_update()
        )


def _wanted(table: sa.Table, names: frozenset[str]) -> list[sa.Column[Any]]:
    return [table.c[name] for name in sorted(names | {"id", "deleted_at"})]


def _rows(connection: Connection, query: sa.Select[Any]) -> Rows:
    result = connection.execute(query)
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def write_all(connection: Connection, table: sa.Table, work: RowWork) -> None:
    """Do the work on every record of a table."""
    for rows in read_batches(connection, table, work.reads | work.writes, lock=True):
        write_rows(connection, table, work, rows)


def write_rows(
    connection: Connection, table: sa.Table, work: RowWork, rows: Rows, fresh: Collection[str] = ()
) -> set[tuple[str, str]]:
    """Do the work on these records.

    Args:
        connection: in a write transaction.
        table: of the records.
        work: what happens to one.
        rows: with all that it reads and writes.
        fresh: columns that hold nothing of their own yet, whatever stands in them.

    Returns:
        What was lost on the way, as kinds of loss and field ids.
    """
    changed: Rows = []
    lost: set[tuple[str, str]] = set()
    for row in rows:
        now, notes = work({**row, **dict.fromkeys(fresh)} if fresh else row)
        lost |= {(note.kind, note.field) for note in notes}
        if any(now[name] != row[name] for name in work.writes):
            changed.append(now)
    if changed:
        update(connection, table, sorted(work.writes), changed)
    return lost


def update(connection: Connection, table: sa.Table, names: list[str], rows: Rows) -> None:
    """Write these columns of these records."""
    # An array of lists would be taken for an array of two dimensions.
    has_lists = any(isinstance(table.c[name].type, Keys | JsonValue) for name in names)
    if connection.dialect.name == "postgresql" and not has_lists:
        _update_from_arrays(connection, table, names, rows)
        return
    slots = {name: f"v{place}" for place, name in enumerate(names)}
    values: dict[Any, Any] = {table.c[name]: sa.bindparam(slot) for name, slot in slots.items()}
    statement = sa.update(table).where(table.c.id == sa.bindparam("key")).values(values)
    connection.execute(
        statement,
        [{"key": row["id"], **{slot: row[name] for name, slot in slots.items()}} for row in rows],
    )


def _update_from_arrays(connection: Connection, table: sa.Table, names: list[str], rows: Rows) -> None:
    """One statement for a batch: PostgreSQL takes whole columns as arrays."""
    columns = [table.c[name] for name in ("id", *names)]
    slots = [f"c{place}" for place in range(len(columns))]
    arrays = [_array(column, slot, rows) for column, slot in zip(columns, slots, strict=True)]
    batch = sa.func.unnest(*arrays).table_valued(*slots, name="batch").render_derived()
    values = dict(zip(columns[1:], (batch.c[slot] for slot in slots[1:]), strict=True))
    connection.execute(sa.update(table).where(table.c.id == batch.c.c0).values(values))


def _array(column: sa.Column[Any], slot: str, rows: Rows) -> sa.Cast[Any]:
    kind = column.type
    if not isinstance(kind, Stored):
        raise TypeError(f"{column.name} has no storage type")
    values = [kind.encode(row[column.name], "postgresql") for row in rows]
    array = postgresql.ARRAY(kind.form("postgresql"))
    return sa.cast(sa.bindparam(slot, values, type_=array), array)
