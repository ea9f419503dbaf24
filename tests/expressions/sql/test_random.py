"""Random well-typed expressions over random rows: the function, the trace, SQLite and PostgreSQL agree."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from expressions.checker import check
from expressions.explain import explain
from expressions.parser import check_syntax
from expressions.program import compile_program
from expressions.sql import compile_sql, context_parameters, not_translatable
from expressions.typed import Checked
from tests.conformance.engines import dialect_of, same
from tests.conformance.world import World, WorldScope
from tests.expressions.sql.generator import Generator

Fuzzed = tuple[list[World], dict[str, sa.Connection]]

#: What the generator may run into beyond types: limits that the checker holds.
LIMITS = {"expr.too_wide", "expr.too_expensive", "expr.too_long", "expr.too_many_nodes", "expr.too_deep"}
CASE = {"entity": "user", "actor": True}


def checked_or_none(text: str, world: World) -> Checked | None:
    """The checked tree; None where a limit, or the null of an ``IF`` without type, refuses it."""
    node, problems = check_syntax(text)
    checked = None
    if node is not None:
        checked, problems = check(node, world.env(CASE))
    for problem in problems[:1]:
        assert problem.code in LIMITS or "null" in problem.params.get("found", ""), f"{text}: {problem}"
    return checked


def sql_values(checked: Checked, world: World, connection: sa.Connection) -> dict[Any, Any]:
    """The value for every record, by id."""
    dialect = dialect_of(connection.engine)
    scope = WorldScope(world, "user")
    root = scope.root
    assert root is not None
    statement = sa.select(root.c.id, compile_sql(checked, scope, dialect).label("value")).select_from(root)
    rows = connection.execute(statement, context_parameters(world.context(CASE), dialect))
    return {row.id: row.value for row in rows}


def assert_agreement(text: str, world: World, connections: Mapping[str, sa.Connection]) -> bool:
    """Whether the expression was accepted; fails where an engine differs on a record."""
    checked = checked_or_none(text, world)
    if checked is None:
        return False
    assert not_translatable(checked) == []
    context = world.context(CASE)
    program = compile_program(checked)
    found = {name: sql_values(checked, world, connection) for name, connection in connections.items()}
    for handle, record in world.records["user"].items():
        row = world.row("user", handle)
        expected = program.eval(row, context)
        assert same(explain(checked, row, context).value, expected), f"explain of {handle}: {text}"
        for name, values in found.items():
            value = values[record["id"]]
            assert same(value, expected), f"{name} of {handle}: {value!r} instead of {expected!r}: {text}"
    return True


@settings(max_examples=6 * settings().max_examples, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False), which=st.integers(0, 2))
def test_engines_agree(fuzzed: Fuzzed, random: Random, which: int) -> None:
    text = Generator(random).expression()
    note(text)
    worlds, connections = fuzzed
    assume(assert_agreement(text, worlds[which], connections))
