"""Views that people save for themselves and others: what a list is asked for, under a name.

A view gives no rights: it is a question, and whoever opens it asks it themselves. One that names something that they
may not read is not there for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from uuid_utils.compat import uuid7

from runtime.access import Access
from runtime.people.tables import TEAMS, USERS
from runtime.people.trees import is_below
from runtime.query.lists import Shape, checked_filter
from runtime.query.sorting import parse_sort
from runtime.refusals import BadQuery, Conflict, FieldError, Forbidden, Invalid, NotFound, Refused, Stale
from schema_store.compiled.app import CompiledEntity

#: With whom a view is shared; a team is the one of its owner, with the teams below it.
Shared = Literal["none", "team", "everyone"]
#: Views that one person may keep in an app.
MOST_VIEWS = 200
_ASKED = ("filter", "sort", "columns", "search")


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view that somebody saved.

    Attributes:
        entity: whose records are listed, by key.
        owner: who saved it: id and name.
        filter, sort, search: as a list takes them.
        columns: names of fields in their order; system fields also by their names in expressions.
    """

    id: UUID
    version: int
    entity: str
    name: str
    owner: tuple[UUID, str]
    shared: Shared
    filter: str
    sort: str
    columns: tuple[str, ...]
    search: str
    created_at: datetime
    updated_at: datetime

    def require_asked(self, access: Access) -> None:
        """Let through what the actor can ask for.

        Raises:
            NotFound: nothing of the entity is readable.
            BadExpression, TooExpensive: see :func:`runtime.query.filters.check_filter`.
            Invalid: a column or a sort key that is not there for the actor.
        """
        try:
            keys = parse_sort(access, self.entity, self.sort)
        except BadQuery as refusal:
            raise Invalid(refusal.errors) from refusal
        checked_filter(access, Shape(self.entity, self.filter, keys, (), searched=False))
        names = access.readable(self.entity) | access.policy.names(self.entity)
        absent = [
            FieldError(f"/columns/{index}", "unknown_field", {"name": key})
            for index, key in enumerate(self.columns)
            if key not in names
        ]
        if absent:
            raise Invalid(absent)

    def refusal(self, access: Access) -> Refused | None:
        """Why the actor cannot ask for it; None where they can."""
        try:
            self.require_asked(access)
        except Refused as refusal:
            return refusal
        return None

    def is_shown(self, access: Access) -> bool:
        """Whether it is there for the actor: one that cannot be asked for is only there for its owner."""
        if not access.readable(self.entity):
            return False
        return self.owner[0] == access.actor.id or self.refusal(access) is None

    def can_change(self, access: Access) -> bool:
        """Whether the actor may change or delete it: its owner, or who tidies up what everyone sees."""
        return self.owner[0] == access.actor.id or (self.shared == "everyone" and may_show_everyone(access))


def may_show_everyone(access: Access) -> bool:
    """Whether the actor may share views with everyone: those who build the app."""
    may_build = access.actor.admin or "build" in access.policy.rights
    return may_build and access.actor.has_scope("build")


def list_views(
    connection: Connection, access: Access, entity: str | None, after: UUID | None, limit: int
) -> tuple[list[SavedView], UUID | None]:
    """The views that are there for the actor behind ``after``, oldest first, and the place to go on from.

    At most ``limit`` rows are looked at, so that a page may be short of views that are not there for the actor.
    """
    table = access.served.support.view
    entities = access.served.app.entities
    wanted = [each.id for key, each in entities.items() if entity in (None, key) and access.readable(key)]
    query = _select(access).where(table.c.entity.in_(wanted)).order_by(table.c.id).limit(limit + 1)
    if after is not None:
        query = query.where(table.c.id > after)
    rows = connection.execute(query).all()
    found = [_view(access, row) for row in rows[:limit]]
    following = rows[limit - 1].id if len(rows) > limit else None
    return [view for view in found if view.is_shown(access)], following


def load_view(connection: Connection, access: Access, id_: UUID, *, lock: bool = False) -> SavedView:
    """A view.

    Raises:
        NotFound: there is none, or it is not there for the actor.
    """
    table = access.served.support.view
    query = _select(access).where(table.c.id == id_)
    row = connection.execute(query.with_for_update(of=table) if lock else query).one_or_none()
    if row is None or row.entity not in access.served.app.entities_by_id:
        raise NotFound
    view = _view(access, row)
    if not view.is_shown(access):
        raise NotFound
    return view


