"""What happened to a record, and why it is as it is."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi import Query as QueryMark
from pydantic import BaseModel, Field

from api.apps import open_app
from api.endpoint import Caller, Endpoint, QueryWords
from api.routes.shapes import PageWords
from api.secret import read_cursor, sign_cursor
from api.transaction import Call
from runtime.access.sentences import describe
from runtime.query.explaining import explain_value
from runtime.query.histories import Entries, history, timeline
from schema_store.document.access import Act

router = APIRouter(route_class=Endpoint, tags=["records"], prefix="/apps/{app}/records/{entity}/{record_id}")


class EntriesAnswer(BaseModel):
    """Entries, newest first; ``next`` is the cursor of those before."""

    items: list[dict[str, Any]]
    next: str | None


class ExplainWords(QueryWords):
    """What is asked: an act (reading where nothing is said), and a field."""

    field: str | None = Field(default=None, max_length=200)
    act: Act = "read"


class ExplainAnswer(BaseModel):
    """Whether the act is allowed, grant by grant and in sentences; of a field also how it came to its value."""

    allowed: bool
    sentences: list[str]
    access: dict[str, Any]
    value: dict[str, Any] | None


@router.get("/history", operation_id="read_history")
def read_history(
    call: Caller, app: str, entity: str, record_id: UUID, query: Annotated[PageWords, QueryMark()]
) -> EntriesAnswer:
    """The changes of a record: who, when, why, before and after."""
    return _answer(call, history, f"history {app} {entity} {record_id}", app, entity, record_id, query)


@router.get("/timeline", operation_id="read_timeline")
def read_timeline(
    call: Caller, app: str, entity: str, record_id: UUID, query: Annotated[PageWords, QueryMark()]
) -> EntriesAnswer:
    """Changes, stages, events and evidence of a record in one line of time."""
    return _answer(call, timeline, f"timeline {app} {entity} {record_id}", app, entity, record_id, query)


def _answer(
    call: Call, read: Any, kind: str, app: str, entity: str, record_id: UUID, query: PageWords
) -> EntriesAnswer:
    access = open_app(call, app, entity)
    key = call.workspace.key
    after = read_cursor(key, kind, query.cursor) if query.cursor else None
    found: Entries = read(
        call.connection, access, call.now, entity, record_id, limit=query.limit, after=after
    )
    following = None if found.next is None else sign_cursor(key, kind, found.next)
    return EntriesAnswer(items=found.items, next=following)


@router.get("/explain", operation_id="explain_record")
def explain_record(
    call: Caller, app: str, entity: str, record_id: UUID, query: Annotated[ExplainWords, QueryMark()]
) -> ExplainAnswer:
    """Why the actor may or may not do something with a record, and how a field came to its value."""
    access = open_app(call, app, entity)
    found = access.explain(call.connection, entity, query.act, record_id, now=call.now, field=query.field)
    value = None
    if query.field is not None:
        value = explain_value(call.connection, access, call.now, entity, record_id, query.field)
    return ExplainAnswer(
        allowed=found.allowed,
        sentences=describe(found, access.served.app, call.locale),
        access=asdict(found),
        value=value,
    )
