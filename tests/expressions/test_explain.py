"""The trace of an evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from expressions import explain as module
from expressions.checker import compile_expression
from expressions.explain import MAX_SAMPLES, TooManySteps, Trace, explain
from tests.expressions.strategies import ENV
from tests.expressions.test_program import CONTEXT, LINES, ROW


def trace_of(written: str, row: Any = ROW) -> Trace:
    return explain(compile_expression(written, ENV), row, CONTEXT)


def flat(trace: Trace) -> Iterator[Trace]:
    yield trace
    for child in trace.children:
        yield from flat(child)


def seen(written: str) -> dict[str, Any]:
    """The author's text of every computed part, with its value."""
    return {written[t.span.start : t.span.end]: t.value for t in flat(trace_of(written)) if t.computed}


def test_every_part_has_its_value_and_its_place() -> None:
    assert seen("IF(amount >= 50, amount * 0.03, 0)") == {
        "IF(amount >= 50, amount * 0.03, 0)": Decimal("3.0000"),
        "amount >= 50": True,
        "amount": Decimal("100.00"),
        "50": Decimal(50),
        "amount * 0.03": Decimal("3.0000"),
        "0.03": Decimal("0.03"),
    }


def test_a_branch_not_taken_is_there_and_not_computed() -> None:
    trace = trace_of("IF(amount < 50, amount / 0, 7)")
    condition, taken_not, taken = trace.children
    assert (condition.computed, taken_not.computed, taken.computed) == (True, False, True)
    assert taken_not.children[0].computed is False
    assert taken_not.text == "/"


def test_and_or_stop_where_they_are_decided() -> None:
    trace = trace_of("count > 5 and amount > 1")
    assert [child.computed for child in trace.children] == [True, False]
    trace = trace_of("open and count > 5")
    assert [child.computed for child in trace.children] == [True, True]
    assert [child.value for child in trace.children] == [None, False]


def test_an_aggregate_counts_its_children_and_shows_the_first() -> None:
    trace = trace_of("SUM(lines, price * 2, paid or price < this.amount)")
    assert trace.text == "SUM"
    assert trace.children[0].value == 3
    assert len(trace.samples) == 3
    condition, value = trace.samples[0]
    assert (condition.value, value.value) == (True, Decimal("20.00"))
    condition, value = trace.samples[1]
    assert (condition.value, value.computed) == (None, False)
    many = dict(ROW) | {"lines": LINES * 20}
    assert len(trace_of("COUNT(lines, paid)", many).samples) == MAX_SAMPLES


def test_a_window_leaves_the_condition_of_older_children_alone() -> None:
    trace = trace_of("COUNT(lines, price > 0, within='30d')")
    assert [sample[0].computed for sample in trace.samples] == [True, False, True]


def test_texts_of_parts() -> None:
    trace = trace_of("COUNT(lines, price > this.amount) > 1 and name in ['x'] and me == me and quota > 0")
    texts = {each.text for each in flat(trace)}
    assert {"and", ">", "COUNT", "lines", "1", "in", "name", "[…]", "'x'", "me", "quota"} <= texts
    inner = {
        each.text for sample in flat(trace) for row in sample.samples for part in row for each in flat(part)
    }
    assert {">", "price", "this.amount"} <= inner


def test_too_many_steps_is_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_STEPS", 50)
    with pytest.raises(TooManySteps):
        trace_of("COUNT(lines, price > 0)", dict(ROW) | {"lines": LINES * 20})
    assert trace_of("count + 1").value == 4


def test_an_error_becomes_a_value_at_its_part() -> None:
    trace = trace_of("COALESCE(weight * 2, 7) + 1", dict(ROW) | {"weight": "a text"})
    failed = {each.text: each.error for each in flat(trace) if each.error}
    assert failed == {"*": "TypeError"}
    assert trace.value == Decimal("8.00")
    assert all(each.error is None for each in flat(trace_of("weight * 2 + weight")))


def test_the_interpreter_knows_our_names_alone() -> None:
    checked = compile_expression("IF(amount > 1, LEFT(name, 1), 'x')", ENV)
    lowering = module._Plain()
    tree = lowering.lower(checked.root)
    tracer = module._Tracer(lowering, ROW, CONTEXT)
    tracer.run(tree)
    assert set(tracer.symtable) <= {*lowering.hoisted, *lowering.fields.values(), "context"}
    assert "print" not in tracer.symtable
    for node in (
        "import",
        "lambda",
        "functiondef",
        "for",
        "while",
        "try",
        "with",
        "raise",
        "delete",
        "listcomp",
    ):
        assert tracer.node_handlers.get(node) in (None, tracer.unimplemented)
