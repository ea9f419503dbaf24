"""The planted world: records of every entity on four sides, a canary in every field that can hold one.

``east`` belongs to rep1 and refers to records of its own side, ``north`` to rep3, ``mixed`` to rep1 but refers to
``north``; ``binned`` was rep1's and lies in the bin.
"""

from __future__ import annotations

import base64
import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from runtime.access.policy import is_given
from runtime.search import reindex
from schema_store.database import reading, writing
from schema_store.field_types.language import options_of
from tests.api.crm import NOW, PEOPLE, Crm, make_crm
from tests.api.matrix.referee import DOCUMENT, FIELDS, Json, Person, Record, Referee
from tests.conftest import Databases

SIDES = {"east": "rep1", "north": "rep3", "mixed": "rep1", "binned": "rep1"}
#: Who stands in the fields that name people, by side.
_NAMED = {"east": "service", "north": "finance", "mixed": "legal", "binned": "service"}
#: Everybody whose cells are looked at: one of each demo role, and somebody without any.
ACTORS = ("rep1", "manager", "director", "ops", "service", "finance", "legal", "admin", "nobody")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TOKEN = re.compile(r"qz\d{5}x|\+8619\d{9}|\d{4}-\d\d-\d\d|\d+\.\d+|\d{7,}")
_CURSOR = re.compile(r'"next":"([\w-]+)"')
_UNPLANTABLE = frozenset(
    (
        *("option", "options", "boolean", "stage", "reference", "links", "user", "team", "region"),
        *("file", "files", "image", "images", "geo", "json", "translated_text"),
    )
)
#: What has to change with what is hidden, because a validation compares them.
_TOGETHER: dict[str, Json] = {
    "product": {"list_price": "99999.37"},
    "opportunity": {"amount": "99998.37"},
    "quote": {"sent_at": "2026-03-01T00:00:00Z"},
    "account": {"founded_on": "2001-01-01", "credit_code": None},
}


