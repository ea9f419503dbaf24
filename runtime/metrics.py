"""Named figures: one definition for dashboards, rules and exports, read by each actor in what they may read.

Each row carries the filter that leads to its records in the list of the metric's entity.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import Connection

from expressions.checker import check
from expressions.nodes import Binary, Call, Literal, Logic, Name, Node, Unary
from expressions.parser import check_syntax
from expressions.printer import print_expression
from expressions.typed import Checked, Field
from expressions.types import BOOLEAN, Kind, Type, decimal
from runtime.access import Access
from runtime.query.figures import Figures, Order, Part, Question, build_figures, measured_type
from runtime.query.filters import check_expression, check_filter
from runtime.query.store import store_of
from runtime.refusals import BadQuery, FieldError, NotFound
from schema_store.compiled.metrics import CompiledMetric

#: Dimensions of one question, and rows of its answer.
MOST_DIMENSIONS, MOST_ROWS = 4, 1_000
_FOLDS = {
    "count": "count",
    "sum": "sum",
    "average": "avg",
    "minimum": "min",
    "maximum": "max",
    "share": "avg",
}


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """What is asked of a metric.

    Attributes:
        dimensions: keys of the metric's dimensions to split by.
        since, until: local days, both included; only of metrics that have a time.
        filter: which rows beside those that the metric counts.
        order: ``groups`` (as the dimensions order themselves), ``most`` or ``least`` first.
        limit: rows at most.
    """

    dimensions: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    filter: str = ""
    order: Order = "groups"
    limit: int = MOST_ROWS


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question in the names of an actor.

    Attributes:
        groups: the dimensions.
        whole: the conditions of the rows looked at; of a share those of the whole.
        part: those of the rows counted: the same, but of a share with what makes the part.
        figures: the statement.
    """

    groups: tuple[Part, ...]
    whole: tuple[Node, ...]
    part: tuple[Node, ...]
    figures: Figures


def run_metric(
    connection: Connection, access: Access, now: datetime, key: str, query: MetricQuery
) -> dict[str, Any]:
    """The figures of a metric (one statement): ``{metric, dimensions, rows, truncated}``.

    A row has its dimensions in wire form, ``value``, ``count`` (of the rows looked at) and ``filter``; of a share also
    ``whole``, the filter of what it is a share of.

    Raises:
        NotFound: there is no such metric, or it counts what the actor may not read.
        BadQuery, BadExpression, TooExpensive: the question cannot be asked.
    """
    metric = access.served.app.metrics.get(key)
    if metric is None or not is_readable(access, metric):
        raise NotFound
    place = ("metric", access.policy, key, query)
    asked = store_of(access.served).get(place, lambda: _ask(access, metric, query))
    rows, truncated = asked.figures.rows(connection, access, now, {})
    for row in rows:
        chosen = [
            _equals(_tree(metric.dimensions[part.name].expression), part.type, row[part.name])
            for part in asked.groups
        ]
        row["filter"] = _leads_to(metric, (*asked.part, *chosen))
        if metric.measure == "share":
            row["whole"] = _leads_to(metric, (*asked.whole, *chosen))
    return {
        "metric": describe_metric(metric),
        "dimensions": [_describe(metric, part) for part in asked.groups],
        "rows": rows,
        "truncated": truncated,
    }


def is_readable(access: Access, metric: CompiledMetric) -> bool:
    """Whether the actor may read everything that a metric is made of; its dimensions count only when asked for."""
    if not access.can(metric.entity, "read"):
        return False
    time = [] if metric.time is None else [metric.time]
    texts = [text for text in (metric.value, metric.filter, metric.share_of, *time) if text is not None]
    return bool(access.policy.names(metric.source)) and all(
        _is_known(access, metric.source, text) for text in texts
    )


def _is_known(access: Access, source: str, text: str) -> bool:
    return check(_tree(text), access.env(source))[0] is not None


def describe_metric(metric: CompiledMetric) -> dict[str, Any]:
    """What a metric is: ``{key, label, unit, measure, target, entity}``."""
    return {
        "key": metric.key,
        "label": dict(metric.label),
        "unit": None if metric.unit is None else dict(metric.unit),
        "measure": metric.measure,
        "target": None if metric.target is None else str(metric.target),
        "entity": metric.entity,
    }


def _ask(access: Access, metric: CompiledMetric, query: MetricQuery) -> _Asked:
    groups = tuple(_group(access, metric, key) for key in _dimensions(metric, query))
    common = [*_times(access, metric, query), *_given(access, metric, query)]
    own = [] if metric.filter is None else [_tree(metric.filter)]
    share = metric.share_of
    whole = [*(own if share is None else [_tree(share)]), *common]
    part = [*whole, *own] if share is not None else whole
    value = _value(access, metric)
    name = _FOLDS[metric.measure]
    type_ = (
        decimal(10, 1) if metric.measure == "share" else measured_type(name, value.type if value else BOOLEAN)
    )
    measures = (
        Part("value", name, value, type_),
        Part("count", "count", None, measured_type("count", BOOLEAN)),
    )
    condition = check_filter(access, metric.source, print_expression(_all(whole))) if whole else None
    question = Question(metric.source, groups, measures, condition, order=query.order, most=query.limit)
    return _Asked(groups, tuple(whole), tuple(part), build_figures(access, question))


