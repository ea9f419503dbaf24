"""The world of the conformance cases in three shapes: names (Env), rows for Python, tables for SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from expressions.context import ActorValues, Calendar, Context
from expressions.env import EntityInfo, Env, FieldInfo, TierTable
from expressions.sql import Inverse, Link
from expressions.storage import Instant, Uuid, column_type
from expressions.types import Kind, Type

FOLDER = Path(__file__).parent
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?\Z")


def read_type(written: Mapping[str, Any]) -> Type:
    """A Type from its words in the JSON."""
    words = {key: value for key, value in written.items() if key not in ("inverse", "link")}
    if "options" in words:
        words["options"] = tuple(words["options"])
    if "item" in words:
        words["item"] = read_type(words["item"])
    return Type(**{**words, "kind": Kind(words["kind"])})


def read_value(written: Any, type_: Type) -> Any:
    """A typed value from its JSON form."""
    if written is None:
        return None
    match type_.kind:
        case Kind.INTEGER:
            return int(written)
        case Kind.DECIMAL | Kind.MONEY | Kind.PERCENT:
            return Decimal(written)
        case Kind.DATE:
            return date.fromisoformat(written)
        case Kind.INSTANT:
            return datetime.fromisoformat(written).astimezone(UTC)
        case Kind.DURATION:
            return read_duration(written)
        case Kind.REFERENCE:
            return UUID(written)
        case Kind.LIST:
            return tuple(read_value(member, type_.item or type_) for member in written)
        case _:
            return written


def read_duration(written: str) -> timedelta:
    """``-P2DT3H0.5S`` as a length of time."""
    found = _DURATION.match(written)
    assert found, written
    sign, days, hours, minutes, seconds, fraction = (part or "" for part in found.groups())
    length = timedelta(
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        microseconds=int(fraction.ljust(6, "0") or 0),
    )
    return -length if sign else length


class World:
    """``world.json`` read once.

    Attributes:
        entities: the Env's entities.
        records: entity → handle → the record's values, with ``id`` and ``deleted``.
        links: field (entity, key) → link key.
        prefix: stands before every table's name, so that several worlds fit one database.
    """

    def __init__(self, document: Mapping[str, Any], prefix: str = "") -> None:
        self.document = document
        self.prefix = prefix
        self.entities = {key: self._entity(key, written) for key, written in document["entities"].items()}
        self.link_keys = {
            (entity, key): field["link"]
            for entity, written in document["entities"].items()
            for key, field in written["fields"].items()
            if "link" in field
        }
        self.links = {key: [(UUID(a), UUID(b)) for a, b in pairs] for key, pairs in document["links"].items()}
        self.records = {
            entity: {handle: self._record(entity, written) for handle, written in records.items()}
            for entity, records in document["records"].items()
        }
        self.by_id = {
            entity: {record["id"]: record for record in records.values()}
            for entity, records in self.records.items()
        }
        self.tables = {
            key: TierTable(tuple(map(Decimal, table["starts"])), tuple(map(Decimal, table["rates"])))
            for key, table in document["tables"].items()
        }
        self.schema = Tables(self)

    @classmethod
    def load(cls) -> World:
        """The world beside this file."""
        return cls(json.loads((FOLDER / "world.json").read_text()))

    def _entity(self, key: str, written: Mapping[str, Any]) -> EntityInfo:
        fields = {
            name: FieldInfo(name, read_type(field), field.get("inverse"))
            for name, field in written["fields"].items()
        }
        fields["id"] = FieldInfo("id", Type(Kind.REFERENCE, entity=key))
        return EntityInfo(key, fields, written["time_field"])

    def _record(self, entity: str, written: Mapping[str, Any]) -> dict[str, Any]:
        record: dict[str, Any] = {"deleted": written.get("deleted", False)}
        for key, field in self.entities[entity].fields.items():
            if field.type.kind is not Kind.RECORDS:
                record[key] = read_value(written.get(key), field.type)
        return record

    def env(self, case: Mapping[str, Any]) -> Env:
        """The names that a case may use."""
        return Env(
            entities=self.entities,
            entity=case.get("entity"),
            tables=self.tables,
            calendars=frozenset(case.get("calendars", self.document["calendars"])),
            actor=bool(case.get("actor")),
            currency=self.document["currency"],
        )

    def context(self, case: Mapping[str, Any]) -> Context:
        """The surroundings of a case."""
        actor = self.document["actor"]
        many = {key: tuple(map(UUID, actor[key])) for key in ("my_teams", "my_regions")}
        one = {key: UUID(actor[key]) for key in ("me", "my_team", "my_region")}
        return Context(
            now=datetime.fromisoformat(case.get("moment", self.document["moment"])).astimezone(UTC),
            zone=ZoneInfo(case.get("zone", self.document["zone"])),
            calendars={
                key: Calendar(
                    frozenset(each["weekdays"]),
                    frozenset(map(date.fromisoformat, each["holidays"])),
                    frozenset(map(date.fromisoformat, each["makeup"])),
                )
                for key, each in case.get("calendars", self.document["calendars"]).items()
            },
            tables=self.tables,
            actor=ActorValues(**one, **many, my_roles=tuple(actor["my_roles"]))
            if case.get("actor")
            else None,
        )

    def row(self, entity: str | None, handle: str | None) -> Mapping[str, Any]:
        """The row that a Program reads."""
        if entity is None or handle is None:
            return {}
        return Row(self, entity, self.records[entity][handle])


class Row(Mapping[str, Any]):
    """A record with every dotted path below it, looked up when it is read."""

    def __init__(self, world: World, entity: str, record: Mapping[str, Any]) -> None:
        self.world = world
        self.entity = entity
        self.record = record

    def __getitem__(self, path: str) -> Any:
        first, _, rest = path.partition(".")
        field = self.world.entities[self.entity].fields[first]
        if field.type.kind is Kind.RECORDS:
            return self._children(first, field)
        if not rest:
            return self.record[first]
        target = self.world.by_id[field.type.entity or ""].get(self.record[first])
        if target is None or target["deleted"]:
            return () if self._ends_in_records(path) else None
        return Row(self.world, field.type.entity or "", target)[rest]

    def _ends_in_records(self, path: str) -> bool:
        entity = self.entity
        for part in path.split("."):
            type_ = self.world.entities[entity].fields[part].type
            entity = type_.entity or ""
        return type_.kind is Kind.RECORDS

    def _children(self, key: str, field: FieldInfo) -> tuple[Row, ...]:
        entity = field.type.entity or ""
        records = self.world.by_id[entity]
        link = self.world.link_keys.get((self.entity, key))
        if link is None:
            found = [each for each in records.values() if each[field.inverse or ""] == self.record["id"]]
        else:
            found = [records[far] for near, far in self.world.links[link] if near == self.record["id"]]
        return tuple(Row(self.world, entity, each) for each in found if not each["deleted"])

    def __iter__(self) -> Iterator[str]:
        return iter(self.record)

    def __len__(self) -> int:
        return len(self.record)


class Tables:
    """The world's tables; a column is named after its field with ``f_`` before it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.metadata = sa.MetaData()
        self.entities = {key: self._table(entity) for key, entity in world.entities.items()}
        self.links = {key: self._link(key) for key in world.links}

    def _table(self, entity: EntityInfo) -> sa.Table:
        columns = [
            sa.Column(f"f_{key}", column_type(field.type))
            for key, field in entity.fields.items()
            if field.type.kind is not Kind.RECORDS and key != "id"
        ]
        bin_column = sa.Column("deleted_at", Instant())
        key = sa.Column("id", Uuid(), primary_key=True)
        return sa.Table(f"{self.world.prefix}t_{entity.key}", self.metadata, key, bin_column, *columns)

    def _link(self, key: str) -> sa.Table:
        ends = (sa.Column(end, Uuid(), primary_key=True) for end in ("near", "far"))
        return sa.Table(f"{self.world.prefix}l_{key}", self.metadata, *ends)

    def fill(self, connection: sa.Connection) -> None:
        """Create the tables anew and put the records in."""
        self.metadata.drop_all(connection)
        self.metadata.create_all(connection)
        gone = datetime(2026, 1, 1, tzinfo=UTC)
        for entity, records in self.world.records.items():
            for record in records.values():
                values = {f"f_{key}": value for key, value in record.items() if key not in ("id", "deleted")}
                values |= {"id": record["id"], "deleted_at": gone if record["deleted"] else None}
                connection.execute(self.entities[entity].insert(), values)
        for key, pairs in self.world.links.items():
            for near, far in pairs:
                connection.execute(self.links[key].insert(), {"near": near, "far": far})


class WorldScope:
    """The tables as the compiler asks for them."""

    def __init__(self, world: World, entity: str | None) -> None:
        self.world = world
        self.root = None if entity is None else world.schema.entities[entity].alias("r")

    def table(self, entity: str) -> sa.Table:
        return self.world.schema.entities[entity]

    def column(self, entity: str, field: str) -> str:
        return field if field == "id" else f"f_{field}"

    def deleted(self, entity: str) -> str | None:
        return "deleted_at"

    def children(self, entity: str, field: str) -> Inverse | Link:
        link = self.world.link_keys.get((entity, field))
        if link is not None:
            return Link(self.world.schema.links[link], "near", "far")
        return Inverse(f"f_{self.world.entities[entity].fields[field].inverse}")

    def row_filter(self, entity: str, alias: sa.FromClause) -> sa.ColumnElement[Any] | None:
        return None

    def tier_table(self, key: str) -> TierTable:
        return self.world.tables[key]
