"""Search over everything of an app that the actor may read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Query as QueryMark
from pydantic import BaseModel, Field

from api.endpoint import Caller, Endpoint, QueryWords
from api.json import json_response
from api.routes.apps import require_seen
from runtime.query import search_everywhere

router = APIRouter(route_class=Endpoint, tags=["records"], prefix="/apps/{app}/search")


class SearchWords(QueryWords):
    """What somebody typed, and how many records of one entity are wanted."""

    text: str = Field(min_length=1, max_length=200)
    each: int = Field(default=3, ge=1, le=10)


class ExcerptShape(BaseModel):
    """The place in another field than the name where the text stands."""

    field: str
    text: str


class HitShape(BaseModel):
    """A record that was found; ``name`` is null where the actor may not read it."""

    entity: str
    id: str
    name: str | None
    excerpt: ExcerptShape | None


class HitsShape(BaseModel):
    """By entity, in the order of the app's document."""

    items: list[HitShape]


@router.get("", operation_id="search_app", response_model=HitsShape)
def search_app(call: Caller, app: str, query: Annotated[SearchWords, QueryMark()]) -> Response:
    """A few records of each entity in which every word is found: ``{items: [{entity, id, name, excerpt}]}``."""
    access = require_seen(call, app)
    found = search_everywhere(call.connection, access, call.now, query.text.strip(), query.each)
    return json_response({"items": found})
