"""Teams and regions: the same kind of tree.

``path`` holds the ids from the root, each 32 hexadecimal digits and a slash; "this or below" is
``path >= p AND path < p || '~'``, one range of an index.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from uuid_utils.compat import uuid7

from runtime.people.tables import REGIONS, TEAMS
from runtime.refusals import FieldError, Invalid, NotFound, UniqueTaken

#: Levels of a tree.
DEEPEST = 12
_STEP = 33
#: Sorts behind every path that goes on.
_AFTER = "~"

__all__ = [
    "REGIONS",
    "TEAMS",
    "create_node",
    "ids_below",
    "is_below",
    "list_nodes",
    "load_node",
    "update_node",
]


def is_below(path: sa.ColumnElement[str], top: str | sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether a path is ``top`` or below it."""
    return sa.and_(path >= top, path < top + _AFTER)


def ids_below(connection: Connection, tree: sa.Table, node: UUID) -> tuple[UUID, ...]:
    """A node and all below it; empty where there is no such node."""
    top = sa.select(tree.c.path).where(tree.c.id == node).scalar_subquery()
    after = top + sa.literal(_AFTER, tree.c.path.type)
    below = sa.and_(tree.c.path >= top, tree.c.path < after)
    return tuple(connection.execute(sa.select(tree.c.id).where(below).order_by(tree.c.path)).scalars())


def list_nodes(connection: Connection, tree: sa.Table, after: str, limit: int) -> list[Row[Any]]:
    """At most ``limit`` nodes behind the path ``after``, parents before their children."""
    query = sa.select(tree).where(tree.c.path > after).order_by(tree.c.path).limit(limit)
    return list(connection.execute(query))


def load_node(connection: Connection, tree: sa.Table, node: UUID) -> Row[Any]:
    """One node.

    Raises:
        NotFound: there is no such node.
    """
    row = connection.execute(sa.select(tree).where(tree.c.id == node)).one_or_none()
    if row is None:
        raise NotFound
    return row


def create_node(connection: Connection, tree: sa.Table, values: Mapping[str, Any], now: datetime) -> UUID:
    """Add a node.

    Args:
        connection: inside a write transaction.
        tree: :data:`TEAMS` or :data:`REGIONS`.
        values: ``name``, and ``parent_id`` and ``code`` where it has them.
        now: the moment.

    Raises:
        Invalid: no such parent, or too deep.
        UniqueTaken: the code.
    """
    _lock(connection, tree)
    id_ = uuid7()
    path = _parent_path(connection, tree, values.get("parent_id")) + _step(id_)
    _require_depth(path)
    _require_free_code(connection, tree, values.get("code"), id_)
    row = {
        "id": id_,
        "parent_id": None,
        "code": None,
        **values,
        "path": path,
        "created_at": now,
        "updated_at": now,
    }
    connection.execute(sa.insert(tree).values(row))
    return id_


def update_node(
    connection: Connection, tree: sa.Table, node: UUID, values: Mapping[str, Any], now: datetime
) -> None:
    """Change the name or code of a node, or move it with all below it.

    Raises:
        NotFound: there is no such node.
        Invalid: no such parent, or below itself, or too deep.
        UniqueTaken: the code.
    """
    _lock(connection, tree)
    standing = load_node(connection, tree, node)
    if "code" in values:
        _require_free_code(connection, tree, values["code"], node)
    if "parent_id" in values and values["parent_id"] != standing.parent_id:
        _move(connection, tree, standing, values["parent_id"])
    connection.execute(sa.update(tree).where(tree.c.id == node).values(**values, updated_at=now))


def _move(connection: Connection, tree: sa.Table, node: Row[Any], parent: UUID | None) -> None:
    above = _parent_path(connection, tree, parent)
    if above.startswith(node.path):
        raise Invalid([FieldError("/parent_id", "cycle")])
    inside = is_below(tree.c.path, node.path)
    longest = connection.execute(
        sa.select(sa.func.max(sa.func.length(tree.c.path))).where(inside)
    ).scalar_one()
    _require_depth(above + "/" * (longest - len(node.path) + _STEP))
    rest = sa.func.substr(tree.c.path, len(node.path) - _STEP + 1, type_=tree.c.path.type)
    connection.execute(sa.update(tree).where(inside).values(path=sa.literal(above, tree.c.path.type) + rest))


def _step(node: UUID) -> str:
    return f"{node.hex}/"


def _parent_path(connection: Connection, tree: sa.Table, parent: UUID | None) -> str:
    if parent is None:
        return ""
    path = connection.execute(sa.select(tree.c.path).where(tree.c.id == parent)).scalar_one_or_none()
    if path is None:
        raise Invalid([FieldError("/parent_id", "unknown_reference")])
    return str(path)


def _require_depth(path: str) -> None:
    if len(path) > DEEPEST * _STEP:
        raise Invalid([FieldError("/parent_id", "too_deep", {"limit": str(DEEPEST)})])


def _require_free_code(connection: Connection, tree: sa.Table, code: str | None, node: UUID) -> None:
    taken = sa.select(tree.c.id).where(tree.c.code == code, tree.c.id != node)
    if code is not None and connection.execute(taken).first() is not None:
        raise UniqueTaken(["code"])


def _lock(connection: Connection, tree: sa.Table) -> None:
    """One change of a tree at a time, or two moves could close a circle; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"LOCK TABLE {tree.name} IN SHARE ROW EXCLUSIVE MODE"))
