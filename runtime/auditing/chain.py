"""What a chain of seals is over, and how a row becomes bytes that are sealed.

The bytes of a row are a JSON object of its columns as the database holds them, without those that are null, so that a
column which a later version of the product adds leaves earlier seals as they are.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

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
    def columns(self) -> tuple[sa.Column[Any], ...]:
        """The sealed columns, the id first."""
        left_out = _RECODED.get(self.name, frozenset())
        rest = (column for column in self.table.c if column.name not in {"id", *left_out})
        return (self.table.c.id, *rest)

    def selected(self, dialect: str) -> list[sa.ColumnElement[Any]]:
        """The columns as the database holds them: whatever somebody put there, it can be read."""
        if dialect == "postgresql":
            return [sa.cast(column, sa.Text()).label(column.name) for column in self.columns]
        return [sa.type_coerce(column, sa.types.NullType()).label(column.name) for column in self.columns]


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
        named = zip(source.columns, row, strict=True)
        values = {column.name: _plain(value) for column, value in named if value is not None}
        text = json.dumps([source.name, values], ensure_ascii=True, separators=(",", ":"), sort_keys=True)
        return hmac.digest(self._key, text.encode(), "sha256")

    def seal(self, chain: str, number: int, at: str, previous: str, members: Iterable[Member]) -> str:
        """The hash of a seal; ``members`` in their order."""
        made = hmac.new(self._key, json.dumps([chain, number, at, previous]).encode(), "sha256")
        for source, id_, digest in members:
            made.update(b"\n" + source.encode() + b"\0" + id_ + digest)
        return made.hexdigest()


def raw_id(value: Any) -> bytes | None:
    """The 16 bytes of an id as a database holds it; None where it is none."""
    try:
        raw = UUID(value).bytes if isinstance(value, str) else bytes(value)
    except (ValueError, TypeError):
        return None
    return raw if len(raw) == 16 else None


def _plain(value: Any) -> Any:
    """A value as JSON; texts and bytes that look alike stay apart."""
    return {"x": value.hex()} if isinstance(value, bytes) else value


def describe_chain(chain: str) -> Mapping[str, str]:
    """What a chain is called."""
    if chain == PLATFORM:
        return {"zh-CN": "平台", "en": "platform"}
    return {"zh-CN": f"应用 {chain}", "en": f"app {chain}"}
