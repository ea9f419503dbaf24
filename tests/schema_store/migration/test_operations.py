"""Operations are data: they survive JSON, say what they do, and are taken back by their reverse."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from expressions import types
from schema_store.document import AppDocument
from schema_store.layout import Layout, schema_name
from schema_store.migration.operations import (
    OPERATIONS,
    AddColumn,
    Convert,
    CreateTable,
    Fill,
    Recode,
    RetireColumn,
    SetNullable,
    layout_after,
)
from schema_store.migration.plan import plan
from schema_store.tables import build_tables
from tests.schema_store.kit import document, entity, field, option
from tests.schema_store.pairs import related


@given(related(), related())
def test_plans_are_data(old: AppDocument, new: AppDocument) -> None:
    first = plan(None, old, Layout(schema_name("toy")), 1)
    second = plan(old, new, first.new_layout, 2)
    for made in (first, second):
        plain = json.loads(json.dumps(made.to_json()))
        assert OPERATIONS.validate_python(plain["operations"]) == made.operations
        for operation in made.operations:
            sentence = operation.describe()
            assert sentence["zh-CN"]
            assert sentence["en"]
            assert sentence["zh-CN"] != sentence["en"]
    assert plan(new, new, second.new_layout, 3).operations == ()


@given(related(), related())
def test_a_reverse_takes_back(old: AppDocument, new: AppDocument) -> None:
    """Done and taken back, the columns in use are those that were."""
    first = plan(None, old, Layout(schema_name("toy")), 1)
    layout = first.new_layout
    for operation in plan(old, new, layout, 2).operations:
        after = operation.forwards(layout)
        reverse = operation.reverse()
        if reverse is None:
            assert isinstance(operation, Convert | Fill | Recode)
            assert after == layout
            continue
        back = reverse.forwards(after)
        assert _in_use(back) == _in_use(layout)
        layout = after


def _in_use(layout: Layout) -> dict[str, set[str]]:
    return {t.entity: {c.name for c in t.active} for t in layout.tables if t.retired is None}


def test_recoding_is_reversed_where_that_is_exact() -> None:
    assert Recode("e", "f", "c", (("a", "b"), ("b", "a"))).reverse() == Recode(
        "e", "f", "c", (("b", "a"), ("a", "b"))
    )
    assert Recode("e", "f", "c", (("a", None),)).reverse() is None
    assert Recode("e", "f", "c", (("a", "x"), ("b", "x"))).reverse() is None


def plans(*documents: AppDocument) -> list[list[str]]:
    """The kinds of operation of a history of documents."""
    layout, before, kinds = Layout(schema_name("toy")), None, []
    for number, one in enumerate(documents, start=1):
        made = plan(before, one, layout, number)
        kinds.append([operation.kind for operation in made.operations])
        layout, before = made.new_layout, one
    return kinds


def lead(*fields: dict[str, object]) -> AppDocument:
    return document(entity("lead", *fields))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (field("text", "a"), field("text", "b", "a"), []),
        (field("text", "a", length=9), field("text", "a", length=99), []),
        (field("text", "a"), field("text", "a", required=True), ["set_nullable"]),
        (field("text", "a"), field("text", "a", required=True, default="x"), ["fill", "set_nullable"]),
        (field("text", "a"), field("text", "a", unique=True), ["create_index"]),
        (field("text", "a", unique=True), field("text", "a"), ["drop_index"]),
        (field("text", "a"), field("text", "a", normalise="text"), ["add_column", "convert"]),
        (field("text", "a"), field("integer", "a"), ["add_column", "convert", "retire_column"]),
        (field("integer", "a", indexed=True), field("integer", "a", minimum=3, indexed=True), []),
        (
            field("option", "a", options=[option("x"), option("y")]),
            field("option", "a", options=[option("z", "optx"), option("y")]),
            ["recode"],
        ),
        (
            field("option", "a", options=[option("x")]),
            field("option", "a", options=[option("x"), option("y")]),
            [],
        ),
        (
            field("reference", "a", entity="lead"),
            field("reference", "a", entity="lead", on_delete="cascade"),
            ["set_on_delete"],
        ),
    ],
)
def test_what_an_edit_costs(old: dict[str, object], new: dict[str, object], expected: list[str]) -> None:
    assert plans(lead(old), lead(new))[1] == expected


def test_a_removed_field_comes_back() -> None:
    both, one = lead(field("text", "a"), field("text", "b")), lead(field("text", "a"))
    assert plans(both, one, both)[1:] == [["retire_column"], ["revive_column"]]


def test_a_table_knows_its_columns() -> None:
    made = plan(None, lead(field("text", "a", required=True)), Layout(schema_name("toy")), 1)
    (created,) = (op for op in made.operations if isinstance(op, CreateTable))
    (column,) = created.columns
    assert (column.type, column.nullable) == (types.Type(types.Kind.TEXT), False)
    tables = build_tables(made.new_layout, "postgresql")
    (table,) = tables.entities.values()
    assert table.schema == "toy"
    assert table.c[column.name].info == {"field": column.field, "part": ""}
    names = {
        "id",
        "version",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "owner_id",
        "deleted_at",
    }
    assert set(table.c.keys()) == names | {column.name}


def test_retired_columns_are_left_out_of_tables() -> None:
    made = plan(None, lead(field("text", "a")), Layout(schema_name("toy")), 1)
    (table,) = made.new_layout.tables
    (column,) = table.columns
    retired = layout_after(made.new_layout, (RetireColumn(table.entity, column.name, 2),))
    assert column.name not in build_tables(retired, "sqlite").entities[table.entity].c
    assert column.name in build_tables(retired, "sqlite", retired=True).entities[table.entity].c
    assert AddColumn(table.entity, column).reverse() == RetireColumn(table.entity, column.name, 0)
    assert SetNullable(table.entity, column.name, False).reverse() == SetNullable(
        table.entity, column.name, True
    )
