"""Every field type times everything that may be asked of it: done on real tables, or refused with a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from expressions.checker import compile_expression
from expressions.context import Context
from expressions.env import EntityInfo, Env, FieldInfo
from expressions.sql.compiler import compile_sql
from expressions.sql.parameters import context_parameters
from expressions.storage import column_type
from expressions.types import Kind, Type
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import Conversion, FieldValueError, Refusal
from tests.conftest import Databases
from tests.schema_store.field_samples import AROUND, KEYS, SAMPLES, Sample, spec_of

CAPABILITIES = ("filter", "sort", "unique", "index")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """One database of each kind for all tests of this module."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    made = databases.engine(request.param)
    yield made
    databases.remove(made)


@pytest.fixture
def connection(server: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back, tables and all."""
    with server.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@dataclass(frozen=True)
class _Scope:
    """One table without links and filters, as the SQL compiler sees it."""

    root: sa.Table

    def table(self, entity: str) -> sa.Table:
        return self.root

    def column(self, entity: str, field: str) -> str:
        return f"{field}_"

    def deleted(self, entity: str) -> str | None:
        return None

    def children(self, entity: str, field: str) -> Any:
        raise AssertionError("no children here")

    def row_filter(self, entity: str, alias: sa.FromClause) -> None:
        return None

    def tier_table(self, key: str) -> Any:
        raise AssertionError("no tables here")


def table_of(sample: Sample, connection: Connection) -> sa.Table:
    """A table with the columns of a field and three rows: the high value, nothing, the low value."""
    key = sample.kind.key
    specs = sample.kind.columns(sample.spec, AROUND)
    columns = [sa.Column(f"{key}_{spec.part}", column_type(spec.type)) for spec in specs]
    table = sa.Table(f"t_{key}", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), *columns)
    table.create(connection)
    for id, value in enumerate((sample.high, None, sample.low), start=1):
        connection.execute(table.insert(), row(sample, id, value))
    return table


def row(sample: Sample, id: int, value: Any) -> dict[str, Any]:
    key = sample.kind.key
    parts = {"": value, **sample.kind.derive(sample.spec, AROUND, value)}
    return {"id": id, **{f"{key}_{part}": stored for part, stored in parts.items()}}


def refused(sample: Sample, capability: Any) -> bool:
    """Whether the capability is refused, with its sentence in both languages."""
    refusal = sample.kind.refusal(sample.spec, AROUND, capability)
    return refusal is not None and is_spoken(refusal)


def is_spoken(refusal: Refusal) -> bool:
    assert refusal.code.isidentifier()
    assert refusal.sentence["zh-CN"].endswith("。")
    assert refusal.sentence["en"].endswith(".")
    return True


@pytest.mark.parametrize("key", KEYS)
def test_columns(key: str, connection: Connection) -> None:
    sample = SAMPLES[key]
    if not sample.kind.columns(sample.spec, AROUND):
        assert key == "links"
        return
    table = table_of(sample, connection)
    specs = sample.kind.columns(sample.spec, AROUND)
    assert {spec.part for spec in specs} == {"", *sample.kind.derive(sample.spec, AROUND, sample.low)}
    found = [tuple(each) for each in connection.execute(table.select().order_by("id"))]
    expected = [
        tuple(row(sample, id, value).values()) for id, value in ((1, sample.high), (2, None), (3, sample.low))
    ]
    order = [column.name for column in table.columns]
    assert [dict(zip(order, each, strict=True)) for each in found] == [
        row(sample, id, value) for id, value in ((1, sample.high), (2, None), (3, sample.low))
    ]
    assert [type(value) for value in found[0]] == [type(value) for value in expected[0]]


@pytest.mark.parametrize("key", KEYS)
def test_filter(key: str, connection: Connection) -> None:
    sample = SAMPLES[key]
    if refused(sample, "filter"):
        return
    table = table_of(sample, connection)
    kind = sample.kind.language_type(sample.spec, AROUND)
    assert kind is not None
    wanted, value, text = _question(key, kind, sample)
    env = Env(
        {"thing": EntityInfo("thing", {key: FieldInfo(key, kind)})}, "thing", variables={"wanted": wanted}
    )
    checked = compile_expression(text, env)
    dialect: Any = connection.dialect.name
    condition = compile_sql(checked, _Scope(table), dialect)
    context = Context(now=datetime(2026, 1, 1, tzinfo=UTC), variables={"wanted": value})
    statement = sa.select(table.c.id).where(condition)
    assert connection.scalars(statement, context_parameters(context, dialect)).all() == [1]


def _question(key: str, kind: Type, sample: Sample) -> tuple[Type, Any, str]:
    """A variable's type and value, and a condition that only the high value meets."""
    if kind.kind is not Kind.LIST:
        return kind, sample.high, f"{key} == wanted"
    assert kind.item is not None
    (only,) = set(sample.high) - set(sample.low)
    return kind.item, only, f"wanted in {key}"


@pytest.mark.parametrize("key", KEYS)
def test_sort(key: str, connection: Connection) -> None:
    sample = SAMPLES[key]
    if refused(sample, "sort"):
        return
    table = table_of(sample, connection)
    name = f"{key}_sort" if f"{key}_sort" in table.c else f"{key}_"
    statement = sa.select(table.c.id).where(table.c[f"{key}_"].is_not(None)).order_by(table.c[name])
    assert connection.scalars(statement).all() == [3, 1]


@pytest.mark.parametrize("key", KEYS)
def test_unique(key: str, connection: Connection) -> None:
    sample = SAMPLES[key]
    if refused(sample, "unique"):
        return
    table = table_of(sample, connection)
    name = f"{key}_norm" if f"{key}_norm" in table.c else f"{key}_"
    sa.Index(f"u_{key}", table.c[name], unique=True).create(connection)
    connection.execute(table.insert(), row(sample, 4, None))
    with pytest.raises(sa.exc.IntegrityError), connection.begin_nested():
        connection.execute(table.insert(), row(sample, 5, sample.high))


@pytest.mark.parametrize("key", KEYS)
def test_index(key: str, connection: Connection) -> None:
    sample = SAMPLES[key]
    if refused(sample, "index"):
        return
    table = table_of(sample, connection)
    sa.Index(f"i_{key}", table.c[f"{key}_"]).create(connection)
    statement = sa.select(table.c.id).where(table.c[f"{key}_"] == sample.low)
    assert connection.scalars(statement).all() == [3]


@pytest.mark.parametrize("new", KEYS)
def test_retype(new: str) -> None:
    for before in SAMPLES.values():
        after = SAMPLES[new]
        outcome = after.kind.convert_from(before.spec, after.spec, AROUND)
        if isinstance(outcome, Refusal):
            assert is_spoken(outcome)
            continue
        assert outcome.convert(None) is None
        for value in (before.low, before.high):
            converted = _converted(outcome, value)
            wire = after.kind.encode(after.spec, AROUND, converted)
            assert after.kind.decode(after.spec, AROUND, wire) == converted


def _converted(conversion: Conversion, value: Any) -> Any:
    """The new value, None where the value does not convert; that may not happen where nothing is lost."""
    try:
        return conversion.convert(value)
    except FieldValueError:
        if conversion.lossless:
            raise
        return None


def test_longest_texts_have_an_index(connection: Connection) -> None:
    """The longest text that may be unique fits an index page; longer ones are refused."""
    kind, around = FIELD_TYPES.types["text"], AROUND
    assert kind.refusal(spec_of("text", length=601), around, "unique") is not None
    assert kind.refusal(spec_of("text", length=600), around, "unique") is None
    table = sa.Table("t_long", sa.MetaData(), sa.Column("x", column_type(Type(Kind.TEXT, length=600))))
    table.create(connection)
    sa.Index("u_long", table.c.x, unique=True).create(connection)
    # Characters without a pattern, so that the page's compression cannot help.
    noise = "".join(chr(0x20000 + (n * 7919 * 104_729) % 40_000) for n in range(600))
    connection.execute(table.insert(), {"x": noise})


def test_the_matrix_is_full() -> None:
    """Counts what is done and what is refused; a cell that is neither does not exist."""
    counts: Counter[str] = Counter()
    for sample in SAMPLES.values():
        for capability in CAPABILITIES:
            counts[f"{capability} {'refused' if refused(sample, capability) else 'done'}"] += 1
        counts["column" if sample.kind.columns(sample.spec, AROUND) else "link table"] += 1
        for old in SAMPLES.values():
            outcome = sample.kind.convert_from(old.spec, sample.spec, AROUND)
            lossless = isinstance(outcome, Conversion) and outcome.lossless
            name = "refused" if isinstance(outcome, Refusal) else "lossless" if lossless else "counted"
            counts[f"retype {name}"] += 1
    print("\nfield types:", len(SAMPLES))
    for name, count in sorted(counts.items()):
        print(f"  {name}: {count}")
    assert set(SAMPLES) == set(FIELD_TYPES.types)
    assert sum(count for name, count in counts.items() if name.startswith("retype")) == len(SAMPLES) ** 2
    assert counts["retype lossless"] >= len(SAMPLES) - 4
