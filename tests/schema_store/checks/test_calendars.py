"""Calendars, zones, durations."""

from __future__ import annotations

import pytest

from schema_store.checks.calendars import _duration_names
from schema_store.document.automation import DateTrigger, PatternTrigger, Wait
from schema_store.document.process import Sla
from schema_store.document.scoring import Factor
from tests.schema_store.checks.cases import Case, complaints, verify

CALENDAR = "/calendars/0"
MORNING, NIGHT = {"start": "09:00", "end": "12:00"}, {"start": "22:00", "end": "06:00"}
CASES = [
    Case("calendar.bad_zone", {"/settings/zone": "Asia/Peking2"}, "/settings/zone"),
    Case("calendar.bad_zone", {f"{CALENDAR}/zone": "Mars"}, f"{CALENDAR}/zone"),
    Case("calendar.weekday_twice", {f"{CALENDAR}/week/1/weekday": 1}, f"{CALENDAR}/week/1/weekday"),
    Case("calendar.empty_week", {f"{CALENDAR}/week": [{"weekday": 1}]}, f"{CALENDAR}/week"),
    Case("calendar.bad_date", {f"{CALENDAR}/days/0/date": "2026-02-30"}, f"{CALENDAR}/days/0/date"),
    Case("calendar.day_twice", {f"{CALENDAR}/days/1/date": "2026-10-01"}, f"{CALENDAR}/days/1/date"),
    Case(
        "calendar.window_backwards", {f"{CALENDAR}/week/0/windows": [NIGHT]}, f"{CALENDAR}/week/0/windows/0"
    ),
    Case(
        "calendar.overlap",
        {f"{CALENDAR}/days/1/windows": [MORNING, {"start": "11:59", "end": "13:00"}]},
        f"{CALENDAR}/days/1/windows",
    ),
    Case("duration.empty", {"/slas/0/target": "P"}, "/slas/0/target"),
    Case("duration.empty", {"/rules/2/trigger/offset": "PT"}, "/rules/2/trigger/offset"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    verify(case)


def test_windows_that_touch_do_not_overlap() -> None:
    touching = [{"start": "12:00", "end": "24:00"}, {"start": "00:00", "end": "12:00"}]
    assert complaints({f"{CALENDAR}/week/0/windows": touching}) == []


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Sla, ("target", "warning")),
        (Wait, ("duration",)),
        (DateTrigger, ("offset",)),
        (PatternTrigger, ("within",)),
        (Factor, ("half_life",)),
    ],
)
def test_durations_are_found_by_their_annotation(kind: type, names: tuple[str, ...]) -> None:
    assert _duration_names(kind) == names
