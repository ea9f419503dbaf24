"""A file on its way in: one part of ``multipart/form-data``, written to the disk as it comes.

Nothing is held in memory but a chunk. Who sends it, and whether they have not sent too many, is known before the first
byte is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from fastapi import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.problem import Problem
from api.transaction import Call
from runtime.files.contents import Incoming
from runtime.people.actors import Scope
from runtime.people.limits import UPLOADS, forget_try, note_try, retry_after
from runtime.refusals import Forbidden, TooMany

#: Bytes of a body beside the file: boundaries, headers of the part.
_AROUND = 16 * 1024
#: RFC 2046.
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has come: all of its content, and its name as it was sent."""

    content: Incoming
    name: str


async def receive_upload(call: Call, scope: Scope) -> Upload:
    """The one file of a request; discard its content when the request is over.

    Raises:
        NotSignedIn, Forbidden: before anything is read.
        TooMany: the person has sent as many as may be sent within an hour.
        Problem: 415 another type; 400 ``bad_upload`` for what is no multipart or was cut off, ``one_file`` for
            anything but one file; 413 as soon as more is announced or has come than a file may have.
    """
    await run_in_threadpool(_admit, call, scope)
    boundary = _boundary_of(call.request)
    most = call.workspace.settings.file_bytes
    announced = call.request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > most + _AROUND:
        raise _too_large(most)
    part = await run_in_threadpool(lambda: _Part(boundary, call.workspace.contents.incoming(), most))
    try:
        async for chunk in call.request.stream():
            if chunk:
                await run_in_threadpool(part.feed, chunk)
        return part.finished()
    except BaseException as error:
        part.content.discard()
        if isinstance(error, ClientDisconnect):
            raise Problem(400, "bad_request", detail="bad_upload") from error
        raise


def _admit(call: Call, scope: Scope) -> None:
    """Who asks, what their token is for, and how many files they sent; the try is counted before it is judged."""
    call.sign_in()
    if not call.actor.has_scope(scope):
        raise Forbidden
    limit = replace(UPLOADS, count=call.workspace.settings.uploads_per_hour)
    key = limit.key(str(call.actor.id))
    with call.transaction("write"):
        tried = note_try(call.connection, [key], call.now)
    with call.transaction("read"):
        wait = retry_after(call.connection, {key: limit}, call.now)
    if wait is not None:
        with call.transaction("write"):
            forget_try(call.connection, tried)
        raise TooMany(wait)


def _boundary_of(request: Request) -> str:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data":
        raise Problem(415, "unsupported_media_type", detail="multipart_needed")
    boundary: str = options.get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise Problem(400, "bad_request", detail="bad_upload")
    return boundary


def _too_large(most: int) -> Problem:
    return Problem(413, "too_large", params={"limit": str(most)})


class _Part:
    """Takes the body apart as it comes and writes the file."""

    def __init__(self, boundary: str, content: Incoming, most: int):
        self.content = content
        self._most = most
        self._received = 0
        self._name: str | None = None
        # Not its strict mode, which takes the last line break for junk when it comes as a packet of its own.
        self._parser = PushMultipartParser(boundary, max_segment_count=2)

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the body."""
        self._received += len(chunk)
        if self._received > self._most + _AROUND:
            raise _too_large(self._most)
        try:
            for event in self._parser.parse(chunk):
                self._take(event)
        except MultipartError as error:
            raise Problem(400, "bad_request", detail="bad_upload") from error

    def _take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            if event.filename is None or not event.name or self._name is not None:
                raise Problem(400, "bad_request", detail="one_file")
            self._name = event.filename
        elif event is not None:
            if self.content.size + len(event) > self._most:
                raise _too_large(self._most)
            self.content.write(bytes(event))

    def finished(self) -> Upload:
        """The file, when the body is complete."""
        if not self._parser.closed:
            try:
                self._parser.close()
            except MultipartError as error:
                raise Problem(400, "bad_request", detail="bad_upload") from error
        if self._name is None:
            raise Problem(400, "bad_request", detail="one_file")
        return Upload(self.content, self._name)
