"""A page of records: filtered, sorted, searched, counted; keyset, at most four statements without expand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.registry import Dialect
from expressions.sql import compile_sql
from expressions.storage import Stored, column_type
from expressions.typed import Checked
from runtime.access import Access, Act
from runtime.query.columns import (
    SYSTEM_TYPES,
    Column,
    columns_of,
    encode_rows,
    live_fields,
    wanted_fields,
)
from runtime.query.encoding import raw
from runtime.query.expanding import expand_rows, expansion_fields, parse_expand
from runtime.query.filters import check_filter
from runtime.query.live import Live, live_in, readable_scope, rows_of
from runtime.query.records import read_by_ids, require_fields, require_readable, without
from runtime.query.sorting import Place, SortKey, behind, order_by, parse_sort
from runtime.query.store import store_of
from runtime.search import matches, search_parameters

#: Records up to which a capped count counts.
COUNT_CAP = 1_000
Phase = Literal["all", "given", "empty"]


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What is asked of a list.

    Attributes:
        filter: an expression in the names that the actor may read; empty for all records.
        sort: ``-created_at,name``; empty for the newest first.
        fields: names on the wire; None for all that may be read.
        expand: paths of at most three hops.
        search: words to be found in the search fields; None without.
        limit: records of the page, 1 to 500.
        cursor: :attr:`Page.next` of the page before; the edge signs it on its way.
        count: whether to count: not at all, up to 1,000, or exactly.
        act: what the records are read for; those on which the actor may not do it are left out.
    """

    filter: str = ""
    sort: str = ""
    fields: tuple[str, ...] | None = None
    expand: tuple[str, ...] = ()
    search: str | None = None
    limit: int = 50
    cursor: Sequence[Any] | None = None
    count: Literal["none", "capped", "exact"] = "none"
    act: Act = "read"


