"""Search after a publish that changed which fields are searched: all records once more, in batches, resumed if cut off.

What is to be done is a row (``support.reindex``), written in the transaction that switches versions, so that a crash
leaves it to the next start.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from expressions.storage import Uuid
from runtime.search import reindex
from runtime.served import Served, serve
from runtime.support import SupportTables, support_tables
from schema_store.compiled.app import App, CompiledEntity
from schema_store.database import reading, writing
from schema_store.versions import load_layout, standing_of

#: Records of one transaction.
BATCH = 500
_START = UUID(int=0)


def plan_reindex(connection: Connection, support: SupportTables, old: App, new: App) -> None:
    """Write down whose records have to be indexed anew; in the transaction that switches versions."""
    before = {entity.id: _searched(entity) for entity in old.entities.values()}
    table = support.reindex
    for entity in new.entities.values():
        if before.get(entity.id, ()) != _searched(entity):
            connection.execute(sa.delete(table).where(table.c.entity == entity.id))
            connection.execute(sa.insert(table).values(entity=entity.id, after=_START))


def _searched(entity: CompiledEntity) -> tuple[str, ...]:
    return tuple(entity.fields[key].id for key in entity.search_fields)


def pending_reindex(connection: Connection, support: SupportTables) -> list[str]:
    """The entities (by id) whose records wait for it."""
    return list(connection.execute(sa.select(support.reindex.c.entity)).scalars())


def finish_reindex(engine: Engine, app: str) -> int:
    """Do what is to be done; how many records that were.

    Raises:
        UnknownApp: no such app.
    """
    done = 0
    while True:
        with reading(engine) as connection:
            number, _ = standing_of(connection, app)
            schema = load_layout(
                connection, app, number
            ).schema  # the app itself is compiled only where there is work
            waiting = pending_reindex(connection, support_tables(schema, connection.dialect.name))
        if not waiting:
            return done
        with writing(engine) as connection:
            done += _batch(connection, serve(connection, app, lock=True), waiting[0])


def _batch(connection: Connection, served: Served, entity_id: str) -> int:
    """The next records of an entity, in the caller's transaction; the row goes with the last of them."""
    table = served.support.reindex
    mine = table.c.entity == entity_id
    after = connection.execute(sa.select(table.c.after).where(mine).with_for_update()).scalar_one_or_none()
    entity = next((each for each in served.app.entities.values() if each.id == entity_id), None)
    if after is None or entity is None:  # another process has done it, or the entity is gone
        connection.execute(sa.delete(table).where(mine))
        return 0
    id_ = served.entity_table(entity.key).c.id
    query = sa.select(id_).where(id_ > sa.literal(after, Uuid())).order_by(id_).limit(BATCH)
    ids = list(connection.execute(query).scalars())
    reindex(connection, served, entity.key, ids)
    if len(ids) < BATCH:
        connection.execute(sa.delete(table).where(mine))
    else:
        connection.execute(sa.update(table).where(mine).values(after=ids[-1]))
    return len(ids)
