"""One formula: the generated function against the lambda that a programmer would write, explaining, checking."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from benchmarks.timing import compare, show
from expressions.checker import check, compile_expression
from expressions.context import Context
from expressions.env import EntityInfo, Env, FieldInfo, TierTable
from expressions.explain import explain
from expressions.parser import parse
from expressions.program import compile_program
from expressions.registry import Dialect
from expressions.sql import Inverse, compile_sql, context_parameters
from expressions.storage import column_type
from expressions.typed import Checked
from expressions.types import BOOLEAN, Type, integer, money, option, percent
from schema_store.database import connect

Row = Mapping[str, Any]
SERVER = os.environ.get("DOUGONG_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")

_TYPES: dict[str, Type] = {
    "amount": money("CNY"),
    "rate": percent(),
    "qty": integer(6),
    "active": BOOLEAN,
    "stage": option("new", "won", "lost"),
}
ENV = Env({"deal": EntityInfo("deal", {key: FieldInfo(key, each) for key, each in _TYPES.items()})}, "deal")
ROW: Row = {
    "amount": Decimal("450000.00"),
    "rate": Decimal("0.1500"),
    "qty": 7,
    "active": True,
    "stage": "won",
}
CONTEXT = Context(datetime(2026, 3, 31, tzinfo=UTC))
TARGET = 1.5
_CALLS = 2_000

SHORT = "IF(amount >= 300000, amount * 0.03, 0)"
LONG = (
    "IF(active and amount > 100000 and qty >= 3, "
    "amount * rate + amount * 0.02 - amount * 0.001 * qty, amount * 0.01)"
)
SUM = "amount * rate + amount * 0.02 - amount * 0.001 * qty + amount * 0.5 - amount * 0.1 + amount"

_LIMIT, _SHARE, _ZERO, _HUNDRED = Decimal(300000), Decimal("0.03"), Decimal("0.0000"), Decimal(100000)
_TWO, _TENTH, _ONE, _HALF, _PART = (Decimal(each) for each in ("0.02", "0.001", "0.01", "0.5", "0.1"))


def by_hand_short(row: Row, _: Context) -> Any:
    """The rule of null and the exact decimals of :data:`SHORT`, as a person writes them."""
    amount = row["amount"]
    return amount * _SHARE if amount is not None and amount >= _LIMIT else _ZERO


def by_hand_long(row: Row, _: Context) -> Any:
    """:data:`LONG`."""
    amount, rate, qty = row["amount"], row["rate"], row["qty"]
    if row["active"] and amount is not None and amount > _HUNDRED and qty is not None and qty >= 3:
        return None if rate is None else amount * rate + amount * _TWO - amount * _TENTH * qty
    return None if amount is None else amount * _ONE


def by_hand_sum(row: Row, _: Context) -> Any:
    """:data:`SUM`."""
    amount, rate, qty = row["amount"], row["rate"], row["qty"]
    if amount is None or rate is None or qty is None:
        return None
    return amount * rate + amount * _TWO - amount * _TENTH * qty + amount * _HALF - amount * _PART + amount


def _often(function: Callable[[Row, Context], Any]) -> Callable[[], None]:
    def run() -> None:
        for _ in range(_CALLS):
            function(ROW, CONTEXT)

    return run


class _Scope:
    """One table of deals, seen by everyone."""

    def __init__(self, table: sa.Table):
        self.root = table

    def table(self, entity: str) -> sa.Table:
        raise KeyError(entity)

    def column(self, entity: str, field: str) -> str:
        return field

    def deleted(self, entity: str) -> None:
        return None

    def children(self, entity: str, field: str) -> Inverse:
        raise KeyError(field)

    def row_filter(self, entity: str, alias: sa.FromClause) -> None:
        return None

    def tier_table(self, key: str) -> TierTable:
        raise KeyError(key)


@contextmanager
def _databases() -> Iterator[dict[Dialect, tuple[sa.Connection, sa.Table]]]:
    """SQLite, and PostgreSQL where it answers: a temporary table of as many equal rows as there are calls."""
    with ExitStack() as stack:
        found: dict[Dialect, tuple[sa.Connection, sa.Table]] = {}
        for name, url in (("sqlite", "sqlite://"), ("postgresql", SERVER)):
            engine = connect(url)
            stack.callback(engine.dispose)
            try:
                connection = stack.enter_context(engine.connect())
            except sa.exc.OperationalError as error:
                print(f"\n{name}: skipped, {str(error).splitlines()[0]}")
                continue
            columns = [sa.Column(key, column_type(each)) for key, each in _TYPES.items()]
            table = sa.Table("deal", sa.MetaData(), *columns, prefixes=["TEMPORARY"])
            table.create(connection)
            connection.execute(sa.insert(table), [dict(ROW)] * _CALLS)
            found["sqlite" if name == "sqlite" else "postgresql"] = (connection, table)
        yield found


def _by_sql(
    checked: Checked, dialect: Dialect, connection: sa.Connection, table: sa.Table
) -> Callable[[], Any]:
    statement = sa.select(compile_sql(checked, _Scope(table), dialect))
    words = context_parameters(CONTEXT, dialect)
    return lambda: connection.execute(statement, words).all()


def _explained(checked: Checked) -> Callable[[], None]:
    return _often(lambda row, context: explain(checked, row, context))


def run() -> None:
    """Print the figures; the generated function must come to the value of the hand-written one."""
    for text, by_hand in ((SHORT, by_hand_short), (LONG, by_hand_long), (SUM, by_hand_sum)):
        checked = compile_expression(text, ENV)
        program = compile_program(checked)
        if program.eval(ROW, CONTEXT) != by_hand(ROW, CONTEXT):
            raise AssertionError(text)
        candidates = {"by hand": _often(by_hand), "Program.eval": _often(program.eval)}
        figures = compare(candidates, "by hand", rounds=31)
        with _databases() as databases:
            others = {"by hand": _often(by_hand), "explain (asteval)": _explained(checked)}
            others |= {
                f"SELECT on {dialect}, decoded": _by_sql(checked, dialect, *place)
                for dialect, place in databases.items()
            }
            figures += compare(others, "by hand", rounds=5)[1:]
        show(f"{_CALLS:,} evaluations: {text}", figures, targets={"Program.eval": TARGET})
        node = parse(text)
        steps = {
            "parse": lambda text=text: parse(text),
            "check": lambda node=node: check(node, ENV),
            "compile_program": lambda checked=checked: compile_program(checked),
            "explain": lambda checked=checked: explain(checked, ROW, CONTEXT),
        }
        show("one time each", compare(steps, "parse", rounds=15, calls=20))
