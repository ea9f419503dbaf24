"""Comparisons leave the column bare, so that an index on it is used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from expressions.checker import compile_expression
from expressions.sql import compile_sql, context_parameters
from tests.conformance.engines import dialect_of
from tests.conformance.world import World, WorldScope
from tests.conftest import Databases

ROWS = 3_000
INDEXED = {
    'kind == "partner"': "kind",
    "revenue >= 99990000": "revenue",
    "revenue == 1000.50": "revenue",
    "employees > 990000000": "employees",
    'created_at >= NOW() - "30d"': "created_at",
    'created_at >= "2099-01-01T00:00:00Z"': "created_at",
    'founded > DATEADD(TODAY(), -30, "day")': "founded",
    'BETWEEN(founded, "2098-01-01", "2098-01-31")': "founded",
    'name == "华信"': "name",
    'name > "龥"': "name",
    "owner == me": "owner",
    "region in my_regions": "region",
    "discount > 0.9999": "discount",
    'kind in ["partner"]': "kind",
    'sla > "400d"': "sla",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def loaded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[sa.Connection]:
    """Some thousand accounts with an index on each column that is asked for, and fresh statistics."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    world = World.load()
    table = world.schema.entities["account"]
    for key in sorted(set(INDEXED.values())):
        sa.Index(f"ix_{key}", table.c[f"f_{key}"])
    engine = databases.engine(request.param)
    with engine.begin() as connection:
        world.schema.metadata.create_all(connection)
        connection.execute(table.insert(), list(accounts(world)))
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
        yield connection
    databases.remove(engine)


def accounts(world: World) -> Iterator[dict[str, object]]:
    """Copies of one account with other ids and numbers."""
    from_record = world.records["account"]["huaxin"]
    plain = {f"f_{key}": value for key, value in from_record.items() if key not in ("id", "deleted")}
    for number in range(ROWS):
        yield plain | {
            "id": type(from_record["id"])(int=number + 1),
            "f_region": type(from_record["id"])(int=number + 1),
            "f_owner": type(from_record["id"])(int=number + 1),
            "f_name": f"公司{number}",
            "f_revenue": from_record["revenue"] + number,
            "f_employees": number,
            "f_founded": from_record["founded"] + timedelta(days=number),
            "f_created_at": from_record["created_at"] + timedelta(hours=number),
        }


@pytest.mark.parametrize("text", INDEXED)
def test_index_is_used(loaded: sa.Connection, world: World, text: str) -> None:
    dialect = dialect_of(loaded.engine)
    case = {"entity": "account", "actor": True}
    checked = compile_expression(text, world.env(case))
    scope = WorldScope(world, "account")
    assert scope.root is not None
    statement = sa.select(scope.root.c.id).select_from(scope.root).where(compile_sql(checked, scope, dialect))
    plan = explained(loaded, statement, context_parameters(world.context(case), dialect))
    assert f"ix_{INDEXED[text]}" in plan, plan


def explained(
    connection: sa.Connection, statement: sa.Select[tuple[object]], values: dict[str, object]
) -> str:
    """The database's plan for the statement with its real parameters."""
    compiled = statement.compile(connection.engine)
    word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    parameters = {name: values.get(name, value) for name, value in compiled.params.items()}
    processed = {
        name: compiled._bind_processors.get(name, lambda value: value)(value)
        for name, value in parameters.items()
    }
    if connection.dialect.name == "sqlite":
        ordered = tuple(processed[name] for name in compiled.positiontup or ())
        rows = connection.exec_driver_sql(f"{word} {compiled}", ordered)
    else:
        rows = connection.exec_driver_sql(f"{word} {compiled}", processed)
    return "\n".join(str(tuple(row)) for row in rows)
