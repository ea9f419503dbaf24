"""Rules that wait for events: each of a kind, runs of one topic, so many in a window; each pattern starts once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from runtime.events import Told, record_events
from runtime.rules.happening import Happening, is_complete
from schema_store.document.automation import PatternTrigger
from tests.runtime.rules.clinic import changed, rule, sets
from tests.runtime.rules.conftest import Install
from tests.runtime.save.kit import NOW, World

HOUR = timedelta(hours=1)


def pattern(kind: str, count: int, topic: str | None = None) -> PatternTrigger:
    given = {"kind": "pattern", "event": "ask", "pattern": kind, "count": count, "topic": topic}
    return PatternTrigger.model_validate(given)


def fires(
    trigger: PatternTrigger, topics: str, within: timedelta | None = None, step: timedelta = HOUR
) -> str:
    """For each of a row of events, an hour apart and about one letter each, whether it completes the pattern."""
    line = [Happening(NOW + number * step, uuid7(), topic) for number, topic in enumerate(topics)]
    return "".join("x" if is_complete(trigger, within, line[: n + 1]) else "." for n in range(len(line)))


@pytest.mark.parametrize(
    ("trigger", "within", "topics", "wanted"),
    [
        (pattern("consecutive", 2), None, "aabbbab", ".x.x..."),
        (pattern("consecutive", 2, "b"), None, "aabbbabb", "...x...x"),
        (pattern("consecutive", 1), None, "aab", "x.x"),
        (pattern("consecutive", 3), 2 * HOUR, "aaaa", "...."),
        (pattern("at_least", 3), None, "abcd", "..x."),
        (pattern("at_least", 2, "b"), None, "abcbb", "...x."),
        (pattern("at_least", 2), 2 * HOUR, "abcd", ".x.."),
        (pattern("at_least", 1), HOUR, "abc", "x.."),
        (pattern("at_least", 1), HOUR / 2, "abc", "xxx"),
    ],
)
def test_patterns(trigger: PatternTrigger, within: timedelta | None, topics: str, wanted: str) -> None:
    assert fires(trigger, topics, within) == wanted


@given(st.text("ab", max_size=12), st.integers(1, 4))
def test_a_run_is_told_of_once_when_it_is_long_enough(topics: str, count: int) -> None:
    runs = [len(each) for each in topics.replace("ab", "a b").replace("ba", "b a").split()]
    assert fires(pattern("consecutive", count), topics).count("x") == sum(length >= count for length in runs)


def tell(world: World, record: UUID, *topics: str | None, kind: str = "ask") -> None:
    with world.unit() as unit:
        record_events(unit, [Told(kind, "case", record, None, None, topic, None, None) for topic in topics])


def asked(kind: str, **more: object) -> dict[str, object]:
    return {"kind": "pattern", "event": "ask", "pattern": kind, **more}


COUNT = sets(other="COALESCE(other, 0) + 1")


def test_every_event_of_a_batch_counts(install: Install) -> None:
    world = install(rule("count", "case", {"kind": "event", "event": "ask"}, COUNT))
    case = world.create("case", {"name": "a"}).id
    tell(world, case, None, None, "x")
    tell(world, case, "x", kind="other")
    assert world.stored("case", case)["other"] == 3
    trigger = world.support("run", case)[-1].why["trigger"]
    assert (trigger["kind"], trigger["event"], trigger["topic"]) == ("event", "ask", "x")


def test_an_event_that_was_told_before_starts_nothing(install: Install) -> None:
    world = install(rule("count", "case", {"kind": "event", "event": "ask"}, COUNT))
    case = world.create("case", {"name": "a"}).id
    for _ in range(2):
        with world.unit() as unit:
            record_events(unit, [Told("ask", "case", case, None, None, None, None, "key")])
    assert world.stored("case", case)["other"] == 1


def test_runs_of_one_topic(install: Install) -> None:
    world = install(rule("twice", "case", asked("consecutive", count=2, topic="pipes"), COUNT))
    case, other = (world.create("case", {"name": name}).id for name in "ab")
    tell(world, case, "pipes")
    tell(world, other, "pipes")
    assert world.stored("case", case)["other"] is None
    tell(world, case, "pipes")
    assert world.stored("case", case)["other"] == 1
    tell(
        world, case, "pipes", "valves", "pipes", "pipes"
    )  # a longer run tells nothing new; the second one does
    assert world.stored("case", case)["other"] == 2
    assert world.stored("case", other)["other"] is None


def test_so_many_in_a_window(install: Install) -> None:
    world = install(rule("often", "case", asked("at_least", count=3, within="2h"), COUNT))
    case = world.create("case", {"name": "a"}).id
    for minutes in (0, 50, 130, 140, 150):
        world.now = NOW + timedelta(minutes=minutes)
        tell(world, case, "x")
    # 0 and 50 are two; at 130 the first is out of the window; at 140 three are in it; at 150 that was told
    assert world.stored("case", case)["other"] == 1
    assert [run.at for run in world.support("run", case)] == [NOW + timedelta(minutes=140)]


def test_conditions_see_the_record_with_its_new_event(install: Install) -> None:
    condition = 'COUNT(events, kind == "ask") == 2'
    world = install(rule("second", "case", {"kind": "event", "event": "ask"}, COUNT, condition=condition))
    case = world.create("case", {"name": "a"}).id
    tell(world, case, "x")
    tell(world, case, "x")
    tell(world, case, "x")
    (run,) = world.support("run", case)
    assert run.why["condition"]["values"] == {"events": 2}


def test_what_an_event_starts_may_start_more(install: Install) -> None:
    world = install(
        rule("count", "case", {"kind": "event", "event": "ask"}, COUNT),
        rule("second", "case", changed("other"), sets(word='"again"'), condition="other == 2"),
    )
    case = world.create("case", {"name": "a"}).id
    tell(world, case, None, None)
    assert world.stored("case", case)["word"] == "again"
    assert world.support("run", case)[-1].cause == ["rule:count", "rule:second"]
