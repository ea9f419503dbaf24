"""People of the workspace: looked up by everyone, managed by those who have the right ``people``."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi import Query as QueryMark
from pydantic import BaseModel, Field, StringConstraints

from api.auditing import note, person_columns
from api.endpoint import Body, Caller, Endpoint, runs
from api.links import welcome_link
from api.messages import Locale
from api.routes.shapes import Line, Moment, Page, PageWords, Password, Secret, left_out
from api.secret import read_cursor, sign_cursor
from api.signing_in import accept_link, open_link
from api.transaction import Call
from runtime.people.links import LinkKind, create_link
from runtime.people.reach import require_grantable, require_over
from runtime.people.rights import load_authority, require_people_authority
from runtime.people.users import (
    PeopleFilter,
    Person,
    create_user,
    list_users,
    load_user,
    update_user,
)
from runtime.refusals import Conflict, Forbidden

router = APIRouter(route_class=Endpoint, tags=["people"])

Username = Annotated[
    str, StringConstraints(min_length=1, max_length=60, pattern=r"^[\p{L}\p{N}][\p{L}\p{N}._@+-]*$")
]
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$")]
Phone = Annotated[str, StringConstraints(max_length=40, pattern=r"^[0-9+() #-]+$")]
_Key = Annotated[str, Field(max_length=60)]
RolesByApp = Annotated[dict[_Key, Annotated[list[_Key], Field(max_length=50)]], Field(max_length=100)]
#: What somebody can do, by the words that dispatches use.
Skills = Annotated[list[_Key], Field(max_length=50)]
#: What only those see who manage people, and each of themselves.
_MANAGED = ("username", "email", "phone", "locale", "admin", "is_set_up", "created_at", "updated_at")
_SHOWN = ("id", "name", "active", "team_id", "region_id", "absent_from", "absent_to", "skills")


class NewUser(Body):
    """A person who shall be; an invitation lets them set a password."""

    username: Username
    name: Line
    email: Email | None = None
    phone: Phone | None = None
    locale: Locale = "zh-CN"
    admin: bool = left_out()
    team_id: UUID | None = None
    region_id: UUID | None = None
    skills: Skills | None = None
    roles: RolesByApp = left_out()


class UserChanges(Body):
    """What shall be different; ``roles`` replaces those in the apps it names, the others stay."""

    username: Username = left_out()
    name: Line = left_out()
    email: Email | None = None
    phone: Phone | None = None
    locale: Locale = left_out()
    active: bool = left_out()
    admin: bool = left_out()
    team_id: UUID | None = None
    region_id: UUID | None = None
    absent_from: Moment | None = None
    absent_to: Moment | None = None
    skills: Skills | None = None
    roles: RolesByApp = left_out()


class UserAnswer(BaseModel):
    """A person. What the actor may not read of them is absent. Without a password nobody signs in."""

    id: UUID
    name: str
    active: bool
    team_id: UUID | None
    region_id: UUID | None
    absent_from: Moment | None
    absent_to: Moment | None
    skills: Skills | None = None
    username: str = left_out()
    email: str | None = None
    phone: str | None = None
    locale: Locale = left_out()
    admin: bool = left_out()
    is_set_up: bool = left_out()
    roles: dict[str, list[str]] = left_out()
    created_at: Moment = left_out()
    updated_at: Moment = left_out()


class UserWords(PageWords):
    """Which people."""

    search: str = Field(default="", max_length=100)
    active: bool | None = None
    team_id: UUID | None = None


class Invitation(Body):
    """Who shall be invited."""

    user_id: UUID


class LinkAnswer(BaseModel):
    """A link that sets a password once. Its secret stands behind ``#``, where no server and no log sees it."""

    user_id: UUID
    kind: LinkKind
    link: str
    expires_at: Moment


class LinkSecret(Body):
    """The secret of a link."""

    token: Secret


class LinkOwner(BaseModel):
    """Whose a link is, and what for."""

    kind: LinkKind
    username: str
    name: str


class Acceptance(Body):
    """The secret of a link, and the password that shall be."""

    token: Secret
    password: Password