def create_view(
    connection: Connection, access: Access, entity: str, given: Mapping[str, Any], now: datetime
) -> UUID:
    """Keep a view of the actor's; its id.

    Args:
        connection: inside the transaction.
        access: of the actor.
        entity: key of one that they may read.
        given: ``name``, ``shared``, ``filter``, ``sort``, ``columns``, ``search``.
        now: the moment.

    Raises:
        Conflict: they keep as many as one may.
        Forbidden, Invalid, BadExpression, TooExpensive: see :func:`change_view`.
    """
    actor, table = access.actor, access.served.support.view
    view = SavedView(
        id=uuid7(),
        version=1,
        entity=entity,
        owner=(actor.id, actor.name),
        created_at=now,
        updated_at=now,
        **given,
    )
    view.require_asked(access)
    _require_sharing(access, view)
    _require_room(connection, access)
    compiled = access.served.app.entities[entity]
    connection.execute(sa.insert(table).values(**_row(view, compiled), owner=actor.id, created_at=now))
    return view.id


def change_view(
    connection: Connection,
    access: Access,
    view: SavedView,
    given: Mapping[str, Any],
    version: int | None,
    now: datetime,
) -> None:
    """Change what is given of a view that was loaded under lock.

    Raises:
        Forbidden: it is somebody else's, or may not be shared so.
        Stale: it is not at ``version``.
        Invalid, BadExpression, TooExpensive: it could not be asked for.
    """
    table = access.served.support.view
    _require_change(access, view, version)
    changed = {name: getattr(view, name) for name in ("name", "shared", *_ASKED)} | dict(given)
    kept = {name: getattr(view, name) for name in ("id", "entity", "owner", "created_at")}
    after = SavedView(version=view.version + 1, updated_at=now, **changed, **kept)
    # A broken view can be renamed and taken back as it is, but not be given to others.
    if after.shared != "none" or any(name in given for name in _ASKED):
        after.require_asked(access)
    _require_sharing(access, after)
    compiled = access.served.app.entities[view.entity]
    connection.execute(sa.update(table).where(table.c.id == view.id).values(**_row(after, compiled)))


def delete_view(connection: Connection, access: Access, view: SavedView, version: int | None) -> None:
    """Forget a view that was loaded under lock; raises as :func:`change_view`."""
    table = access.served.support.view
    _require_change(access, view, version)
    connection.execute(sa.delete(table).where(table.c.id == view.id))


def _require_change(access: Access, view: SavedView, version: int | None) -> None:
    if not view.can_change(access):
        raise Forbidden
    if version is not None and version != view.version:
        raise Stale(view.version, {})


def _require_sharing(access: Access, view: SavedView) -> None:
    """Everyone is reached by who builds the app; a team is reached by who is in one."""
    if view.shared == "everyone" and not may_show_everyone(access):
        raise Forbidden("shared_with_everyone")
    if view.shared == "team" and view.owner[0] == access.actor.id and access.actor.team_id is None:
        raise Invalid([FieldError("/shared", "no_team")])


def _require_room(connection: Connection, access: Access) -> None:
    """Views of entities that are gone do not count: nobody can delete them."""
    table = access.served.support.view
    me = access.actor.id
    # Two requests at once are counted one after the other.
    connection.execute(sa.select(USERS.c.id).where(USERS.c.id == me).with_for_update())
    mine = sa.select(sa.func.count()).where(
        table.c.owner == me, table.c.entity.in_(list(access.served.app.entities_by_id))
    )
    if connection.execute(mine).scalar_one() >= MOST_VIEWS:
        raise Conflict("too_many_views", limit=str(MOST_VIEWS))


def _select(access: Access) -> sa.Select[Any]:
    """The views that were made by the actor or shared with them, with the names of their owners."""
    table, actor = access.served.support.view, access.actor
    ways: list[sa.ColumnElement[bool]] = [table.c.owner == actor.id, table.c.shared == "everyone"]
    if actor.team_path:
        mine = sa.literal(actor.team_path, TEAMS.c.path.type)
        ways.append(sa.and_(table.c.shared == "team", is_below(mine, TEAMS.c.path)))
    people = table.join(USERS, USERS.c.id == table.c.owner).outerjoin(TEAMS, TEAMS.c.id == USERS.c.team_id)
    return sa.select(table, USERS.c.name.label("owner_name")).select_from(people).where(sa.or_(*ways))


def _view(access: Access, row: Row[Any]) -> SavedView:
    asked: Mapping[str, Any] = row.asked
    columns: Sequence[str] = asked["columns"]
    return SavedView(
        id=row.id,
        version=row.version,
        entity=access.served.app.entities_by_id[row.entity].key,
        name=row.name,
        owner=(row.owner, row.owner_name),
        shared=row.shared,
        filter=asked["filter"],
        sort=asked["sort"],
        columns=tuple(columns),
        search=asked["search"],
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _row(view: SavedView, entity: CompiledEntity) -> dict[str, Any]:
    """The columns that a change writes."""
    asked = {name: getattr(view, name) for name in _ASKED} | {"columns": list(view.columns)}
    return {
        "id": view.id,
        "entity": entity.id,
        "name": view.name,
        "shared": view.shared,
        "asked": asked,
        "version": view.version,
        "updated_at": view.updated_at,
    }
