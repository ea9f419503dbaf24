"""Renames rewrite exactly what names the element; removals say what they break."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_store.analysis.analysis import Analysis
from schema_store.canonical import canonical_bytes
from schema_store.checks import check_document
from schema_store.diagnostics import has_errors
from schema_store.document import AppDocument
from schema_store.document.base import Element
from schema_store.ids import with_ids
from schema_store.refactoring.refactor import RenameRefused, check_rename, removal_plan, rename
from tests.schema_store.checks.cases import at, changed
from tests.schema_store.documents import documents
from tests.schema_store.sales import document, item, sales

DOCUMENT = document()
BEFORE = canonical_bytes(DOCUMENT)
ELEMENTS = {place.pointer: place for place in Analysis(DOCUMENT).walk.of(Element)}


def ident(pointer: str, source: AppDocument = DOCUMENT) -> str:
    place = next(place for place in Analysis(source).walk.of(Element) if place.pointer == pointer)
    assert place.id
    return place.id


def differences(one: Any, two: Any, pointer: str = "") -> dict[str, Any]:
    """What is new in ``two``, by pointer; a member with another key is one difference."""
    if type(one) is not type(two):
        return {pointer: two}
    if isinstance(one, dict):
        if list(one) != list(two) and len(one) == len(two):
            renamed = {f"{pointer}/{new}": None for old, new in zip(one, two, strict=True) if old != new}
            inner = [
                differences(a, b, f"{pointer}/{k}")
                for k, a, b in zip(two, one.values(), two.values(), strict=True)
            ]
            return renamed | {key: value for each in inner for key, value in each.items()}
        return {
            k: v for name in one for k, v in differences(one[name], two[name], f"{pointer}/{name}").items()
        }
    if isinstance(one, list):
        pairs = zip(one, two, strict=True)
        return {
            k: v for n, (a, b) in enumerate(pairs) for k, v in differences(a, b, f"{pointer}/{n}").items()
        }
    return {} if one == two else {pointer: two}


def dump(source: AppDocument) -> Any:
    return source.model_dump(mode="json", by_alias=True)


#: Every fourth element; all of them in the long profile.
SAMPLE = list(ELEMENTS)[:: 1 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 4]


@pytest.mark.parametrize("pointer", SAMPLE)
def test_there_and_back_gives_the_same_bytes(pointer: str) -> None:
    """And in between every text that is different names the new key, and nothing is wrong that was right."""
    place = ELEMENTS[pointer]
    assert isinstance(place.model, Element)
    renamed = rename(DOCUMENT, ident(pointer), "新_key")
    for where, value in differences(dump(DOCUMENT), dump(renamed)).items():
        assert "新_key" in where or "新_key" in value, where
    assert check_document(renamed) == []
    assert canonical_bytes(rename(renamed, ident(pointer), place.model.key)) == BEFORE


@pytest.mark.parametrize(
    ("pointer", "texts"),
    [
        (
            at("lead", "source"),
            {
                "/rules/0/condition": '新 in ["web", "fair"]',
                "/dispatches/0/rows/0/condition": '新 == "web"',
                "/metrics/0/dimensions/0/expression": "新",
                "/forms/0/items/2/field": "新",
            },
        ),
        (
            at("lead", "source") + "/options/0",
            {
                "/rules/0/condition": 'source in ["新", "fair"]',
                f"{at('lead', 'source')}/default": "新",
                "/public_forms/0/values/source": "新",
            },
        ),
        (
            "/pipelines/0/stages/1",
            {
                "/metrics/2/filter": 'stage == "新" and record.budget > 0',
                "/views/0/filter": 'owner == me and stage in ["new", "新"]',
                "/pipelines/0/transitions/0/to": "新",
                "/pipelines/0/transitions/1/from/0": "新",
                "/rules/3/actions/0/stage": "新",
                "/tests/4/given/stage": "新",
            },
        ),
        (
            at("customer", "grade"),
            {"/metrics/0/dimensions/1/expression": "customer.新", "/views/3/columns/1": "新"},
        ),
        (
            at("contract", "customer") + "/inverse",
            {
                f"{at('customer', 'contract_total')}/expression": 'SUM(新, amount, status == "signed")',
                "/forms/1/items/0/children": "新",
            },
        ),
        (
            "/calculations/0/inputs/0",
            {"/calculations/0/lines/0/expression": 'TIER(新, "commission", "whole")'},
        ),
        ("/calculations/0/lines/0", {"/calculations/0/lines/2/expression": "新 + loyalty"}),
        ("/tables/0", {f"{at('contract', 'bonus')}/expression": 'TIER(amount, "新", "slice") * factor'}),
        (
            "/roles/1",
            {
                "/forms/0/items/0/items/2/visible": '"新" in my_roles',
                "/pipelines/0/transitions/1/roles/0": "新",
            },
        ),
        (
            "/scores/0/bands/2",
            {f"{at('lead', 'heat_band')}/options/2/key": "新", "/tests/1/expect/band": "新"},
        ),
        (
            f"{at('customer', 'size')}/result/options/0",
            {
                f"{at('customer', 'size')}/expression": 'IF(contract_total >= 100000, "新", "small")',
                "/scores/0/factors/3/condition": 'customer.size == "新"',
            },
        ),
        (
            "/entities/0",
            {
                f"{at('lead', 'customer')}/entity": "新",
                "/roles/0/permissions/1/entity": "新",
                "/tests/3/entity": "新",
            },
        ),
    ],
)
def test_texts_that_name_the_element(pointer: str, texts: dict[str, str]) -> None:
    found = differences(dump(DOCUMENT), dump(rename(DOCUMENT, ident(pointer), "新")))
    assert {where: found.get(where) for where in texts} == texts


def test_members_of_values_are_renamed_in_place() -> None:
    renamed = rename(DOCUMENT, ident(at("contract", "amount")), "新")
    values = dump(renamed)["rules"][1]["actions"][0]["values"]
    assert list(values) == ["number", "新", "customer"]
    assert renamed.tests[3].given["contracts"][0] == {"新": "10.00", "status": "signed"}
    assert renamed.tests[0].given == DOCUMENT.tests[0].given  # there it is an input of a calculation


def test_names_in_audiences_rights_and_triggers_follow() -> None:
    source = changed(
        {
            "/rules/2/actions/0/assignee": "field:customer.name",
            "/rules/0/rights": ["lead:update"],
            "/rules/3/trigger": {"kind": "band", "name": "hot"},
        }
    )
    customer = rename(source, ident(at("customer", "name"), source), "新")
    assert dump(customer)["rules"][2]["actions"][0]["assignee"] == "field:customer.新"
    assert rename(source, ident("/entities/2", source), "新").rules[0].rights == ["新:update"]
    assert (
        dump(rename(source, ident("/scores/0/bands/2", source), "新"))["rules"][3]["trigger"]["name"] == "新"
    )
    boss = rename(source, ident("/roles/1", source), "新")
    assert boss.slas[0].tiers[1].audience == ["role:新"]


def test_what_is_not_touched_is_shared() -> None:
    renamed = rename(DOCUMENT, ident(at("tag", "name")), "title")
    assert renamed.entities[0] is DOCUMENT.entities[0]
    assert renamed.rules[0] is DOCUMENT.rules[0]


def test_a_word_that_only_looks_like_the_key_stays() -> None:
    source = changed({"/entities/2/validations/0/condition": 'name != "budget" or budget > 0'})
    renamed = rename(source, ident(at("lead", "budget"), source), "sum")
    assert renamed.entities[2].validations[0].condition == 'name != "budget" or sum > 0'


@pytest.mark.parametrize("text", ["budget  >0", "( budget > 0 )", "budget > 0 and not(budget > 9)"])
def test_spaces_and_brackets_stay(text: str) -> None:
    source = changed({"/entities/2/validations/0/condition": text})
    renamed = rename(source, ident(at("lead", "budget"), source), "sum")
    assert renamed.entities[2].validations[0].condition == re.sub("budget", "sum", text)


def test_a_literal_keeps_its_quotes() -> None:
    source = changed({"/dispatches/0/rows/0/condition": "source == 'web' or source == \"web\""})
    renamed = rename(source, ident(at("lead", "source") + "/options/0", source), "net")
    assert renamed.dispatches[0].rows[0].condition == "source == 'net' or source == \"net\""


@pytest.mark.parametrize(
    ("pointer", "key", "code"),
    [
        (at("lead", "name"), "phone", "name.duplicate"),
        (at("lead", "name"), "class", "name.reserved"),
        (at("lead", "name"), "1st", "rename.form"),
        (at("lead", "name"), "", "rename.form"),
        (at("lead", "name"), "a b", "rename.form"),
        (at("customer", "name"), "contracts", "reference.inverse_taken"),
        (at("lead", "customer") + "/inverse", "grade", "reference.inverse_taken"),
        ("/calculations/0/lines/0", "years", "name.duplicate"),
        (at("lead", "name"), "ｎａｍｅ", "name.not_nfkc"),
    ],
)
def test_a_key_that_cannot_be_taken(pointer: str, key: str, code: str) -> None:
    with pytest.raises(RenameRefused) as refused:
        rename(DOCUMENT, ident(pointer), key)
    assert code in {each.code for each in refused.value.diagnostics}
    assert [each.code for each in check_rename(DOCUMENT, ident(pointer), key)] == [
        each.code for each in refused.value.diagnostics
    ]


def test_a_free_key_is_no_problem() -> None:
    assert check_rename(DOCUMENT, ident(at("lead", "name")), "title") == []


def test_an_unknown_id() -> None:
    with pytest.raises(LookupError):
        rename(DOCUMENT, "nothere", "x")


def test_a_stage_shared_by_pipelines_is_not_renamed_alone() -> None:
    second = item(
        "second",
        entity="lead",
        field="stage",
        initial="new",
        stages=[item("new"), item("won", outcome="won")],
    )
    source = changed({"/pipelines": [{**sales()["pipelines"][0], "when": 'source == "web"'}, second]})
    assert [each.code for each in check_rename(source, ident("/pipelines/0/stages/0", source), "x")] == [
        "rename.shared_stage"
    ]
    assert check_rename(source, ident("/pipelines/0/stages/1", source), "x") == []


def test_a_document_with_errors_can_still_be_mended_by_renaming() -> None:
    source = changed({"/roles/1/key": "seller"})
    second = source.roles[1].id
    assert second
    assert rename(source, second, "boss").roles[1].key == "boss"


def test_a_removal_names_every_use_of_what_is_inside() -> None:
    found = removal_plan(DOCUMENT, ident(at("lead", "source")))
    assert {(each.key, each.use.pointer) for each in found} >= {
        ("source", "/forms/0/items/2/field"),
        ("source", "/entities/2/conditions/0/when"),
        ("web", "/public_forms/0/values/source"),
        ("fair", "/rules/0/condition"),
    }
    assert all(not each.use.pointer.startswith(at("lead", "source")) for each in found)
    assert {each.use.kind for each in found} == {"reference", "expression", "value"}


def test_a_removal_of_an_entity_names_what_refers_to_it_and_to_its_fields() -> None:
    pointers = {each.use.pointer for each in removal_plan(DOCUMENT, ident("/entities/0"))}
    assert f"{at('lead', 'customer')}/entity" in pointers
    assert "/scores/0/factors/3/condition" in pointers
    assert "/views/3/columns/3" in pointers


def test_nothing_breaks_when_something_unused_goes() -> None:
    assert removal_plan(DOCUMENT, ident("/roles/0/permissions/0")) == []


@given(documents(), st.data())
def test_random_documents_there_and_back(source: AppDocument, data: st.DataObject) -> None:
    source = with_ids(source)
    complaints = check_document(source)
    assert all(each.message["zh-CN"] and each.message["en"] for each in complaints)
    elements = [place for place in Analysis(source).walk.of(Element) if place.id]
    if has_errors(complaints) or not elements:
        return
    place = data.draw(st.sampled_from(elements))
    assert isinstance(place.model, Element)
    renamed = rename(source, place.id or "", "新")
    assert has_errors(check_document(renamed)) is False
    assert canonical_bytes(rename(renamed, place.id or "", place.model.key)) == canonical_bytes(source)
