"""Roles that can be given to people, for those who manage them."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from api.endpoint import Caller, Endpoint
from runtime.people.rights import Authority, require_people_authority
from schema_store.document.access import Role
from schema_store.document.app import AppDocument
from schema_store.versions import list_apps, load_version

router = APIRouter(route_class=Endpoint, tags=["people"])


class RoleAnswer(BaseModel):
    """A role; ``grantable``: the actor has all its rights, and so may give it."""

    key: str
    label: dict[str, str]
    description: dict[str, str] | None
    grantable: bool


class AppRoles(BaseModel):
    """The roles of an app."""

    app: str
    label: dict[str, str]
    roles: list[RoleAnswer]


class RolesAnswer(BaseModel):
    """All of them, by app."""

    items: list[AppRoles]


@router.get("/roles", operation_id="show_roles")
def show_roles(call: Caller) -> RolesAnswer:
    """The roles of every app in which the actor manages people."""
    authority = require_people_authority(call.connection, call.actor)
    items = [
        _answer(app.key, load_version(call.connection, app.key, app.version).document, authority)
        for app in list_apps(call.connection)
        if authority.has("people", app.key)
    ]
    return RolesAnswer(items=items)


def _answer(app: str, document: AppDocument, authority: Authority) -> AppRoles:
    roles = [_role(app, role, authority) for role in document.roles]
    return AppRoles(app=app, label=document.label, roles=roles)


def _role(app: str, role: Role, authority: Authority) -> RoleAnswer:
    rights = frozenset[str](role.rights)
    grantable = authority.covers(Authority(False, {app: rights} if rights else {}))
    return RoleAnswer(key=role.key, label=role.label, description=role.description, grantable=grantable)
