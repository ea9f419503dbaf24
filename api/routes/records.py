"""Records of an app over REST: list, read."""

from __future__ import annotations

import hashlib
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Response
from fastapi import Query as QueryMark
from pydantic import Field

from api.apps import CountWord, etag_of, open_app
from api.endpoint import Caller, Endpoint, QueryWords
from api.json import json_response
from api.routes.shapes import FiguresShape, RecordShape, RecordsShape
from api.secret import read_cursor, sign_cursor
from api.transaction import Call
from runtime.query import AggregateQuery, ListQuery, aggregate, get, list_page

router = APIRouter(route_class=Endpoint, tags=["records"], prefix="/apps/{app}/records/{entity}")


class ShownWords(QueryWords):
    """Which part of records is shown; lists of names with commas."""

    fields: str | None = Field(default=None, max_length=8_000)
    expand: str | None = Field(default=None, max_length=2_000)


class ListWords(ShownWords):
    """What is asked of a list (see the contract)."""

    filter: str = Field(default="", max_length=20_000)
    sort: str = Field(default="", max_length=1_000)
    search: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=500)
    cursor: str | None = Field(default=None, max_length=8_000)
    count: CountWord = "none"


def split_names(text: str | None) -> tuple[str, ...] | None:
    """The names of a list with commas; None without a list, none for an empty one."""
    return None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())


@router.get("", operation_id="list_records", response_model=RecordsShape)
def list_records(call: Caller, app: str, entity: str, query: Annotated[ListWords, QueryMark()]) -> Response:
    """A page of the records that may be read: ``{items, next, count}``."""
    access = open_app(call, app, entity)
    kind = _kind(app, entity, query)
    place = read_cursor(call.workspace.key, kind, query.cursor) if query.cursor is not None else None
    asked = ListQuery(
        filter=query.filter.strip(),
        sort=query.sort.strip(),
        fields=split_names(query.fields),
        expand=split_names(query.expand) or (),
        search=query.search,
        limit=query.limit,
        cursor=place,
        count=query.count,
    )
    page = list_page(call.connection, access, call.now, entity, asked)
    following = None if page.next is None else sign_cursor(call.workspace.key, kind, page.next)
    return json_response({"items": page.items, "next": following, "count": page.count})


def _kind(app: str, entity: str, query: ListWords) -> str:
    """What a cursor is bound to: it leads nowhere in another list."""
    bound = orjson.dumps([app, entity, query.filter, query.sort, query.search])
    return f"records {hashlib.sha256(bound).hexdigest()}"


class AggregateWords(QueryWords):
    """Groups ``stage,month(created_at)`` and measures ``count(),sum(amount)`` (see the contract)."""

    group: str = Field(default="", max_length=1_000)
    measure: str = Field(default="count()", max_length=1_000)
    filter: str = Field(default="", max_length=20_000)
    search: str | None = Field(default=None, max_length=200)


@router.get("/aggregate", operation_id="aggregate_records", response_model=FiguresShape)
def aggregate_records(
    call: Caller, app: str, entity: str, query: Annotated[AggregateWords, QueryMark()]
) -> Response:
    """Figures over the records that may be read: ``{rows, truncated}``."""
    access = open_app(call, app, entity)
    asked = AggregateQuery(query.group, query.measure, query.filter.strip(), query.search)
    return json_response(aggregate(call.connection, access, call.now, entity, asked))


@router.get("/{record_id}", operation_id="read_record", response_model=RecordShape)
def read_record(
    call: Caller, app: str, entity: str, record_id: UUID, query: Annotated[ShownWords, QueryMark()]
) -> Response:
    """A record; its ETag is its version."""
    return show_record(call, app, entity, record_id, query)


def show_record(call: Call, app: str, entity: str, record_id: UUID, query: ShownWords) -> Response:
    """The answer that shows a record."""
    access = open_app(call, app, entity)
    fields, expand = split_names(query.fields), split_names(query.expand) or ()
    record = get(call.connection, access, call.now, entity, record_id, fields=fields, expand=expand)
    call.headers.append(etag_of(record))
    return json_response(record)
