"""Which records were written while their table's values are being converted: a trigger notes their ids.

Writers need not know that a publish is under way, and the last transaction looks at the noted records only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.storage import Uuid


@dataclass(frozen=True, slots=True)
class Track:
    """Names of what tracks a table: ``notes`` is the table of ids; triggers (and function) are named after it."""

    table: str
    notes: str
    columns: tuple[str, ...]


def notes_table(track: Track, schema: str, dialect: str) -> sa.Table:
    """The table of noted ids."""
    metadata = sa.MetaData(schema=schema if dialect == "postgresql" else None)
    return sa.Table(track.notes, metadata, sa.Column("id", Uuid(), primary_key=True, nullable=False))


def track(connection: Connection, schema: str, made: Track) -> None:
    """Begin to note every record that is inserted, or updated in one of the columns."""
    dialect = connection.dialect.name
    connection.execute(sa.schema.CreateTable(notes_table(made, schema, dialect)))
    for statement in (
        _postgresql(connection, schema, made) if dialect == "postgresql" else _sqlite(connection, made)
    ):
        connection.exec_driver_sql(statement)


def _postgresql(connection: Connection, schema: str, made: Track) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote
    notes, table = f"{quote(schema)}.{quote(made.notes)}", f"{quote(schema)}.{quote(made.table)}"
    yield f"""CREATE FUNCTION {notes}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN INSERT INTO {notes} (id) VALUES (NEW.id) ON CONFLICT DO NOTHING; RETURN NULL; END $$"""
    yield f"""CREATE TRIGGER {quote(made.notes)} AFTER {" OR ".join(_events(connection, made))} ON {table}
        FOR EACH ROW EXECUTE FUNCTION {notes}()"""


def _sqlite(connection: Connection, made: Track) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote
    body = f"BEGIN INSERT OR IGNORE INTO {quote(made.notes)} (id) VALUES (NEW.id); END"
    for suffix, event in zip(("_i", "_u"), _events(connection, made), strict=False):
        name = quote(made.notes + suffix)
        yield f"CREATE TRIGGER {name} AFTER {event} ON {quote(made.table)} FOR EACH ROW {body}"


def _events(connection: Connection, made: Track) -> list[str]:
    """What is noted: every insert, and updates of the columns where there are any."""
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in made.columns)
    return ["INSERT", f"UPDATE OF {columns}"] if columns else ["INSERT"]


def untrack(connection: Connection, schema: str, made: Track) -> None:
    """Stop noting and forget the notes; nothing happens where there is nothing."""
    quote = connection.dialect.identifier_preparer.quote
    if connection.dialect.name == "postgresql":
        notes, table = f"{quote(schema)}.{quote(made.notes)}", f"{quote(schema)}.{quote(made.table)}"
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {quote(made.notes)} ON {table}")
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {notes}()")
    else:
        for suffix in ("_i", "_u"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {quote(made.notes + suffix)}")
    connection.execute(
        sa.schema.DropTable(notes_table(made, schema, connection.dialect.name), if_exists=True)
    )
