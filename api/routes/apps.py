"""Installed apps: the list, the metadata of one for whoever asks, installing from a template, export."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Query as QueryMark
from pydantic import BaseModel, Field

from api.apps import open_app
from api.auditing import note
from api.endpoint import Body, Caller, Endpoint, QueryWords, runs
from api.json import write_json
from api.openapi import describe_api
from api.problem import Problem
from api.transaction import Call
from builder.describing import access_tag, describe_app, document_of
from builder.publish import PublishRefused, export_app, install
from runtime.access import Access, access_for
from runtime.people.actors import actor_values
from runtime.people.rights import load_authority
from runtime.refusals import FieldError, Forbidden, Invalid, NotFound
from runtime.served import serve
from schema_store.database import reading
from schema_store.structure.load import load_document
from schema_store.versions import AppExists, Signature, list_apps
from templates import read_template, template_keys

router = APIRouter(route_class=Endpoint, tags=["apps"], prefix="/apps")
#: Answers (some 400 kB each) kept for one version: one for each set of roles that people have.
_MOST_ANSWERS = 40
KEY_PATTERN = r"^[a-z][a-z0-9_]{0,39}(~[a-z][a-z0-9_]{0,19})?$"


class AppCard(BaseModel):
    """An app that the actor may see something of."""

    key: str
    version: int
    label: dict[str, str]
    roles: list[str]


class AppCards(BaseModel):
    """All of them, by key."""

    items: list[AppCard]


class NewApp(Body):
    """A template that shall be installed, and the key of the new app."""

    template: str = Field(max_length=60)
    key: str = Field(pattern=KEY_PATTERN)


class NewAppAnswer(BaseModel):
    """What was installed."""

    key: str
    version: int


class NoWords(QueryWords):
    """Nothing may be asked."""


@router.get("", operation_id="list_apps")
def list_all(call: Caller) -> AppCards:
    """The apps that the actor may see something of; administrators see all."""
    cards = []
    for installed in list_apps(call.connection):
        served = serve(call.connection, installed.key)
        access = access_for(served, call.actor, actor_values(call.actor, installed.key))
        if may_see(call, access):
            roles = sorted(role.key for role in access.policy.roles)
            label = dict(served.app.label)
            cards.append(AppCard(key=installed.key, version=installed.version, label=label, roles=roles))
    return AppCards(items=cards)


def may_see(call: Call, access: Access) -> bool:
    """Whether an app exists for the actor: they read something of it, build it, or administer the platform."""
    if call.actor.admin or access.policy.rights:
        return True
    return any(access.readable(entity) for entity in access.served.app.entities)


def require_seen(call: Call, app: str) -> Access:
    """The access to an app that exists for the actor.

    Raises:
        NotFound: it does not.
    """
    access = open_app(call, app)
    if not may_see(call, access):
        raise NotFound
    return access


@router.post("", status_code=201, operation_id="install_app")
@runs(scope="build", unit="none")
def install_template(call: Caller, body: NewApp) -> NewAppAnswer:
    """Install a template that comes with the product as a new app."""
    engine = call.workspace.engine
    with reading(engine) as connection:
        if not load_authority(connection, call.actor).has("build"):
            raise Forbidden
    if body.template not in template_keys():
        raise Invalid([FieldError("/template", "unknown_reference")])
    document, diagnostics = load_document(read_template(body.template))
    assert document is not None, diagnostics
    try:
        install(engine, document, Signature(call.actor.username, call.now, by=call.actor.id), key=body.key)
    except AppExists as error:
        raise Problem(409, "app_exists", params={"key": body.key}) from error
    except PublishRefused as error:
        raise Problem(422, "invalid", detail="not_publishable") from error
    call.headers.append(("location", f"/api/v1/apps/{body.key}"))
    return NewAppAnswer(key=body.key, version=1)


@router.get("/{app}", operation_id="read_app", response_model=dict[str, Any])
def read_app(call: Caller, app: str, query: Annotated[NoWords, QueryMark()]) -> Response:
    """The app as the actor may know it; the ETag is its version and a hash of the actor's access."""
    del query
    access = require_seen(call, app)
    return tagged(
        call, access, lambda: describe_app(document_of(call.connection, access.served, app), access, app), app
    )


@router.get("/{app}/openapi.json", operation_id="read_app_api", response_model=dict[str, Any])
def read_app_api(call: Caller, app: str) -> Response:
    """OpenAPI 3.1 of this app for this actor."""
    access = require_seen(call, app)
    return tagged(call, access, lambda: describe_api(access, app, call.locale), app, call.locale)


def tagged(call: Call, access: Access, make: Callable[[], Any], app: str, *parts: str) -> Response:
    """An answer with the tag of the actor's access, or 304 where the reader has it.

    People with the same access get the same bytes, which are kept with the version: making them takes some 100 ms.
    """
    tag = '"' + "-".join([access_tag(access), *parts]) + '"'
    call.headers.append(("etag", tag))
    given = ",".join(call.request.headers.getlist("if-none-match"))
    known = {each.strip().removeprefix("W/") for each in given.split(",")}
    if tag in known:
        return Response(status_code=304)
    answers: dict[tuple[str, str], bytes] = access.served.kept.setdefault("answers", {})
    content = answers.get((app, tag))
    if content is None:
        if len(answers) >= _MOST_ANSWERS:
            answers.clear()
        content = answers[app, tag] = write_json(make())
    return Response(content, media_type="application/json")


@router.get("/{app}/export", operation_id="export_app", response_model=dict[str, Any])
@runs(scope="build", unit="none")
def export(call: Caller, app: str) -> Response:
    """The served document in canonical form, for those who build the app."""
    with call.transaction("write"):
        require_right(call, call.connection, app, "build")
        note(call, "app_exported", app=app)
    headers = {"content-disposition": f'attachment; filename="{app.replace("~", "-")}.json"'}
    return Response(export_app(call.workspace.engine, app), headers=headers, media_type="application/json")


def require_right(call: Call, connection: Any, app: str, right: str) -> Access:
    """The access of somebody who has a right in the app.

    Raises:
        NotFound: the app does not exist for them.
        Forbidden: it does, but they have not the right.
    """
    try:
        served = serve(connection, app)
    except LookupError as error:
        raise NotFound from error
    access = access_for(served, call.actor, actor_values(call.actor, app))
    if not may_see(call, access):
        raise NotFound
    if not call.actor.admin and right not in access.policy.rights:
        raise Forbidden
    return access
