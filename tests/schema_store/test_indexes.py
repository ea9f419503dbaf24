"""Which indexes a document asks for, and which rows they hold."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from schema_store.database import reading, writing
from schema_store.document import AppDocument
from schema_store.tables import index_condition
from tests.schema_store.kit import App, document, entity, field, label


def deals(*filters: str) -> AppDocument:
    """Deals of accounts, with a view per filter."""
    views: list[dict[str, Any]] = [
        {"key": f"v{number}", "entity": "deal", "label": label("v"), "filter": text}
        for number, text in enumerate(filters)
    ]
    fields = (
        field("text", "name", unique=True),
        field("reference", "account", entity="account"),
        field("date", "due"),
        field("date", "paid"),
    )
    return document(entity("account", field("text", "name")), entity("deal", *fields), views=views)


def indexes_of(app: App) -> dict[str, str]:
    """By the first field of each index over deals: the rows that it holds."""
    assert app.document is not None
    deal = next(each for each in app.document.entities if each.key == "deal")
    table = app.layout.table(deal.id or "")
    keys = {app.column("deal", each.key): each.key for each in deal.fields}
    found = {}
    for index in table.indexes:
        condition = index_condition(table, index)
        first = index.columns[0]
        found[keys.get(first, first)] = "" if condition is None else str(condition).split(" ", 1)[1]
    return found


ALWAYS = {"owner_id": "", "created_at": "", "name": "IS NULL", "account": "IS NOT NULL"}


@pytest.mark.parametrize(
    ("condition", "more"),
    [
        ("due < TODAY()", {"due": ""}),
        ("due < TODAY() and not (paid < due)", {"due": "", "paid": ""}),
        ("COALESCE(paid, due) < TODAY()", {}),
        ("YEAR(due) == 2026", {}),
    ],
)
def test_what_a_condition_picks_by_has_one_but_not_inside_of_a_function(
    engine: Engine, condition: str, more: dict[str, str]
) -> None:
    app = App(engine)
    app.publish(deals(condition))
    assert indexes_of(app) == ALWAYS | more


def test_references_are_looked_up_by_the_index_of_those_that_are_there(engine: Engine) -> None:
    app = App(engine)
    app.publish(deals())
    (account,) = app.insert("account", {"name": "a"})
    app.insert("deal", *({"name": str(number)} for number in range(3_000)))
    app.insert("deal", {"name": "x", "account": account})
    with writing(engine) as connection:
        connection.exec_driver_sql("ANALYZE")
    table = app.table("deal")
    column = table.c[app.column("deal", "account")]
    wanted = sa.select(table.c.id).where(column == sa.bindparam("account", type_=column.type))
    with reading(engine) as connection:
        assert len(connection.execute(wanted, {"account": account}).all()) == 1
    assert f"ix_{column.name}" in plan_of(engine, wanted, account)


def plan_of(engine: Engine, query: sa.Select[Any], account: uuid.UUID) -> str:
    """How the database would find the records."""
    is_sqlite = engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    binds: Any = (account.bytes,) if is_sqlite else {"account": account}
    with reading(engine) as connection:
        rows = connection.exec_driver_sql(f"{explain} {query.compile(engine)}", binds).all()
    return "\n".join(" ".join(map(str, row)) for row in rows)
