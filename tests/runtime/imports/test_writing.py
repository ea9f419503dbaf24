"""Rows through the order of execution, for trial and for good: what is kept, what is said, what is counted."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.imports.planning import is_equal, merged
from runtime.imports.refusing import refusal_errors, with_columns
from runtime.refusals import (
    Duplicate,
    FieldError,
    FieldReadOnly,
    Forbidden,
    GateClosed,
    Invalid,
    Stale,
    UniqueTaken,
    Unmet,
)
from tests.runtime.imports.everything import every
from tests.runtime.imports.kit import bring, complaints, rows, to
from tests.runtime.save.conftest import crm
from tests.runtime.save.kit import World

__all__ = ["crm", "every"]


def test_a_trial_leaves_nothing_not_even_a_number(every: World) -> None:
    before = every.create("thing", {"name": "vorher"}).values["code"]
    job = bring(every, "name\n试一\n试二\n", "thing")
    assert [(row.kind, row.record, row.version) for row in rows(every, job)] == [("new", None, None)] * 2
    after = every.create("thing", {"name": "nachher"}).values["code"]
    assert int(after[2:]) == int(before[2:]) + 1
    job = to(every, job, "applied")
    written = [every.stored("thing", row.record)["code"] for row in rows(every, job) if row.record]
    assert [int(code[2:]) for code in written] == [int(after[2:]) + 1, int(after[2:]) + 2]


def test_before_and_after_of_what_differs_only(every: World) -> None:
    saved = every.create("thing", {"name": "差", "pieces": 1, "price": "5.00", "fragile": True})
    text = f"code,name,pieces,price,fragile\n{saved.values['code']},差,2,5,否\n"
    job = bring(every, text, "thing", match="code")
    (row,) = rows(every, job)
    assert (row.kind, row.record, row.version) == ("changed", saved.id, None)
    assert row.changes == {"pieces": [1, 2], "fragile": [True, False]}
    job = to(every, job, "applied")
    assert rows(every, job)[0].version == 2
    assert job.counts["fields"] == {"pieces": 1, "fragile": 1}


@pytest.mark.parametrize(("clears", "pieces"), [(False, 7), (True, None)])
def test_a_blank_cell_keeps_or_clears(every: World, clears: bool, pieces: int | None) -> None:
    saved = every.create("thing", {"name": "空", "pieces": 7})
    bring(
        every,
        f"code,name,pieces\n{saved.values['code']},满,\n",
        "thing",
        match="code",
        clears=clears,
        goal="applied",
    )
    stored = every.stored("thing", saved.id)
    assert (stored["name"], stored["pieces"]) == ("满", pieces)


def test_a_new_record_with_a_blank_cell_gets_its_default(crm: World) -> None:
    job = bring(crm, "name,site_minutes\n默认,\n", goal="applied")
    (row,) = rows(crm, job)
    assert row.record is not None
    assert crm.stored("lead", row.record)["site_minutes"] == 0


def test_records_are_found_by_what_is_compared(crm: World) -> None:
    """An account's name is compared without white space and company words, as ``unique`` compares it."""
    made = bring(crm, "name\n斗拱建材有限公司\n", "account", goal="applied")
    again = bring(crm, "name,city\n斗拱 建材有限公司,杭州\n", "account", match="name")
    (row,) = rows(crm, again)
    assert (row.kind, row.record) == ("changed", rows(crm, made)[0].record)


def test_a_duplicate_is_refused_by_its_rule(crm: World) -> None:
    bring(crm, "name,phone\n先来,13911112222\n", goal="applied")
    job = bring(crm, "name,phone\n后到,139 1111 2222\n")
    (row,) = rows(crm, job)
    assert row.errors is not None
    assert (row.kind, row.errors[0]["code"], len(row.errors[0]["records"])) == ("refused", "duplicate", 1)


def test_a_closed_gate_says_what_is_missing(crm: World) -> None:
    job = bring(crm, "name,stage\n工单,closed\n", "ticket")
    (row,) = rows(crm, job)
    assert row.errors is not None
    assert row.errors[0]["code"] == "gate_closed"
    assert [each["kind"] for each in row.errors[0]["unmet"]] == ["evidence"]
    passed = bring(crm, "name,stage\n工单,closed\n", "ticket", mode="history", goal="applied")
    assert passed.counts["new"] == 1


