"""Loads the demo records of a package into an app, once and whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from builder.demo.moments import Moments
from builder.demo.package import DemoPackage, DemoRow
from builder.demo.past import AT_ONCE, PastRecord, Writer
from builder.demo.people import People
from runtime.change import Entered
from runtime.events import Told
from runtime.served import Served, serve
from runtime.support import support_tables
from schema_store.versions import current_version, load_layout

#: Ranks of groups are below it.
RANKS = 1_000
#: Bits of a version 7 UUID below its time.
_VERSION, _VARIANT = 0x7 << 76, 0b10 << 62
#: Days that the oldest record lies back at most.
_OLDEST = 1_500

Progress = Callable[[int], object]


@dataclass
class Loaded:
    """How much was loaded: records by entity, and events."""

    records: dict[str, int] = field(default_factory=dict)
    events: int = 0


def is_loaded(connection: Connection, package: DemoPackage, app: str) -> bool:
    """Whether an earlier loading did its work: the first record of the package has a history, which nothing takes away.

    Raises:
        UnknownApp: there is no such app.
    """
    first = next(package.rows(package.entities[0]))
    layout = load_layout(connection, app, current_version(connection, app))
    history = support_tables(layout.schema, connection.dialect.name).history
    found = sa.select(history.c.id).where(history.c.record == demo_id(first)).limit(1)
    return connection.execute(found).first() is not None


def load_demo(
    connection: Connection,
    package: DemoPackage,
    app: str,
    people: People,
    now: datetime,
    *,
    share: float = 1.0,
    progress: Progress = lambda _: None,
) -> Loaded:
    """Load the records and events of a package; :func:`is_loaded` says whether an earlier loading did.

    All of it is one transaction, the caller's: there is never half a demo. Everything is told of the past, so that
    the same files give the last year on whichever day they are loaded.

    Args:
        connection: inside a write transaction.
        package: the data.
        app: key of the app.
        people: who acts and owns.
        now: the moment.
        share: of the stories, 0 to 1; what all of them use is loaded whole.
        progress: told how many records are done since the last time, see :func:`size_of`.

    Raises:
        UnknownApp: there is no such app.
        DemoRefused: a record does not fit the app.
    """
    served = serve(connection, app, lock=True)
    reader = _Reader(served, package.moments(now, served.app.zone), people, share)
    past, done = Writer(connection, served, now), Loaded()
    for entity in package.entities:
        count = 0
        for portion in _portions(package, entity, progress):
            records = [made for row in portion if (made := reader.record(row)) is not None]
            past.write(entity, records)
            count += len(records)
        done.records[entity] = count
    done.events = past.tell(list(reader.events(package)))
    past.settle(app)
    return done


def size_of(package: DemoPackage) -> int:
    """How many records the progress of a loading counts up to."""
    return sum(1 for entity in package.entities for _ in package.rows(entity))


def demo_id(row: DemoRow) -> UUID:
    """The id of a demo record: the same on every day, in the order in which the records were made."""
    day, _, clock = row.at.partition(" ")
    hours, _, minutes = clock.partition(":")
    moment = ((int(day) + _OLDEST) * 1_440 + int(hours) * 60 + int(minutes)) * 60_000
    digest = int.from_bytes(hashlib.sha256(f"demo:{row.key}".encode()).digest()[:10])
    return UUID(int=moment << 80 | _VERSION | (digest >> 68) << 64 | _VARIANT | digest & (1 << 62) - 1)


def _portions(package: DemoPackage, entity: str, progress: Progress) -> Iterator[Sequence[DemoRow]]:
    rows = list(package.rows(entity))
    for start in range(0, len(rows), AT_ONCE):
        portion = rows[start : start + AT_ONCE]
        yield portion
        progress(len(portion))


class _Reader:
    """Turns rows into records: leaves out what a share, the season or the present does, gives texts their values."""

    def __init__(self, served: Served, moments: Moments, people: People, share: float):
        self.app = served.app
        self.moments = moments
        self.people = people
        self.limit = RANKS * share
        self.ids: dict[str, tuple[str, UUID]] = {}

    def record(self, row: DemoRow) -> PastRecord | None:
        """The record of a row; None where it is left out, as is what refers to one that is."""
        at = self.moments.instant(row.at)
        if at > self.moments.now or not self._is_kept(row.group):
            return None
        wire = self._wire(row)
        if wire is None:
            return None
        id_ = demo_id(row)
        self.ids[row.key] = (row.entity, id_)
        users = self.people.users
        stages = tuple(self._stages(row, at))
        wire |= {"owner_id": str(users[row.owner])} | {each.field: each.stage for each in stages}
        return PastRecord(row.entity, row.key, id_, wire, at, users[row.by], stages)

    def events(self, package: DemoPackage) -> Iterator[Told]:
        """The behaviour around records that were loaded."""
        for each in package.events():
            at = self.moments.instant(each.at)
            if each.record in self.ids and at <= self.moments.now:
                entity, id_ = self.ids[each.record]
                yield Told(each.kind, entity, id_, None, at, each.topic or None, None, None)

    def _is_kept(self, group: tuple[int, int] | None) -> bool:
        return group is None or group[0] < self.limit * self.moments.share(group[1])

    def _stages(self, row: DemoRow, made: datetime) -> Iterator[Entered]:
        """The stages that a record went through, the one in which it was made first; none where it went nowhere."""
        entity = self.app.entities.get(row.entity)
        field, pipelines = next(iter(entity.pipelines.items()), ("", ())) if entity else ("", ())
        moves = [move for move in row.moves if self.moments.instant(move.at) <= self.moments.now]
        for pipeline in pipelines:
            if moves and all(move.stage in pipeline.stages for move in moves):
                yield Entered(field, pipeline.initial, made, self.people.users[row.by])
                break
        for move in moves:
            yield Entered(field, move.stage, self.moments.instant(move.at), self.people.users[move.by])

    def _wire(self, row: DemoRow) -> dict[str, Any] | None:
        wire = {}
        for key, text in row.values.items():
            value = self._value(row.entity, key, text)
            if value is None:
                return None
            wire[key] = value
        return wire

    def _value(self, entity: str, key: str, text: str) -> Any:
        """The JSON value of a text by the type of its field; None where it names a record that is left out.

        What the app does not have (any more) stays a text, for the save to refuse by name.
        """
        owner = self.app.entities.get(entity)
        kind = owner.fields[key].kind.key if owner and key in owner.fields else ""
        people: Mapping[str, Mapping[str, UUID]] = {
            "user": self.people.users,
            "team": self.people.teams,
            "region": self.people.regions,
        }
        if kind in people:
            return str(people[kind][text])
        if kind == "reference":
            return str(self.ids[text][1]) if text in self.ids else None
        if kind == "links":
            return [str(self.ids[each][1]) for each in text.split("|") if each in self.ids]
        return _plain(kind, text, self.moments)


def _plain(kind: str, text: str, moments: Moments) -> Any:
    if kind == "date":
        return moments.day(int(text)).isoformat()
    if kind == "instant":
        return moments.instant(text).isoformat()
    if kind in ("options", "tags"):
        return text.split("|")
    if kind == "integer":
        return int(moments.quarter(text) or text)
    if kind == "boolean":
        return text == "true"
    return json.loads(text) if kind in ("json", "translated_text") else text
