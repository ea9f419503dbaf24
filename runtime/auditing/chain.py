"""What a chain of seals is over, and how a row becomes bytes that are sealed.

The bytes of a row are its columns as the database holds them, each as ``name=length:bytes``, without those that are
null, so that a column which a later version of the product adds leaves earlier seals as they are.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.auditing.tables import AUDIT, SEALED, SEALS
from runtime.support import SupportTables, support_tables
from schema_store.versions import list_apps, load_layout

#: A row in a seal: its table, the 16 bytes of its id, its digest.
Member = tuple[str, bytes, bytes]
#: The name of the platform's own chain; no key of an app has a dot.
PLATFORM = "platform."
#: Columns that are not sealed: a publish that renames a stage recodes them. The history of the same save holds what
#: was said then, and :mod:`runtime.auditing.stages` compares both.
_RECODED = {"stage_change": frozenset({"stage", "previous"})}
#: Tables of an app that are sealed. Rows of those that are counted up are sealed when their minute is long over.
_SOURCES = ("history", "stage_change", "event", "evidence", "refusal")
COUNTED = frozenset({"refusal", "audit"})


@dataclass(frozen=True)
class Source:
    """A table that is sealed."""

    name: str
    table: sa.Table

    @cached_property
    def names(self) -> tuple[bytes, ...]:
        """The names of the sealed columns, as they are sealed."""
        return tuple(column.name.encode() for column in self.columns)

    @cached_property
    def columns(self) -> tuple[sa.Column[Any], ...]:
        """The sealed columns, the id first."""
        left_out = _RECODED.get(self.name, frozenset())
        rest = (column for column in self.table.c if column.name not in {"id", *left_out})
        return (self.table.c.id, *rest)

    def selected(self, dialect: str) -> list[sa.ColumnElement[Any]]:
        """The columns as the database holds them: whatever somebody put there, it can be read."""
        return [as_held(dialect, column) for column in self.columns]


@dataclass(frozen=True)
class Chain:
    """One chain of seals: its name, the tables it is over, and where it is kept."""

    name: str
    sources: tuple[Source, ...]
    seal: sa.Table
    sealed: sa.Table
    support: SupportTables | None = None


def platform_chain() -> Chain:
    """The chain over the platform's acts."""
    return Chain(PLATFORM, (Source("audit", AUDIT),), SEALS, SEALED)


def app_chain(app: str, schema: str, dialect: str) -> Chain:
    """The chain over what happened in an app."""
    support = support_tables(schema, dialect)
    sources = tuple(Source(name, getattr(support, name)) for name in _SOURCES)
    return Chain(app, sources, support.seal, support.sealed, support)


def chains(connection: Connection, app: str | None = None) -> list[Chain]:
    """The chains of a database, or the one of an app; the platform's own first."""
    schemas = {
        each.key: load_layout(connection, each.key, each.version).schema
        for each in list_apps(connection)
        if app in (None, each.key)
    }
    found = [app_chain(key, schema, connection.dialect.name) for key, schema in schemas.items()]
    return found if app is not None else [platform_chain(), *found]


class Sealer:
    """The key that seals: derived from the secret key of the installation, which is not in the database."""

    def __init__(self, secret: bytes):
        self._key = hmac.digest(secret, b"dougong audit seal", "sha256")
        #: Tells keys apart without telling the key.
        self.name = hmac.digest(self._key, b"name", "sha256").hex()[:16]

    def digest(self, source: Source, row: Sequence[Any]) -> bytes:
        """The digest of a row of :meth:`Source.selected`."""
        parts = [source.name.encode()]
        for name, value in zip(source.names, row, strict=True):
            if value is not None:
                held = as_bytes(value)
                parts.append(b"%s=%d:%s" % (name, len(held), held))
        return hmac.digest(self._key, b"\n".join(parts), "sha256")

    def seal(self, chain: str, number: int, at: str, previous: str, members: Iterable[Member]) -> str:
        """The hash of a seal; ``members`` in their order."""
        made = hmac.new(self._key, json.dumps([chain, number, at, previous]).encode(), "sha256")
        for source, id_, digest in members:
            made.update(b"\n" + source.encode() + b"\0" + id_ + digest)
        return made.hexdigest()


def as_held(dialect: str, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A column as the database holds it: a text of PostgreSQL, bytes of SQLite; it can be read whatever is there."""
    kind = sa.Text() if dialect == "postgresql" else sa.LargeBinary()
    return sa.cast(column, kind).label(column.name)


def as_bytes(value: str | bytes) -> bytes:
    """A value of :func:`as_held`."""
    return value.encode() if isinstance(value, str) else value


def as_text(value: str | bytes | None) -> str:
    """The same as a text that can be compared and printed."""
    return "" if value is None else as_bytes(value).decode(errors="replace")


def raw_id(value: str | bytes) -> bytes | None:
    """The 16 bytes of an id of :func:`as_held`; None where it is none."""
    raw = bytes.fromhex(value.replace("-", "")) if isinstance(value, str) else value
    return raw if len(raw) == 16 else None
