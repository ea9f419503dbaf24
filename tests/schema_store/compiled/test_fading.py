"""Points that fade by halves, and the moments at which time alone changes a score."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressions.context import Context
from expressions.typed import Checked
from schema_store.compiled.fading import GONE, Fading, Window, next_day, next_hour, window_changes

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # 9:30 in Shanghai
DAY = timedelta(days=1)
CONTEXT = Context(NOW)
EVENTS = Window("events", "at", False, 40 * DAY)
DATES = Window("plans", "on", True, 7 * DAY)


def fading(value: Any = None, window: Window = EVENTS) -> Fading:
    return Fading(window, 10 * DAY, value, cast(Checked, None))


def ago(**length: float) -> dict[str, Any]:
    return {"at": NOW - timedelta(**length)}


@pytest.mark.parametrize(
    ("children", "total"),
    [
        ([], "0"),
        ([ago(days=0)], "1"),
        ([ago(days=10, microseconds=-1)], "1"),
        ([ago(days=10)], "0.5"),
        ([ago(days=39), ago(days=1)], "1.125"),
        ([ago(days=40)], "0"),
        ([ago(days=-1)], "0"),
        ([{"at": None}], "0"),
    ],
)
def test_what_is_left(children: list[dict[str, Any]], total: str) -> None:
    assert fading().total({"events": children}, CONTEXT) == Decimal(total)


def test_values_are_halved_too() -> None:
    rows = [{"at": NOW - 10 * DAY, "points": Decimal("3.00")}, {"at": NOW, "points": None}]
    assert fading(lambda row, _: row["points"]).total({"events": rows}, CONTEXT) == Decimal("1.5")


def test_days_fade_by_days() -> None:
    plans = [{"on": date(2026, 2, 20)}, {"on": date(2026, 3, 2)}]
    whole = Window("plans", "on", True, 40 * DAY)
    assert fading(window=whole).total({"plans": plans}, CONTEXT) == Decimal("1.5")
    changes = sorted(fading(window=whole).changes({"plans": plans}, CONTEXT))
    assert changes == [datetime(2026, 3, 11, 16, tzinfo=UTC), datetime(2026, 3, 11, 16, tzinfo=UTC)]


@given(st.lists(st.integers(0, 60 * 86_400).map(lambda seconds: ago(seconds=seconds)), max_size=5))
def test_nothing_changes_before_the_moment_that_is_named(children: list[dict[str, Any]]) -> None:
    row = {"events": children}
    one = fading()
    moments = [*one.changes(row, CONTEXT), *window_changes([EVENTS], row, CONTEXT)]
    before = one.total(row, CONTEXT)
    if not moments:
        assert before == 0
        return
    first = min(moments)
    assert first > NOW
    assert one.total(row, Context(first - timedelta(microseconds=1))) == before
    assert one.total(row, Context(first)) != before


def test_the_window_of_days_moves_at_midnight() -> None:
    row = {"plans": [{"on": date(2026, 2, 27)}, {"on": date(2026, 3, 5)}]}
    assert sorted(window_changes([DATES], row, CONTEXT)) == [
        datetime(2026, 3, 4, 16, tzinfo=UTC),  # the 5th begins in Shanghai
        datetime(2026, 3, 5, 16, tzinfo=UTC),  # the 27th lies seven days back
    ]


def test_only_children_that_count_matter() -> None:
    window = Window("events", "at", False, DAY, lambda row, _: row["kind"] == "call")
    row = {"events": [{"at": NOW, "kind": "mail"}, {"at": NOW - DAY / 2, "kind": "call"}]}
    assert list(window_changes([window], row, CONTEXT)) == [NOW + DAY / 2]


def test_at_last_nothing_is_left_to_fade() -> None:
    old = Window("events", "at", False, 400 * DAY)
    children = {"events": [ago(days=10 * GONE + 5)]}
    assert list(fading(window=old).changes(children, CONTEXT)) == []


def test_the_next_day_and_hour() -> None:
    assert next_day(CONTEXT) == datetime(2026, 3, 2, 16, tzinfo=UTC)
    assert next_hour(CONTEXT) == datetime(2026, 3, 2, 2, tzinfo=UTC)
