"""Working time against an independent model that looks at every minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.calendars import add_time, time_between
from schema_store.compiled.timing import CompiledDay, CompiledHours, Windows

MINUTE = timedelta(minutes=1)
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]
#: Days round which clocks are changed in one of the zones, and plain ones.
FIRST_DAYS = [
    date(2025, 3, 7), date(2025, 3, 28), date(2025, 4, 4), date(2025, 10, 3), date(2025, 10, 24),
    date(2025, 10, 31), date(2026, 2, 13), date(2026, 9, 29), date(2024, 2, 27),
]  # fmt: skip


def is_working(hours: CompiledHours, moment: datetime) -> bool:
    """The model: what the clock on the wall says."""
    local = moment.astimezone(hours.zone)
    special = hours.days.get(local.date())
    windows = special.windows if special else hours.week.get(local.isoweekday(), ())
    at = local.hour * 60 + local.minute
    return any(start <= at < end for start, end in windows)


def due_by_minutes(hours: CompiledHours, start: datetime, minutes: int, most: int) -> datetime | None:
    moment, left = start, minutes
    for _ in range(most):
        if not left:
            return moment
        left -= is_working(hours, moment)
        moment += MINUTE
    return None


def windows() -> st.SearchStrategy[Windows]:
    """Up to three windows that do not overlap, on quarters of an hour."""
    cuts = st.lists(st.integers(0, 96), unique=True, max_size=6).map(sorted)
    return cuts.map(lambda at: tuple((at[i] * 15, at[i + 1] * 15) for i in range(0, len(at) - 1, 2)))


@st.composite
def cases(draw: st.DrawFn) -> tuple[CompiledHours, datetime, int]:
    """A calendar, a start on a whole minute, minutes."""
    first = draw(st.sampled_from(FIRST_DAYS))
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    week = draw(st.dictionaries(st.integers(1, 7), windows(), max_size=7))
    near = st.integers(0, 3).map(lambda days: first + timedelta(days=days))
    days = draw(st.dictionaries(near, windows().map(lambda each: CompiledDay(each, {})), max_size=4))
    start = datetime.combine(first, time(), UTC) + draw(st.integers(0, 2 * 1440)) * MINUTE
    return CompiledHours("c", zone, week, days), start, draw(st.integers(0, 900))


@settings(max_examples=600, deadline=None)
@given(cases())
def test_working_time_is_what_the_clock_on_the_wall_says(case: tuple[CompiledHours, datetime, int]) -> None:
    hours, start, minutes = case
    wanted = due_by_minutes(hours, start, minutes, 2 * 1440)
    found = add_time(hours, start, minutes * MINUTE)
    if wanted is None:
        assert found.at is None or found.at >= start + 2 * 1440 * MINUTE
        return
    assert found.at == wanted
    assert sum((block.end - block.start for block in found.blocks), timedelta()) == minutes * MINUTE
    assert time_between(hours, start, wanted) == minutes * MINUTE
    for day in found.skipped:
        special = hours.days.get(day.day)
        assert not (special.windows if special else hours.week.get(day.day.isoweekday(), ()))


OFFICE: Windows = ((9 * 60, 12 * 60), (13 * 60 + 30, 18 * 60))
SHANGHAI = CompiledHours(
    "office",
    ZoneInfo("Asia/Shanghai"),
    dict.fromkeys(range(1, 6), OFFICE),
    {
        date(2026, 2, 16): CompiledDay((), {"zh-CN": "春节"}),
        date(2026, 2, 14): CompiledDay(OFFICE, {"zh-CN": "调休"}),
    },
)


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI.zone)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-02-13T17:50", 30, "2026-02-14T09:20"),  # over the night into a make-up Saturday
        ("2026-02-14T17:50", 30, "2026-02-17T09:20"),  # a Sunday and a holiday are skipped
        ("2026-02-13T11:50", 30, "2026-02-13T13:50"),  # over lunch
        ("2026-02-13T08:00", 30, "2026-02-13T09:30"),
        ("2026-02-13T17:30", 30, "2026-02-13T18:00"),  # due at closing, not at the next opening
        ("2026-02-15T12:00", 0, "2026-02-15T12:00"),
    ],
)
def test_office_hours(start: str, minutes: int, due: str) -> None:
    assert add_time(SHANGHAI, china(start), minutes * MINUTE).at == china(due)


def test_the_reasons_name_each_block_and_each_day_that_is_skipped() -> None:
    why = add_time(SHANGHAI, china("2026-02-14T17:50"), 30 * MINUTE).why()
    assert why["counted"] == [
        ["2026-02-14T09:50:00+00:00", "2026-02-14T10:00:00+00:00", 600],
        ["2026-02-17T01:00:00+00:00", "2026-02-17T01:20:00+00:00", 1200],
    ]
    assert why["skipped"] == [
        {"date": "2026-02-15", "reason": "weekday", "label": {}},
        {"date": "2026-02-16", "reason": "holiday", "label": {"zh-CN": "春节"}},
    ]


def test_without_a_calendar_all_time_counts() -> None:
    start = china("2026-02-14T17:50")
    assert add_time(None, start, timedelta(hours=48)).at == start + timedelta(hours=48)
    assert time_between(None, start, start + MINUTE) == MINUTE
    assert time_between(SHANGHAI, start + MINUTE, start) == timedelta()


def test_a_calendar_that_ended_is_never_due() -> None:
    never = CompiledHours("never", ZoneInfo("UTC"), {}, {})
    assert add_time(never, china("2026-02-14T17:50"), MINUTE).at is None
