"""The stream: what the actor is told while it happens, as server-sent events."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi import Query as QueryMark
from pydantic import Field
from starlette.types import Receive, Scope, Send

from api.endpoint import Caller, Endpoint, QueryWords
from api.messages import Locale
from api.problem import problem_of, render
from api.streams import Listener, Streams, Watched, event, notice_data, version_for
from api.transaction import Call
from runtime.refusals import NotFound, TooMany
from workflows.notices import LONGEST, ids_since, notices_after, unread_of

router = APIRouter(route_class=Endpoint, tags=["notifications"])
#: Seconds after which a silent stream says that it is there, and seconds that one lasts at most.
HEARTBEAT, LONGEST_STREAM = 15.0, 3600
#: Notices of before that a stream begins with.
_MOST_RESUMED = 50
_WAIT = timedelta(seconds=30)
_HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "x-accel-buffering": "no",
    "cache-control": "private, no-store, no-transform",
}
#: One event, as OpenAPI describes the items of a stream; ``data`` is JSON.
_EVENT = {
    "type": "object",
    "properties": {
        "event": {"enum": ["hello", "notification", "changed", "end"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "id": {"type": "string", "format": "uuid"},
        "retry": {"type": "integer"},
    },
}
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "Events", "content": {"text/event-stream": {"schema": _EVENT}}}
}


class StreamWords(QueryWords):
    """What a stream tells of.

    ``watch``: a record that is looked at, ``app/entity/id``. ``after``: the id of the last notice that is known, as
    the header ``Last-Event-ID`` says it too. ``seconds``: how long it lasts at most; 0: only what is there.
    """

    watch: str | None = Field(default=None, max_length=200)
    after: UUID | None = None
    seconds: int = Field(default=LONGEST_STREAM, ge=0, le=LONGEST_STREAM)


@router.get("/stream", operation_id="stream", response_class=Response, responses=_CONTENT)
def stream(call: Caller, query: Annotated[StreamWords, QueryMark()]) -> Response:
    """Server-sent events for the actor until they sign out, at most five at a time.

    ``hello`` ``{unread}`` comes first; then ``notification`` (as ``GET /notifications`` gives it, with ``unread``)
    for everything that they are told, ``changed`` ``{app, entity, id, version}`` when the record that is watched
    changed, and ``end`` ``{reason}`` last: ``signed_out``, ``restart``, ``slow``, or ``time``. A comment comes every
    15 seconds.
    """
    person, signed_in = call.actor.id, call.signed_in
    session = signed_in.session.hash if signed_in.session else None
    known = {id_ for _, id_ in ids_since(call.connection, {person}, call.now - LONGEST)}
    listener = Listener(person, session, signed_in.token_id, known)
    if query.watch is not None:
        listener.watched = _watched(query.watch)
        listener.version = version_for(call.connection, call.actor, listener.watched, call.now)
        if listener.version is None:
            raise NotFound
    unread = unread_of(call.connection, {person}).get(person, 0)
    begin = b"retry: 2000\n\n" + event("hello", {"unread": unread})
    after = _resumed(call, query)
    if after is not None:
        for row in notices_after(call.connection, person, after, _MOST_RESUMED):
            begin += event("notification", {**notice_data(row), "unread": unread}, row.id)
    return EventStream(call.request.app.state.streams, listener, begin, query.seconds, call.locale)


def _watched(text: str) -> Watched:
    """Raises :class:`NotFound` for what names no record."""
    parts = text.split("/")
    try:
        app, entity, id_ = parts
        return Watched(app, entity, UUID(id_))
    except ValueError as error:
        raise NotFound from error


def _resumed(call: Call, query: StreamWords) -> UUID | None:
    """The last notice that the client knows; a header that is no id says nothing."""
    try:
        return query.after or UUID(call.request.headers.get("last-event-id", ""))
    except ValueError:
        return None


@dataclass
class _Gone:
    """Whether the reader went away."""

    task: asyncio.Task[None]

    @classmethod
    def watch(cls, receive: Receive, listener: Listener) -> _Gone:
        """Ends the listener when its reader goes."""

        async def wait() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            listener.end("gone")

        return cls(asyncio.create_task(wait()))


class EventStream(Response):
    """Sends a listener its events until it ends."""

    def __init__(self, streams: Streams, listener: Listener, begin: bytes, seconds: int, locale: Locale):
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._streams, self._listener, self._begin = streams, listener, begin
        self._seconds, self._locale = seconds, locale

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse where there are too many, else send."""
        if not self._streams.join(self._listener):
            await render(problem_of(TooMany(_WAIT)), self._locale)(scope, receive, send)
            return
        gone = _Gone.watch(receive, self._listener)
        try:
            start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            await send(start)
            if not scope.get("is_head"):
                await self._send(send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.task.cancel()
            self._streams.leave(self._listener)

    async def _send(self, send: Send) -> None:
        async def write(lines: bytes) -> None:
            await send({"type": "http.response.body", "body": lines, "more_body": True})

        listener, ends = self._listener, time.monotonic() + self._seconds
        await write(self._begin)
        while listener.ended is None:
            left = ends - time.monotonic()
            if left <= 0:
                listener.end("time")
            elif await listener.wait(min(HEARTBEAT, left)):
                await write(listener.take())
            else:
                await write(b": still here\n\n")
        if listener.ended != "gone":
            await write(listener.take() + event("end", {"reason": listener.ended}))
