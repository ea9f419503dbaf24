"""What differs between two documents, and that the differences lead from the one to the other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_store.difference.changes import (
    Added,
    Change,
    Changed,
    Moved,
    Relabelled,
    Removed,
    Renamed,
    Retyped,
)
from schema_store.difference.diff import apply_changes, diff, empty
from schema_store.document import AppDocument
from schema_store.ids import with_ids
from tests.schema_store.documents import documents
from tests.schema_store.kit import document, entity, field, label, option, pad
from tests.schema_store.pairs import related


@given(related(), related())
def test_changes_lead_from_one_document_to_the_other(old: AppDocument, new: AppDocument) -> None:
    assert apply_changes(old, diff(old, new)) == new


@given(documents(), documents())
def test_changes_lead_between_any_documents(old: AppDocument, new: AppDocument) -> None:
    old, new = (with_ids(one.model_copy(update={"key": "crm"})) for one in (old, new))
    assert apply_changes(old, diff(old, new)) == new
    assert apply_changes(empty(new), diff(None, new)) == new


@given(documents())
def test_nothing_differs_from_itself(one: AppDocument) -> None:
    assert diff(with_ids(one), with_ids(one)) == []


def lead(*fields: dict[str, Any], **more: Any) -> AppDocument:
    return document(entity("lead", *fields), **more)


def only(old: AppDocument, new: AppDocument) -> Change:
    (change,) = diff(old, new)
    assert apply_changes(old, [change]) == new
    return change


def test_a_rename_is_a_rename() -> None:
    change = only(
        lead(field("text", "phone", label=label("x"))),
        lead(field("text", "mobile", "phone", label=label("x"))),
    )
    assert isinstance(change, Renamed)
    assert (change.before, change.after) == ("phone", "mobile")
    assert change.path == ("entities", pad("lead"), "fields", pad("phone"))
    assert change.pointer == "/entities/0/fields/0"
    assert [crumb.section for crumb in change.trail] == ["entities", "fields"]


def test_two_keys_swap() -> None:
    old = lead(field("text", "a", label=label("x")), field("text", "b", label=label("x")))
    new = lead(field("text", "b", "a", label=label("x")), field("text", "a", "b", label=label("x")))
    changes = diff(old, new)
    assert [type(change) for change in changes] == [Renamed, Renamed]
    assert apply_changes(old, changes) == new


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({}, {"label": label("other")}, Relabelled),
        ({}, {"required": True}, Changed),
        ({}, {"default": "x"}, Changed),
        ({}, {"unique": True}, Changed),
        ({}, {"normalise": "phone"}, Changed),
        ({}, {"length": 20}, Retyped),
        ({}, {"name_like": True}, Retyped),
    ],
)
def test_what_a_field_changes(before: dict[str, Any], after: dict[str, Any], kind: type[Change]) -> None:
    change = only(lead(field("text", "a", **before)), lead(field("text", "a", **after)))
    assert type(change) is kind


def test_another_type_is_one_change_with_both_specs() -> None:
    change = only(lead(field("text", "a", length=20)), lead(field("decimal", "a", scale=3)))
    assert isinstance(change, Retyped)
    assert (change.before["type"], change.before["length"]) == ("text", 20)
    assert (change.after["type"], change.after["scale"]) == ("decimal", 3)
    assert "label" not in change.after


def test_options_come_go_and_are_renamed() -> None:
    old = lead(field("option", "a", options=[option("x"), option("y")]))
    new = lead(
        field(
            "option",
            "a",
            options=[
                option(
                    "why",
                    "opty",
                ),
                option("z"),
            ],
        )
    )
    changes = diff(old, new)
    assert {type(change) for change in changes} == {Added, Removed, Renamed, Relabelled}
    assert {change.path[-2] for change in changes} == {"options"}
    assert apply_changes(old, changes) == new


def test_an_order_is_one_change() -> None:
    one, two, three = (field("text", key) for key in ("a", "b", "c"))
    change = only(lead(one, two, three), lead(three, one, two))
    assert isinstance(change, Moved)
    assert change.after == (pad("c"), pad("a"), pad("b"))


def test_an_inverse_comes_and_goes() -> None:
    inverse = {"key": "kids", "id": pad("kids"), "label": label("kids")}
    plain, both = (
        lead(field("reference", "up", entity="lead")),
        lead(field("reference", "up", entity="lead", inverse=inverse)),
    )
    assert isinstance(only(plain, both), Added)
    assert isinstance(only(both, plain), Removed)


@given(st.permutations([0, 1, 2, 3]), st.sets(st.integers(0, 3)), st.sets(st.integers(4, 7)))
def test_lists_follow_ids(order: list[int], gone: set[int], fresh: set[int]) -> None:
    fields = [field("text", f"k{number}") for number in range(8)]
    old = lead(*fields[:4])
    new = lead(*(fields[n] for n in order if n not in gone), *(fields[n] for n in sorted(fresh)))
    changes = diff(old, new)
    assert apply_changes(old, changes) == new
    assert sum(isinstance(change, Removed) for change in changes) == len(gone)
    assert sum(isinstance(change, Added) for change in changes) == len(fresh)
