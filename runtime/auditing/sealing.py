"""Sealing: rows that are in no seal yet are put into one, beside the writers and never in their transactions.

Which rows those are is told by membership (``sealed``), so that a row which is committed late is sealed late and none
is forgotten. A seal holds the digests of its rows and the hash of the seal before it, under a key that is not in the
database. Two processes never seal the same: whoever finds that the chain has grown since it looked begins again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from expressions.storage import Uuid
from runtime.auditing.chain import COUNTED, Chain, Member, Sealer, Source, raw_id
from runtime.auditing.ids import lowest_id, moment_of
from schema_store.database import reading, writing

#: Rows of one seal.
BATCH = 1_000
#: When a row that is counted up within its minute counts no more, whatever the clocks of several machines say.
SETTLED = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal that was made: the chain, its number there, its hash, and how many rows it holds."""

    chain: str
    number: int
    hash: str
    rows: int


def seal_all(
    engine: Engine, sealer: Sealer, chain: Chain, now: datetime, window: timedelta | None = None
) -> list[Seal]:
    """Put every row that is in no seal into one.

    Args:
        engine: of the database.
        sealer: the key.
        chain: over these tables.
        now: the moment.
        window: only rows that were made since the newest sealed one or up to so long before it; None: all rows,
            which reads the whole of both.
    """
    made: list[Seal] = []
    floors: dict[str, UUID] = {}
    while True:
        with reading(engine) as connection:
            head = _head(connection, chain)
            if window is not None and not made:
                floors = _floors(connection, chain, window)
            members = list(_unsealed(connection, sealer, chain, now, floors))
        if not members:
            return made
        with writing(engine) as connection:
            seal = _append(connection, sealer, chain, now, head, sorted(members))
        if seal is not None:
            made.append(seal)
            if seal.rows < BATCH:  # what is written meanwhile is left to the next look, else there is no end
                return made
            floors |= {source: UUID(bytes=id_) for source, id_, _ in members}  # the highest stays


def _append(
    connection: Connection,
    sealer: Sealer,
    chain: Chain,
    now: datetime,
    head: tuple[int, str],
    members: list[Member],
) -> Seal | None:
    """The next seal; None where somebody else has made one since ``head`` was looked at."""
    if connection.dialect.name == "postgresql":
        lock = sa.func.hashtextextended(f"dougong:seal:{chain.name}", 0)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
    if _head(connection, chain) != head:
        return None
    number, at = head[0] + 1, now.isoformat()
    hash_ = sealer.seal(chain.name, number, at, head[1], members)
    seal = {"number": number, "at": at, "rows": len(members), "previous": head[1], "hash": hash_}
    connection.execute(sa.insert(chain.seal).values(key=sealer.name, **seal))
    rows = [
        {"source": source, "id": UUID(bytes=id_), "seal": number, "digest": digest}
        for source, id_, digest in members
    ]
    connection.execute(sa.insert(chain.sealed), rows)
    return Seal(chain.name, number, hash_, len(members))


def _head(connection: Connection, chain: Chain) -> tuple[int, str]:
    """Number and hash of the newest seal."""
    newest = sa.select(chain.seal.c.number, chain.seal.c.hash).order_by(chain.seal.c.number.desc()).limit(1)
    row = connection.execute(newest).first()
    return (0, "") if row is None else (row.number, row.hash)


def _unsealed(
    connection: Connection, sealer: Sealer, chain: Chain, now: datetime, floors: Mapping[str, UUID]
) -> Iterator[Member]:
    """Up to a batch of rows that are in no seal, of one table after the other."""
    left = BATCH
    for source in chain.sources:
        query = unsealed_query(connection.dialect.name, chain, source, floors.get(source.name), now)
        for row in connection.execute(query.limit(left)):
            if (
                id_ := raw_id(row[0])
            ) is not None:  # anything else was not written by us; verifying tells of it
                left -= 1
                yield source.name, id_, sealer.digest(source, row)
        if not left:
            return


def unsealed_query(
    dialect: str, chain: Chain, source: Source, floor: UUID | None, now: datetime
) -> sa.Select[Any]:
    """The rows of a table that are in no seal, by id."""
    id_ = source.table.c.id
    sealed = sa.select(chain.sealed.c.id).where(
        chain.sealed.c.source == source.name, chain.sealed.c.id == id_
    )
    query = sa.select(*source.selected(dialect)).where(~sealed.exists()).order_by(id_)
    if floor is not None:
        query = query.where(id_ > sa.literal(floor, Uuid()))
    if source.name in COUNTED:
        query = query.where(id_ < sa.literal(lowest_id(now - SETTLED), Uuid()))
    return query


def _floors(connection: Connection, chain: Chain, window: timedelta) -> dict[str, UUID]:
    """By table, the id behind which is looked; none for a table of which nothing is sealed."""
    found = {}
    for source in chain.sources:
        mine = chain.sealed.c.source == source.name
        newest = sa.select(chain.sealed.c.id).where(mine).order_by(chain.sealed.c.id.desc()).limit(1)
        id_ = connection.execute(newest).scalar()
        moment = None if id_ is None else moment_of(id_)
        if moment is not None:
            found[source.name] = lowest_id(moment - window)
    return found
