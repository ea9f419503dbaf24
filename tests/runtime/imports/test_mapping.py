"""Which column goes where: proposed by name, given by hand, computed; every mistake is named with what was meant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressions.context import Context
from runtime.imports.mapping import (
    ColumnError,
    ColumnMap,
    Source,
    compile_mapping,
    propose,
    read_mapping,
    variable_name,
)
from runtime.imports.targets import event_targets, find_target, targets_of
from runtime.imports.values import Cell
from runtime.refusals import BadExpression, Invalid
from tests.runtime.imports.everything import every
from tests.runtime.save.kit import World

__all__ = ["every"]
HEADER = ("day", "month", "duration", "年 龄", "2nd", "me")
CONTEXT = Context(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
TARGETS = event_targets()


def values(fields: dict[str, Any], cells: list[Cell], number: int = 2, **columns: str) -> dict[str, Any]:
    mapping = read_mapping({"fields": fields, "columns": columns})
    compiled = compile_mapping(mapping, HEADER, TARGETS, "CNY")
    return {target.key: value for target, _, value in compiled.cells(number, cells, CONTEXT)}


ROW: list[Cell] = ["5", "may", "261", "30", "x", "y"]


def test_columns_constants_and_expressions() -> None:
    found = values(
        {
            "kind": {"value": "call"},
            "topic": "month",
            "record": {"expression": 'CONCAT("Lead ", _row)'},
            "data": {"expression": 'IF(month == "may", CONCAT("0", day), day)'},
            "id": {"expression": "年_龄"},
        },
        ROW,
        number=12,
    )
    assert found == {"kind": "call", "topic": "may", "record": "Lead 11", "data": "05", "id": "30"}


@pytest.mark.parametrize(
    ("kind", "cell", "text", "value"),
    [
        ("integer", "1,200", "duration * 2", 2400),
        ("integer", None, "duration * 2", None),
        ("number", "1.5", "duration * 2", Decimal("3.000000")),
        ("boolean", "是", 'IF(duration, "a", "b")', "a"),
        ("date", "2026/3/5", 'DATEADD(duration, 1, "day")', date(2026, 3, 6)),
        ("instant", "2026/3/5", "DATE(duration)", date(2026, 3, 5)),
        ("text", 261.0, "LEN(duration)", 3),
    ],
)
def test_what_expressions_see_of_a_column(kind: str, cell: Cell, text: str, value: Any) -> None:
    row = [*ROW[:2], cell, *ROW[3:]]
    assert values({"topic": {"expression": text}}, row, duration=kind) == {"topic": value}


@pytest.mark.parametrize(
    ("kind", "cell", "code"),
    [
        ("integer", "1.5", "too_precise"),
        ("integer", "viele", "not_a_number"),
        ("integer", 10**13, "too_many_digits"),
        ("number", "0.1234567", "too_precise"),
        ("boolean", "?", "not_a_boolean"),
        ("date", "?", "not_a_date"),
        ("instant", "?", "not_a_date"),
    ],
)
def test_a_cell_that_an_expression_cannot_read(kind: str, cell: Cell, code: str) -> None:
    with pytest.raises(ColumnError) as caught:
        values({"topic": {"expression": "duration"}}, [*ROW[:2], cell, *ROW[3:]], duration=kind)
    assert (caught.value.column, caught.value.problem.code) == ("duration", code)


def test_a_column_that_no_expression_looks_at_is_not_read() -> None:
    assert values({"topic": "day"}, [*ROW[:2], "viele", *ROW[3:]], duration="integer") == {"topic": "5"}


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("month", "month"),
        ("年 龄", "年_龄"),
        ("2nd", "_2nd"),
        ("me", "_me"),
        ("a-b (c)", "a_b_c"),
        ("!!!", "column"),
        ("id", "_id"),
    ],
)
def test_names_in_expressions(column: str, name: str) -> None:
    assert variable_name(column) == name


@given(st.text(min_size=1, max_size=20))
def test_every_column_has_a_name_that_can_be_written(column: str) -> None:
    name = variable_name(column)
    assert name
    assert not name[0].isdigit()


@pytest.mark.parametrize(
    ("fields", "columns", "pointer", "code", "near"),
    [
        ({"topc": "day"}, {}, "/mapping/fields/topc", "unknown_target", "topic"),
        ({"topic": "dai"}, {}, "/mapping/fields/topic", "unknown_column", "day"),
        (
            {"topic": "day"},
            {"duratoin": "integer"},
            "/mapping/columns/duratoin",
            "unknown_column",
            "duration",
        ),
        ({"zzz": "day"}, {}, "/mapping/fields/zzz", "unknown_target", ""),
    ],
)
def test_mistakes_name_what_was_meant(
    fields: dict[str, str], columns: dict[str, str], pointer: str, code: str, near: str
) -> None:
    with pytest.raises(Invalid) as caught:
        compile_mapping(read_mapping({"fields": fields, "columns": columns}), HEADER, TARGETS, "CNY")
    (error,) = caught.value.errors
    assert (error.pointer, error.code, error.params["near"]) == (pointer, code, near)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "day +",
        "nothing",
        "day.name",
        "__import__('os')",
        "day + month",
        "SUM(day, month)",
        "me",
        "x" * 5_000,
    ],
)
def test_expressions_that_are_none(text: str) -> None:
    with pytest.raises(BadExpression) as caught:
        values({"topic": {"expression": text}}, ROW)
    assert caught.value.word == "topic"
    assert caught.value.problems


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        "x",
        7,
        {},
        {"fields": []},
        {"fields": {}, "other": 1},
        {"fields": {"topic": 5}},
        {"fields": {"topic": {}}},
        {"fields": {"topic": {"column": "a", "value": "b"}}},
        {"fields": {"topic": {"colour": "a"}}},
        {"fields": {"topic": {"value": 5}}},
        {"fields": {"topic": "day"}, "columns": {"day": "colour"}},
        {"fields": {"topic": "day"}, "columns": []},
    ],
    ids=str,
)
def test_what_is_no_mapping(given: Any) -> None:
    with pytest.raises(Invalid):
        read_mapping(given)


def test_a_mapping_is_kept_as_it_was() -> None:
    mapping = ColumnMap(
        {"topic": Source(column="day"), "kind": Source(value=""), "id": Source(expression="_row")},
        {"duration": "integer"},
    )
    assert read_mapping(mapping.to_json()) == mapping


def test_targets_of_an_entity(every: World) -> None:
    access = every.access(every.served, None)
    normal, history = (targets_of(access, "thing", history=mode) for mode in (False, True))
    assert {"total", "verdict", "version"}.isdisjoint(history)
    assert history.keys() - normal.keys() == {
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "stage@open",
        "stage@busy",
        "stage@done",
    }
    assert {"title@en", "title@zh-CN", "owner_id", "id", "code"} <= normal.keys()
    clerk = targets_of(every.access(every.served, ("clerk",)), "thing", history=False)
    assert normal.keys() - clerk.keys() == {"price"}


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("name", "name"),
        ("名称", "name"),
        (" NAME ", "name"),
        ("Size", "size"),
        ("尺码", "size"),
        ("Owner", "owner_id"),
        ("负责人", "owner_id"),
        ("title@en", "title@en"),
        ("Title@en", "title@en"),
        ("阶段@进行中", "stage@busy"),
        ("Stage@Done", "stage@done"),
        ("stage@busy", "stage@busy"),
        ("创建时间", "created_at"),
        ("total", None),
        ("xyz", None),
        ("版本", None),
    ],
)
def test_columns_are_found_by_key_and_label(every: World, column: str, target: str | None) -> None:
    targets = targets_of(every.access(every.served, None), "thing", history=True)
    assert find_target(targets, column) == target


def test_each_target_has_one_column_and_ours_has_none(every: World) -> None:
    targets = targets_of(every.access(every.served, None), "thing", history=False)
    found = propose(("Name", "名称", "_error", "price", "nonsense"), targets)
    assert found.fields == {"name": Source(column="Name"), "price": Source(column="price")}
