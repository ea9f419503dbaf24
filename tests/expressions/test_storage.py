"""Every stored type there and back on both databases; what has no exact form is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from expressions import types as t
from expressions.literals import MAX_DURATION
from expressions.storage import ScaledDecimal, column_type, scaled, unscaled

ID = UUID("a0000000-0000-4000-8000-000000000001")
OPTION = t.option("new", "won")

VALUES: list[tuple[str, t.Type, list[Any]]] = [
    ("flag", t.BOOLEAN, [True, False]),
    ("whole", t.integer(18), [0, -1, 10**18 - 1, -(10**18) + 1]),
    ("wide_whole", t.integer(30), [0, 10**30 - 1, -(10**30) + 1]),
    ("price", t.decimal(2, 13), [Decimal("0.00"), Decimal("-0.01"), Decimal("9999999999999.99")]),
    (
        "wide",
        t.decimal(10, 30),
        [Decimal("0.0000000000"), Decimal("-123456789012345678901234567890.0123456789")],
    ),
    ("amount", t.money("CNY"), [Decimal("1000.50")]),
    ("share", t.percent(4), [Decimal("0.1500"), Decimal("-1.0000")]),
    ("name", t.text(99), ["", "斗拱", " a\u00a0", "😀e\u0301", "%_'\"\\", "\U0010ffff"]),
    ("kind", OPTION, ["won"]),
    ("day", t.DATE, [date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29)]),
    ("moment", t.INSTANT, [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)]),
    ("length", t.DURATION, [timedelta(0), timedelta(microseconds=-1), MAX_DURATION, -MAX_DURATION]),
    ("owner", t.reference("user"), [ID, UUID(int=0), UUID(int=2**128 - 1)]),
    ("tags", t.list_of(OPTION), [(), ("new",), ("won", "new")]),
    ("labels", t.list_of(t.text()), [('a"b', "华,东", "\\", "")]),
    ("teams", t.list_of(t.reference("team")), [(), (ID, UUID(int=7))]),
    ("extra", t.JSON, [{"a": {}, "b": [1, None, "x"]}, [], "text", 0, False]),
]


@pytest.fixture
def table() -> sa.Table:
    columns = (sa.Column(name, column_type(type_)) for name, type_, _ in VALUES)
    return sa.Table("stored", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), *columns)


def test_there_and_back(engine: sa.Engine, table: sa.Table) -> None:
    with engine.begin() as connection:
        table.create(connection)
        for name, _, values in VALUES:
            for value in (*values, None):
                connection.execute(table.delete())
                connection.execute(table.insert(), {name: value})
                found = connection.execute(sa.select(table.c[name])).scalar_one()
                assert (type(found), str(found)) == (type(value), str(value)), name


def test_a_value_finds_itself(engine: sa.Engine, table: sa.Table) -> None:
    with engine.begin() as connection:
        table.create(connection)
        for name, type_, values in VALUES:
            if type_.kind is t.Kind.JSON:
                continue
            for value in values:
                connection.execute(table.delete())
                connection.execute(table.insert(), {name: value})
                count = sa.select(sa.func.count()).select_from(table).where(table.c[name] == value)
                assert connection.execute(count).scalar_one() == 1, name


@pytest.mark.parametrize(
    ("name", "ordered"),
    [
        (
            "wide",
            [
                Decimal(n)
                for n in ("-99999999999999999999", "-1", "-0.0000000001", "0", "0.5", "10", "9" * 30)
            ],
        ),
        ("price", [Decimal(n) for n in ("-10", "-9.99", "0", "9", "10")]),
        ("name", ["", "A", "Z", "a", "z", "é", "华", "\uffff", "😀"]),
        ("day", [date(1, 1, 1), date(999, 1, 1), date(1000, 1, 1), date(9999, 12, 31)]),
        ("owner", [UUID(int=1), UUID(int=2**127 - 1), UUID(int=2**127), UUID(int=2**128 - 1)]),
        (
            "moment",
            [
                datetime(1, 1, 1, tzinfo=UTC),
                datetime(1969, 1, 1, tzinfo=UTC),
                datetime(2026, 1, 1, tzinfo=UTC),
            ],
        ),
    ],
)
def test_order_by(engine: sa.Engine, table: sa.Table, name: str, ordered: list[Any]) -> None:
    with engine.begin() as connection:
        table.create(connection)
        for value in reversed(ordered):
            connection.execute(table.insert(), {name: value})
        found = list(connection.execute(sa.select(table.c[name]).order_by(table.c[name])).scalars())
        assert found == ordered


def test_an_instant_comes_back_in_utc(engine: sa.Engine, table: sa.Table) -> None:
    given_moment = datetime(2026, 4, 1, 0, 30, tzinfo=timezone(timedelta(hours=8)))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), {"moment": given_moment})
        found = connection.execute(sa.select(table.c.moment)).scalar_one()
    assert found == given_moment
    assert found.tzinfo is UTC


REFUSED: list[tuple[t.Type, Any]] = [
    (t.decimal(2, 5), Decimal("0.005")),
    (t.decimal(2, 5), Decimal("100000")),
    (t.decimal(2, 5), 0.5),
    (t.decimal(2, 5), True),
    (t.decimal(2, 5), Decimal("NaN")),
    (t.decimal(2, 5), Decimal("Infinity")),
    (t.decimal(2, 5), "1.00"),
    (t.integer(3), 1000),
    (t.integer(3), Decimal("1.5")),
    (t.integer(3), 1.0),
    (t.BOOLEAN, 1),
    (t.text(), "a\0b"),
    (t.text(), "\ud800"),
    (t.text(), 7),
    (t.DATE, datetime(2026, 1, 1, tzinfo=UTC)),
    (t.DATE, "2026-01-01"),
    (t.INSTANT, datetime(2026, 1, 1)),
    (t.INSTANT, date(2026, 1, 1)),
    (t.DURATION, MAX_DURATION + timedelta(microseconds=1)),
    (t.DURATION, 5),
    (t.reference("user"), str(ID)),
    (t.list_of(OPTION), "won"),
    (t.list_of(OPTION), ("won", None)),
    (t.list_of(t.reference("team")), ("won",)),
    (t.JSON, {"a": float("nan")}),
    (t.JSON, "a\0b"),
]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize(("type_", "value"), REFUSED)
def test_refused(type_: t.Type, value: Any, dialect: str) -> None:
    with pytest.raises(ValueError, match=r".{8}"):
        column_type(type_).encode(value, dialect)


@pytest.mark.parametrize("type_", [t.records("user"), t.list_of(t.integer()), t.Type(t.Kind.LIST)])
def test_no_column(type_: t.Type) -> None:
    with pytest.raises(ValueError, match="no column"):
        column_type(type_)


def ddl(type_: t.Type) -> tuple[str, str]:
    """The column's type on SQLite and on PostgreSQL."""
    column = column_type(type_)
    return column.compile(sqlite.dialect()), column.compile(postgresql.dialect())


