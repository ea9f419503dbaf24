"""The strategies of the Python engines' laws, run on both databases too: random trees over random records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from expressions.context import Context
from expressions.program import compile_program
from expressions.sql import compile_sql, context_parameters, not_translatable
from expressions.typed import Checked
from tests.conformance.engines import dialect_of, same
from tests.conftest import Databases
from tests.expressions.sql.env_tables import EnvTables
from tests.expressions.strategies import ENV, World, checked_expressions, contexts, row_of, worlds


@pytest.fixture(scope="module")
def connections(databases: Databases) -> Iterator[tuple[EnvTables, list[sa.Connection]]]:
    """Empty tables of the strategies' Env on every database."""
    tables = EnvTables(ENV)
    with ExitStack() as stack:
        found = []
        for name in databases.names:
            engine = databases.engine(name)
            stack.callback(databases.remove, engine)
            with engine.begin() as connection:
                tables.metadata.create_all(connection)
            found.append(stack.enter_context(engine.connect()))
        yield tables, found


def sql_values(
    tables: EnvTables, connection: sa.Connection, checked: Checked, context: Context
) -> dict[Any, Any]:
    """The value for every deal, by id."""
    dialect = dialect_of(connection.engine)
    assert tables.root is not None
    value = compile_sql(checked, tables, dialect).label("value")
    statement = sa.select(tables.root.c.id, value).select_from(tables.root)
    return {row.id: row.value for row in connection.execute(statement, context_parameters(context, dialect))}


@settings(max_examples=settings().max_examples, suppress_health_check=list(HealthCheck))
@given(
    world=worlds(), context=contexts(), expressions=st.lists(checked_expressions(), min_size=1, max_size=6)
)
def test_engines_agree(
    connections: tuple[EnvTables, list[sa.Connection]],
    world: World,
    context: Context,
    expressions: list[Checked],
) -> None:
    tables, found = connections
    for connection in found:
        transaction = connection.begin()
        try:
            tables.insert(connection, world)
            for checked in expressions:
                note(str(checked.root))
                assert_agreement(tables, connection, checked, world, context)
        finally:
            transaction.rollback()


def assert_agreement(
    tables: EnvTables, connection: sa.Connection, checked: Checked, world: World, context: Context
) -> None:
    """Fails where the database differs from the program on a deal."""
    if not_translatable(checked):
        return
    program = compile_program(checked)
    values = sql_values(tables, connection, checked, context)
    for record in world["deal"]:
        expected = program.eval(row_of(world, "deal", record, checked.fields), context)
        value = values[record["id"]]
        assert same(value, expected), f"{connection.dialect.name}: {value!r} instead of {expected!r}"
