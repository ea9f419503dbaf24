"""One record by its id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.storage import Uuid
from runtime.access import Access
from runtime.query.columns import Column, columns_of, encode_rows, live_fields, wanted_fields
from runtime.query.expanding import Expansion, expand_rows, expansion_fields, parse_expand
from runtime.query.live import rows_of
from runtime.query.store import store_of
from runtime.refusals import BadQuery, FieldError, NotFound


@dataclass(frozen=True, slots=True)
class ByIds:
    """A statement that reads records by id (bind ``id``, or expanding ``ids``), and what its columns mean."""

    statement: sa.Select[Any]
    columns: tuple[Column, ...]


def by_ids(access: Access, entity: str, fields: tuple[str, ...], *, one: bool = False) -> ByIds:
    """The kept statement of readable fields of the records of an entity (or people, teams, regions)."""
    key = ("by_ids", access.policy, entity, fields, one)
    return store_of(access.served).get(key, lambda: _by_ids(access, entity, fields, one))


def _by_ids(access: Access, entity: str, fields: tuple[str, ...], one: bool) -> ByIds:
    served = access.served
    is_own = entity in served.app.entities
    root = (
        rows_of(served, entity, live_fields(served, entity, fields)) if is_own else _platform(access, entity)
    )
    columns = columns_of(access, entity, fields, root)
    named = sa.bindparam("id", type_=Uuid()) if one else sa.bindparam("ids", expanding=True, type_=Uuid())
    statement = (
        sa.select(*(column.sql.label(f"c{number}") for number, column in enumerate(columns)))
        .select_from(root)
        .where(root.c.id == named if one else root.c.id.in_(named), access.row_filter(entity, "read", root))
    )
    return ByIds(statement, columns)


def _platform(access: Access, entity: str) -> sa.FromClause:
    return access.scope(None).table(entity).alias()


def read_by_ids(
    connection: Connection,
    access: Access,
    parameters: Mapping[str, Any],
    entity: str,
    fields: tuple[str, ...],
    ids: Sequence[UUID],
) -> list[dict[str, Any]]:
    """Those of the records that may be read, in wire form (one statement)."""
    if not ids:
        return []
    one = len(ids) == 1
    found = by_ids(access, entity, fields, one=one)
    rows = connection.execute(found.statement, {**parameters, **({"id": ids[0]} if one else {"ids": ids})})
    return encode_rows(found.columns, rows)


def require_readable(access: Access, entity: str) -> None:
    """Let through who may read records of an entity of the app; people and histories are no records.

    Raises:
        NotFound: there is no such entity, or nothing of it is readable.
    """
    if entity not in access.served.app.entities:
        raise NotFound
    access.require(entity, "read")


def require_fields(access: Access, entity: str, named: Sequence[str] | None) -> None:
    """Refuse names of fields that are not there or not readable (the same bytes).

    Raises:
        BadQuery: ``unknown_field``.
    """
    unknown = [] if named is None else [name for name in named if name not in access.readable(entity)]
    if unknown:
        raise BadQuery(
            "unknown_field", [FieldError("/fields", "unknown_field", {"name": name}) for name in unknown[:20]]
        )


def get(
    connection: Connection,
    access: Access,
    now: datetime,
    entity: str,
    record_id: UUID,
    *,
    fields: Sequence[str] | None = None,
    expand: Sequence[str] = (),
) -> dict[str, Any]:
    """A record in wire form; one statement, and one per hop and target of ``expand``.

    Raises:
        NotFound: entity or record unknown, in the bin, or not readable.
        BadQuery: names that the actor may not read.
    """
    require_readable(access, entity)
    require_fields(access, entity, fields)
    expansion = parse_expand(access, entity, expand)
    shown = wanted_fields(access, entity, fields)
    read = _with_references(access, entity, shown, expansion)
    parameters = access.parameters(now)
    rows = read_by_ids(connection, access, parameters, entity, read, [record_id])
    if not rows:
        raise NotFound
    expand_rows(connection, access, parameters, entity, rows, expansion, read_by_ids)
    return without(rows, shown, read)[0]


def _with_references(
    access: Access, entity: str, shown: tuple[str, ...], expansion: Expansion
) -> tuple[str, ...]:
    """What has to be read: what is shown, and what is expanded."""
    return wanted_fields(access, entity, [*shown, *expansion_fields(expansion)]) if expansion else shown


def without(
    rows: list[dict[str, Any]], shown: tuple[str, ...], read: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The rows without what was only read to be expanded."""
    for key in set(read) - set(shown):
        for row in rows:
            del row[key]
    return rows