@pytest.mark.parametrize(
    ("type_", "on_sqlite", "on_postgresql"),
    [
        (t.BOOLEAN, "INTEGER", "BOOLEAN"),
        (t.integer(15), "INTEGER", "BIGINT"),
        (t.money("CNY"), "INTEGER", "NUMERIC(15, 2)"),
        (t.decimal(10, 30), "TEXT", "NUMERIC(40, 10)"),
        (t.integer(30), "TEXT", "NUMERIC(30, 0)"),
        (t.text(), "TEXT", 'TEXT COLLATE "C"'),
        (OPTION, "TEXT", 'TEXT COLLATE "C"'),
        (t.DATE, "TEXT", "DATE"),
        (t.INSTANT, "INTEGER", "TIMESTAMP WITH TIME ZONE"),
        (t.DURATION, "INTEGER", "BIGINT"),
        (t.reference("user"), "BLOB", "UUID"),
        (t.list_of(OPTION), "TEXT", 'TEXT[] COLLATE "C"'),
        (t.list_of(t.reference("team")), "TEXT", "UUID[]"),
        (t.JSON, "TEXT", "JSONB"),
    ],
)
def test_storage_table(type_: t.Type, on_sqlite: str, on_postgresql: str) -> None:
    assert ddl(type_) == (on_sqlite, on_postgresql)


@given(st.integers(-(10**60), 10**60), st.integers(0, 30))
def test_steps_there_and_back(whole: int, scale: int) -> None:
    assert scaled(unscaled(whole, scale), scale) == whole


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 40), st.integers(0, 20), st.data())
def test_decimals_there_and_back(digits: int, scale: int, data: st.DataObject) -> None:
    steps = data.draw(st.integers(-(10 ** (digits + scale)) + 1, 10 ** (digits + scale) - 1))
    value = unscaled(steps, scale)
    column = ScaledDecimal(digits, scale)
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        stored = column.process_bind_param(value, dialect)
        assert str(column.process_result_value(stored, dialect)) == str(value)
