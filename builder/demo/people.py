"""Demo people with their teams and regions. Who exists already stays as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.people.trees import REGIONS, TEAMS, create_node
from runtime.people.users import create_user, find_username, set_password
from runtime.refusals import NotFound


@dataclass(frozen=True, slots=True)
class People:
    """Who there is.

    Attributes:
        users: by user name.
        teams, regions: by code.
        made: user names of those that were made now.
    """

    users: Mapping[str, UUID]
    teams: Mapping[str, UUID]
    regions: Mapping[str, UUID]
    made: tuple[str, ...]


def absent_people(connection: Connection, wanted: Mapping[str, Any]) -> list[str]:
    """User names of demo people who are not there yet."""
    return [each["username"] for each in wanted["people"] if _found(connection, each["username"]) is None]


def make_people(
    connection: Connection, wanted: Mapping[str, Any], app: str, password_hash: str | None, now: datetime
) -> People:
    """Make the demo people, teams and regions that are not there yet.

    Args:
        connection: inside a write transaction.
        wanted: as in ``people.json``.
        app: key of the app in which they get their roles.
        password_hash: of everybody who is made; None where nobody is missing.
        now: the moment.

    Raises:
        Invalid: the app has no such role.
    """
    regions = _make_tree(connection, REGIONS, wanted["regions"], now)
    teams = _make_tree(connection, TEAMS, wanted["teams"], now)
    users, made = {}, []
    for person in wanted["people"]:
        name = person["username"]
        found = _found(connection, name)
        if found is None:
            assert password_hash is not None, "somebody is missing"
            found = create_user(connection, _values(person, app, teams, regions), now)
            set_password(connection, found, password_hash, now)
            made.append(name)
        users[name] = found
    return People(users, teams, regions, tuple(made))


def _found(connection: Connection, username: str) -> UUID | None:
    try:
        found: UUID = find_username(connection, username).row.id
    except NotFound:
        return None
    return found


def _values(
    person: Mapping[str, Any], app: str, teams: Mapping[str, UUID], regions: Mapping[str, UUID]
) -> dict[str, Any]:
    values = {key: person[key] for key in ("username", "name", "email", "phone", "admin") if key in person}
    places = {"team_id": (teams, person.get("team")), "region_id": (regions, person.get("region"))}
    values |= {name: tree[code] for name, (tree, code) in places.items() if code}
    return {**values, "roles": {app: person["roles"]}}


def _make_tree(
    connection: Connection, tree: sa.Table, nodes: Sequence[Mapping[str, Any]], now: datetime
) -> dict[str, UUID]:
    """The ids of nodes by code; a node stands behind its parent in ``nodes``."""
    known = {code: id_ for id_, code in connection.execute(sa.select(tree.c.id, tree.c.code)) if code}
    for node in nodes:
        if node["code"] not in known:
            parent = known[node["parent"]] if "parent" in node else None
            values = {"name": node["name"], "code": node["code"], "parent_id": parent}
            known[node["code"]] = create_node(connection, tree, values, now)
    return known
