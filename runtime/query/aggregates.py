"""Figures over the records that may be read: grouped, measured, filtered; exact on both databases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from expressions.typed import Checked
from expressions.types import Kind, integer
from runtime.access import Access
from runtime.query.columns import expression_name
from runtime.query.figures import Figures, Part, Question, build_figures, is_ordered, measured_type
from runtime.query.filters import check_expression, check_filter
from runtime.query.records import require_readable
from runtime.query.store import store_of
from runtime.refusals import BadQuery, FieldError
from runtime.search import search_parameters

#: Groups and measures of one question.
MOST_GROUPS, MOST_MEASURES = 4, 10
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
    rows, truncated = found.rows(connection, access, now, words)
    return {"rows": rows, "truncated": truncated}


def _build(access: Access, entity: str, query: AggregateQuery, searched: bool) -> Figures:
    groups = [_group(access, entity, part) for part in _parts("group", query.group, MOST_GROUPS)]
    measures = [_measure(access, entity, part) for part in _parts("measure", query.measure, MOST_MEASURES)]
    if not measures or len({part.name for part in (*groups, *measures)}) < len(groups) + len(measures):
        raise BadQuery("bad_request", [FieldError("/measure", "duplicate_word" if measures else "required")])
    condition = check_filter(access, entity, query.filter) if query.filter else None
    return build_figures(access, Question(entity, groups, measures, condition, searched))


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
    if not is_number if function in ("sum", "avg") else function != "count" and not is_ordered(value.type):
        raise BadQuery("bad_request", [FieldError("/measure", "wrong_type", {"name": key})])
    return Part(f"{function}_{key}", function, value, measured_type(function, value.type))
