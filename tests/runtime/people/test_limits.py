"""Limits on tries."""

from __future__ import annotations

import threading
from datetime import timedelta

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from runtime.people.limits import Limit, forget_all, forget_try, network, note_try, retry_after
from runtime.people.tables import ATTEMPTS
from schema_store.database import reading, writing
from tests.people import NOW

THREE = Limit("three", 3, timedelta(minutes=15))


def _try(engine: Engine, value: str, seconds: float = 0) -> timedelta | None:
    """A try at that second; one beyond the limit is taken back, as signing in does."""
    now, key = NOW + timedelta(seconds=seconds), THREE.key(value)
    with writing(engine) as connection:
        tried = note_try(connection, [key], now)
    with reading(engine) as connection:
        wait = retry_after(connection, {key: THREE}, now)
    if wait is not None:
        with writing(engine) as connection:
            forget_try(connection, tried)
    return wait


def test_three_pass_and_the_fourth_is_told_when(people: Engine) -> None:
    assert [_try(people, "a", second) for second in (0, 10, 20)] == [None, None, None]
    assert _try(people, "a", 30) == timedelta(seconds=870)
    assert _try(people, "b", 30) is None, "counted for each value"
    assert _try(people, "a", 901) is None, "the first has left the window"
    assert _try(people, "a", 902) == timedelta(seconds=8)


def test_values_are_not_kept(people: Engine) -> None:
    _try(people, "somebody")
    with reading(people) as connection:
        keys = connection.execute(sa.select(ATTEMPTS.c.key)).scalars().all()
    assert len(keys) == 1
    assert "somebody" not in keys[0]


def test_a_success_clears_its_key_and_what_is_old(people: Engine) -> None:
    _try(people, "other")
    _try(people, "a")
    now = NOW + timedelta(minutes=61)  # longer than the longest window
    with writing(people) as connection:
        tried = note_try(connection, [THREE.key("a"), THREE.key("address")], now)
        note_try(connection, [THREE.key("address")], now)
        forget_all(connection, THREE.key("a"), tried, now)
        left = connection.execute(sa.select(ATTEMPTS.c.key)).scalars().all()
    assert left == [THREE.key("address")]


@given(st.lists(st.floats(0, 400), max_size=25))
def test_no_window_ever_holds_more_than_the_limit(people: Engine, pauses: list[float]) -> None:
    with writing(people) as connection:
        connection.execute(sa.delete(ATTEMPTS))
    passed, second = [], 0.0
    for pause in pauses:
        second += pause
        if _try(people, "a", second) is None:
            passed.append(second)
    for begin in passed:
        assert sum(begin <= other < begin + 900 for other in passed) <= 3


def test_tries_at_one_moment_do_not_slip_through(people: Engine) -> None:
    """Row 152."""
    waits: list[timedelta | None] = []
    start = threading.Barrier(8)

    def attack() -> None:
        start.wait()
        waits.append(_try(people, "a"))

    threads = [threading.Thread(target=attack) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waits) == 8
    assert sum(wait is None for wait in waits) <= 3


def test_an_address_is_what_one_customer_has() -> None:
    assert network("203.0.113.9") == "203.0.113.9"
    assert network("::ffff:203.0.113.9") == "203.0.113.9"
    assert network("2001:db8:1:2:3:4:5:6") == network("2001:db8:1:2:ffff::1") == "2001:db8:1:2::"
    assert network("2001:db8:1:3::1") != network("2001:db8:1:2::1")
    assert network("unix socket") == "unix socket"