@dataclass
class World:
    """The CRM with planted records.

    Attributes:
        records: all of them, by id.
        canaries: normalised canary → the record and the field that hold it.
    """

    crm: Crm
    records: dict[UUID, Record] = field(default_factory=dict)
    canaries: dict[str, tuple[Record, str]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(10_001))
    #: Far from the rates that are computed of other canaries.
    _percents: Any = field(default_factory=lambda: itertools.count(9_701))

    def of(self, entity: str, side: str) -> Record:
        return next(each for each in self.records.values() if (each.entity, each.side) == (entity, side))

    def referee(self, who: str) -> Referee:
        team, _, roles = PEOPLE[who]
        mates = {name for name, (other, _, _) in PEOPLE.items() if team and other == team}
        return Referee(self.records, Person(who, tuple(roles), frozenset(mates)))

    def leaks(self, referee: Referee, answer: bytes, sent: str = "") -> list[str]:
        """Canaries in an answer that the person may not see, other than those they sent themselves."""
        found = []
        known = tokens(sent)
        for token in tokens(answer.decode()) - known:
            if token in self.canaries:
                record, key = self.canaries[token]
                if not referee.sees(record) or key not in referee.readable(record.entity):
                    found.append(f"{token} is {record.side} {record.entity}.{key}")
        return found

    def plant(self) -> None:
        for entity in FIELDS:
            for side, owner in SIDES.items():
                record = Record(uuid7(), entity, side, owner, {}, binned=side == "binned")
                self.records[record.id] = record
        for record in self.records.values():
            self._fill(record)
        with writing(self.crm.engine) as connection:
            for entity in _parents_first():
                table = self.crm.served.entity_table(entity)
                mine = [each for each in self.records.values() if each.entity == entity]
                connection.execute(sa.insert(table), [self._row(each) for each in mine])
            for record in self.records.values():
                self._refer(connection, record)
            for entity in FIELDS:
                ids = [each.id for each in self.records.values() if each.entity == entity]
                reindex(connection, self.crm.served, entity, ids)

    def age(self) -> None:
        """Changes by the administrator of what is hidden from somebody: old and new value stand in the history."""
        for record in self.records.values():
            fields = self.crm.served.app.entities[record.entity].fields
            fresh = {
                key: value
                for key in sorted(_kept_back(record.entity) & record.values.keys())
                if (value := self._canary(FIELDS[record.entity][key], fields[key].type)) is not None
            }
            if record.binned or not fresh:
                continue
            for key, value in fresh.items():
                self.canaries[_written(fields[key].encode(value))] = (record, key)
            given = {key: fields[key].encode(value) for key, value in fresh.items() if is_given(fields[key])}
            path = f"/apps/crm/records/{record.entity}/{record.id}"
            answer = self.crm.as_("admin").patch(path, {**given, **_TOGETHER.get(record.entity, {})})
            assert answer.status == 200, answer.body
            self._overwrite(record, {key: fresh[key] for key in fresh.keys() - given.keys()})

    def _overwrite(self, record: Record, values: Json) -> None:
        """Canaries in the columns of computed fields, which no door can write."""
        table = self.crm.served.entity_table(record.entity)
        columns = {self.crm.served.column(record.entity, key): value for key, value in values.items()}
        if columns:
            with writing(self.crm.engine) as connection:
                connection.execute(sa.update(table).where(table.c.id == record.id).values(columns))

    def _fill(self, record: Record) -> None:
        fields = self.crm.served.app.entities[record.entity].fields
        for key, described in FIELDS[record.entity].items():
            if (key, "") not in self.crm.served.columns[record.entity]:
                continue
            value = self._canary(described, fields[key].type)
            if value is not None:
                record.values[key] = value
                self.canaries[_written(fields[key].encode(value))] = (record, key)
        side = "north" if record.side == "mixed" else record.side
        for key, described in FIELDS[record.entity].items():
            if described["type"] == "user":
                record.values[key] = _NAMED[record.side]
            if described["type"] in ("option", "stage"):
                options = options_of(fields[key].spec, fields[key].around)
                chosen = list(SIDES).index(record.side) if described["type"] == "option" else 0
                record.values[key] = options[chosen % len(options)][0]
            if described["type"] == "reference" and described["entity"] in FIELDS:
                record.refers[key] = self.of(described["entity"], side).id
        if record.entity == "request":
            record.values["kind"] = "reimbursement" if record.side == "north" else "nonstandard"

    def _canary(self, described: Json, type_: Any) -> Any:
        """A value of the field's type that occurs nowhere else."""
        kind = described.get("result", described)["type"]
        if kind in _UNPLANTABLE:
            return None
        number = next(self._numbers)
        match kind:
            case "phone":
                return f"+86190000{number}"
            case "email":
                return f"qz{number}x@canary.example"
            case "url":
                return f"https://qz{number}x.example/"
            case "tags":
                return (f"qz{number}x",)
            case "date":
                return _day(number)
            case "instant":
                return datetime.combine(_day(number), time(), UTC)
            case "integer":
                return 70_000_000 + number
            case "percent":
                return Decimal(f"0.{next(self._percents)}")
            case "money" | "decimal" | "score":
                whole = (type_.digits or 15) - type_.scale
                if type_.scale == 0:
                    return 70_000_000 + number
                return (
                    Decimal(f"{number}.{'37'.ljust(type_.scale, '0')[: type_.scale]}") if whole >= 5 else None
                )
        return f"qz{number}x"

    def _row(self, record: Record) -> Json:
        crm = self.crm
        values = {
            key: crm.ids[value] if FIELDS[record.entity][key]["type"] == "user" else value
            for key, value in record.values.items()
        }
        needed = {
            key: id_ for key, id_ in record.refers.items() if FIELDS[record.entity][key].get("required")
        }
        system = {"owner": record.owner, "version": 2}
        row = crm._row(record.entity, record.id, {**system, **values, **needed})
        if record.binned:
            row["deleted_at"] = NOW
        columns = crm.served.entity_table(record.entity).c
        names = columns.keys()
        return {name: row.get(name) for name in names if name in row or columns[name].nullable}

    def _refer(self, connection: sa.Connection, record: Record) -> None:
        table = self.crm.served.entity_table(record.entity)
        values = {self.crm.served.column(record.entity, key): id_ for key, id_ in record.refers.items()}
        if values:
            connection.execute(sa.update(table).where(table.c.id == record.id).values(values))

    def rows(self) -> dict[UUID, Any]:
        """Every planted record as its table holds it."""
        found: dict[UUID, Any] = {}
        with reading(self.crm.engine) as connection:
            for entity in FIELDS:
                table = self.crm.served.entity_table(entity)
                found |= {row.id: tuple(row) for row in connection.execute(sa.select(table))}
        return {id_: row for id_, row in found.items() if id_ in self.records}


def _parents_first() -> list[str]:
    """The entities, those that others cannot do without before them."""
    done: list[str] = []
    while len(done) < len(FIELDS):
        for entity, fields in FIELDS.items():
            needed = {each["entity"] for each in fields.values() if each.get("required") and "entity" in each}
            if entity not in done and needed <= {*done, entity}:
                done.append(entity)
    return done


def _kept_back(entity: str) -> set[str]:
    """Fields that some permission hides."""
    grants = [grant for role in DOCUMENT["roles"] for grant in role["permissions"]]
    return {key for grant in grants if grant["entity"] == entity for key in grant.get("hidden", ())}


def _written(wire: Any) -> str:
    """The token under which a canary is found."""
    (token,) = tokens(str(wire)) or {""}
    return token


def _day(number: int) -> date:
    """A day of its own for every number; never the first of a month, by which figures name the whole month."""
    month, day = divmod(number, 27)
    return date(2101 + month // 12, month % 12 + 1, day + 2)


def tokens(text: str) -> set[str]:
    """Everything in a text that could be a canary: identifiers left out, cursors opened, digits without their end."""
    for cursor in _CURSOR.findall(text):
        text += base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("latin-1")
    found = _TOKEN.findall(_UUID.sub("", text.casefold()))
    return {each.rstrip("0").rstrip(".") if "." in each else each for each in found}


def make_world(databases: Databases, name: str, home: Path) -> World:
    """The CRM with its people, the planted records, and changes of hidden fields that left a history."""
    world = World(make_crm(databases, name, home))
    world.plant()
    world.age()
    return world
