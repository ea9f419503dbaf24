"""Laws that hold for every expression: printing, evaluating and explaining agree."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from expressions.checker import check
from expressions.context import Context
from expressions.explain import Trace, explain
from expressions.nodes import Node
from expressions.parser import check_syntax, parse
from expressions.printer import print_expression
from expressions.program import compile_program
from expressions.typed import Checked
from expressions.types import Kind, Type
from tests.expressions.strategies import ENV, World, checked_expressions, contexts, row_of, trees, worlds

PYTHON = {
    Kind.BOOLEAN: "bool",
    Kind.INTEGER: "int",
    Kind.TEXT: "str",
    Kind.OPTION: "str",
    Kind.DATE: "date",
    Kind.INSTANT: "datetime",
    Kind.DURATION: "timedelta",
    Kind.REFERENCE: "UUID",
}


def assert_typed(value: Any, type_: Type) -> None:
    """A value is what its static type says: kind, scale, digits, length."""
    if value is None:
        return
    assert type(value).__name__ == PYTHON.get(type_.kind, "Decimal")
    if isinstance(value, Decimal):
        assert -int(value.as_tuple().exponent) == type_.scale
        assert value or not value.is_signed()
    if isinstance(value, Decimal | int) and type_.is_numeric:
        assert abs(value) < Decimal(10) ** type_.digits
    if type_.kind == Kind.TEXT:
        assert len(value) <= type_.length


def evaluate(checked: Checked, world: World, context: Context) -> Any:
    return compile_program(checked).eval(row_of(world, "deal", world["deal"][0], checked.fields), context)


@given(trees())
def test_printing_and_parsing_are_inverse(tree: Node) -> None:
    text = print_expression(tree)
    parsed = parse(text)
    assert parsed == tree
    assert repr(strip(parsed)) == repr(strip(tree))
    assert print_expression(parsed) == text


def strip(node: Node) -> str:
    """Content without places; ``repr`` tells ``1`` from ``True`` and ``1.0`` from ``1.00``."""
    words = repr(node).split("span=Span(")
    return words[0] + "".join(word.partition(")")[2] for word in words[1:])


@given(st.text())
def test_any_text_is_parsed_or_refused_with_a_place(text: str) -> None:
    node, problems = check_syntax(text)
    assert (node is None) == bool(problems)
    if node is not None:
        assert parse(print_expression(node)) == node
    for problem in problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)


@given(st.text("aif(),.+-*/<>=!&'\"\\ 0123[]null中，#\n", max_size=30))
def test_texts_of_our_own_characters_are_parsed_or_refused(text: str) -> None:
    node, problems = check_syntax(text)
    assert (node is None) == bool(problems)
    if node is not None:
        assert print_expression(parse(print_expression(node))) == print_expression(node)
        checked, complaints = check(node, ENV)
        assert (checked is None) == bool(complaints)


@given(checked_expressions(), worlds(), contexts())
def test_a_value_is_what_its_type_says(checked: Checked, world: World, context: Context) -> None:
    assert_typed(evaluate(checked, world, context), checked.type)


@given(checked_expressions(), worlds(), contexts())
def test_explaining_comes_to_the_same_value(checked: Checked, world: World, context: Context) -> None:
    value = evaluate(checked, world, context)
    row = row_of(world, "deal", world["deal"][0], checked.fields)
    trace = explain(checked, row, context)
    assert repr(trace.value) == repr(value)
    assert_trace(trace)


def assert_trace(trace: Trace) -> None:
    if trace.type.kind not in (Kind.RECORDS, Kind.LIST, Kind.NULL):
        assert_typed(trace.value, trace.type)
    for child in (*trace.children, *(part for sample in trace.samples for part in sample)):
        assert trace.computed or not child.computed
        assert_trace(child)


@given(checked_expressions(), worlds(), contexts(), st.integers(1, 30))
def test_no_decimal_context_changes_a_value(
    checked: Checked, world: World, context: Context, precision: int
) -> None:
    value = evaluate(checked, world, context)
    traps = [decimal.Inexact, decimal.Rounded]
    with decimal.localcontext(
        decimal.Context(prec=precision, rounding=decimal.ROUND_CEILING, traps=traps)
    ) as own:
        assert repr(evaluate(checked, world, context)) == repr(value)
        assert decimal.getcontext() is own
    own.clear_flags()
