"""What the actor was told in the app."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi import Query as QueryMark
from pydantic import BaseModel, Field

from api.endpoint import Body, Caller, Endpoint
from api.routes.shapes import Moment, PageWords
from api.secret import read_cursor, sign_cursor
from api.streams import notice_data
from runtime.refusals import BadQuery
from workflows.notices import mark_read, notices

router = APIRouter(route_class=Endpoint, tags=["notifications"], prefix="/notifications")
_MOST_MARKED = 500


class NoticeWords(PageWords):
    """Which of them: all, or those that are unread."""

    unread: bool = False


class NoticeShape(BaseModel):
    """Something that the actor was told, about a record of an app, as it was written for them."""

    id: UUID
    app: str
    entity: str
    record_id: UUID
    message: str
    subject: str
    body: str
    at: Moment
    read_at: Moment | None


class NoticesAnswer(BaseModel):
    """Newest first; ``unread`` counts all that the actor has not read."""

    items: list[NoticeShape]
    unread: int
    next: str | None


class ReadBody(Body):
    """Which were read; without ids all of them."""

    ids: list[Annotated[str, Field(max_length=36)]] | None = Field(default=None, max_length=_MOST_MARKED)


class ReadAnswer(BaseModel):
    """How many were unread before."""

    marked: int


@router.get("", operation_id="list_notifications")
def list_notices(call: Caller, query: Annotated[NoticeWords, QueryMark()]) -> NoticesAnswer:
    """What the actor was told; nobody sees what others were."""
    key, kind = call.workspace.key, f"notifications {call.actor.id} {query.unread}"
    after = _place(read_cursor(key, kind, query.cursor)) if query.cursor else None
    found = notices(call.connection, call.actor.id, unread=query.unread, limit=query.limit, after=after)
    items = [NoticeShape(**notice_data(row)) for row in found.rows]
    following = None if found.next is None else sign_cursor(key, kind, [str(found.next)])
    return NoticesAnswer(items=items, unread=found.unread, next=following)


@router.post("/read", operation_id="mark_notifications")
def mark(call: Caller, body: ReadBody) -> ReadAnswer:
    """Mark as read; ids that are not the actor's are none."""
    ids = None if body.ids is None else [id_ for text in body.ids if (id_ := _id(text)) is not None]
    return ReadAnswer(marked=mark_read(call.connection, call.actor.id, call.now, ids))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _place(place: list[object]) -> UUID:
    found = _id(str(place[0])) if len(place) == 1 else None
    if found is None:
        raise BadQuery("bad_cursor")
    return found
