"""A served app: compiled version, tables, and the scope through which expressions become SQL on them.

Kept by (database, app, version, number of switches): what is new is a new key, nothing is ever invalidated.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from expressions.env import TierTable
from expressions.registry import Dialect
from expressions.sql import Inverse, Link
from runtime.people.tables import REGIONS, TEAMS, USERS
from runtime.support import SupportTables, support_tables
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.environment import EVENTS, STAGE_CHANGES
from schema_store.compile.app import build_app
from schema_store.compiled.app import App, CompiledEntity
from schema_store.layout import Layout
from schema_store.system import SYSTEM_FIELDS
from schema_store.tables import RecordTables, build_tables
from schema_store.versions import Version, load_version, standing_of

_PLATFORM: Mapping[str, tuple[sa.Table, Mapping[str, str]]] = {
    "user": (USERS, {"team": "team_id", "region": "region_id"}),
    "team": (TEAMS, {"parent": "parent_id"}),
    "region": (REGIONS, {"parent": "parent_id"}),
}
_SYSTEM_COLUMNS = {field.name: field.column for field in SYSTEM_FIELDS if field.name}
#: Apps kept compiled at the same time.
_CAPACITY = 32


@dataclass(frozen=True)
class Served:
    """One version of an app on one database.

    Attributes:
        app: compiled.
        key: under which it is installed here.
        hash: of the version's document.
        layout: where its values lie.
        records: tables of its entities, by entity id.
        support: tables beside them.
        dialect: of the database.
        off: ids of elements that are switched off here.
    """

    app: App
    key: str
    hash: str
    layout: Layout
    records: RecordTables
    support: SupportTables
    dialect: Dialect
    off: frozenset[str] = frozenset()

    def entity_table(self, key: str) -> sa.Table:
        """The table of an entity of the app; KeyError where there is none."""
        return self.records.entities[self.app.entities[key].id]

    @cached_property
    def kept(self) -> dict[Hashable, Any]:
        """What others make once for this version (statements, policies); each under keys of its own."""
        return {}

    @cached_property
    def columns(self) -> Mapping[str, Mapping[tuple[str, str], str]]:
        """By entity key: (field key, part) → name of the column; entities of a mere draft have no table yet."""
        known = self.records.entities
        return {key: self._columns(entity) for key, entity in self.app.entities.items() if entity.id in known}

    def _columns(self, entity: CompiledEntity) -> dict[tuple[str, str], str]:
        keys = {field.id: key for key, field in entity.fields.items()}
        table = self.records.entities[entity.id]
        return {
            (keys[column.info["field"]], column.info["part"]): column.name
            for column in table.c
            if column.info and column.info["field"] in keys
        }

    @cached_property
    def statements(self) -> dict[Hashable, Any]:
        """Statements that modules built for this version, by a key that begins with the module's name."""
        return {}

    def column(self, entity: str, field: str, part: str = "") -> str:
        """The column of a field (or system field, by its name in expressions); KeyError where it has none."""
        return _SYSTEM_COLUMNS.get(field) or self.columns[entity][field, part]


_kept: OrderedDict[tuple[str, str, int, int], Served] = OrderedDict()
_keeping = Lock()


def serve(
    connection: Connection, app: str, *, lock: bool = False, standing: tuple[int, int] | None = None
) -> Served:
    """The version of ``app`` that is served now.

    Args:
        connection: inside the request's transaction.
        app: its key.
        lock: take the app row shared, as every writer of records does.
        standing: version and switches of the app, where the transaction has read them already.

    Raises:
        UnknownApp: no such app.
    """
    if standing is None:
        standing = standing_of(connection, app, lock="share" if lock else None)
    number, switches = standing
    place = (_database(connection.engine.url), app, number, switches)
    with _keeping:
        found = _kept.get(place)
        if found is not None:
            _kept.move_to_end(place)
            return found
        same = next((served for key, served in _kept.items() if key[:3] == place[:3]), None)
    made = same or _make(connection, app, number)
    if switches:
        made = replace(made, off=_switched_off(connection, made))
    with _keeping:
        _kept[place] = made
        while len(_kept) > _CAPACITY:
            _kept.popitem(last=False)
    return made


def _switched_off(connection: Connection, served: Served) -> frozenset[str]:
    table = served.support.switch
    off = sa.select(table.c.element).where(table.c.is_on == sa.literal(False, table.c.is_on.type))
    return frozenset(connection.execute(off).scalars())


@lru_cache(maxsize=64)
def _database(url: URL) -> str:
    """The database, by whichever driver."""
    return str(url.set(drivername=url.get_backend_name()))


def _compiled(version: Version) -> App:
    """Compiled once for all databases and environments that hold this very version."""
    place = version.hash, version.number
    with _keeping:
        found = next((each.app for kept, each in _kept.items() if (each.hash, kept[2]) == place), None)
    if found is not None:
        return found
    return build_app(Analysis(version.document), version.number)  # it was checked when it was published


def _make(connection: Connection, app: str, number: int) -> Served:
    version = load_version(connection, app, number)
    compiled = _compiled(version)
    dialect: Dialect = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
    layout = version.layout
    return Served(
        app=compiled,
        key=app,
        hash=version.hash,
        layout=layout,
        records=build_tables(layout, dialect),
        support=support_tables(layout.schema, dialect),
        dialect=dialect,
    )


class RecordScope:
    """How expressions reach the tables of a served app (the ``SqlScope`` of :mod:`expressions.sql`).

    Without access it sees every record, as the engine itself does; :mod:`runtime.access` narrows it for an actor.
    """

    def __init__(self, served: Served, root: sa.FromClause | None = None):
        self.served = served
        self._root = root

    @property
    def root(self) -> sa.FromClause | None:
        """The record looked at."""
        return self._root

    def table(self, entity: str) -> sa.Table:
        """The table of an entity, of the platform, or of a history."""
        if entity in _PLATFORM:
            return _PLATFORM[entity][0]
        if "." in entity:
            is_event = entity.partition(".")[2] == EVENTS
            return self.served.support.event if is_event else self.served.support.stage_change
        return self.served.entity_table(entity)

    def column(self, entity: str, field: str) -> str:
        """The name of a field's column."""
        if entity in _PLATFORM:
            return _PLATFORM[entity][1].get(field, field)
        return field if "." in entity else self.served.column(entity, field)

    def deleted(self, entity: str) -> str | None:
        """The column of the bin; people, teams, regions and histories have none."""
        return None if entity in _PLATFORM or "." in entity else "deleted_at"

    def children(self, entity: str, field: str) -> Inverse | Link:
        """How the children of a record are found."""
        if field in (EVENTS, STAGE_CHANGES):
            return Inverse("record")
        many = self.served.app.entities[entity].children[field]
        owner = self.served.app.entities[many.owner].fields[many.field]
        if not many.is_link:
            return Inverse(self.served.column(many.entity, many.field))
        table = self.served.records.links[owner.id]
        is_far = many.owner == entity and field == many.field
        return Link(table, "source", "target") if is_far else Link(table, "target", "source")

    def row_filter(self, entity: str, alias: sa.FromClause) -> sa.ColumnElement[Any] | None:
        """The rows that may be seen: all, but of a shared history only those of this entity."""
        if "." not in entity:
            return None
        return alias.c.entity == self.served.app.entities[entity.partition(".")[0]].id

    def tier_table(self, key: str) -> TierTable:
        """The rows of a tier table."""
        return self.served.app.tables[key]
