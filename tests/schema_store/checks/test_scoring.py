"""Scores, bands, tables."""

from __future__ import annotations

import pytest

from tests.schema_store.checks.cases import GONE, Case, at, complaints, verify
from tests.schema_store.documents import field
from tests.schema_store.sales import item

SCORE = "/scores/0"
CASES = [
    Case("score.field_type", {f"{SCORE}/field": "visits"}, f"{SCORE}/field"),
    Case("score.band_field_type", {f"{SCORE}/band_field": "name"}, f"{SCORE}/band_field"),
    Case(
        "score.field_taken",
        {
            "/scores/-": item(
                "two", entity="lead", field="heat", factors=[item("f", points="1", condition="true")]
            )
        },
        "/scores/1/field",
    ),
    Case("score.range", {f"{SCORE}/minimum": "101"}, f"{SCORE}/minimum"),
    Case("score.no_points", {f"{SCORE}/factors/0/points": "0.0"}, f"{SCORE}/factors/0/points"),
    Case("score.negative_cap", {f"{SCORE}/factors/0/cap": "-1"}, f"{SCORE}/factors/0/cap"),
    Case("score.always", {f"{SCORE}/factors/2/condition": GONE}, f"{SCORE}/factors/2"),
    Case(
        "score.fading",
        {f"{SCORE}/factors/1/half_life": "7d", f"{SCORE}/factors/1/per": "visits"},
        f"{SCORE}/factors/1/half_life",
    ),
    Case(
        "score.fading",
        {f"{SCORE}/factors/1/half_life": "7d", f"{SCORE}/factors/1/per": "COUNT(events)"},
        f"{SCORE}/factors/1/half_life",
    ),
    Case("field.score_unwritten", {"/entities/4/fields/-": field("score", "rank")}, "/entities/4/fields/1"),
    Case("band.missing_lower", {f"{SCORE}/bands/1/lower": GONE}, f"{SCORE}/bands/1"),
    Case("band.overlap", {f"{SCORE}/bands/1/lower": "61"}, f"{SCORE}/bands/2/lower"),
    Case(
        "band.overlap",
        {f"{SCORE}/bands/1/lower": "60", f"{SCORE}/bands/1/exclusive": True},
        f"{SCORE}/bands/2/lower",
    ),
    Case("band.gap", {f"{SCORE}/bands/0/lower": "1"}, f"{SCORE}/bands/0/lower"),
    Case(
        "band.gap",
        {f"{SCORE}/bands/0/lower": "0", f"{SCORE}/bands/0/exclusive": True},
        f"{SCORE}/bands/0/lower",
    ),
    Case("band.unreachable", {f"{SCORE}/maximum": "60"}, f"{SCORE}/bands/2/lower"),
    Case(
        "band.no_strategy", {f"{SCORE}/bands/0/strategy": {"zh-CN": "养", "en": "nurse"}}, f"{SCORE}/bands/1"
    ),
    Case("band.none", {f"{SCORE}/bands": []}, f"{SCORE}/band_field"),
    Case("band.no_option", {f"{SCORE}/bands/2/key": "boiling"}, f"{SCORE}/bands/2/key"),
    Case("band.unused_option", {f"{SCORE}/bands/2/key": "boiling"}, f"{SCORE}/band_field"),
    Case("table.order", {"/tables/0/rows/1/start": "0.0"}, "/tables/0/rows/1/start"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    verify(case)


def test_a_band_may_begin_just_above_the_one_before() -> None:
    """The bound itself belongs to the band below: 60 is warm, 60.1 is hot."""
    assert complaints({f"{SCORE}/bands/1/lower": "60"}) == []


def test_a_first_band_at_the_minimum_leaves_no_gap() -> None:
    assert complaints({f"{SCORE}/bands/0/lower": "0"}) == []


def test_a_table_out_of_order_is_not_offered_to_expressions() -> None:
    codes = {each.code for each in complaints({"/tables/0/rows/1/start": "-1"})}
    assert codes == {"table.order", "expr.unknown_table", "expr.unknown_name"}


def test_the_band_field_takes_options_of_a_shared_set() -> None:
    shared = field("option", "heat_band", option_set="heat")
    keys = [item("cold"), item("warm"), item("hot")]
    assert complaints({"/option_sets/-": item("heat", options=keys), at("lead", "heat_band"): shared}) == []
