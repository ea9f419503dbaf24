"""Aggregates under check: children, value and condition in the child's scope, the window and its time field."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from expressions.coercion import coerce
from expressions.env import Env
from expressions.literals import parse_duration
from expressions.nodes import Call, Literal, Name, Node
from expressions.overloads import check_size, kinds_of, signature_of
from expressions.problems import Problem, Span
from expressions.registry import REGISTRY, Entry, Parameter
from expressions.resolve import Scope, Unresolved, resolve
from expressions.typed import Aggregate, Field, Typed
from expressions.types import BOOLEAN, Kind, Type

_TIMES = (Kind.DATE, Kind.INSTANT)


class Visitor(Protocol):
    """What this module asks of the checker."""

    env: Env
    problems: list[Problem]

    def note(self, code: str, span: Span, **params: str) -> None:
        """Collect a complaint."""
        ...

    def visit(self, node: Node, scope: Scope) -> Typed | None:
        """Check a node."""
        ...

    def resolved(self, node: Name, scope: Scope) -> Typed | None:
        """What a name means, children too."""
        ...


def check_aggregate(node: Call, scope: Scope, visitor: Visitor) -> Aggregate | None:
    """The checked aggregate, or None with its complaints noted."""
    entry = REGISTRY[f"agg_{node.function.lower()}"]
    if scope.inside:
        visitor.note("expr.nested_aggregate", node.span)
        return None
    named = _arguments(entry, node, visitor)
    if named is None:
        return None
    source = _source(node, scope, visitor)
    if source is None:
        return None
    noted = len(visitor.problems)
    inner = Scope(source.type.entity, scope.entity, inside=True)
    value = visitor.visit(named["value"], inner) if "value" in named else None
    condition = visitor.visit(named["condition"], inner) if "condition" in named else None
    window = _window(node, visitor)
    time = _time(node, inner, visitor, is_needed=window is not None or entry.key == "agg_latest")
    if len(visitor.problems) > noted:
        return None
    if condition is not None:
        condition = _boolean(condition, node, visitor)
    if window is not None and time is not None and time.type.kind == Kind.DATE and window % timedelta(days=1):
        visitor.note("expr.window", node.span)
    result = _result(entry, value, node, visitor)
    if len(visitor.problems) > noted or result is None:
        return None
    return Aggregate(entry.key, source, value, condition, window, time, result, node.span)


def _arguments(entry: Entry, node: Call, visitor: Visitor) -> dict[str, Node] | None:
    parameters = entry.overloads[0].parameters
    least = sum(not parameter.optional for parameter in parameters)
    if not least <= len(node.args) <= len(parameters):
        signature = signature_of(entry, entry.overloads[0])
        visitor.note(
            "expr.arguments", node.span, name=node.function, found=str(len(node.args)), signature=signature
        )
        return None
    for keyword, _ in node.keywords:
        if keyword not in entry.keywords:
            visitor.note("expr.unknown_keyword", node.span, name=node.function, keyword=keyword)
            return None
    return dict(zip((parameter.name for parameter in parameters), node.args, strict=False))


def _source(node: Call, scope: Scope, visitor: Visitor) -> Field | None:
    first = node.args[0]
    source = visitor.resolved(first, scope) if isinstance(first, Name) else visitor.visit(first, scope)
    if source is None:
        return None
    if isinstance(source, Field) and source.type.kind == Kind.RECORDS:
        return source
    visitor.note("expr.type", first.span, name=node.function, found=str(source.type))
    return None


def _boolean(condition: Typed, node: Call, visitor: Visitor) -> Typed | None:
    if condition.type.kind == Kind.NULL:
        return coerce(condition, BOOLEAN)
    if condition.type.kind != Kind.BOOLEAN:
        visitor.note("expr.type", condition.span, name=node.function, found=str(condition.type))
    return condition


def _window(node: Call, visitor: Visitor) -> timedelta | None:
    written = dict(node.keywords).get("within")
    if written is None:
        return None
    if not isinstance(written, Literal) or not isinstance(written.value, str):
        visitor.note("expr.not_literal", written.span, name=node.function, parameter="within")
        return None
    window = parse_duration(written.value)
    if window is None:
        visitor.note("expr.bad_literal", written.span, found=written.value, expected="duration")
    return window


def _time(node: Call, inner: Scope, visitor: Visitor, *, is_needed: bool) -> Field | None:
    """The time field named by ``by``, else the entity's own where one is needed (with an empty span)."""
    written = dict(node.keywords).get("by")
    if written is None:
        return _own_time(node, inner, visitor) if is_needed else None
    found = visitor.resolved(written, inner) if isinstance(written, Name) else None
    if found is None:
        if not isinstance(written, Name):
            visitor.note("expr.not_literal", written.span, name=node.function, parameter="by")
        return None
    if isinstance(found, Field) and found.type.kind in _TIMES and not found.outer:
        return found
    visitor.note("expr.type", written.span, name=f"{node.function}(by=)", found=str(found.type))
    return None


def _own_time(node: Call, inner: Scope, visitor: Visitor) -> Field | None:
    entity = visitor.env.entities.get(inner.entity or "")
    nowhere = Span(node.span.end, node.span.end)
    try:
        found = resolve(Name((entity.time_field,), nowhere), inner, visitor.env) if entity else None
    except Unresolved:
        found = None
    if isinstance(found, Field) and found.type.kind in _TIMES:
        return found
    visitor.note("expr.no_time_field", node.span, name=str(inner.entity))
    return None


def _result(entry: Entry, value: Typed | None, node: Call, visitor: Visitor) -> Type | None:
    """The type rule of the aggregate on the type of its value."""
    overload = entry.overloads[0]
    if value is not None:
        wanted = next(parameter for parameter in overload.parameters if parameter.name == "value")
        if not _takes(wanted, value.type):
            visitor.note("expr.type", value.span, name=node.function, found=str(value.type))
            return None
    result = overload.result([replace(value.type)] if value is not None else [], {}, visitor.env)
    if isinstance(result, str):
        visitor.note(result, node.span, name=node.function, found=str(value.type if value else ""))
        return None
    problem = check_size(result, node.span)
    if problem is not None:
        visitor.problems.append(problem)
        return None
    return result


def _takes(parameter: Parameter, found: Type) -> bool:
    return found.kind in kinds_of(parameter.kinds) and found.kind != Kind.NULL
