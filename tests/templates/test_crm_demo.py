"""The demo year of the CRM as files: they are what the generator writes, hold together, and look like a year."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from builder.demo.load import RANKS, demo_id
from builder.demo.moments import Moments
from builder.demo.package import DemoPackage, DemoRow, read_package
from schema_store.document import AppDocument
from templates import demo_folder
from templates.crm_demo.generate import write_year

ZONE = ZoneInfo("Asia/Shanghai")
REFERENCES = {"reference", "links"}
MOST = 4 * 2**20


@pytest.fixture(scope="module")
def package() -> DemoPackage:
    return read_package("crm")


@pytest.fixture(scope="module")
def rows(package: DemoPackage) -> dict[str, list[DemoRow]]:
    return {entity: list(package.rows(entity)) for entity in package.entities}


@pytest.fixture(scope="module")
def types(document: AppDocument) -> dict[tuple[str, str], str]:
    return {(entity.key, field.key): field.type for entity in document.entities for field in entity.fields}


def moments(package: DemoPackage, day: str = "2026-03-04") -> Moments:
    return package.moments(datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=UTC), ZONE)


def kept(calendar: Moments, rows: list[DemoRow]) -> list[DemoRow]:
    """What a loading keeps, but for what refers to rows that it does not."""
    return [
        row
        for row in rows
        if calendar.instant(row.at) <= calendar.now
        and (row.group is None or row.group[0] < RANKS * calendar.share(row.group[1]))
    ]


def reached(row: DemoRow, *stages: str) -> bool:
    return any(move.stage in stages for move in row.moves)


def test_the_files_are_what_the_generator_writes() -> None:
    """Change the generator, run ``python -m templates.crm_demo.generate``, commit both."""
    folder = demo_folder("crm")
    written = write_year()
    found = {entry.name for entry in folder.iterdir() if entry.name.endswith(".csv")}
    assert found == written.keys()
    assert [name for name, text in written.items() if folder.joinpath(name).read_text("utf-8") != text] == []


def test_they_are_small_enough_to_ship() -> None:
    sizes = [
        len(entry.read_bytes())
        for entry in demo_folder("crm").iterdir()
        if entry.name.endswith((".csv", ".json"))
    ]
    assert sum(sizes) <= MOST


def test_every_name_is_known(
    package: DemoPackage,
    rows: dict[str, list[DemoRow]],
    types: dict[tuple[str, str], str],
    document: AppDocument,
) -> None:
    """Fields, references (to what is loaded before), people, teams, regions, stages, options."""
    users = {person["username"] for person in package.people["people"]}
    places = {
        "team": {node["code"] for node in package.people["teams"]},
        "region": {node["code"] for node in package.people["regions"]},
        "user": users,
    }
    stages = {(p.entity, stage.key) for p in document.pipelines for stage in p.stages}
    seen: set[str] = set()
    for entity in package.entities:
        for row in rows[entity]:
            assert {row.by, row.owner, *(move.by for move in row.moves)} <= users, row
            assert {(entity, move.stage) for move in row.moves} <= stages, row
            for key, text in row.values.items():
                kind = types[entity, key]
                if kind in REFERENCES:
                    assert seen.issuperset(text.split("|")), (row.key, key, text)
                assert kind not in places or text in places[kind], (row.key, key, text)
            assert row.key not in seen
            seen.add(row.key)
    assert seen.issuperset(event.record for event in package.events())
    assert {entity.key for entity in document.entities} == set(package.entities)


def test_a_story_is_kept_or_left_out_whole(
    rows: dict[str, list[DemoRow]], types: dict[tuple[str, str], str]
) -> None:
    """A record refers only to its own group and to what is always there."""
    groups = {row.key: row.group for entity in rows.values() for row in entity}
    for entity, found in rows.items():
        for row in found:
            for key, text in row.values.items():
                if types[entity, key] in REFERENCES:
                    assert {groups[each] for each in text.split("|")} <= {None, row.group}, (row, key)


def test_nothing_computed_is_given(rows: dict[str, list[DemoRow]], document: AppDocument) -> None:
    computed = {
        (entity.key, field.key)
        for entity in document.entities
        for field in entity.fields
        if field.type in ("formula", "rollup", "score", "code", "stage")
    }
    computed |= {(score.entity, score.band_field or "") for score in document.scores}
    assert computed.isdisjoint(
        (entity, key) for entity, found in rows.items() for row in found for key in row.values
    )


def test_ids_are_unique_versioned_and_in_the_order_of_time(rows: dict[str, list[DemoRow]]) -> None:
    leads = [demo_id(row) for row in rows["lead"]]
    assert [each.version for each in (leads[0], leads[-1])] == [7, 7]
    assert leads[0].variant == "specified in RFC 4122"
    assert [each.int >> 80 for each in leads] == sorted(each.int >> 80 for each in leads)
    everything = [demo_id(row) for found in rows.values() for row in found]
    assert len(set(everything)) == len(everything)


def test_the_past_is_told_in_order(package: DemoPackage, rows: dict[str, list[DemoRow]]) -> None:
    calendar = moments(package)
    for found in rows.values():
        for row in found:
            steps = [row.at, *(move.at for move in row.moves)]
            instants = [calendar.instant(each) for each in steps]
            assert instants == sorted(instants), row


@pytest.mark.parametrize("day", ["2026-03-04", "2026-08-19", "2026-11-28"])
def test_a_year_of_the_right_size(package: DemoPackage, rows: dict[str, list[DemoRow]], day: str) -> None:
    """Whenever it is loaded: 2,000 leads, 600 accounts, a year up to last week."""
    calendar = moments(package, day)
    count = {entity: len(kept(calendar, found)) for entity, found in rows.items()}
    assert 1_850 <= count["lead"] <= 2_150
    assert 540 <= count["account"] <= 660
    assert 540 <= count["opportunity"] <= 720
    assert count["product"] == 48
    assert all(count.values())
    days = [int(row.at.split(" ")[0]) for row in rows["lead"]]
    assert (min(days), max(days)) == (-364, 4)


def test_the_funnel_has_the_rates_of_the_source(package: DemoPackage, rows: dict[str, list[DemoRow]]) -> None:
    """Of the leads, 19.3 % confirm a need and 6.1 % sign (CAPABILITIES, S0-23)."""
    for day in ("2026-03-04", "2026-11-28"):
        leads = kept(moments(package, day), rows["lead"])
        needs = sum(reached(row, "qualified") for row in leads) / len(leads)
        won = {row.key for row in rows["opportunity"] if reached(row, "won")}
        signed = sum(row.values.get("converted_opportunity") in won for row in leads) / len(leads)
        assert needs == pytest.approx(0.193, abs=0.012)
        assert signed == pytest.approx(0.061, abs=0.008)


def test_sources_regions_and_people_differ(rows: dict[str, list[DemoRow]]) -> None:
    def rate(field: str, value: str) -> float:
        found = [
            row for row in rows["lead"] if (row.owner if field == "owner" else row.values[field]) == value
        ]
        return sum(reached(row, "qualified") for row in found) / len(found)

    assert rate("source", "referral") > 1.5 * rate("source", "website") > 1.5 * rate("source", "sms")
    assert rate("region", "zj") > rate("region", "ah")
    assert rate("owner", "rep1") > rate("owner", "rep2")


def test_seasons(package: DemoPackage, rows: dict[str, list[DemoRow]]) -> None:
    """金九银十 is strong, the spring festival is nearly empty, whichever day it is loaded."""
    calendar = moments(package)
    found = Counter(calendar.day(int(row.at.split(" ")[0])) for row in kept(calendar, rows["lead"]))

    def a_day(begin: date, end: date) -> float:
        return sum(n for day, n in found.items() if begin <= day <= end) / ((end - begin).days + 1)

    autumn, summer = a_day(date(2025, 9, 1), date(2025, 9, 30)), a_day(date(2025, 7, 1), date(2025, 7, 31))
    festival = a_day(date(2026, 2, 14), date(2026, 2, 24))
    assert autumn > 1.2 * summer > 2 * festival > 0


def test_people_work_in_working_hours(package: DemoPackage, rows: dict[str, list[DemoRow]]) -> None:
    found = Counter[bool]()
    for row in rows["activity"]:
        at = moments(package).instant(row.at).astimezone(ZONE)
        found[at.weekday() < 5 and 8 <= at.hour < 19] += 1
    assert found[True] / found.total() > 0.97


def test_trouble_is_part_of_the_year(rows: dict[str, list[DemoRow]]) -> None:
    """Stalls, overdue payments, late nodes, known numbers that come again, versions that were withdrawn."""
    contacted = [row for row in rows["lead"] if row.moves and row.moves[-1].stage == "contacted"]
    assert len(contacted) / len(rows["lead"]) > 0.25
    due = [row for row in rows["payment_node"] if int(row.values["due_on"]) < 0]
    overdue = sum(row.moves[-1].stage == "overdue" for row in due if row.moves)
    assert 0.005 < overdue / len(due) < 0.06
    assert 0.05 < sum(reached(row, "overdue") for row in due) / len(due) < 0.16
    assert sum(row.values.get("invalid_reason") == "duplicate" for row in rows["lead"]) == 36
    assert sum(reached(row, "late") for row in rows["service_node"]) > 100
    stages = Counter(row.moves[-1].stage if row.moves else "need" for row in rows["opportunity"])
    assert stages.keys() == {"need", "proposal", "quote", "sample", "negotiation", "won", "lost"}
    assert reached(next(row for row in rows["quote"] if row.values["version_no"] == "1"), "sent", "withdrawn")
    phone = Counter(row.values["channel"] for row in rows["ticket"])
    assert phone["hotline"] / phone.total() == pytest.approx(0.83, abs=0.05)


def test_amounts(rows: dict[str, list[DemoRow]]) -> None:
    """Quotes add up; payments make up the contract; one deal in five is large."""
    parts: Counter[str] = Counter()
    for node in rows["payment_node"]:
        parts[node.values["contract"]] += round(float(node.values["amount"]) * 100)
    for row in rows["contract"]:
        assert parts[row.key] == round(float(row.values["amount"]) * 100), row.key
    for row in rows["quote"]:
        values = {
            name: float(row.values[name])
            for name in ("quantity", "unit_price", "discount", "other_amount", "amount")
        }
        line = values["quantity"] * values["unit_price"] * (1 - values["discount"])
        assert values["amount"] == pytest.approx(line + values["other_amount"], abs=0.02), row.key
        assert all(json.loads(row.values.get("lines", "[]"))) or "lines" not in row.values
    amounts = [float(row.values["amount"]) for row in rows["opportunity"]]
    assert 80_000 < median(amounts) < 180_000
    assert 0.12 < sum(each >= 300_000 for each in amounts) / len(amounts) < 0.28


def test_counters_of_leads_are_their_events(package: DemoPackage, rows: dict[str, list[DemoRow]]) -> None:
    """So that the maturity that the engine computes is the one of what the person did."""
    told = Counter((event.record, event.kind) for event in package.events())
    kinds = {
        "downloads": "download",
        "appointments": "appointment",
        "product_page_visits": "product_page_visit",
    }
    for row in rows["lead"]:
        for field, kind in kinds.items():
            assert int(row.values.get(field, "0")) == told[row.key, kind], row.key


def test_people(package: DemoPackage) -> None:
    people = {person["username"]: person for person in package.people["people"]}
    assert [person["username"] for person in package.sign_ins] == [
        "admin", "ops", "director", "manager", "rep1", "rep2", "rep3", "service", "finance", "legal",
    ]  # fmt: skip
    assert people["rep1"]["team"] == people["rep2"]["team"] == people["manager"]["team"]
    assert people["rep3"]["team"] != people["rep1"]["team"]
    assert people["rep3"]["region"] != people["rep1"]["region"]
    assert len(people) == 26


def test_phones_are_of_the_block_that_is_kept_for_the_demo(
    rows: dict[str, list[DemoRow]], types: dict[tuple[str, str], str]
) -> None:
    phones = [
        text for entity, found in rows.items() for row in found for key, text in row.values.items()
        if types[entity, key] == "phone"
    ]  # fmt: skip
    assert len(phones) > 4_000
    assert all(each.startswith("19900") or "-5555" in each for each in phones)


def test_texts_are_varied(rows: dict[str, list[DemoRow]]) -> None:
    names = [row.values["name"] for row in rows["opportunity"]]
    assert len(set(names)) / len(names) > 0.9
    assert len({row.values["need"] for row in rows["lead"] if "need" in row.values}) > 600
    assert len({row.values["name"] for row in rows["account"]}) == len(rows["account"])
