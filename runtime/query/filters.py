"""Filters from outside: parsed, checked among the names that the actor may read, bounded, made SQL."""

from __future__ import annotations

from collections.abc import Iterator

from expressions.checker import check
from expressions.measure import walk
from expressions.nodes import ListOf, Logic, Node, Unary
from expressions.parser import check_syntax
from expressions.sql import not_translatable
from expressions.typed import Aggregate, Checked, Field
from expressions.types import BOOLEAN, Type
from runtime.access import Access
from runtime.refusals import BadExpression, TooExpensive

#: Conditions of one filter, and relations that it looks over (RELIABILITY 3.4).
MOST_CONDITIONS, MOST_RELATIONS = 50, 5


def check_filter(access: Access, entity: str, text: str) -> Checked:
    """The checked filter.

    Raises:
        BadExpression: it is not well-formed, names what the actor cannot name, or has no SQL.
        TooExpensive: more than 50 conditions or 5 relations.
        NotFound: nothing of the entity is readable.
    """
    return check_expression(access, entity, text, "filter", BOOLEAN)


def check_expression(
    access: Access, entity: str, text: str, word: str, expected: Type | None = None
) -> Checked:
    """An expression of the query word ``word`` in the names that the actor may read; raises as a filter."""
    env = access.env(entity)
    node, problems = check_syntax(text)
    if node is None:
        raise BadExpression(word, problems)
    if sum(1 for _ in _conditions(node)) > MOST_CONDITIONS:
        raise TooExpensive(f"conditions > {MOST_CONDITIONS}")
    checked, problems = check(node, env, expected)
    if checked is None:
        raise BadExpression(word, problems)
    if untranslatable := not_translatable(checked):
        raise BadExpression(word, untranslatable)
    if len(relations_of(checked)) > MOST_RELATIONS:
        raise TooExpensive(f"relations > {MOST_RELATIONS}")
    return checked


def _conditions(node: Node) -> Iterator[Node]:
    """What ``and``, ``or``, ``not`` put together."""
    if isinstance(node, Logic):
        for item in node.items:
            yield from _conditions(item)
    elif isinstance(node, Unary) and node.operator == "not":
        yield from _conditions(node.operand)
    elif not isinstance(node, ListOf):
        yield node


def relations_of(checked: Checked) -> list[tuple[str, ...]]:
    """Every walk over relations, as often as it is written: each is a look into another table."""
    found = []
    for node in walk(checked.root):
        if isinstance(node, Field) and len(node.path) > 1:
            found += [node.path[: end + 1] for end in range(len(node.path) - 1)]
        elif isinstance(node, Aggregate):
            found.append(node.source.path)
    return found
