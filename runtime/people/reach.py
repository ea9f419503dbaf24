"""Over whom an authority reaches, and what it may give: nobody gets, by way of others, more than they have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from runtime.people.rights import Authority, authority_of
from runtime.people.users import Person, Roles
from runtime.refusals import FieldReadOnly, Forbidden


def require_over(connection: Connection, authority: Authority, person: Person) -> None:
    """Raise :class:`Forbidden` unless ``authority`` reaches all that the person may do themselves.

    Who could change someone mightier (mail, password link) could become them.
    """
    if not authority.covers(authority_of(connection, person.row.admin, person.roles)):
        raise Forbidden


def require_grantable(connection: Connection, authority: Authority, values: Mapping[str, Any]) -> None:
    """Raise :class:`Forbidden` (of the administrator's mark :class:`FieldReadOnly`) when ``values`` gives rights
    that ``authority`` does not have itself.
    """
    if authority.admin:
        return
    roles: Roles = values.get("roles", {})
    manages = all(authority.has("people", app) for app in roles)
    if "admin" in values:
        raise FieldReadOnly(["admin"])
    if not manages or not authority.covers(authority_of(connection, False, roles)):
        raise Forbidden("beyond_rights")
