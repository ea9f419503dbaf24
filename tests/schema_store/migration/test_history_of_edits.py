"""Twenty-five edits of one app over 10,000 records: at the end every value is accounted for."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.engine import Engine

from schema_store.database import reading, writing
from schema_store.document import AppDocument
from schema_store.migration.acceptance import LossNotAccepted, PlanRefused
from schema_store.migration.purge import count_retired, purge
from tests.schema_store.kit import App, document, entity, field, option, pad

RECORDS = 10_000
Json = dict[str, Any]


class Book:
    """The document as it is edited, and what every value must be.

    Attributes:
        fields: of the leads, by short id, in order.
        values: per short id the value of every lead, as people entered it.
    """

    def __init__(self, app: App):
        self.app = app
        self.fields: dict[str, Json] = {
            "name": field("text", "name", required=True),
            "phone": field("text", "phone"),
            "mobile": field("text", "mobile"),
            "size": field("text", "size"),
            "source": field("option", "source", options=[option(key) for key in ("web", "fair", "call")]),
            "due": field("date", "due"),
            "account": field("reference", "account", "leadacct", entity="account"),
            "note": field("long_text", "note"),
        }
        self.extra: list[Json] = [entity("visit", field("text", "place", "visitplace"), ident="visit")]
        self.values: dict[str, dict[UUID, Any]] = {}
        self.times: list[tuple[str, float]] = []

    def document(self) -> AppDocument:
        account = entity("account", field("text", "title", "acctitle"))
        return document(account, entity("lead", *self.fields.values()), *self.extra)

    def edit(self, name: str, accept: Any = (), refused: type[Exception] | None = None, **more: Any) -> Any:
        """Publish the document as it stands, or see it refused."""
        began = time.perf_counter()
        if refused is not None:
            with pytest.raises(refused) as caught:
                self.app.publish(self.document(), accept, **more)
            self.times.append((f"{name} (refused)", time.perf_counter() - began))
            return [(loss.kind, loss.rows) for loss in caught.value.missing]
        made = self.app.publish(self.document(), accept, **more)
        self.times.append((name, time.perf_counter() - began))
        return {loss.kind: loss.rows for loss in made.losses}

    def change(self, ident: str, **more: Any) -> Json:
        """Edit attributes of a field; gives the former field."""
        former = self.fields[ident]
        self.fields[ident] = {**former, **more}
        return former

    def check(self) -> None:
        """Every field holds what it must."""
        for ident, spec in self.fields.items():
            assert self.app.values("lead", spec["key"]) == self.values[ident], ident


def opened(engine: Engine) -> Book:
    app = App(engine)
    book = Book(app)
    book.edit("1 install")
    accounts = app.insert("account", *({"title": f"a{n}"} for n in range(20)))
    rows = [
        {
            "name": f"lead {n % 9_000}",
            "phone": f"1380000{n:04d}" if n % 4 else None,
            "mobile": f"1390000{n:04d}" if n % 3 else None,
            "size": ["12", "7", "many", None][n % 4],
            "source": ["web", "fair", "call", None][n % 4],
            "due": date(2026, 1, 1) + timedelta(n % 365) if n % 2 else None,
            "account": accounts[n % 20] if n % 5 else None,
            "note": "x" * (n % 100) or None,
        }
        for n in range(RECORDS)
    ]
    ids = app.insert("lead", *rows)
    app.insert("visit", *({"place": f"p{n}"} for n in range(100)))
    book.values = {key: {i: row[key] for i, row in zip(ids, rows, strict=True)} for key in book.fields}
    return book


def each(values: dict[UUID, Any], change: Callable[[Any], Any]) -> dict[UUID, Any]:
    return {key: change(value) for key, value in values.items()}


def test_a_history_of_edits(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    book = opened(engine)
    for chapter in (names_and_types, needs_and_options, entities_and_relations, back_and_away):
        chapter(book)
        book.check()
    assert book.app.plan(book.document()).operations == ()
    assert len(book.times) == 25
    with capsys.disabled():
        print(f"\n{engine.dialect.name}, {RECORDS} records:")
        for name, seconds in book.times:
            print(f"  {seconds * 1000:8.1f} ms  {name}")


def names_and_types(book: Book) -> None:
    book.change("phone", key="telephone")
    assert book.edit("2 rename a field") == {}
    book.change("phone", key="mobile")
    book.change("mobile", key="telephone")
    assert book.edit("3 swap two keys") == {}
    book.fields = dict(sorted(book.fields.items(), reverse=True))
    assert book.edit("4 reorder the fields") == {}
    book.check()

    text = book.change("size", type="integer")
    bad = book.edit("5 text to integer with bad values", refused=LossNotAccepted)
    assert bad == [("not_convertible", RECORDS // 4)]
    book.edit("6 the same, accepted", accept="all")
    kept, was = book.values["size"], {"12": 12, "7": 7}
    book.values["size"] = each(kept, was.get)
    book.check()
    book.fields["size"] = {**text, "type": "decimal", "scale": 1}
    assert book.edit("7 integer to decimal") == {}
    exact = {12: Decimal("12.0"), 7: Decimal("7.0")}
    book.values["size"] = each(book.values["size"], exact.get)
    book.check()
    book.fields["size"] = text
    book.edit("8 back to the text it was", accept="all")
    # Nobody touched the values since: all stand as they were typed, those that never converted too.
    book.values["size"] = kept


def needs_and_options(book: Book) -> None:
    book.fields["city"] = field("text", "city", required=True, default="上海")
    assert book.edit("9 required with a default") == {}
    book.values["city"] = each(book.values["name"], lambda _: "上海")
    book.fields["floor"] = field("integer", "floor", required=True)
    assert book.edit("10 required without", refused=PlanRefused) == [("required_missing", RECORDS)]
    book.fields["floor"] = field("integer", "floor", required=True, default_expression="LEN(name)")
    assert book.edit("11 required with an expression") == {}
    book.values["floor"] = each(book.values["name"], len)
    book.change("name", unique=True)
    assert book.edit("12 unique with twins", refused=PlanRefused) == [("not_unique", 2_000)]
    book.change("name", unique=False, indexed=True)
    assert book.edit("13 an index instead") == {}
    book.check()

    book.change("source", options=[option("site", "optweb"), option("fair"), option("call")])
    assert book.edit("14 rename an option") == {}
    book.change("source", options=[option("site", "optweb"), option("fair")])
    assert book.edit("15 remove an option in use", refused=LossNotAccepted) == [
        ("option_removed", RECORDS // 4)
    ]
    assert book.edit("16 with another in its place", replacements={pad("optcall"): pad("optfair")}) == {}
    renamed = {"web": "site", "fair": "fair", "call": "fair"}
    book.values["source"] = each(book.values["source"], renamed.get)


def entities_and_relations(book: Book) -> None:
    visit = book.extra.pop()
    assert book.edit("17 remove an entity", accept="all") == {"entity_removed": 100}
    book.extra.append(visit)
    assert book.edit("18 restore it") == {}
    assert len(book.app.values("visit", "place")) == 100
    book.change("account", on_delete="cascade")
    assert book.edit("19 another rule on delete") == {}
    book.change("account", on_delete="clear", required=False)
    assert book.edit("20 and another") == {}


def back_and_away(book: Book) -> None:
    note = book.fields.pop("note")
    lost = sum(value is not None for value in book.values["note"].values())
    assert book.edit("21 remove a field", accept="all") == {"field_removed": lost}
    book.fields["note"] = note
    assert book.edit("22 restore it") == {}
    book.check()
    book.fields.pop("due")
    due = book.values.pop("due")
    book.edit("23 remove another", accept="all")
    app = book.app
    began = time.perf_counter()
    with reading(app.engine) as connection:
        retired = count_retired(connection, app.layout)
    rows = [found.rows for found in retired if found.element == pad("due")]
    assert rows == [sum(value is not None for value in due.values())]
    assert len(retired) == 3
    with writing(app.engine) as connection:
        app.layout = purge(connection, app.layout, [found.name for found in retired])
    book.times.append(("24 purge", time.perf_counter() - began))
    with reading(app.engine) as connection:
        assert count_retired(connection, app.layout) == ()
    book.fields["due"] = field("date", "due")
    assert book.edit("25 the purged field, made anew") == {}
    book.values["due"] = dict.fromkeys(due)