def _dimensions(metric: CompiledMetric, query: MetricQuery) -> Sequence[str]:
    chosen = query.dimensions
    unknown = [key for key in chosen if key not in metric.dimensions]
    if unknown or len(set(chosen)) < len(chosen) or len(chosen) > MOST_DIMENSIONS:
        name = unknown[0] if unknown else ", ".join(chosen)[:200]
        raise BadQuery("unknown_field", [FieldError("/dimensions", "unknown_field", {"name": name})])
    return chosen


def _group(access: Access, metric: CompiledMetric, key: str) -> Part:
    """A dimension; one that names what the actor may not read is not there.

    Raises:
        BadQuery: ``unknown_field``.
    """
    text = metric.dimensions[key].expression
    if not _is_known(access, metric.source, text):
        raise BadQuery("unknown_field", [FieldError("/dimensions", "unknown_field", {"name": key})])
    checked = check_expression(access, metric.source, text, "dimensions")
    return Part(key, "", checked, checked.type)


def _value(access: Access, metric: CompiledMetric) -> Checked | None:
    """What is measured on each row; of a share one where the row is of the part, else nothing."""
    if metric.measure == "share":
        counted = Literal(True) if metric.filter is None else _tree(metric.filter)
        return _checked(access, metric, Call("IF", (counted, Literal(1), Literal(0))))
    return None if metric.value is None else _checked(access, metric, _tree(metric.value))


def _checked(access: Access, metric: CompiledMetric, node: Node) -> Checked:
    return check_expression(access, metric.source, print_expression(node), "metric")


def _times(access: Access, metric: CompiledMetric, query: MetricQuery) -> Iterator[Node]:
    """The span of days that is looked at; of moments from midnight to midnight in the workspace's zone."""
    if query.since is None and query.until is None:
        return
    if metric.time is None:
        word = "since" if query.since is not None else "until"
        raise BadQuery("bad_request", [FieldError(f"/{word}", "no_time")])
    time = Name((metric.time,))
    is_moment = (
        access.env(metric.source).entities[metric.source].fields[metric.time].type.kind is Kind.INSTANT
    )
    if query.since is not None:
        yield Binary(
            ">=", time, Literal(_start(access, query.since) if is_moment else query.since.isoformat())
        )
    if query.until is not None and is_moment:
        yield Binary("<", time, Literal(_start(access, query.until + timedelta(days=1))))
    elif query.until is not None:
        yield Binary("<=", time, Literal(query.until.isoformat()))


def _start(access: Access, day: date) -> str:
    """The first moment of a local day."""
    return datetime(day.year, day.month, day.day, tzinfo=access.served.app.zone).isoformat()


def _given(access: Access, metric: CompiledMetric, query: MetricQuery) -> Iterator[Node]:
    if query.filter:
        check_filter(access, metric.source, query.filter)
        yield _tree(query.filter)


def _tree(text: str) -> Node:
    node, _ = check_syntax(text)
    assert node is not None, "expressions of a published metric are well-formed"
    return node


def _all(conditions: Sequence[Node]) -> Node:
    return conditions[0] if len(conditions) == 1 else Logic("and", tuple(conditions))


def _equals(value: Node, type_: Type, wire: Any) -> Node:
    """The condition that a dimension has the value of a row."""
    if wire is None:
        return Call("ISBLANK", (value,))
    if type_.kind is Kind.BOOLEAN:
        return value if wire else Unary("not", value)
    if type_.is_numeric and type_.kind is not Kind.INTEGER:
        return Binary("==", value, _number(Decimal(wire)))
    return Binary("==", value, _number(wire) if isinstance(wire, int) else Literal(wire))


def _number(value: int | Decimal) -> Node:
    return Unary("-", Literal(-value)) if value < 0 else Literal(value)


def _leads_to(metric: CompiledMetric, conditions: Sequence[Node]) -> str:
    """The filter of the list of the metric's entity; of a history, records that have such a row."""
    inner = _all(conditions) if conditions else None
    if metric.source == metric.entity:
        return "" if inner is None else print_expression(inner)
    children = Name((metric.source.partition(".")[2],))
    found = Call("COUNT", (children,) if inner is None else (children, inner))
    return print_expression(Binary(">", found, Literal(0)))


def _describe(metric: CompiledMetric, part: Part) -> dict[str, Any]:
    """A dimension of the answer; ``entity`` and ``field`` say whose values it has, where it is a plain path."""
    root = part.checked.root if part.checked else None
    place = {"entity": root.entities[-1], "field": root.path[-1]} if isinstance(root, Field) else {}
    return {
        "key": part.name,
        "label": dict(metric.dimensions[part.name].label),
        "type": part.type.kind.value,
        **place,
    }