def test_rules_are_chosen_and_kept(every: World) -> None:
    for wish, rules in (({}, "run"), ({"mode": "history"}, "none"), ({"rules": "simulate"}, "simulate")):
        job = bring(every, "name\n规则\n", "thing", goal="applied", **wish)
        (row,) = rows(every, job)
        assert row.record is not None
        cause = every.support("history", row.record)[0].cause
        assert (job.asked.rules, cause.get("rules", "run")) == (rules, rules)


def test_the_order_of_complaints_is_that_of_the_columns(every: World) -> None:
    job = bring(every, "size,pieces,name\n紫,viel,\n", "thing")
    assert complaints(every, job) == [
        (2, "size", "size", "not_an_option"),
        (2, "pieces", "pieces", "not_a_number"),
        (2, "name", "name", "required"),
    ]


def test_an_id_is_taken_over_and_finds_its_record(every: World) -> None:
    id_ = "01890a5d-0000-774b-8cce-b302099a8057"
    bring(every, f"id,name\n{id_},一\n", "thing", match="id", goal="applied")
    job = bring(every, f"id,name\n{id_},二\n", "thing", match="id", goal="applied")
    (row,) = rows(every, job)
    assert (str(row.record), row.changes) == (id_, {"name": ["一", "二"]})


@pytest.mark.parametrize(
    ("key", "value", "current", "equal"),
    [
        ("name", "a", {"name": "a"}, True),
        ("name", "a", {"name": "b"}, False),
        ("name", "a", {}, False),
        ("name", None, {"name": None}, True),
        ("tags", [], {"tags": None}, True),
        ("title", {}, {"title": None}, True),
        ("pieces", 0, {"pieces": None}, False),
        ("fragile", False, {"fragile": None}, False),
        ("fragile", None, {"fragile": False}, False),
        ("friends", ["b", "a"], {"friends": ["a", "b"]}, True),
        ("friends", ["a"], {"friends": ["a", "b"]}, False),
        ("friends", None, {"friends": []}, True),
        ("colours", ["red", "blue"], {"colours": ["blue", "red"]}, False),
        ("owner_id", "x", {"owner_id": "x"}, True),
    ],
)
def test_when_a_value_is_there_already(
    every: World, key: str, value: Any, current: dict[str, Any], equal: bool
) -> None:
    class Some:
        class job:
            entity = "thing"

        class access:
            served = every.served

    assert is_equal(Some, key, value, current) is equal  # type: ignore[arg-type]


def test_languages_that_are_not_named_stay() -> None:
    read = {"wire": {"title": {"en": "new"}, "name": "x"}, "partial": ["title"]}
    assert merged(read, {"title": {"en": "old", "zh-CN": "旧"}}) == {
        "title": {"en": "new", "zh-CN": "旧"},
        "name": "x",
    }
    assert merged(read, {}) == {"title": {"en": "new"}, "name": "x"}
    assert merged({}, {"title": None}) == {}


UNMET = Unmet("sheet", "evidence", {"count": 1}, {"count": 0}, {"en": "Sheet"})


@pytest.mark.parametrize(
    ("refusal", "errors"),
    [
        (
            Invalid([FieldError("/name", "required"), FieldError("/tags/1", "twice")]),
            [("name", "required"), ("tags", "twice")],
        ),
        (UniqueTaken(["name"]), [("name", "unique")]),
        (FieldReadOnly(["a", "b"]), [("a", "field_read_only"), ("b", "field_read_only")]),
        (Forbidden(), [("", "forbidden")]),
        (Stale(3, {}), [("", "stale")]),
        (GateClosed([UNMET]), [("", "gate_closed")]),
        (Duplicate([{"code": "duplicate", "rule": "r", "label": {}, "records": ["1"]}]), [("", "duplicate")]),
    ],
    ids=repr,
)
def test_refusals_as_data(refusal: Any, errors: list[tuple[str, str]]) -> None:
    found = refusal_errors(refusal)
    assert [(error["field"], error["code"]) for error in found] == errors
    placed = with_columns(found, {"name": "名称"})
    assert {error["column"] for error in placed if error["field"] == "name"} <= {"名称"}
    assert {error["column"] for error in placed if error["field"] != "name"} <= {""}
