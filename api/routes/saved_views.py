"""Saved views over REST: one's own, and those that others share."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi import Query as QueryMark
from pydantic import BaseModel, Field

from api.apps import matched_version, open_app
from api.auditing import note
from api.endpoint import Body, Caller, Endpoint
from api.messages import FIELD_ERRORS, Locale, say
from api.problem import problem_body, problem_of
from api.routes.apps import may_see
from api.routes.shapes import Line, Moment, Page, PageWords, left_out
from api.secret import read_cursor, sign_cursor
from api.transaction import Call
from runtime.access import Access
from runtime.refusals import FieldError, Invalid, NotFound, Refused
from runtime.saved_views import (
    SavedView,
    Shared,
    change_view,
    create_view,
    delete_view,
    list_views,
    load_view,
)

router = APIRouter(route_class=Endpoint, tags=["saved views"], prefix="/apps/{app}/saved-views")
Column = Annotated[str, Field(min_length=1, max_length=100)]
Filter = Annotated[str, Field(max_length=20_000)]
Sort = Annotated[str, Field(max_length=1_000)]
Columns = Annotated[list[Column], Field(min_length=1, max_length=100)]
Search = Annotated[str, Field(max_length=200)]


class NewView(Body):
    """A view that shall be kept: what a list of the entity is asked for, and who else sees it.

    ``filter``, ``sort`` and ``search`` as in a list; ``team`` is the owner's, with the teams below it; ``everyone``
    takes the right to build the app.
    """

    entity: str = Field(max_length=100)
    name: Line
    shared: Shared = "none"
    filter: Filter = ""
    sort: Sort = ""
    columns: Columns
    search: Search = ""


class ViewChanges(Body):
    """What shall be different."""

    name: Line = left_out()
    shared: Shared = left_out()
    filter: Filter = left_out()
    sort: Sort = left_out()
    columns: Columns = left_out()
    search: Search = left_out()


class ViewOwner(BaseModel):
    """Who saved a view."""

    id: UUID
    name: str


class ViewFault(BaseModel):
    """Why a view cannot be opened any more."""

    field: str
    code: str
    message: str


class ViewAnswer(BaseModel):
    """A saved view; ``writable``: whether whoever asks may change it.

    ``broken`` says, to its owner only, why it cannot be opened: the app, or what they may read, has changed since.
    """

    id: UUID
    version: int
    entity: str
    name: str
    owner: ViewOwner
    shared: Shared
    filter: str
    sort: str
    columns: list[str]
    search: str
    writable: bool
    broken: list[ViewFault]
    created_at: Moment
    updated_at: Moment


class ViewWords(PageWords):
    """Which views: of one entity, or of all."""

    entity: str | None = Field(default=None, max_length=100)


@router.get("", operation_id="list_saved_views")
def show_views(call: Caller, app: str, query: Annotated[ViewWords, QueryMark()]) -> Page[ViewAnswer]:
    """One's own views and those shared with one, oldest first; a page may hold fewer than ``limit``."""
    access = _open(call, app)
    key, kind = call.workspace.key, f"saved-views {app} {query.entity}"
    after = UUID(read_cursor(key, kind, query.cursor)[0]) if query.cursor else None
    views, following = list_views(call.connection, access, query.entity, after, query.limit)
    behind = None if following is None else sign_cursor(key, kind, [following])
    return Page[ViewAnswer](items=[_answer(call, access, view) for view in views], next=behind)


@router.post("", status_code=201, operation_id="create_saved_view")
def make_view(call: Caller, app: str, body: NewView) -> ViewAnswer:
    """Save a view; what it asks for is checked as the list would."""
    access = _open(call, app, writing=True)
    given = body.model_dump()
    entity = given.pop("entity")
    if not access.readable(entity):
        raise Invalid([FieldError("/entity", "unknown_reference")])
    id_ = create_view(call.connection, access, entity, _told(given), call.now)
    call.headers.append(("location", f"/api/v1/apps/{app}/saved-views/{id_}"))
    return _loaded(call, access, app, id_, "view_created", None)


