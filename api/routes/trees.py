"""Teams and regions: read by everyone, changed by those who have the right ``people``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter
from fastapi import Query as QueryMark
from pydantic import BaseModel

from api.auditing import note
from api.endpoint import Body, Caller, Endpoint, runs
from api.routes.shapes import Code, Line, Moment, Page, PageWords, left_out
from api.secret import read_cursor, sign_cursor
from api.transaction import Call
from runtime.people.rights import require_people_authority
from runtime.people.trees import REGIONS, TEAMS, create_node, list_nodes, load_node, update_node
from schema_store.pinyin import initials, sort_key


class NewNode(Body):
    """A team or region that shall be; without a parent it is a root."""

    name: Line
    parent_id: UUID | None = None
    code: Code | None = None


class NodeChanges(Body):
    """What shall be different; another parent moves it with all below it."""

    name: Line = left_out()
    parent_id: UUID | None = None
    code: Code | None = None


class NodeAnswer(BaseModel):
    """A team or region; roots have level 1. ``pinyin`` is how the name sounds, whole and by its first letters."""

    id: UUID
    parent_id: UUID | None
    name: str
    pinyin: str
    code: str | None
    level: int
    created_at: Moment
    updated_at: Moment


def tree_router(words: str, tree: sa.Table) -> APIRouter:
    """The routes of one tree.

    Args:
        words: its name in addresses, e.g. ``teams``.
        tree: its table.
    """
    router = APIRouter(route_class=Endpoint, tags=["people"], prefix=f"/{words}")

    @router.get("", operation_id=f"show_{words}")
    def show_nodes(call: Caller, query: Annotated[PageWords, QueryMark()]) -> Page[NodeAnswer]:
        """All of it, parents before their children."""
        key = call.workspace.key
        after = read_cursor(key, words, query.cursor)[0] if query.cursor else ""
        rows = list_nodes(call.connection, tree, after, query.limit + 1)
        behind = sign_cursor(key, words, [rows[query.limit - 1].path]) if len(rows) > query.limit else None
        return Page[NodeAnswer](items=[_answer(row) for row in rows[: query.limit]], next=behind)

    @router.post("", status_code=201, operation_id=f"make_{words}")
    @runs(scope="people")
    def make_node(call: Caller, body: NewNode) -> NodeAnswer:
        """Add one."""
        require_people_authority(call.connection, call.actor)
        id_ = create_node(call.connection, tree, body.model_dump(exclude_unset=True), call.now)
        call.headers.append(("location", f"/api/v1/{words}/{id_}"))
        note(call, f"{words}_created", id_, after=load_node(call.connection, tree, id_)._asdict())
        return _load(call, id_)

    @router.get("/{node_id}", operation_id=f"show_{words}_one")
    def show_node(call: Caller, node_id: UUID) -> NodeAnswer:
        """One of it."""
        return _load(call, node_id)

    @router.patch("/{node_id}", operation_id=f"change_{words}")
    @runs(scope="people")
    def change_node(call: Caller, node_id: UUID, body: NodeChanges) -> NodeAnswer:
        """Change its name or code, or move it with all below it."""
        require_people_authority(call.connection, call.actor)
        before = load_node(call.connection, tree, node_id)
        update_node(call.connection, tree, node_id, body.model_dump(exclude_unset=True), call.now)
        after = load_node(call.connection, tree, node_id)
        note(call, f"{words}_changed", node_id, before=before._asdict(), after=after._asdict())
        return _load(call, node_id)

    def _load(call: Call, node_id: UUID) -> NodeAnswer:
        return _answer(load_node(call.connection, tree, node_id))

    return router


def _answer(row: sa.Row[tuple[object, ...]]) -> NodeAnswer:
    values = dict(row._mapping)
    name = str(values["name"])
    pinyin = f"{sort_key(name).replace(' ', '')} {initials(name)}"
    return NodeAnswer(**values, pinyin=pinyin, level=str(values["path"]).count("/"))


teams = tree_router("teams", TEAMS)
regions = tree_router("regions", REGIONS)
