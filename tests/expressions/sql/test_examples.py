"""The registry's examples, which the documentation prints, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa

from expressions.checker import compile_expression
from expressions.library import entries
from expressions.literals import print_value
from expressions.sample import SAMPLE_CONTEXT, SAMPLE_ENV, SAMPLE_ROW
from expressions.sql import compile_sql, context_parameters, not_translatable
from tests.conformance.engines import dialect_of
from tests.conftest import Databases
from tests.expressions.sql.env_tables import EnvTables

EXAMPLES = [(entry.key, example) for entry in entries() for example in entry.examples]
ORDER = UUID(int=99)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def sample(request: pytest.FixtureRequest, databases: Databases) -> Iterator[tuple[EnvTables, sa.Connection]]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    tables = EnvTables(SAMPLE_ENV)
    engine = databases.engine(request.param)
    with engine.begin() as connection:
        lines = [{**line, "order": ORDER} for line in SAMPLE_ROW["lines"]]
        tables.fill(connection, {"order": [{"id": ORDER}], "line": lines})
    with engine.connect() as connection:
        yield tables, connection
    databases.remove(engine)


def test_examples(sample: tuple[EnvTables, sa.Connection]) -> None:
    tables, connection = sample
    dialect = dialect_of(connection.engine)
    wrong = []
    for key, example in EXAMPLES:
        checked = compile_expression(example.text, SAMPLE_ENV)
        assert not_translatable(checked) == [], key
        statement = sa.select(compile_sql(checked, tables, dialect).label("value")).select_from(tables.root)
        value = connection.execute(statement, context_parameters(SAMPLE_CONTEXT, dialect)).scalar_one()
        if print_value(value) != example.value:
            wrong.append(f"{key}: {example.text} is {print_value(value)} instead of {example.value}")
    print(f"\n{len(EXAMPLES)} examples on {dialect}")
    assert wrong == []
    assert len(EXAMPLES) > 80


def test_every_entry_has_sql_or_is_an_aggregate() -> None:
    without = [
        entry.key for entry in entries() for overload in entry.overloads
        if overload.sql is None and not entry.key.startswith("agg_")
    ]  # fmt: skip
    assert without == []
