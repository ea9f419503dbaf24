"""Ids that tell when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from runtime.auditing.ids import lowest_id, minute_id, minute_of, moment_of

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.text(), st.text())
def test_one_id_for_the_same_words_of_a_minute(moment: datetime, one: str, two: str) -> None:
    made = minute_id(moment, one, two)
    assert made == minute_id(minute_of(moment) + timedelta(seconds=59), one, two)
    assert made != minute_id(moment + timedelta(minutes=1), one, two)
    assert made != minute_id(moment, one, two, "")
    assert made.version == 7
    assert moment_of(made) == minute_of(moment)


@given(MOMENTS, MOMENTS)
def test_ids_are_in_the_order_of_their_moments(one: datetime, two: datetime) -> None:
    early, late = sorted((one, two))
    assert lowest_id(early) <= lowest_id(late)
    assert lowest_id(early) <= minute_id(late, "x") or minute_of(early) == minute_of(late)


def test_ids_of_records_tell_too_and_others_do_not() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    made = moment_of(uuid7())
    assert made is not None
    assert before <= made <= datetime.now(UTC)
    assert moment_of(uuid4()) is None
    assert moment_of(UUID(int=0)) is None
