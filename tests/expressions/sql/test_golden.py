"""The SQL of representative expressions, pinned. ``DOUGONG_WRITE_GOLDEN=1`` writes it anew, on purpose."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from expressions.checker import compile_expression
from expressions.registry import Dialect
from expressions.sql import compile_sql
from tests.conformance.world import World, WorldScope

GOLDEN = Path(__file__).parent / "golden"
EXPRESSIONS = {
    "equal_option": 'kind == "direct"',
    "at_least": "revenue >= 1000",
    "recent": 'created_at >= NOW() - "30d"',
    "mine": "owner == me",
    "in_list": 'kind in ["direct", "partner"]',
    "has_tag": '"vip" in tags',
    "text_between": 'BETWEEN(name, "a", "b")',
    "path": 'region.parent.name == "华东"',
    "if_else": "IF(revenue >= 300000, revenue * 0.03, 0)",
    "quotient": "revenue / employees",
    "rounded": "ROUND(revenue * discount, 2)",
    "blank_or_found": 'ISBLANK(notes) or not CONTAINS(LOWER(name), "科")',
    "month_of_instant": "MONTH(created_at)",
    "next_quarter": 'DATEADD(founded, 1, "quarter")',
    "workdays": "WORKDAYS(founded, TODAY())",
    "sum_of_products": 'SUM(contracts, amount * share, status == "signed")',
    "count_in_window": 'COUNT(events, kind == "download", within="30d")',
    "any_linked": "ANY(contacts, grade > this.employees)",
    "latest": "LATEST(contracts, status, amount > 0)",
    "tier": 'TIER(revenue, "commission", "slice")',
}


def written(text: str, world: World, dialect: Dialect) -> str:
    """The SELECT of an expression with its literal binds beside it."""
    checked = compile_expression(text, world.env({"entity": "account", "actor": True}))
    scope = WorldScope(world, "account")
    assert scope.root is not None
    statement = sa.select(compile_sql(checked, scope, dialect).label("value")).select_from(scope.root)
    engine = postgresql.psycopg.dialect() if dialect == "postgresql" else sqlite.dialect(paramstyle="named")
    compiled = statement.compile(dialect=engine)
    binds = "".join(
        f"-- {name} = {value!r:.80}\n" for name, value in compiled.params.items() if value is not None
    )
    return f"-- {text}\n{binds}{compiled}\n"


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_golden(world: World, name: str, dialect: Dialect) -> None:
    path = GOLDEN / f"{name}.{dialect}.sql"
    found = written(EXPRESSIONS[name], world, dialect)
    if os.environ.get("DOUGONG_WRITE_GOLDEN"):
        path.write_text(found)
    assert found == path.read_text()


def test_no_golden_is_left_over() -> None:
    names = {f"{name}.{dialect}.sql" for name in EXPRESSIONS for dialect in ("sqlite", "postgresql")}
    assert {path.name for path in GOLDEN.iterdir()} == names


@pytest.mark.parametrize("path", sorted(GOLDEN.iterdir()), ids=lambda path: path.stem)
def test_no_floating_point(path: Path) -> None:
    text = path.read_text().lower()
    assert not any(word in text for word in ("float", "double", " real", "julianday"))