@router.get("/users")
def show_users(call: Caller, query: Annotated[UserWords, QueryMark()]) -> Page[UserAnswer]:
    """People by name; Chinese names by pinyin."""
    wanted = PeopleFilter(query.search, query.active, query.team_id)
    key, after = call.workspace.key, None
    if query.cursor:
        name, id_ = read_cursor(key, "users", query.cursor)
        after = (name, UUID(id_))
    people = list_users(call.connection, wanted, after, query.limit + 1)
    manages = _manages(call)
    behind = None
    if len(people) > query.limit:
        last = people[query.limit - 1].row
        behind = sign_cursor(key, "users", [last.sort_key, last.id])
    items = [_answer(call, person, manages) for person in people[: query.limit]]
    return Page[UserAnswer](items=items, next=behind)


@router.post("/users", status_code=201)
@runs(scope="people")
def make_user(call: Caller, body: NewUser) -> UserAnswer:
    """Add a person, who cannot sign in before an invitation was accepted."""
    authority = require_people_authority(call.connection, call.actor)
    values = body.model_dump(exclude_unset=True)
    require_grantable(call.connection, authority, values)
    id_ = create_user(call.connection, values, call.now)
    call.headers.append(("location", f"/api/v1/users/{id_}"))
    made = load_user(call.connection, id_)
    note(call, "user_created", id_, after=person_columns(made))
    return _answer(call, made, True)


@router.get("/users/{user_id}")
def show_user(call: Caller, user_id: UUID) -> UserAnswer:
    """One person."""
    return _answer(call, load_user(call.connection, user_id), _manages(call))


@router.patch("/users/{user_id}")
@runs(scope="people")
def change_user(call: Caller, user_id: UUID, body: UserChanges) -> UserAnswer:
    """Change a person: names, place, roles, absence; ``active: false`` ends all their sessions at once."""
    authority = require_people_authority(call.connection, call.actor)
    values = body.model_dump(exclude_unset=True)
    before = load_user(call.connection, user_id)
    require_over(call.connection, authority, before)
    require_grantable(call.connection, authority, values)
    if user_id == call.actor.id and "roles" in values and not authority.admin:
        raise Forbidden("beyond_rights")
    update_user(call.connection, user_id, values, call.now)
    changed = load_user(call.connection, user_id)
    note(call, "user_changed", user_id, before=person_columns(before), after=person_columns(changed))
    return _answer(call, changed, True)


@router.post("/users/{user_id}/reset", status_code=201)
@runs(scope="people")
def reset_password(call: Caller, user_id: UUID) -> LinkAnswer:
    """Make a link with which a person sets another password; the present one stays until then."""
    return _link(call, user_id, "reset")


@router.post("/invitations", status_code=201)
@runs(scope="people")
def invite(call: Caller, body: Invitation) -> LinkAnswer:
    """Make a link with which a person sets the first password; an earlier one ends."""
    return _link(call, body.user_id, "invitation")


@router.post("/invitations/find")
@runs(public=True, unit="none")
def find_invitation(call: Caller, body: LinkSecret) -> LinkOwner:
    """Whose a link of any kind is, for whoever holds it; it is not used up by that."""
    link = open_link(call, body.token)
    return LinkOwner(kind=link.kind, username=link.username, name=link.name)


@router.post("/invitations/accept", status_code=204)
@runs(public=True, unit="none")
def accept_invitation(call: Caller, body: Acceptance) -> None:
    """Set the password with a link of any kind; the link is used up, all sessions of the person end."""
    accept_link(call, body.token, body.password)


def _link(call: Call, user_id: UUID, kind: LinkKind) -> LinkAnswer:
    authority = require_people_authority(call.connection, call.actor)
    person = load_user(call.connection, user_id)
    require_over(call.connection, authority, person)
    if not person.row.active:
        raise Conflict("not_active")
    secret, ends = create_link(call.connection, user_id, kind, call.now)
    note(call, "link_created", user_id, kind=kind)
    link = welcome_link(call.workspace.settings, secret)
    return LinkAnswer(user_id=user_id, kind=kind, link=link, expires_at=ends)


def _manages(call: Call) -> bool:
    return call.actor.has_scope("people") and load_authority(call.connection, call.actor).has("people")


def _answer(call: Call, person: Person, manages: bool) -> UserAnswer:
    row: Any = person.row._mapping
    values = {name: row[name] for name in _SHOWN}
    if manages or person.row.id == call.actor.id:
        values |= {name: row[name] for name in _MANAGED}
        values["roles"] = {app: sorted(roles) for app, roles in sorted(person.roles.items())}
    return UserAnswer(**values)