@dataclass(frozen=True, slots=True)
class Page:
    """A page: records in wire form, the place behind them (None at the end), the count that was asked for."""

    items: list[dict[str, Any]]
    next: list[Any] | None
    count: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides the text of the statements; with the policy it is the key they are kept under."""

    entity: str
    filter: str
    keys: tuple[SortKey, ...]
    read: tuple[str, ...]
    searched: bool
    act: Act = "read"


@dataclass(frozen=True, slots=True)
class Selection:
    """A statement that reads a page: its columns, and behind them ``id`` and the sort values in their storage form."""

    statement: sa.Select[Any]
    columns: tuple[Column, ...]
    place: tuple[Stored, ...]

    def place_of(self, row: Sequence[Any], dialect: Dialect) -> Place:
        """The place of a row."""
        stored = zip(self.place, row[len(self.columns) :], strict=True)
        id_, *values = (type_.decode(value, dialect) for type_, value in stored)
        return Place(tuple(values), id_)


def list_page(connection: Connection, access: Access, now: datetime, entity: str, query: ListQuery) -> Page:
    """A page of the records that the actor may read.

    Raises:
        NotFound: nothing of the entity is readable.
        BadExpression, BadQuery, TooExpensive: see :mod:`runtime.query.filters` and :mod:`runtime.query.sorting`.
    """
    require_readable(access, entity)
    require_fields(access, entity, query.fields)
    expansion = parse_expand(access, entity, query.expand)
    keys = parse_sort(access, entity, query.sort)
    place = Place.from_json(query.cursor, keys) if query.cursor is not None else None
    shown = wanted_fields(access, entity, query.fields)
    read = wanted_fields(access, entity, [*shown, *expansion_fields(expansion)]) if expansion else shown
    words = search_parameters(access, entity, query.search)
    shape = Shape(entity, query.filter, keys, read, bool(words), query.act)
    checked_filter(access, shape)
    parameters = access.parameters(now) | words
    if query.search is not None and not words:
        return Page([], None, _no_count(query))
    rows = _read(connection, access, parameters, shape, place, query.limit + 1)
    selection = _selection(access, shape, "all", None)
    items = encode_rows(selection.columns, rows[: query.limit])
    following = None
    if len(rows) > query.limit:
        following = selection.place_of(rows[query.limit - 1], access.served.dialect).to_json()
    expand_rows(connection, access, parameters, entity, items, expansion, read_by_ids)
    count = _count(connection, access, parameters, shape, query)
    return Page(without(items, shown, read), following, count)


def checked_filter(access: Access, shape: Shape) -> Checked | None:
    """The checked filter of a shape, kept; None without one."""
    if not shape.filter:
        return None
    key = ("filter", access.policy, shape.entity, shape.filter)
    return store_of(access.served).get(key, lambda: check_filter(access, shape.entity, shape.filter))


def _read(
    connection: Connection,
    access: Access,
    parameters: Mapping[str, Any],
    shape: Shape,
    place: Place | None,
    limit: int,
) -> list[Sequence[Any]]:
    """The rows of a page. Where the first key may be null, rows that have it come first, the rest by a second look."""
    if not shape.keys[0].nullable:
        return _execute(connection, access, parameters, shape, "all", place, limit)
    rows: list[Sequence[Any]] = []
    if place is None or place.values[0] is not None:
        rows = _execute(connection, access, parameters, shape, "given", place, limit)
        place = None
    if len(rows) < limit:
        rows += _execute(connection, access, parameters, shape, "empty", place, limit - len(rows))
    return rows


def _execute(
    connection: Connection,
    access: Access,
    parameters: Mapping[str, Any],
    shape: Shape,
    phase: Phase,
    place: Place | None,
    limit: int,
) -> list[Sequence[Any]]:
    selection = _selection(access, shape, phase, None if place is None else place.nulls)
    binds = {**parameters, "most": limit, **(place.parameters() if place else {})}
    return list(connection.execute(selection.statement, binds).all())


def _selection(access: Access, shape: Shape, phase: Phase, nulls: tuple[bool, ...] | None) -> Selection:
    key = ("page", access.policy, shape, phase, nulls)
    return store_of(access.served).get(key, lambda: _build(access, shape, phase, nulls))


def _build(access: Access, shape: Shape, phase: Phase, nulls: tuple[bool, ...] | None) -> Selection:
    root, conditions = base(access, shape, [*shape.read, *(key.field for key in shape.keys)])
    columns = columns_of(access, shape.entity, shape.read, root)
    first = root.c[shape.keys[0].column]
    if phase != "all":
        conditions.append(first.is_(None) if phase == "empty" else first.is_not(None))
    if nulls is not None:
        conditions.append(behind(shape.keys, nulls, root, first_given=phase == "given"))
    dialect = access.served.dialect
    place = [("id", SYSTEM_TYPES["id"]), *((key.column, key.type) for key in shape.keys)]
    named = [column.sql for column in columns]
    named += [raw(root.c[name], type_, dialect) for name, type_ in place]
    statement = (
        sa.select(*(column.label(f"c{number}") for number, column in enumerate(named)))
        .select_from(root)
        .where(*conditions)
        .order_by(*order_by(shape.keys, root, first_given=phase == "given"))
        .limit(sa.bindparam("most", type_=sa.Integer()))
    )
    return Selection(statement, columns, tuple(column_type(type_) for _, type_ in place))


def base(
    access: Access, shape: Shape, read: Sequence[str] = ()
) -> tuple[sa.FromClause, list[sa.ColumnElement[bool]]]:
    """The rows that a shape asks for: FROM, and the conditions of rights, filter and search."""
    served, entity = access.served, shape.entity
    checked = checked_filter(access, shape)
    named: Live = live_in(served, [checked] if checked else [])
    root = rows_of(served, entity, named.get(entity, frozenset()) | live_fields(served, entity, read))
    acts: tuple[Act, ...] = ("read",) if shape.act == "read" else ("read", shape.act)
    conditions = [access.row_filter(entity, act, root) for act in acts]
    if checked is not None:
        conditions.append(compile_sql(checked, readable_scope(access, root, named), served.dialect))
    if shape.searched:
        conditions.append(matches(served, root))
    return root, conditions


def _no_count(query: ListQuery) -> dict[str, Any] | None:
    return None if query.count == "none" else {"value": 0, "exact": True}


def _count(
    connection: Connection, access: Access, parameters: Mapping[str, Any], shape: Shape, query: ListQuery
) -> dict[str, Any] | None:
    if query.count == "none":
        return None
    capped = query.count == "capped"
    key = ("count", access.policy, shape.entity, shape.filter, shape.searched, shape.act, capped)
    statement = store_of(access.served).get(key, lambda: _count_statement(access, shape, capped))
    number = int(connection.execute(statement, dict(parameters)).scalar_one())
    return (
        {"value": min(number, COUNT_CAP), "exact": number <= COUNT_CAP}
        if capped
        else {
            "value": number,
            "exact": True,
        }
    )


def _count_statement(access: Access, shape: Shape, capped: bool) -> sa.Select[Any]:
    root, conditions = base(access, shape)
    if not capped:
        return sa.select(sa.func.count()).select_from(root).where(*conditions)
    rows: sa.Select[Any] = sa.select(sa.literal_column("1").label("one")).select_from(root).where(*conditions)
    return sa.select(sa.func.count()).select_from(
        rows.limit(sa.literal_column(str(COUNT_CAP + 1))).subquery()
    )
