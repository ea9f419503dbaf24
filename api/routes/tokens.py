"""Tokens of the actor: made in a session, shown once."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi import Query as QueryMark
from pydantic import BaseModel, Field
from sqlalchemy.engine import Row

from api.auditing import note
from api.endpoint import Body, Caller, Endpoint
from api.routes.session import require_session
from api.routes.shapes import Line, Moment, Page, PageWords
from api.secret import read_cursor, sign_cursor
from runtime.people.actors import Scope
from runtime.people.rights import load_authority
from runtime.people.tokens import create_token, delete_token, list_tokens, load_token

router = APIRouter(route_class=Endpoint, tags=["signing in"])


class NewToken(Body):
    """A token that shall be; without an end it lasts a year, without scopes it may do whatever its person may."""

    name: Line
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=10)] = Field(default_factory=list)
    expires_at: Moment | None = None


class TokenAnswer(BaseModel):
    """A token, but not what it is."""

    id: UUID
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: Moment
    expires_at: Moment
    used_at: Moment | None


class MadeToken(TokenAnswer):
    """A token with what it is, which is shown this once."""

    token: str


@router.post("/tokens", status_code=201)
def make_token(call: Caller, body: NewToken) -> MadeToken:
    """Make a token for oneself; ``token`` is in this answer and in no other."""
    require_session(call)
    authority = load_authority(call.connection, call.actor)
    id_, token = create_token(
        call.connection, call.actor.id, authority, body.name, call.now, body.scopes or None, body.expires_at
    )
    row = load_token(call.connection, call.actor.id, id_)
    note(
        call,
        "token_created",
        id_,
        after={"name": row.name, "scopes": row.scopes, "expires_at": row.expires_at},
    )
    call.headers.append(("location", f"/api/v1/tokens/{id_}"))
    return MadeToken(**_columns(row), token=token)


@router.get("/tokens")
def show_tokens(call: Caller, query: Annotated[PageWords, QueryMark()]) -> Page[TokenAnswer]:
    """One's tokens, oldest first."""
    key = call.workspace.key
    after = UUID(read_cursor(key, "tokens", query.cursor)[0]) if query.cursor else None
    rows = list_tokens(call.connection, call.actor.id, after, query.limit + 1)
    behind = sign_cursor(key, "tokens", [rows[query.limit - 1].id]) if len(rows) > query.limit else None
    return Page[TokenAnswer](items=[TokenAnswer(**_columns(row)) for row in rows[: query.limit]], next=behind)


@router.delete("/tokens/{token_id}", status_code=204)
def end_token(call: Caller, token_id: UUID) -> None:
    """End a token of one's own; it serves no process any more."""
    row = load_token(call.connection, call.actor.id, token_id)
    delete_token(call.connection, call.actor.id, token_id)
    note(call, "token_revoked", token_id, before={"name": row.name, "scopes": row.scopes})


def _columns(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)
