"""Generated functions: null rules, laziness, exactness, what they may touch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import FunctionType
from typing import Any
from uuid import UUID

import pytest

from expressions.checker import compile_expression
from expressions.context import ActorValues, Context
from expressions.explain import explain
from expressions.library import entries
from expressions.literals import print_value
from expressions.program import compile_program
from expressions.registry import Example
from expressions.sample import SAMPLE_CONTEXT, SAMPLE_ENV, SAMPLE_ROW
from tests.expressions.strategies import ENV, NOW, TABLES

CONTEXT = Context(NOW, tables=TABLES, variables={"quota": Decimal("5.00")}, actor=ActorValues(UUID(int=1)))
LINES = (
    {"id": UUID(int=1), "price": Decimal("10.00"), "paid": True, "day": date(2026, 3, 1), "created_at": NOW},
    {"id": UUID(int=2), "price": None, "paid": None, "day": None, "created_at": NOW - timedelta(days=60)},
    {"id": UUID(int=3), "price": Decimal("0.50"), "paid": False, "day": date(2026, 4, 2), "created_at": NOW},
)
ROW: Mapping[str, Any] = {
    "amount": Decimal("100.00"),
    "margin": None,
    "count": 3,
    "weight": Decimal("-2.50"),
    "open": None,
    "stage": "won",
    "name": "名",
    "close": date(2026, 3, 31),
    "due": NOW,
    "tags": ("vip",),
    "account": None,
    "account.parent": None,
    "account.region": None,
    "account.deals": None,
    "lines": LINES,
}


def evaluate(written: str, row: Mapping[str, Any] = ROW, context: Context = CONTEXT) -> Any:
    return compile_program(compile_expression(written, ENV)).eval(row, context)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("amount * 0.03", Decimal("3.0000")),
        ("amount * margin", None),
        ("margin == 0.1", None),
        ("not open", None),
        ("open and count > 5", False),
        ("open and count > 1", None),
        ("open or count > 1", True),
        ("open or count > 5", None),
        ("not (open and count > 1)", None),
        ("IF(open, 1, 2)", 2),
        ("IF(not open, 1, 2)", 2),
        ("IF(open or count == 3, 1, 2)", 1),
        ("IF(count == 3 and not open, 1, 2)", 2),
        ("IF(amount >= 300000, amount * 0.03, 0)", Decimal("0.0000")),
        ("IF(margin > 0, margin * amount, amount)", Decimal("100.000000")),
        ("IFS(open, 1, count > 2, 2.5)", Decimal("2.5")),
        ("IFS(open, 1)", None),
        ("SWITCH(stage, 'new', 1, 'won', 2, 3)", 2),
        ("SWITCH(margin, 0.5, 1, 2)", 2),
        ("COALESCE(margin, count)", Decimal("3.0000")),
        ("MAX(count, 2.5)", Decimal("3.0")),
        ("MAX(count, margin)", None),
        ("count in [1, 3, null]", True),
        ("count in [1, null]", None),
        ("margin in [0.5]", None),
        ("count not in [1, 2]", True),
        ("IF(count not in [1, 2], 'a', 'b')", "a"),
        ("IF(margin in [0.5], 'a', 'b')", "b"),
        ("'vip' in tags", True),
        ("BETWEEN(count, 1, 3)", True),
        ("BETWEEN(margin, 1, 3)", None),
        ("BETWEEN(count, 4, margin)", False),
        ("IF(BETWEEN(count, 1, 3), 1, 0)", 1),
        ("count / 0", None),
        ("count / 7", Decimal("0.4285714286")),
        ("MOD(count, 0)", None),
        ("-weight * 0", Decimal("0.00")),
        ("0 * weight", Decimal("0.00")),
        ("ROUND(0.04 * -1)", Decimal("0")),
        ("null", None),
        ("true and null", None),
        ("null or true", True),
        ("COALESCE(null, null)", None),
        ("close - '2026-03-01'", 30),
        ("due - '24h' < NOW()", True),
        ("account.region == 'east'", None),
        ("ISBLANK(account.region)", True),
        ("quota * 2", Decimal("10.00")),
        ("ISBLANK(me)", False),
        ("my_team == my_team", None),
        ("COUNT(lines)", 3),
        ("COUNT(lines, paid)", 1),
        ("COUNT(lines, not paid)", 1),
        ("COUNT(lines, within='30d')", 2),
        ("COUNT(lines, within='40d', by=day)", 1),
        ("SUM(lines, price)", Decimal("10.50")),
        ("SUM(lines, price, price > this.amount)", Decimal("0.00")),
        ("SUM(account.deals, amount)", Decimal("0.00")),
        ("AVG(lines, price)", Decimal("5.2500000000")),
        ("MIN(lines, price)", Decimal("0.50")),
        ("MAX(lines, day)", date(2026, 4, 2)),
        ("LATEST(lines, price)", Decimal("0.50")),
        ("LATEST(lines, price, paid)", Decimal("10.00")),
        ("LATEST(lines, price, by=day)", Decimal("0.50")),
        ("ANY(lines, price > 5)", True),
        ("ALL(lines, price > 0)", False),
        ("ALL(account.deals, open)", True),
        ("COUNT(lines, within='3660000d')", 3),
    ],
)
def test_values(written: str, value: Any) -> None:
    found = evaluate(written)
    assert repr(found) == repr(value)
    checked = compile_expression(written, ENV)
    assert repr(explain(checked, ROW, CONTEXT).value) == repr(value)


class Counting(dict[str, Any]):
    """A row that counts how often it is asked."""

    def __init__(self, row: Mapping[str, Any]):
        super().__init__(row)
        self.reads: list[str] = []

    def __getitem__(self, key: str) -> Any:
        self.reads.append(key)
        return super().__getitem__(key)


def test_a_field_is_read_once() -> None:
    row = Counting(ROW)
    evaluate("amount * 2 + amount * 3 - COALESCE(amount, amount) + IF(amount > 1, amount, amount)", row)
    assert row.reads == ["amount"]


@pytest.mark.parametrize(
    "written",
    [
        "COALESCE(count / 7, 1)",
        "SWITCH(count / 7, 1, 2, 3, 4)",
        "count / 7 > 0 and count / 7 < 1",
        "BETWEEN(count / 7, 0, 1)",
        "count / 7 in [1, 2]",
        "IF(false, count / 0, count / 7)",
    ],
)
def test_operands_are_computed_once_and_branches_only_when_taken(written: str) -> None:
    calls: list[tuple[Any, Any]] = []
    program = compile_program(compile_expression(written, ENV))
    function = program.eval
    assert isinstance(function, FunctionType)
    (divide,) = [
        key for key, held in function.__globals__.items() if getattr(held, "__name__", "") == "divide"
    ]
    original = function.__globals__[divide]
    function.__globals__[divide] = lambda a, b: calls.append((a, b)) or original(a, b)
    program.eval(ROW, CONTEXT)
    assert len(calls) == written.count("count / 7")


def test_a_function_has_nothing_but_the_registry() -> None:
    allowed = {overload.python for entry in entries() for overload in entry.overloads}
    for written in (
        "IF(amount >= 300000, amount * 0.03, 0)",
        "COUNT(lines, paid, within='30d')",
        "LEFT(name, 1)",
    ):
        function = compile_program(compile_expression(written, ENV)).eval
        assert isinstance(function, FunctionType)
        assert function.__globals__["__builtins__"] == {}
        for key, held in function.__globals__.items():
            if callable(held) and held not in allowed:
                owner = getattr(held, "__module__", None) or type(getattr(held, "__self__", None)).__module__
                assert owner.split(".")[0] in ("expressions", "decimal"), key


@pytest.mark.parametrize(
    ("entry", "example"),
    [(entry.key, example) for entry in entries() for example in entry.examples],
    ids=lambda value: value if isinstance(value, str) else value.text,
)
def test_examples_of_the_documentation(entry: str, example: Example) -> None:
    checked = compile_expression(example.text, SAMPLE_ENV)
    assert print_value(compile_program(checked).eval(SAMPLE_ROW, SAMPLE_CONTEXT)) == example.value, entry
    assert print_value(explain(checked, SAMPLE_ROW, SAMPLE_CONTEXT).value) == example.value, entry


def test_now_is_one_moment() -> None:
    assert evaluate("NOW() == NOW() and TODAY() == DATE(NOW())") is True
    early = Context(datetime.fromisoformat("2026-03-31T15:59:59+00:00"))
    assert evaluate("TODAY()", {}, early) == date(2026, 3, 31)
    assert evaluate("TODAY()", {}, Context(NOW)) == date(2026, 4, 1)
