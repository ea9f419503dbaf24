"""Figures over the records that may be read: grouped, measured, filtered; exact on both databases."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.sql import compile_sql
from expressions.sql.compiler import Compiler
from expressions.sql.forms import coerce, raw_type
from expressions.sql.numbers import SUM_DIGITS, average, total
from expressions.typed import Checked
from expressions.types import DIVISION_SCALE, Kind, Type, decimal, integer
from runtime.access import Access
from runtime.query.columns import expression_name
from runtime.query.encoding import Encoder, encoder_of
from runtime.query.filters import check_expression, check_filter
from runtime.query.live import live_in, readable_scope, rows_of
from runtime.query.records import require_readable
from runtime.query.store import store_of
from runtime.refusals import BadQuery, FieldError
from runtime.search import matches, search_parameters

#: Groups and measures of one question, and rows of its answer.
MOST_GROUPS, MOST_MEASURES, MOST_ROWS = 4, 10, 1_000
_PART = re.compile(r"(\w+)(?:\(([^()]*)\))?")
#: Spans of time that a group may be cut into: each is named by its first day.
SPANS = frozenset({"day", "week", "month", "quarter", "year"})
_MEASURES = frozenset({"count", "sum", "avg", "min", "max"})
_UNGROUPED = frozenset({Kind.LIST, Kind.RECORDS, Kind.JSON})


@dataclass(frozen=True, slots=True)
class AggregateQuery:
    """What is asked: groups ``stage,month(created_at)``, measures ``count(),sum(amount)``, a filter, words."""

    group: str = ""
    measure: str = "count()"
    filter: str = ""
    search: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A group or a measure.

    Attributes:
        name: of it in the rows: ``stage``, ``month_created_at``, ``count``, ``sum_amount``.
        function: what is done to the value; empty for a plain group.
        checked: the value; None for ``count()``.
        type: of what comes out.
    """

    name: str
    function: str
    checked: Checked | None
    type: Type


@dataclass(frozen=True, slots=True)
class Aggregation:
    """A statement and what its columns mean."""

    statement: sa.Select[Any]
    columns: tuple[tuple[str, Encoder | None], ...]


def aggregate(
    connection: Connection, access: Access, now: datetime, entity: str, query: AggregateQuery
) -> dict[str, Any]:
    """The figures (one statement): ``{"rows": [...], "truncated": false}``, at most 1,000 groups in their order.

    Spans are cut in the zone of the workspace and named by their first day.

    Raises:
        NotFound: nothing of the entity is readable.
        BadQuery, BadExpression, TooExpensive: the question cannot be asked.
    """
    require_readable(access, entity)
    words = search_parameters(access, entity, query.search)
    key = ("aggregate", access.policy, entity, query.group, query.measure, query.filter, bool(words))
    found = store_of(access.served).get(key, lambda: _build(access, entity, query, bool(words)))
    if query.search is not None and not words:
        return {"rows": [], "truncated": False}
    rows = connection.execute(found.statement, access.parameters(now) | words).all()
    return {
        "rows": [_encoded(found.columns, row) for row in rows[:MOST_ROWS]],
        "truncated": len(rows) > MOST_ROWS,
    }


def _encoded(columns: Sequence[tuple[str, Encoder | None]], row: Sequence[Any]) -> dict[str, Any]:
    return {
        name: value if encode is None or value is None else encode(value)
        for (name, encode), value in zip(columns, row, strict=True)
    }


def _build(access: Access, entity: str, query: AggregateQuery, searched: bool) -> Aggregation:
    served = access.served
    groups = [_group(access, entity, part) for part in _parts("group", query.group, MOST_GROUPS)]
    measures = [_measure(access, entity, part) for part in _parts("measure", query.measure, MOST_MEASURES)]
    if not measures or len({part.name for part in (*groups, *measures)}) < len(groups) + len(measures):
        raise BadQuery("bad_request", [FieldError("/measure", "duplicate_word" if measures else "required")])
    condition = check_filter(access, entity, query.filter) if query.filter else None
    trees = [part.checked for part in (*groups, *measures) if part.checked] + (
        [condition] if condition else []
    )
    live = live_in(served, trees)
    root = rows_of(served, entity, live.get(entity, frozenset()))
    conditions = [access.row_filter(entity, "read", root)]
    if condition is not None:
        conditions.append(compile_sql(condition, readable_scope(access, root, live), served.dialect))
    if searched:
        conditions.append(matches(served, root))
    compiler = Compiler(readable_scope(access, root, live), served.dialect, root)
    values = {
        f"v{number}": compiler.compile(part.checked.root)
        for number, part in enumerate((*groups, *measures))
        if part.checked is not None
    }
    # The values stand in a subquery, so that each is computed once and a group may be anything.
    named = [value.label(name) for name, value in values.items()] or [sa.literal_column("1").label("one")]
    inner = sa.select(*named).select_from(root).where(*conditions).subquery()
    taken = {name: coerce(inner.c[name], value.type) for name, value in values.items()}
    return _outer(served.dialect, groups, measures, taken, inner)


