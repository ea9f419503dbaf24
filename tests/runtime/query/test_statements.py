"""How many statements a question costs, that they are built once, and that an index serves them, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from sqlalchemy.util import greenlet_spawn

from runtime.query.lists import Selection
from runtime.query.records import ByIds
from runtime.query.store import Store, store_of
from schema_store.database import in_loop, reading, writing
from tests.api.crm import NOW, Crm, crm
from tests.asgi import run_in_loop
from tests.conftest import listening

__all__ = ["crm"]
RECORDS = 4_000


@pytest.fixture(scope="module")
def many(crm: Crm) -> Crm:
    """Many leads of two people, and their statistics."""
    crm.insert_many(
        "lead",
        [
            {
                "owner": "rep1" if number % 40 == 0 else "rep3",
                "name": f"线索{number:05}",
                "stage": ("captured", "contacted", "qualified")[number % 3],
                "maturity": None if number % 5 == 0 else number % 200,
                "budget": Decimal(number),
                "created_at": NOW - timedelta(minutes=number),
                "captured_at": NOW - timedelta(days=number % 90),
                "region": crm.ids["east"],
            }
            for number in range(RECORDS)
        ],
    )
    with writing(crm.engine) as connection:
        connection.exec_driver_sql("ANALYZE")
    return crm


LISTS = [
    "limit=50",
    "limit=50&sort=-maturity&count=capped",
    "limit=500&sort=-maturity,name&count=exact&filter=" + quote("stage == 'captured' and budget > 5"),
    "limit=50&sort=name&search=" + quote("线索") + "&count=capped",
    "limit=50&filter=" + quote("owner == me and days_idle > 3") + "&count=capped",
]


@pytest.mark.parametrize("words", LISTS)
def test_a_page_costs_at_most_six_statements(many: Crm, words: str) -> None:
    many.items("rep1", f"/records/lead?{words}")  # the first request writes that the token was used
    with many.counted() as statements:
        many.items("rep1", f"/records/lead?{words}")
    assert len(statements) <= 6, "\n".join(statements)


def test_expanding_costs_one_statement_per_hop_and_target(many: Crm) -> None:
    plain = "/records/lead?limit=100"
    many.items("admin", plain)
    with many.counted() as few:
        many.items("admin", plain)
    with many.counted() as more:
        many.items("admin", f"{plain}&expand=owner,created_by,updated_by,region,owner.team,owner.region")
    # people and regions of the first hop, teams and regions of the second
    assert len(more) - len(few) == 4
    with many.counted() as one:
        many.items(
            "admin", "/records/lead?limit=1&expand=owner,created_by,updated_by,region,owner.team,owner.region"
        )
    assert len(one) == len(more)


def statements_of(store: Store) -> list[Any]:
    kept = store.kept.values()
    found = [each.statement for each in kept if isinstance(each, Selection | ByIds)]
    return found + [each for each in kept if isinstance(each, sa.Select)]


def test_statements_are_built_once_and_have_a_cache_key(many: Crm) -> None:
    store = store_of(many.served)
    for words in LISTS:
        many.items("rep1", f"/records/lead?{words}")
    before = store.kept
    for words in LISTS:
        many.items("rep1", f"/records/lead?{words}")
        many.items("rep2", f"/records/lead?{words}")  # the same roles, so the same statements
    assert store.kept.keys() == before.keys()
    assert all(store.kept[key] is before[key] for key in before)
    statements = statements_of(store)
    assert len(statements) > 5
    for statement in statements:
        assert statement._generate_cache_key() is not None, statement


def test_the_store_forgets_what_was_not_used_for_long() -> None:
    store = Store(capacity=2)
    assert store.get("a", lambda: 1) == 1
    assert store.get("b", lambda: 2) == 2
    assert store.get("a", lambda: 9) == 1
    store.get("c", lambda: 3)
    assert store.kept.keys() == {"a", "c"}
    assert store.get("b", lambda: 4) == 4


@contextmanager
def noted(crm: Crm) -> Iterator[list[tuple[str, Any]]]:
    """The statements with their parameters."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        found.append((statement, parameters))

    with listening(crm.engine, note):
        yield found


def plan_of(crm: Crm, who: str, path: str) -> str:
    """How the database finds the records of a list (the one statement with a limit on the table of leads)."""
    crm.items(who, path)
    with noted(crm) as statements:
        crm.items(who, path)
    pages = [(text, values) for text, values in statements if "lead_" in text and "LIMIT" in text]
    text, values = pages[0]
    loop = in_loop(crm.engine)
    explain = "EXPLAIN" if loop else "EXPLAIN QUERY PLAN"
    engine = loop.reads if loop else crm.engine

    def ask() -> str:
        with reading(engine) as connection:
            rows = connection.exec_driver_sql(f"{explain} {text}", values).all()
        return "\n".join(" ".join(str(value) for value in row) for row in rows)

    return run_in_loop(greenlet_spawn(ask)) if loop else ask()


def index_of(crm: Crm, field: str) -> str:
    """The name of the index over a field of leads."""
    table = crm.served.entity_table("lead")
    column = field if field in table.c else crm.served.column("lead", field)
    found = [
        index for index in table.indexes if next(iter(index.columns)).name == column and not index.unique
    ]
    assert found, f"no index over {column}"
    return str(found[0].name)


@pytest.mark.parametrize(
    ("who", "words", "field"),
    [
        ("admin", "limit=10", "created_at"),
        ("admin", "limit=10&sort=created_at", "created_at"),
        ("admin", "limit=10&sort=-maturity", "maturity"),
        ("admin", "limit=10&sort=captured_at", "captured_at"),
        ("rep1", "limit=10&sort=name", "owner_id"),  # or that of names, in whose order the list stands
        ("rep1", "limit=10", "owner_id"),
        ("admin", "limit=10&sort=budget&filter=" + quote("stage == 'dormant'"), "stage"),
        ("admin", "limit=10&filter=" + quote("stage == 'qualified' and budget > 5"), "stage"),
    ],
)
def test_an_index_serves_a_list(many: Crm, who: str, words: str, field: str) -> None:
    plan = plan_of(many, who, f"/records/lead?{words}")
    is_by_name = words.endswith("sort=name") and "ix_name_" in plan and "Seq Scan" not in plan
    assert index_of(many, field) in plan or is_by_name, plan


@pytest.mark.parametrize(
    ("sort", "field"), [("-created_at", "created_at"), ("-maturity", "maturity"), ("id", "")]
)
def test_a_later_page_begins_in_the_index(many: Crm, sort: str, field: str) -> None:
    path = f"/records/lead?limit=10&sort={sort}"
    for _ in range(3):
        following = many.get("admin", path).json["next"]
        path = f"/records/lead?limit=10&sort={sort}&cursor={following}"
    plan = plan_of(many, "admin", path)
    name = index_of(many, field) if field else "lead_"
    assert name in plan, plan
    condition = "SEARCH" if many.engine.dialect.name == "sqlite" else "Index Cond"
    assert condition in plan, plan
    assert "ROW(" in plan or not field or condition == "SEARCH", plan
    assert "TEMP B-TREE" not in plan
    assert "Sort " not in plan
