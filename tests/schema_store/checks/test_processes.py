"""Pipelines, gates, SLAs."""

from __future__ import annotations

import pytest

from tests.schema_store.checks.cases import GONE, Case, complaints, verify
from tests.schema_store.documents import field
from tests.schema_store.sales import item, sales

PIPELINE = "/pipelines/0"
CASES = [
    Case("pipeline.field_type", {f"{PIPELINE}/field": "source"}, f"{PIPELINE}/field"),
    Case("pipeline.unreachable_stage", {f"{PIPELINE}/transitions/1/to": "lost"}, f"{PIPELINE}/stages/2"),
    Case(
        "pipeline.dead_end",
        {f"{PIPELINE}/stages/2/outcome": "open", f"{PIPELINE}/transitions/2/from": ["new"]},
        f"{PIPELINE}/stages/2",
    ),
    Case(
        "pipeline.ambiguous",
        {
            "/pipelines/-": item(
                "second",
                entity="lead",
                field="stage",
                initial="new",
                stages=[item("new"), item("won", outcome="won")],
            )
        },
        PIPELINE,
    ),
    Case("field.no_pipeline", {"/entities/4/fields/-": field("stage", "state")}, "/entities/4/fields/1"),
    Case("gate.empty", {f"{PIPELINE}/transitions/0/gate": {}}, f"{PIPELINE}/transitions/0/gate"),
    Case(
        "gate.person_field",
        {f"{PIPELINE}/stages/1/gate/people/0/field": "name"},
        f"{PIPELINE}/stages/1/gate/people/0/field",
    ),
    Case("sla.no_time", {"/slas/0/target": "0h", "/slas/0/warning": GONE}, "/slas/0/target"),
    Case("sla.late_warning", {"/slas/0/warning": "2d"}, "/slas/0/warning"),
    Case("sla.tier_order", {"/slas/0/tiers/1/after": "0m"}, "/slas/0/tiers/1/after"),
    Case("sla.stops_at_start", {"/slas/0/stop": ' stage == "new" '}, "/slas/0/stop"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    verify(case)


def test_without_transitions_every_stage_is_reached() -> None:
    assert complaints({f"{PIPELINE}/transitions": []}) == []


def test_several_pipelines_on_one_field_differ_by_condition() -> None:
    second = item(
        "second",
        entity="lead",
        field="stage",
        initial="new",
        stages=[item("new"), item("won", outcome="won")],
    )
    first = {**sales()["pipelines"][0], "when": 'source == "web"'}
    assert complaints({"/pipelines": [first, second]}) == []