def _outer(
    dialect: Any,
    groups: Sequence[Part],
    measures: Sequence[Part],
    taken: Mapping[str, sa.ColumnElement[Any]],
    inner: sa.Subquery,
) -> Aggregation:
    grouped = [taken[f"v{number}"] for number in range(len(groups))]
    folded = [
        _fold(dialect, part, taken.get(f"v{number}")) for number, part in enumerate(measures, len(groups))
    ]
    order = [step for value in grouped for step in (value.is_(None), value)]
    statement = (
        sa.select(*(value.label(f"c{number}") for number, value in enumerate([*grouped, *folded])))
        .select_from(inner)
        .group_by(*grouped)
        .order_by(*order)
        .limit(sa.literal_column(str(MOST_ROWS + 1)))
    )
    columns = tuple((part.name, encoder_of(part.type, dialect)) for part in (*groups, *measures))
    return Aggregation(statement, columns)


def _fold(dialect: Any, part: Part, value: sa.ColumnElement[Any] | None) -> sa.ColumnElement[Any]:
    if value is None or part.checked is None:
        return sa.func.count(sa.literal_column("*"))
    match part.function:
        case "sum":
            return total(dialect, value, part.checked.type, part.type)
        case "avg":
            return average(dialect, value, part.checked.type, part.type)
        case "count":
            return sa.func.count(value)
        case name:
            return sa.Function(name, value, type_=raw_type(part.type, dialect))


def _parts(word: str, text: str, most: int) -> list[tuple[str, str]]:
    """Function and argument of each part; a plain name has no function."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > most:
        raise BadQuery("bad_request", [FieldError(f"/{word}", "too_long", {"limit": str(most)})])
    found = []
    for part in parts:
        match = _PART.fullmatch(part)
        if match is None:
            raise BadQuery("bad_request", [FieldError(f"/{word}", "bad_value", {"value": part})])
        name, argument = match[1], match[2]
        found.append(("", name) if argument is None else (name, argument.strip()))
    return found


def _value(access: Access, entity: str, word: str, key: str) -> Checked:
    """A readable field as a value.

    Raises:
        BadQuery: ``unknown_field``.
    """
    if key not in access.readable(entity):
        raise BadQuery("unknown_field", [FieldError(f"/{word}", "unknown_field", {"name": key})])
    name = expression_name(key)
    if name not in access.policy.names(entity) or _is_many(access, entity, name):
        raise BadQuery("bad_request", [FieldError(f"/{word}", "not_grouped", {"name": key})])
    return check_expression(access, entity, name, word)


def _is_many(access: Access, entity: str, name: str) -> bool:
    return access.env(entity).entities[entity].fields[name].type.kind in _UNGROUPED


def _group(access: Access, entity: str, part: tuple[str, str]) -> Part:
    function, key = part
    value = _value(access, entity, "group", key)
    if not function:
        return Part(key, "", value, value.type)
    if function not in SPANS or value.type.kind not in (Kind.DATE, Kind.INSTANT):
        raise BadQuery("bad_request", [FieldError("/group", "not_grouped", {"name": key})])
    name = expression_name(key)
    text = f'STARTOF({name}, "{function}")'
    if function == "day":
        text = f"DATE({name})" if value.type.kind is Kind.INSTANT else name
    checked = check_expression(access, entity, text, "group")
    return Part(f"{function}_{key}", function, checked, checked.type)


def _measure(access: Access, entity: str, part: tuple[str, str]) -> Part:
    function, key = part
    if function not in _MEASURES or (not key and function != "count"):
        raise BadQuery("bad_request", [FieldError("/measure", "bad_value", {"value": function or key})])
    if not key:
        return Part("count", "count", None, integer(18))
    value = _value(access, entity, "measure", key)
    is_number = value.type.is_numeric
    if not is_number if function in ("sum", "avg") else function != "count" and not _is_ordered(value.type):
        raise BadQuery("bad_request", [FieldError("/measure", "wrong_type", {"name": key})])
    return Part(f"{function}_{key}", function, value, _measured(function, value.type))


def _is_ordered(type_: Type) -> bool:
    return type_.is_numeric or type_.kind in (Kind.TEXT, Kind.OPTION, Kind.DATE, Kind.INSTANT)


def _measured(function: str, type_: Type) -> Type:
    """What a measure gives; a sum has room for very many records."""
    match function:
        case "count":
            return integer(18)
        case "sum":
            return Type(type_.kind, type_.scale, type_.digits + SUM_DIGITS, currency=type_.currency)
        case "avg":
            return decimal(DIVISION_SCALE, type_.digits)
        case _:
            return type_
