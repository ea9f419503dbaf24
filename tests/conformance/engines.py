"""The engines that must agree: the generated function, the explain trace, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from expressions.context import Context
from expressions.explain import explain
from expressions.program import compile_program
from expressions.registry import Dialect
from expressions.sql import SqlScope, compile_sql, context_parameters
from expressions.typed import Checked
from tests.conformance.world import World, WorldScope

#: Takes a checked expression, the entity, the record's handle and the context; gives the value.
Run = Callable[[Checked, str | None, str | None, Context], Any]


def program_run(world: World) -> Run:
    """The generated Python function."""
    return lambda checked, entity, handle, context: compile_program(checked).eval(
        world.row(entity, handle), context
    )


def explain_run(world: World) -> Run:
    """The value at the root of the trace."""
    return lambda checked, entity, handle, context: explain(checked, world.row(entity, handle), context).value


def dialect_of(engine: sa.Engine) -> Dialect:
    """The compiler's name of the engine's dialect."""
    return "sqlite" if engine.dialect.name == "sqlite" else "postgresql"


def sql_run(world: World, connection: sa.Connection) -> Run:
    """SELECT of the compiled expression over the world's tables, which the connection's database holds."""
    dialect = dialect_of(connection.engine)

    def run(checked: Checked, entity: str | None, handle: str | None, context: Context) -> Any:
        record = None if entity is None or handle is None else world.records[entity][handle]["id"]
        statement = statement_of(checked, WorldScope(world, entity), dialect, record)
        return connection.execute(statement, context_parameters(context, dialect)).scalar_one()

    return run


def statement_of(
    checked: Checked, scope: SqlScope, dialect: Dialect, record: object = None
) -> sa.Select[Any]:
    """SELECT of the expression over one record, or over none; always one that the statement cache keeps."""
    statement = sa.select(compile_sql(checked, scope, dialect).label("value"))
    if scope.root is not None:
        statement = statement.select_from(scope.root).where(scope.root.c.id == record)
    assert statement._generate_cache_key() is not None
    return statement


def odd_session(connection: sa.Connection) -> None:
    """A session zone that would show wherever SQL leaned on it."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET timezone TO 'America/New_York'")


def same(value: Any, expected: Any) -> bool:
    """Equal in value, Python type and, for decimals, digits behind the point."""
    if type(value) is not type(expected):
        return False
    if isinstance(value, tuple):
        return len(value) == len(expected) and all(map(same, value, expected))
    return bool(value == expected and str(value) == str(expected))
