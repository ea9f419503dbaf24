"""Named metrics: against figures by hand, in each actor's own names, and with filters that lead to what was counted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.crm import Crm, crm
from tests.asgi import Answer

__all__ = ["crm"]

#: Owner, name, stage, source, day captured in Shanghai.
LEADS = [
    ("rep1", "甲", "captured", "fair", datetime(2026, 1, 31, 15, 59, tzinfo=UTC)),
    ("rep1", "乙", "converted", "fair", datetime(2026, 1, 31, 16, 0, tzinfo=UTC)),
    ("rep1", "丙", "invalid", "hotline", datetime(2026, 2, 10, tzinfo=UTC)),
    ("rep3", "丁", "invalid", None, datetime(2026, 2, 27, tzinfo=UTC)),
    ("rep3", 'say "戊" \\', "dormant", "fair", datetime(2026, 2, 28, tzinfo=UTC)),
]


def ask(crm: Crm, who: str, key: str, **body: Any) -> Answer:
    return crm.as_(who).post(f"/apps/crm/metrics/{key}", body)


def rows(crm: Crm, who: str, key: str, **body: Any) -> list[dict[str, Any]]:
    answer = ask(crm, who, key, **body)
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json["rows"]
    return found


def counted(crm: Crm, who: str, entity: str, text: str) -> int:
    """How many records the list has behind a filter."""
    answer = crm.get(who, f"/records/{entity}?limit=1&count=exact&filter={quote(text)}")
    assert answer.status == 200, answer.body
    return int(answer.json["count"]["value"])


@pytest.fixture(scope="module")
def data(crm: Crm) -> Crm:
    crm.insert_many(
        "lead",
        [
            {
                "owner": owner,
                "name": name,
                "stage": stage,
                "source": source,
                "captured_at": at,
                "created_at": at,
            }
            for owner, name, stage, source, at in LEADS
        ],
    )
    account = crm.insert("account", name="杭州建材")
    crm.insert_many(
        "opportunity",
        [
            {
                "owner": owner,
                "account": account,
                "name": f"o{number}",
                "stage": stage,
                "amount": Decimal(amount),
                "weighted_amount": Decimal("0.50"),
                "margin": Decimal(7),
                "expected_close": date(2026, 3, 1 + number),
                "size_band": size,
            }
            for number, (owner, stage, amount, size) in enumerate(
                [
                    ("rep1", "quote", "9999999999999.99", "large"),
                    ("rep1", "won", "300000.00", "large"),
                    ("rep1", "won", "10.00", "small"),
                    ("rep3", "lost", "20.00", "small"),
                ]
            )
        ],
    )
    return crm


def test_a_funnel_by_stage(data: Crm) -> None:
    found = rows(data, "admin", "lead_funnel", dimensions=["stage"])
    assert [(row["stage"], row["value"], row["count"]) for row in found] == [
        ("captured", 1, 1),
        ("converted", 1, 1),
        ("dormant", 1, 1),
        ("invalid", 2, 2),
    ]
    assert found[3]["filter"] == 'stage == "invalid"'


def test_everyone_counts_what_they_may_read(data: Crm) -> None:
    assert rows(data, "rep1", "lead_funnel") == [{"value": 3, "count": 3, "filter": ""}]
    assert [row["value"] for row in rows(data, "rep3", "lead_funnel", dimensions=["owner"])] == [2]


def test_a_share_has_a_part_and_a_whole(data: Crm) -> None:
    found = rows(data, "admin", "lead_loss_rate")
    assert [(row["value"], row["count"]) for row in found] == [("0.5000000000", 4)]
    assert counted(data, "admin", "lead", found[0]["filter"]) == 2
    assert counted(data, "admin", "lead", found[0]["whole"]) == 4


def test_nothing_counted_is_null_and_not_nought(data: Crm) -> None:
    assert [row["value"] for row in rows(data, "rep2", "lead_loss_rate")] == [None]
    assert [row["value"] for row in rows(data, "rep2", "lead_funnel")] == [0]


def test_days_are_the_workspace_s(data: Crm) -> None:
    january = rows(data, "admin", "lead_funnel", since="2026-01-01", until="2026-01-31")
    assert [row["value"] for row in january] == [1]
    february = rows(data, "admin", "lead_funnel", since="2026-02-01", dimensions=["month"])
    assert [(row["month"], row["value"]) for row in february] == [("2026-02-01", 4)]
    assert counted(data, "admin", "lead", february[0]["filter"]) == 4


def test_sums_are_exact_and_ordered_by_number(data: Crm) -> None:
    found = rows(data, "admin", "deal_size", dimensions=["size"], order="most")
    assert [(row["size"], row["value"]) for row in found] == [("large", 1), ("small", 1)]
    won = rows(data, "admin", "won_amount", dimensions=["month"], order="most", limit=1)
    assert [row["value"] for row in won] == ["300010.00"]
    open_deals = rows(data, "admin", "deal_amount")
    assert [row["value"] for row in open_deals] == ["9999999999999.99"]


@pytest.mark.parametrize("order", ["most", "least"])
def test_the_first_rows_are_the_greatest_or_least(data: Crm, order: str) -> None:
    answer = ask(data, "admin", "lead_funnel", dimensions=["stage"], order=order, limit=1)
    assert answer.json["truncated"] is True
    assert [row["value"] for row in answer.json["rows"]] == [2 if order == "most" else 1]


def test_a_filter_narrows_and_is_part_of_what_leads_there(data: Crm) -> None:
    found = rows(data, "admin", "lead_funnel", dimensions=["source"], filter='stage != "captured"')
    assert [(row["source"], row["value"]) for row in found] == [("fair", 2), ("hotline", 1), (None, 1)]
    for row in found:
        assert counted(data, "admin", "lead", row["filter"]) == row["value"]


def test_stage_changes_and_events(data: Crm) -> None:
    made = data.as_("rep1").post("/apps/crm/records/lead", {"name": "行为"}).json["id"]
    for kind in ("download", "download", "visit"):
        event = {"kind": kind, "entity": "lead", "record_id": made, "at": "2026-03-01T00:00:00Z"}
        assert data.as_("rep1").post("/apps/crm/events", event).status == 202
    found = rows(
        data, "rep1", "behaviour", dimensions=["kind", "day"], since="2026-03-01", until="2026-03-01"
    )
    assert [(row["kind"], row["day"], row["value"]) for row in found] == [
        ("download", "2026-03-01", 2),
        ("visit", "2026-03-01", 1),
    ]
    assert counted(data, "rep1", "lead", found[0]["filter"]) == 1
    # Another team's records have no behaviour that one could count.
    assert [row["value"] for row in rows(data, "rep3", "behaviour")] == [0]


def test_every_metric_of_the_template_leads_to_what_it_counts(data: Crm) -> None:
    """By each dimension and by three together: the filters lead to lists, of records to as many as were counted."""
    described = data.get("admin", "").json["metrics"]
    assert len(described) > 50
    for metric in described:
        dimensions = [each["key"] for each in metric["dimensions"]]
        for chosen in [(), *((each,) for each in dimensions), tuple(dimensions[:3])]:
            for row in rows(data, "admin", metric["key"], dimensions=list(chosen)):
                found = counted(data, "admin", metric["entity"], row["filter"])
                if metric["measure"] == "share":
                    found = counted(data, "admin", metric["entity"], row["whole"])
                if metric.get("source", "records") == "records":
                    assert found == row["count"], (metric["key"], chosen, row)


def test_what_one_may_not_read_is_not_there(data: Crm) -> None:
    hidden, unknown = ask(data, "rep1", "margin_by_line"), ask(data, "rep1", "no_such_metric")
    assert (hidden.status, hidden.body) == (404, unknown.body)
    assert [row["value"] for row in rows(data, "admin", "margin_by_line")] == ["14.00"]
    assert ask(data, "nobody", "lead_funnel").status == 404
    assert "margin_by_line" not in data.get("rep1", "").body.decode()


@pytest.mark.parametrize(
    ("body", "status", "code", "place"),
    [
        ({"dimensions": ["nonsense"]}, 400, "unknown_field", "/dimensions"),
        ({"dimensions": ["stage", "stage"]}, 400, "unknown_field", "/dimensions"),
        ({"filter": "nonsense == 1"}, 400, "bad_expression", None),
        ({"filter": "name"}, 400, "bad_expression", None),
        ({"since": "yesterday"}, 422, "invalid", "/since"),
        ({"until": "9999-12-31"}, 422, "invalid", "/until"),
        ({"since": "0001-01-01"}, 422, "invalid", "/since"),
        ({"order": "random"}, 422, "invalid", "/order"),
        ({"limit": 0}, 422, "invalid", "/limit"),
        ({"group": "stage"}, 422, "invalid", "/group"),
    ],
)
def test_questions_that_cannot_be_asked(
    data: Crm, body: dict[str, Any], status: int, code: str, place: str | None
) -> None:
    answer = ask(data, "admin", "lead_funnel", **body)
    assert (answer.status, answer.json["code"]) == (status, code), answer.body
    if place is not None:
        assert [error["pointer"] for error in answer.json["errors"]] == [place]


def test_a_metric_without_time_has_no_days(data: Crm) -> None:
    answer = ask(data, "admin", "deal_funnel", since="2026-01-01")
    assert (answer.status, answer.json["errors"][0]["code"]) == (400, "no_time")


def test_one_statement_and_it_is_kept(data: Crm) -> None:
    ask(data, "admin", "lead_funnel", dimensions=["stage"])
    with data.counted() as run:
        ask(data, "admin", "lead_funnel", dimensions=["stage"])
    assert len(run) <= 6, run
