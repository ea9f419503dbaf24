"""Figures over leads: against sums by hand, and the questions that cannot be asked."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote

import pytest

from tests.api.crm import Crm, crm

__all__ = ["crm"]

ROWS = [
    ("rep1", "captured", "100.10", 10, datetime(2026, 1, 31, 15, 59, tzinfo=UTC)),
    ("rep1", "captured", "200.20", 20, datetime(2026, 1, 31, 16, 0, tzinfo=UTC)),
    ("rep1", "contacted", None, 25, datetime(2026, 2, 10, tzinfo=UTC)),
    ("rep3", "contacted", "9999999999999.99", None, datetime(2026, 3, 31, 23, 0, tzinfo=UTC)),
    ("rep3", "contacted", "9999999999999.99", 40, datetime(2026, 4, 1, tzinfo=UTC)),
]


@pytest.fixture(scope="module")
def leads(crm: Crm) -> Crm:
    crm.insert_many(
        "lead",
        [
            {
                "owner": owner,
                "name": f"n{number}",
                "stage": stage,
                "budget": None if budget is None else Decimal(budget),
                "maturity": maturity,
                "created_at": at,
                "captured_at": at,
            }
            for number, (owner, stage, budget, maturity, at) in enumerate(ROWS)
        ],
    )
    return crm


def figures(crm: Crm, who: str, words: str) -> list[dict[str, object]]:
    answer = crm.get(who, f"/records/lead/aggregate?{words}")
    assert answer.status == 200, answer.body
    assert answer.json["truncated"] is False
    rows: list[dict[str, object]] = answer.json["rows"]
    return rows


def test_counts_are_of_what_one_may_read(leads: Crm) -> None:
    assert figures(leads, "admin", "") == [{"count": 5}]
    assert figures(leads, "rep1", "measure=count()") == [{"count": 3}]
    assert figures(leads, "rep2", "measure=count(),sum(budget),avg(maturity)") == [
        {"count": 0, "sum_budget": None, "avg_maturity": None}
    ]


def test_groups_and_measures(leads: Crm) -> None:
    words = "group=stage&measure=count(),sum(budget),avg(maturity),min(budget),max(maturity),count(budget)"
    assert figures(leads, "admin", words) == [
        {
            "stage": "captured",
            "count": 2,
            "sum_budget": "300.30",
            "avg_maturity": "15.0000000000",
            "min_budget": "100.10",
            "max_maturity": 20,
            "count_budget": 2,
        },
        {
            "stage": "contacted",
            "count": 3,
            "sum_budget": "19999999999999.98",
            "avg_maturity": "32.5000000000",
            "min_budget": "9999999999999.99",
            "max_maturity": 40,
            "count_budget": 2,
        },
    ]


@pytest.mark.parametrize(
    ("span", "wanted"),
    [
        ("month", {"2026-01-01": 1, "2026-02-01": 2, "2026-04-01": 2}),
        ("quarter", {"2026-01-01": 3, "2026-04-01": 2}),
        ("year", {"2026-01-01": 5}),
        ("week", {"2026-01-26": 2, "2026-02-09": 1, "2026-03-30": 2}),
        ("day", {"2026-01-31": 1, "2026-02-01": 1, "2026-02-10": 1, "2026-04-01": 2}),
    ],
)
def test_spans_are_cut_in_the_zone_of_the_workspace(leads: Crm, span: str, wanted: dict[str, int]) -> None:
    found = figures(leads, "admin", f"group={span}(created_at)")
    assert {row[f"{span}_created_at"]: row["count"] for row in found} == wanted


def test_two_groups_a_filter_and_a_live_field(leads: Crm) -> None:
    words = f"group=stage,owner_id&filter={quote('budget > 150')}"
    assert figures(leads, "admin", words) == [
        {"stage": "captured", "owner_id": str(leads.ids["rep1"]), "count": 1},
        {"stage": "contacted", "owner_id": str(leads.ids["rep3"]), "count": 2},
    ]
    found = figures(leads, "rep1", "measure=max(days_idle)&filter=" + quote("days_idle > 0"))
    assert found == [{"max_days_idle": 29}]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("group=nonsense", "unknown_field"),
        ("measure=sum(nonsense)", "unknown_field"),
        ("measure=sum(name)", "bad_request"),
        ("measure=min(converted_account)", "bad_request"),
        ("measure=median(budget)", "bad_request"),
        ("measure=sum()", "bad_request"),
        ("measure=", "bad_request"),
        ("measure=count(),count()", "bad_request"),
        ("group=tags", "bad_request"),
        ("group=month(name)", "bad_request"),
        ("group=century(created_at)", "bad_request"),
        ("group=stage;drop", "bad_request"),
        ("group=stage,name,source,owner_id,grade", "bad_request"),
        ("filter=budget", "bad_expression"),
        ("nonsense=1", "bad_request"),
    ],
)
def test_questions_that_cannot_be_asked(leads: Crm, words: str, code: str) -> None:
    answer = leads.get("admin", f"/records/lead/aggregate?{words}")
    assert (answer.status, answer.code) == (400, code), answer.body


def test_one_statement_whatever_is_asked(leads: Crm) -> None:
    path = "/records/lead/aggregate?group=stage,month(created_at)&measure=count(),sum(budget)"
    leads.get("admin", path)
    with leads.counted() as statements:
        leads.get("admin", path)
    assert len([text for text in statements if "group by" in text.lower()]) == 1
    assert len(statements) <= 4


def test_figures_over_a_formula_that_looks_at_the_time(crm: Crm) -> None:
    """It has no column: it is computed while it is read, for a figure as for a list."""
    crm.insert("account", name="某大客户")
    answer = crm.get("admin", "/records/account/aggregate?measure=count(),avg(clv),max(orders_12m)")
    assert (answer.status, answer.json["rows"][0]["count"]) == (200, 1), answer.body
    served = crm.served
    volatile = [
        (entity.key, key)
        for entity in served.app.entities.values()
        for key, field in entity.fields.items()
        if field.is_volatile and field.computed == "formula"
    ]
    assert ("account", "clv") in volatile
    for entity, key in volatile:
        assert (key, "") not in served.columns[entity]
        assert crm.get("admin", f"/records/{entity}?fields={key}&limit=1").status == 200
