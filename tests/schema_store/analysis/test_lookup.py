"""What keys mean."""

from __future__ import annotations

import pytest

from schema_store.analysis.lookup import SYSTEM_NAMES, Lookup, by_key
from schema_store.analysis.walk import ReferenceSite, walk
from schema_store.document.base import Ref
from schema_store.document.entities import Entity
from tests.schema_store.checks.cases import at, changed
from tests.schema_store.sales import document, item, sales

DOCUMENT = document()
LOOKUP = Lookup(DOCUMENT)
SITES = {site.pointer: site for site in walk(DOCUMENT).references}


@pytest.mark.parametrize(
    ("pointer", "names"),
    [
        ("/navigation/0/view", {"all_leads", "lead_board", "lead_days", "customers"}),
        ("/rules/0/actions/2/operation", {"push"}),
        ("/dashboards/0/widgets/0/dimensions/0", {"by_source", "by_grade"}),
        ("/pipelines/0/initial", {"new", "offer", "won", "lost"}),
        ("/rules/1/trigger/stage", {"new", "offer", "won", "lost"}),
        ("/calculations/0/result", {"base", "loyalty", "total"}),
        ("/forms/1/items/0/children", {"contacts", "leads", "contracts"}),
        ("/scores/0/band_field", {field.key for field in DOCUMENT.entities[2].fields} | set(SYSTEM_NAMES)),
        (
            "/forms/1/items/0/columns/0",
            {field.key for field in DOCUMENT.entities[3].fields} | set(SYSTEM_NAMES),
        ),
        (
            "/rules/1/actions/0/values/number",
            {f.key for f in DOCUMENT.entities[3].fields} | set(SYSTEM_NAMES),
        ),
    ],
)
def test_candidates(pointer: str, names: set[str]) -> None:
    found = LOOKUP.candidates(SITES[pointer])
    assert found is not None
    assert set(found) == names


def test_every_reference_of_a_right_document_has_its_target() -> None:
    for site in SITES.values():
        assert LOOKUP.target(site) is not None or site.value in SYSTEM_NAMES, site.pointer


def test_targets_are_the_elements_themselves() -> None:
    assert LOOKUP.target(SITES["/navigation/0/view"]) is DOCUMENT.views[0]
    assert LOOKUP.target(SITES[f"{at('lead', 'customer')}/entity"]) is DOCUMENT.entities[0]
    assert LOOKUP.target(SITES["/views/0/columns/2"]) is None  # owner, a system field


def test_an_unknown_owner_leaves_nothing_to_say() -> None:
    source = changed({"/views/3/entity": "nowhere", "/dashboards/0/widgets/0/metric": "none"})
    lookup = Lookup(source)
    sites = {site.pointer: site for site in walk(source).references}
    assert lookup.candidates(sites["/views/3/columns/0"]) is None
    assert lookup.candidates(sites["/dashboards/0/widgets/0/dimensions/0"]) is None
    assert lookup.target(sites["/views/3/columns/0"]) is None


def test_a_reference_without_an_owner_in_reach() -> None:
    place = walk(DOCUMENT).places[0]
    for mark in (Ref("stage", "pipeline"), Ref("field", "entity")):
        assert LOOKUP.candidates(ReferenceSite("/x", "y", mark, place)) is None


def test_options_own_shared_and_none() -> None:
    lead, customer = LOOKUP.fields["lead"], LOOKUP.fields["customer"]
    assert [each.key for each in LOOKUP.options(lead["source"])] == ["web", "fair", "call"]
    assert [each.key for each in LOOKUP.options(customer["grade"])] == ["a", "b", "c"]
    assert LOOKUP.options(lead["name"]) == []
    broken = Lookup(changed({f"{at('customer', 'grade')}/option_set": "nothing"}))
    assert broken.options(broken.fields["customer"]["grade"]) == []


def test_stages_of_several_pipelines() -> None:
    other = item("second", entity="lead", field="stage", initial="new", stages=[item("new"), item("paid")])
    first = {**sales()["pipelines"][0], "when": "visits > 0"}
    source = changed({"/pipelines": [first, other]})
    lookup = Lookup(source)
    assert list(lookup.stages("lead")) == ["new", "offer", "won", "lost", "paid"]
    assert list(lookup.stages("lead", "stage")) == ["new", "offer", "won", "lost", "paid"]
    assert lookup.stages("lead", "other") == {}
    assert lookup.stages("tag") == {}
    site = next(site for site in walk(source).references if site.pointer == "/rules/1/trigger/stage")
    assert lookup.twins(site) == [source.pipelines[0].stages[2]]


def test_links_are_known_from_both_sides() -> None:
    assert LOOKUP.links == {("lead", "tags"): ("lead", "tags"), ("tag", "leads"): ("lead", "tags")}


def test_children_name_the_field_that_declares_them() -> None:
    many = LOOKUP.children["customer"]["contracts"]
    assert (many.entity.key, many.field.key) == ("contract", "customer")


def test_of_twins_the_first_is_meant() -> None:
    one, two = (Entity.model_validate(item("same", plural=item(name)["label"])) for name in ("one", "two"))
    assert by_key([one, two]) == {"same": one}
