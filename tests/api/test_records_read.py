"""Reading records: one, and pages of them, as the people of the CRM see them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.crm import NOW, Crm, crm

__all__ = ["crm"]


@pytest.fixture(scope="module")
def leads(crm: Crm) -> dict[str, str]:
    """Leads of three people; ids by name."""
    names = ["赵敏", "钱多", "孙立", "李雷", "周杰", "吴越"]
    rows: list[dict[str, Any]] = [
        {
            "owner": owner,
            "name": name,
            "phone": f"+861380000000{number}",
            "stage": "captured" if number % 2 else "contacted",
            "budget": None if number == 2 else Decimal(f"{number * 100}.50"),
            "maturity": None if number in (1, 4) else 10 - number,
            "tags": ("a", "b") if number else None,
            "wake_on": date(2026, 3, number + 1),
            "captured_at": datetime(2026, 2, 20, 8, number, 0, 250_000, tzinfo=UTC),
            "created_at": NOW + timedelta(minutes=number),
        }
        for number, (name, owner) in enumerate(
            zip(names, ["rep1", "rep1", "rep1", "rep1", "rep2", "rep3"], strict=True)
        )
    ]
    ids = crm.insert_many("lead", rows)
    return {name: str(id_) for name, id_ in zip(names, ids, strict=True)}


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in items]


def test_a_record_is_flat_and_in_wire_form(crm: Crm, leads: dict[str, str]) -> None:
    answer = crm.get("rep1", f"/records/lead/{leads['钱多']}")
    assert answer.status == 200
    assert answer.header("etag") == '"1"'
    record = answer.json
    assert list(record)[:8] == [
        "id",
        "version",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "owner_id",
        "code",
    ]
    assert record["id"] == leads["钱多"]
    assert record["owner_id"] == str(crm.ids["rep1"])
    assert record["budget"] == "100.50"
    assert record["tags"] == ["a", "b"]
    assert record["wake_on"] == "2026-03-02"
    assert record["captured_at"] == "2026-02-20T08:01:00.250000Z"
    assert record["created_at"] == "2026-03-02T01:01:00Z"
    assert record["maturity"] is None
    assert record["days_idle"] == 9
    assert record["stage"] == "captured"


def test_who_sees_which_records(crm: Crm, leads: dict[str, str]) -> None:
    assert names(crm.items("rep1", "/records/lead?sort=created_at")) == ["赵敏", "钱多", "孙立", "李雷"]
    assert names(crm.items("manager", "/records/lead?sort=created_at")) == [
        "赵敏",
        "钱多",
        "孙立",
        "李雷",
        "周杰",
    ]
    assert len(crm.items("director", "/records/lead")) == 6
    hidden = crm.get("rep1", f"/records/lead/{leads['吴越']}")
    unknown = crm.get("rep1", "/records/lead/01900000-0000-7000-8000-000000000000")
    nothing = crm.get("rep1", f"/records/starship/{leads['吴越']}")
    no_app = crm.as_("rep1").get("/apps/none/records/lead")
    nobody = crm.get("nobody", "/records/lead")
    for answer in (hidden, unknown, nothing, no_app, nobody):
        assert (answer.status, answer.code) == (404, "not_found")
        assert answer.body == hidden.body


def test_filters(crm: Crm, leads: dict[str, str]) -> None:
    for text, wanted in {
        'stage == "captured"': ["钱多", "李雷"],
        "budget > 150": ["李雷"],
        "ISBLANK(budget)": ["孙立"],
        "owner == me and maturity >= 8": ["赵敏", "孙立"],
        'owner.name == "rep1" and not ISBLANK(maturity)': ["赵敏", "孙立", "李雷"],
        "days_idle > 100": [],
        "days_idle == 9": ["赵敏", "钱多", "孙立", "李雷"],
        "COUNT(tasks) == 0 and created_at < NOW()": ["赵敏"],
    }.items():
        crm.clock.now = NOW + timedelta(seconds=1)
        found = crm.items("rep1", f"/records/lead?sort=created_at&filter={_quoted(text)}")
        crm.clock.now = NOW
        assert names(found) == wanted, text


def _quoted(text: str) -> str:
    return quote(text)


@pytest.mark.parametrize(
    "sort",
    [
        "",
        "created_at",
        "-created_at",
        "name",
        "-name",
        "maturity",
        "-maturity",
        "budget,-maturity",
        "-stage,maturity",
        "stage,-budget,name",
        "-maturity,-budget",
        "days_idle,-name",
        "id",
        "-id",
        "maturity,id",
    ],
)
def test_pages_join_to_the_whole_list(crm: Crm, leads: dict[str, str], sort: str) -> None:
    path = f"/records/lead?sort={sort}&fields=name,stage,budget,maturity"
    whole = crm.items("director", path)
    assert len(whole) == 6
    for limit in (1, 2, 4):
        found, cursor = [], ""
        while True:
            answer = crm.get(
                "director",
                f"/records/lead?sort={sort}&limit={limit}&fields=name,stage,budget,maturity{cursor}",
            )
            assert answer.status == 200, answer.body
            assert len(answer.json["items"]) <= limit
            found += answer.json["items"]
            if answer.json["next"] is None:
                break
            cursor = f"&cursor={answer.json['next']}"
        assert found == whole


def test_nulls_come_last_whatever_the_direction(crm: Crm, leads: dict[str, str]) -> None:
    up = [item["maturity"] for item in crm.items("director", "/records/lead?sort=maturity")]
    down = [item["maturity"] for item in crm.items("director", "/records/lead?sort=-maturity")]
    assert up == [5, 7, 8, 10, None, None]
    assert down == [10, 8, 7, 5, None, None]


def test_names_sort_by_pinyin(crm: Crm, leads: dict[str, str]) -> None:
    assert names(crm.items("director", "/records/lead?sort=name")) == [
        "李雷",
        "钱多",
        "孙立",
        "吴越",
        "赵敏",
        "周杰",
    ]


def test_chosen_fields_and_expand(crm: Crm, leads: dict[str, str]) -> None:
    path = f"/records/lead/{leads['钱多']}?fields=name&expand=owner,owner.team,region"
    record = crm.get("rep1", path).json
    assert record == {
        "id": leads["钱多"],
        "version": 1,
        "name": "钱多",
        "expand": {
            "owner": {
                "id": str(crm.ids["rep1"]),
                "name": "rep1",
                "active": True,
                "team_id": str(crm.ids["east_team"]),
                "region_id": str(crm.ids["east"]),
                "expand": {"team": {"id": str(crm.ids["east_team"]), "name": "east_team", "parent_id": None}},
            }
        },
    }


def test_counts(crm: Crm, leads: dict[str, str]) -> None:
    for words, wanted in {
        "count=none": None,
        "": None,
        "count=exact": {"value": 4, "exact": True},
        "count=capped": {"value": 4, "exact": True},
        "count=capped&filter=budget%3E150": {"value": 1, "exact": True},
    }.items():
        assert crm.get("rep1", f"/records/lead?limit=1&{words}").json["count"] == wanted
