"""Open streams of one process: what they are sent, and when they end.

One task looks at the database for all of them, twice a second, in one short read: whose session or token still
stands, who was told something, which of the records that are looked at changed. So a stream holds no thread and no
connection, processes need not know of one another, and nobody is told anything after they signed out.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.util import greenlet_spawn
from starlette.concurrency import run_in_threadpool

from runtime.access import access_for
from runtime.people.actors import Actor, actor_values, find_actor
from runtime.people.sessions import standing_sessions
from runtime.people.tokens import standing_tokens
from runtime.query.records import get
from runtime.query.watching import versions_of
from runtime.refusals import NotFound
from runtime.served import serve
from schema_store.database import in_loop, reading
from schema_store.versions import UnknownApp
from workflows.notices import LONGEST, ids_since, notices_by_id, unread_of

T = TypeVar("T")
_LOG = logging.getLogger("dougong.streams")
#: Seconds between two looks; seconds after an error.
TICK, _PATIENCE = 0.5, 2.0
#: Streams of one person, of one process.
MOST_OF_PERSON, MOST = 5, 2_000
#: Events that wait for a reader who does not read; then the stream ends, and may be resumed.
_MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class Watched:
    """A record that somebody looks at."""

    app: str
    entity: str
    record: UUID


@dataclass(eq=False, slots=True)
class Listener:
    """One stream.

    Attributes:
        person: who listens.
        session, token: by which they may: exactly one is there.
        known: notices of the last while that the stream has, or that are older than it.
        watched: the record that is looked at, and its version.
        ended: why the stream ends; None: it goes on.
    """

    person: UUID
    session: str | None
    token: UUID | None
    known: set[UUID]
    watched: Watched | None = None
    version: int | None = None
    ended: str | None = None
    _waiting: deque[bytes] = field(default_factory=deque)
    _ready: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, line: bytes) -> None:
        """Send an event; one too many ends the stream."""
        if len(self._waiting) >= _MOST_WAITING:
            self.end("slow")
            return
        self._waiting.append(line)
        self._ready.set()

    def end(self, reason: str) -> None:
        """End the stream after what waits to be sent."""
        self.ended = self.ended or reason
        self._ready.set()

    def take(self) -> bytes:
        """What waits to be sent."""
        lines = b"".join(self._waiting)
        self._waiting.clear()
        self._ready.clear()
        return lines

    async def wait(self, seconds: float) -> bool:
        """Wait until there is something to send or the stream ended; False: nothing came for so long."""
        if self._waiting or self.ended:
            return True
        try:
            await asyncio.wait_for(self._ready.wait(), seconds)
        except TimeoutError:
            return False
        return True


def event(kind: str, data: Mapping[str, Any], id_: UUID | None = None) -> bytes:
    """An event as it is sent."""
    line = b"event: %s\ndata: %s\n\n" % (kind.encode(), orjson.dumps(data, option=orjson.OPT_UTC_Z))
    return line if id_ is None else b"id: %s\n%s" % (str(id_).encode(), line)


def notice_data(row: Row[Any]) -> dict[str, Any]:
    """A notice in wire form."""
    shown = {name: row._mapping[name] for name in ("id", "app", "entity", "message", "at", "read_at")}
    return {**shown, "record_id": row.record, "subject": row.text["subject"], "body": row.text["body"]}


@dataclass(slots=True)
class _Seen:
    """What one look found."""

    standing: set[str | UUID]
    told: dict[UUID, list[UUID]]
    notices: dict[UUID, Row[Any]]
    unread: dict[UUID, int]
    versions: dict[Watched, int]
    hidden: set[Listener]


class Streams:
    """The streams of this process; everything but :meth:`close` is called in its event loop."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]):
        self._engine, self._clock = engine, clock
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._of_person: Counter[UUID] = Counter()

    def join(self, listener: Listener) -> bool:
        """Let a stream begin; False: there are too many."""
        person = listener.person
        if self._of_person[person] >= MOST_OF_PERSON or len(self._listeners) >= MOST:
            return False
        self._of_person[person] += 1
        self._listeners.add(listener)
        self._loop = asyncio.get_running_loop()
        if self._task is None:
            self._task = asyncio.create_task(self._watch(), name="streams")
        return True

    def leave(self, listener: Listener) -> None:
        """The stream is over."""
        self._listeners.discard(listener)
        self._of_person[listener.person] -= 1
        self._of_person += Counter()
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None

    def close(self) -> None:
        """End all streams, since the process is going to; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._close)

    def _close(self) -> None:
        for listener in self._listeners:
            listener.end("restart")

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            begin, listeners = time.monotonic(), tuple(self._listeners)
            try:
                self._tell(listeners, await self._read(partial(self._look, listeners=listeners)))
            except Exception:  # noqa: BLE001 - whatever it is, streams go on when it is over
                _LOG.exception("streams have to wait for the database")
                await asyncio.sleep(_PATIENCE)
            if (took := time.monotonic() - begin) > TICK:
                await asyncio.sleep(took)  # a busy database is not asked more often than it answers

    async def _read(self, work: Callable[[Connection], T]) -> T:
        engines = in_loop(self._engine)

        def read() -> T:
            with reading(self._engine if engines is None else engines.reads) as connection:
                return work(connection)

        if engines is None:
            return await run_in_threadpool(read)
        found: T = await greenlet_spawn(read)
        return found

    def _look(self, connection: Connection, listeners: Iterable[Listener]) -> _Seen:
        now = self._clock()
        by_session = {each.session for each in listeners if each.session}
        by_token = {each.token for each in listeners if each.token}
        standing: set[str | UUID] = set()
        if by_session:
            standing |= standing_sessions(connection, by_session, now)
        if by_token:
            standing |= standing_tokens(connection, by_token, now)
        left = [each for each in listeners if (each.session or each.token) in standing]
        told: dict[UUID, list[UUID]] = defaultdict(list)
        for person, id_ in ids_since(connection, {each.person for each in left}, now - LONGEST):
            told[person].append(id_)
        fresh = {id_ for each in left for id_ in told[each.person] if id_ not in each.known}
        people = {each.person for each in left if not fresh.isdisjoint(told[each.person])}
        notices = {row.id: row for row in notices_by_id(connection, fresh)} if fresh else {}
        unread = unread_of(connection, people) if people else {}
        versions = self._versions(connection, left)
        hidden = {
            each
            for each in left
            if each.watched in versions
            and versions[each.watched] != each.version
            and not _may_read(connection, each, now)
        }
        return _Seen(standing, told, notices, unread, versions, hidden)

    def _versions(self, connection: Connection, listeners: Iterable[Listener]) -> dict[Watched, int]:
        """One statement per entity of which something is looked at, and one per app."""
        places: dict[tuple[str, str], set[UUID]] = defaultdict(set)
        for each in listeners:
            if each.watched is not None:
                places[each.watched.app, each.watched.entity].add(each.watched.record)
        found: dict[Watched, int] = {}
        for app, entity in places:
            try:
                served = serve(connection, app)
            except UnknownApp:
                continue
            if entity in served.app.entities:
                known = versions_of(connection, served, entity, places[app, entity])
                found |= {Watched(app, entity, id_): version for id_, version in known.items()}
        return found

    def _tell(self, listeners: Iterable[Listener], seen: _Seen) -> None:
        for each in listeners:
            if (each.session or each.token) not in seen.standing:
                each.end("signed_out")
                continue
            told = seen.told.get(each.person, [])
            for id_ in told:
                if id_ not in each.known and id_ in seen.notices:
                    unread = seen.unread.get(each.person, 0)
                    notice = notice_data(seen.notices[id_])
                    each.put(event("notification", {**notice, "unread": unread}, id_))
            each.known = set(told)
            self._tell_change(each, seen)

    @staticmethod
    def _tell_change(listener: Listener, seen: _Seen) -> None:
        watched = listener.watched
        version = None if watched is None else seen.versions.get(watched)
        if watched is None or version is None or version == listener.version:
            return
        listener.version = version
        if listener not in seen.hidden:
            about = {"app": watched.app, "entity": watched.entity, "id": watched.record, "version": version}
            listener.put(event("changed", about))


def _may_read(connection: Connection, listener: Listener, now: datetime) -> bool:
    """Whether the record that is looked at is there for who looks, by the rights that they have now."""
    actor = find_actor(connection, listener.person)
    if actor is None or listener.watched is None:
        return False
    return version_for(connection, actor, listener.watched, now) is not None


def version_for(connection: Connection, actor: Actor, watched: Watched, now: datetime) -> int | None:
    """The version of a record; None where it is not there for the actor."""
    try:
        served = serve(connection, watched.app)
        access = access_for(served, actor, actor_values(actor, watched.app))
        found = get(connection, access, now, watched.entity, watched.record, fields=("id", "version"))
    except (UnknownApp, NotFound):
        return None
    return int(found["version"])
