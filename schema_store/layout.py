"""The physical truth of one installed app: which table and column holds what, by id; stored with each version.

Names are made from key and id when a thing is created and never change, so a rename, a swap and a move need no DDL.
What was removed stays, *retired*, until somebody purges it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from expressions.types import Kind, Type
from schema_store.document.fields import OnDelete

#: PostgreSQL cuts names at 63 bytes; ours leave room for what is derived from them.
NAME_LIMIT = 55
_SHORT_ID = 6
#: Names that the databases keep for themselves.
_TAKEN_SCHEMA = re.compile(r"^(pg_.*|public|information_schema|main|temp|sqlite.*)$")


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """A column of a record table.

    Attributes:
        field: id of the field.
        part: which of the field's columns (:class:`schema_store.field_types.base.ColumnSpec`).
        name: in the table.
        type: storage form only (:func:`storage_type`).
        nullable: whether the database takes null.
        references: id of the entity it is a foreign key to.
        on_delete: what the foreign key does; None without one.
        retired: number of the version that retired it; None while it is in use.
    """

    field: str
    part: str
    name: str
    type: Type
    nullable: bool = True
    references: str | None = None
    on_delete: OnDelete | None = None
    retired: int | None = None


@dataclass(frozen=True, slots=True)
class IndexLayout:
    """An index over columns by name; which rows it holds, see :func:`schema_store.tables.index_condition`."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True, slots=True)
class TableLayout:
    """The table of an entity; the system columns are in every table and not listed."""

    entity: str
    name: str
    columns: tuple[ColumnLayout, ...] = ()
    indexes: tuple[IndexLayout, ...] = ()
    retired: int | None = None

    @property
    def active(self) -> tuple[ColumnLayout, ...]:
        """The columns in use."""
        return tuple(column for column in self.columns if column.retired is None)

    def column(self, field: str, part: str = "") -> ColumnLayout | None:
        """The column in use for a part of a field."""
        return next((c for c in self.active if c.field == field and c.part == part), None)

    def named(self, name: str) -> ColumnLayout:
        """The column of that name, retired or not; KeyError where there is none."""
        found = next((c for c in self.columns if c.name == name), None)
        if found is None:
            raise KeyError(name)
        return found


@dataclass(frozen=True, slots=True)
class LinkLayout:
    """The table of a many-to-many field: pairs of record ids."""

    field: str
    name: str
    source: str
    target: str
    retired: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """All tables of one installed app.

    Attributes:
        schema: PostgreSQL schema, and prefix of the tables on SQLite.
        tables: one per entity, retired ones included.
        links: one per many-to-many field, retired ones included.
    """

    schema: str
    tables: tuple[TableLayout, ...] = ()
    links: tuple[LinkLayout, ...] = ()

    def table(self, entity: str) -> TableLayout:
        """The table of an entity, retired or not; KeyError where there is none."""
        found = self.find(entity)
        if found is None:
            raise KeyError(entity)
        return found

    def find(self, entity: str) -> TableLayout | None:
        """The table of an entity, retired or not."""
        return next((table for table in self.tables if table.entity == entity), None)

    def link(self, field: str) -> LinkLayout | None:
        """The link table in use for a field."""
        return next((link for link in self.links if link.field == field and link.retired is None), None)

    def physical(self, name: str, dialect: str) -> str:
        """The name of one of its tables on a database: SQLite has no schemas, so a prefix tells apps apart."""
        return f"{self.schema}__{name}" if dialect == "sqlite" else name

    def with_table(self, table: TableLayout) -> Layout:
        """The layout with this table in place of the entity's former one, or added."""
        return replace(self, tables=_put(self.tables, table, "entity"))

    def with_link(self, link: LinkLayout) -> Layout:
        """The layout with this link table in place of the one of the same name, or added."""
        return replace(self, links=_put(self.links, link, "name"))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json", exclude_defaults=True)
        return plain

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Layout:
        """The layout of :meth:`to_json`; ValueError where it is none."""
        return _ADAPTER.validate_python(data)


_ADAPTER = TypeAdapter(Layout)


def _put(items: tuple[Any, ...], item: Any, key: str) -> tuple[Any, ...]:
    same = [getattr(old, key) == getattr(item, key) for old in items]
    if not any(same):
        return (*items, item)
    return tuple(item if hit else old for old, hit in zip(items, same, strict=True))


def with_column(table: TableLayout, column: ColumnLayout) -> TableLayout:
    """The table with this column in place of the one of the same name, or added."""
    return replace(table, columns=_put(table.columns, column, "name"))


def schema_name(app_key: str) -> str:
    """The PostgreSQL schema of an app: ``crm`` is ``crm``, its environment ``crm~sandbox`` is ``crm__sandbox``."""
    name = "__".join(slug(part, "app") for part in app_key.split("~"))
    is_plain = name == app_key.replace("~", "__") and len(name) <= NAME_LIMIT and "__" not in app_key
    if is_plain and not _TAKEN_SCHEMA.match(name):
        return name
    # A key that keeps only part of itself, or would meet another's name: a digest tells it apart.
    return f"app_{name[: NAME_LIMIT - 13]}_{_digest(app_key)}"


def storage_type(type_: Type) -> Type:
    """What of a type its storage depends on: kind, scale and digits, the member of a list."""
    item = Type(Kind.TEXT if type_.item.kind is Kind.OPTION else type_.item.kind) if type_.item else None
    kind = Kind.TEXT if type_.kind is Kind.OPTION else type_.kind
    return Type(kind, scale=type_.scale, digits=type_.digits, item=item)


def slug(key: str, otherwise: str) -> str:
    """The ASCII part of a key in lower case; ``otherwise`` where nothing is left of it."""
    plain = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "_", plain).strip("_") or otherwise


def fresh_name(key: str, element_id: str, suffix: str, taken: Collection[str]) -> str:
    """A name for a new table or column: slug of the key, end of the id, suffix, and a number where it is taken."""
    for ending in _endings(element_id[-_SHORT_ID:] + (f"_{suffix}" if suffix else "")):
        name = f"{slug(key, 'x')[: NAME_LIMIT - len(ending) - 1]}_{ending}"
        if name not in taken:
            return name
    raise AssertionError("unreachable: the numbers never end")


def _endings(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}_{number}"
        number += 1


def index_name(schema: str, table: str, columns: tuple[str, ...], unique: bool) -> str:
    """The derived name of an index: the same wherever the same columns of the same table are indexed."""
    digest = _digest("/".join((schema, table, *columns)))
    return f"{'ux' if unique else 'ix'}_{columns[0][:40]}_{digest}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
