"""Signing in and out, and what the actor sees of themselves."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.auditing import note, person_columns
from api.auth import clear_cookie, set_cookie, shown_sessions
from api.endpoint import Body, Caller, Endpoint, runs
from api.messages import Locale
from api.routes.shapes import Moment, Password, left_out
from api.signing_in import change_password, sign_in
from api.transaction import Call
from runtime.people.actors import Actor, Scope
from runtime.people.rights import Authority, load_authority
from runtime.people.sessions import close_session
from runtime.people.users import load_user, update_user
from runtime.refusals import Forbidden

router = APIRouter(route_class=Endpoint, tags=["signing in"])


class Login(Body):
    """Who wants in."""

    username: Annotated[str, Field(min_length=1, max_length=200)]
    password: Password


class Me(BaseModel):
    """The actor: rights and roles per app; ``scopes`` is null for a session, which has them all."""

    id: UUID
    username: str
    name: str
    locale: Locale
    admin: bool
    team_id: UUID | None
    region_id: UUID | None
    roles: dict[str, list[str]]
    rights: dict[str, list[str]]
    scopes: list[Scope] | None


class MyChanges(Body):
    """What people change about themselves."""

    locale: Locale = left_out()
    absent_from: Moment | None = None
    absent_to: Moment | None = None


class PasswordChange(Body):
    """The password that stands and the one that shall."""

    current_password: Password
    password: Password


@router.post("/auth/login")
@runs(public=True, unit="none")
def login(call: Caller, body: Login) -> Me:
    """Begin a session; its id is in a cookie that scripts cannot read."""
    actor, secret = sign_in(call, body.username, body.password)
    call.headers.append(("set-cookie", set_cookie(call.scheme, secret)))
    with call.transaction("read"):
        return _me(actor, load_authority(call.connection, actor))


@router.post("/auth/logout", status_code=204)
@runs(public=True)
def logout(call: Caller) -> None:
    """End the session of the cookie; it serves no process any more."""
    for secret in shown_sessions(call.request):
        close_session(call.connection, secret)
    call.headers.append(("set-cookie", clear_cookie(call.scheme)))


@router.get("/me")
def show_me(call: Caller) -> Me:
    """Who is signed in."""
    return _me(call.actor, load_authority(call.connection, call.actor))


@router.patch("/me")
def change_me(call: Caller, body: MyChanges) -> Me:
    """Change one's language or absence."""
    before = load_user(call.connection, call.actor.id)
    update_user(call.connection, call.actor.id, body.model_dump(exclude_unset=True), call.now)
    after = load_user(call.connection, call.actor.id)
    note(call, "user_changed", call.actor.id, before=person_columns(before), after=person_columns(after))
    call.sign_in()
    return show_me(call)


@router.post("/me/password", status_code=204)
@runs(unit="none")
def change_my_password(call: Caller, body: PasswordChange) -> None:
    """Change one's password; every other session ends, this one gets a new id."""
    require_session(call)
    secret = change_password(call, body.current_password, body.password)
    call.headers.append(("set-cookie", set_cookie(call.scheme, secret)))


def require_session(call: Call) -> None:
    """Raise :class:`Forbidden` for a token: what could make it outlive its end takes a person."""
    if call.signed_in.session is None:
        raise Forbidden("session_needed")


def _me(actor: Actor, authority: Authority) -> Me:
    return Me(
        id=actor.id,
        username=actor.username,
        name=actor.name,
        locale="en" if actor.locale == "en" else "zh-CN",
        admin=actor.admin,
        team_id=actor.team_id,
        region_id=actor.region_id,
        roles={app: sorted(roles) for app, roles in sorted(actor.roles.items())},
        rights={app: sorted(rights) for app, rights in sorted(authority.rights.items())},
        scopes=None if actor.scopes is None else sorted(actor.scopes),
    )