@router.get("/{view_id}", operation_id="read_saved_view")
def show_view(call: Caller, app: str, view_id: UUID) -> ViewAnswer:
    """One view; its ETag is its version."""
    access = _open(call, app)
    view = load_view(call.connection, access, view_id)
    call.headers.append(("etag", f'"{view.version}"'))
    return _answer(call, access, view)


@router.patch("/{view_id}", operation_id="change_saved_view")
def patch_view(call: Caller, app: str, view_id: UUID, body: ViewChanges) -> ViewAnswer:
    """Change a view: its owner, or for one that everyone sees also those who build the app."""
    access = _open(call, app, writing=True)
    view = load_view(call.connection, access, view_id, lock=True)
    given = _told(body.model_dump(exclude_unset=True))
    change_view(call.connection, access, view, given, matched_version(call), call.now)
    return _loaded(call, access, app, view_id, "view_changed", view)


@router.delete("/{view_id}", status_code=204, operation_id="delete_saved_view")
def drop_view(call: Caller, app: str, view_id: UUID) -> None:
    """Delete a view: as changing it."""
    access = _open(call, app, writing=True)
    view = load_view(call.connection, access, view_id, lock=True)
    delete_view(call.connection, access, view, matched_version(call))
    note(call, "view_deleted", view_id, app=app, before=_audited(view), after={})


def _open(call: Call, app: str, *, writing: bool = False) -> Access:
    """The access to an app that exists for the actor."""
    access = open_app(call, app, writing=writing)
    if not may_see(call, access):
        raise NotFound
    return access


def _told(given: dict[str, Any]) -> dict[str, Any]:
    """What was given, as it is kept."""
    texts = {name: given[name].strip() for name in ("filter", "sort", "search") if name in given}
    lists = {"columns": tuple(given["columns"])} if "columns" in given else {}
    return given | texts | lists


def _loaded(
    call: Call, access: Access, app: str, id_: UUID, act: str, before: SavedView | None
) -> ViewAnswer:
    """The answer after an act, which is written down."""
    view = load_view(call.connection, access, id_)
    note(call, act, id_, app=app, before=_audited(before) if before else {}, after=_audited(view))
    call.headers.append(("etag", f'"{view.version}"'))
    return _answer(call, access, view)


def _audited(view: SavedView) -> dict[str, Any]:
    names = ("entity", "name", "shared", "filter", "sort", "columns", "search")
    return {name: getattr(view, name) for name in names}


def _answer(call: Call, access: Access, view: SavedView) -> ViewAnswer:
    refusal = view.refusal(access)
    return ViewAnswer(
        id=view.id,
        version=view.version,
        entity=view.entity,
        name=view.name,
        owner=ViewOwner(id=view.owner[0], name=view.owner[1]),
        shared=view.shared,
        filter=view.filter,
        sort=view.sort,
        columns=list(view.columns),
        search=view.search,
        writable=view.can_change(access),
        broken=[] if refusal is None else _faults(refusal, call.locale),
        created_at=view.created_at,
        updated_at=view.updated_at,
    )


def _faults(refusal: Refused, locale: Locale) -> list[ViewFault]:
    """What is wrong with a view, in sentences that name what is gone."""
    if isinstance(refusal, Invalid):
        return [
            ViewFault(field=each.field, code=each.code, message=_gone(each, locale))
            for each in refusal.errors
        ]
    body = problem_body(problem_of(refusal), locale)
    errors = body.get("errors") or [{"field": "filter", "code": body["code"], "message": body["detail"]}]
    return [ViewFault(**{name: each[name] for name in ("field", "code", "message")}) for each in errors]


def _gone(error: FieldError, locale: Locale) -> str:
    return say(
        FIELD_ERRORS, "field_gone" if error.code == "unknown_field" else error.code, locale, error.params
    )
