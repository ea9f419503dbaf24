"""Tables of the audit: what happened on the platform, and the seals over it; apps have seals of the same shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.storage import Instant, JsonValue, Text, Uuid
from schema_store.platform import METADATA, PLATFORM_PREFIX

#: The function that PostgreSQL calls to refuse an edit (made by the platform's revision 0003).
_REFUSE = "public.dougong_refuse_edit()"
_SAYS = "what happened is never edited"


def seal_columns() -> list[sa.Column[Any]]:
    """A seal: ``hash`` (HMAC) covers its number, moment, the hash before it, and the digests of its rows.

    The moment is a text, the same on every database. ``key`` tells which secret key it was made with, without telling
    the key.
    """
    number: sa.Column[Any] = sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False)
    texts: list[sa.Column[Any]] = [
        sa.Column(name, Text(), nullable=False) for name in ("at", "previous", "hash", "key")
    ]
    rows: sa.Column[Any] = sa.Column("rows", sa.BigInteger(), nullable=False)
    return [number, rows, *texts]


def sealed_columns() -> list[sa.Column[Any]]:
    """Which row a seal holds, and the HMAC of its content; a row is in one seal at most."""
    return [
        sa.Column("source", Text(), primary_key=True),
        sa.Column("id", Uuid(), primary_key=True),
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
    ]


#: What was done to the platform, or refused: people, rights, tokens, sign-ins, publishes, exports, imports.
#: ``by`` is empty where nobody was signed in; ``count`` is how often within a minute.
AUDIT = sa.Table(
    f"{PLATFORM_PREFIX}audit",
    METADATA,
    sa.Column("id", Uuid(), primary_key=True),
    sa.Column("at", Instant(), nullable=False),
    sa.Column("by", Uuid(), nullable=True),
    sa.Column("name", Text(), nullable=True),
    sa.Column("act", Text(), nullable=False),
    sa.Column("app", sa.String(60), nullable=True),
    sa.Column("subject", Text(), nullable=True),
    sa.Column("details", JsonValue(), nullable=False),
    sa.Column("count", sa.BigInteger(), nullable=False),
    sa.Index(f"ix_{PLATFORM_PREFIX}audit_app", "app", "id"),
)
SEALS = sa.Table(f"{PLATFORM_PREFIX}seal", METADATA, *seal_columns())
SEALED = sa.Table(f"{PLATFORM_PREFIX}sealed", METADATA, *sealed_columns())


def fix(table: sa.Table, editable: Iterable[str] = ()) -> sa.Table:
    """Let the database refuse to edit the rows of a table that is going to be made, but for ``editable`` columns."""
    fixed = tuple(column.name for column in table.c if column.name not in set(editable))

    def create(made: sa.Table, connection: Connection, **_options: Any) -> None:
        for statement in _triggers(made, connection, fixed):
            connection.exec_driver_sql(statement)

    sa.event.listen(table, "after_create", create)
    return table


def _triggers(table: sa.Table, connection: Connection, fixed: tuple[str, ...]) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer
    name, columns = quote.format_table(table), ", ".join(map(quote.quote, fixed))
    trigger = quote.quote(f"{table.name}_fixed")
    if connection.dialect.name == "postgresql":
        refuse = f"EXECUTE FUNCTION {_REFUSE}"
        edits = f"BEFORE DELETE OR UPDATE OF {columns} ON {name}"
        yield f"CREATE TRIGGER {trigger} {edits} FOR EACH ROW {refuse}"
        yield f"CREATE TRIGGER {quote.quote(f'{table.name}_kept')} BEFORE TRUNCATE ON {name} {refuse}"
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
    yield f"CREATE TRIGGER {trigger} BEFORE UPDATE OF {columns} ON {name} {refuse}"
    yield f"CREATE TRIGGER {quote.quote(f'{table.name}_kept')} BEFORE DELETE ON {name} {refuse}"
