"""Runs the steps of the order of execution over many records at once, as if they were saved one after the other.

A batch is taken in *waves*: as many rows, in order, as do not depend on one another (:mod:`runtime.waves`). Steps 1
to 9 write nothing, so a refused change simply leaves its wave. Steps 10 to 14 run in a savepoint; what refuses there is
taken out and the rest is written anew, and where only the database knows which row it minds, the wave is halved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from runtime.change import Change, Deed, Outcome, Row
from runtime.refusals import BudgetSpent, Conflict, Refused
from runtime.saved import Saved
from runtime.storing import saved_of
from runtime.unit import Root, Unit
from runtime.waves import room
from runtime.writer.writing import VersionPassed

#: A step sees the changes that are still under way, of one entity, in the order of their rows. On a change it notes
#: that it is refused, that it must wait for the changes before it (``is_put_off``), and what must be saved next.
Step = Callable[[Unit, Sequence[Change]], None]


@dataclass(frozen=True)
class Course:
    """What is done to records.

    Attributes:
        entity: key.
        act: what is done.
        begin: step 1: a change for each row, refused where the record may not be had.
        prepare: steps 2 to 9; they write nothing.
        finish: steps 10 to 14.
    """

    entity: str
    act: Deed
    begin: Callable[[Unit, Sequence[Row]], list[Change]]
    prepare: tuple[Step, ...]
    finish: tuple[Step, ...]


def run_one(unit: Unit, course: Course, row: Row) -> Saved:
    """A batch of one: what refuses it, is raised.

    Raises:
        Refused: what a step refuses; the caller takes everything back.
    """

    def act() -> Change:
        (change,) = prepare_one(unit, course, row)
        for step in course.finish:
            step(unit, [change])
            _raise(change)
        unit.budget.saves.append(saved_of(change))
        unit.follow(*change.follow_ups)
        return change

    first = _first_save(unit)
    change = unit.drain(act)
    return _Newest(unit.budget.saves[first:]).of(change)


def prepare_one(unit: Unit, course: Course, row: Row) -> list[Change]:
    """The change of a batch of one after steps 1 to 9.

    Raises:
        Refused: what a step refuses; nothing was written.
    """
    changes = course.begin(unit, [row])
    changes[0].root = unit.root
    _raise(changes[0])
    for step in course.prepare:
        step(unit, changes)
        _raise(changes[0])
    return changes


def _raise(change: Change) -> None:
    if change.refusal is not None:
        raise change.refusal


def run_many(unit: Unit, course: Course, rows: Sequence[Row]) -> list[Outcome]:
    """What becomes of each row; a refused one leaves nothing and stops nobody."""
    outcomes: list[Outcome] = []
    size = most = room(unit, course.entity, course.act)
    while len(outcomes) < len(rows):
        start = len(outcomes)
        first = _first_save(unit)
        settled = _wave(unit, course, rows[start : start + size])
        newest = _Newest(unit.budget.saves[first:])
        outcomes += (_outcome(change, newest) for change in settled)
        # A short wave promises another one: what must be prepared again is kept in proportion to what was done.
        size = min(most, 2 * len(settled)) if len(settled) < size else most
    return outcomes


def _first_save(unit: Unit) -> int:
    """Where those begin that are made from now on; outside of any act the others are forgotten."""
    if not unit.budget.is_draining:
        unit.budget.saves.clear()
    return len(unit.budget.saves)


class _Newest:
    """Records as what followed left them: rules may have saved them again."""

    def __init__(self, saves: Iterable[Saved]):
        self._saves: dict[tuple[str, UUID], list[Saved]] = defaultdict(list)
        for each in saves:
            self._saves[each.entity, each.id].append(each)

    def of(self, change: Change) -> Saved:
        """The answer of a change that was done."""
        again = self._saves[change.key, change.id]
        changed = frozenset[str]().union(*(each.changed for each in again))
        return replace(again[-1], changed=changed, warnings=again[0].warnings)


def _outcome(change: Change, newest: _Newest) -> Outcome:
    return Outcome(newest.of(change), None) if change.refusal is None else Outcome(None, change.refusal)


def _wave(unit: Unit, course: Course, rows: Sequence[Row]) -> Sequence[Change]:
    """Save as many of the first rows as do not depend on one another; the changes that are done with."""
    settled: Sequence[Change] = course.begin(unit, rows)
    nested = unit.budget.is_draining
    for change in settled:
        change.root = unit.root if nested else Root()
    for step in course.prepare:
        alive = _alive(settled)
        if not alive:
            break
        step(unit, alive)
        settled = _before_put_off(settled)
    _finish(unit, course, _alive(settled))
    return settled


def _alive(changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.refusal is None]


def _before_put_off(changes: Sequence[Change]) -> Sequence[Change]:
    end = next((place for place, change in enumerate(changes) if change.is_put_off), len(changes))
    if end == 0:
        raise AssertionError("the first change of a wave waits for nobody")
    return changes[:end]


class _Partly(Exception):
    """Some changes were refused on the way; the rest must be written without them."""


def _finish(unit: Unit, course: Course, changes: Sequence[Change]) -> None:
    """Steps 10 to 14 of all that are not refused there, and what they cause."""
    waiting = list(changes)
    while waiting:
        try:
            with _attempt(unit, waiting):
                _write(unit, course, waiting)
            return
        except _Partly:
            waiting = _alive(waiting)
        except (Refused, IntegrityError, VersionPassed) as problem:
            if len(waiting) == 1:
                waiting[0].refuse(problem if isinstance(problem, Refused) else Conflict())
                return
            half = len(waiting) // 2
            _finish(unit, course, waiting[:half])
            waiting = waiting[half:]


def _write(unit: Unit, course: Course, changes: Sequence[Change]) -> None:
    if unit.budget.is_draining:
        _run_steps(unit, course, changes)
        for change in changes:
            unit.follow(*change.follow_ups)
        return  # whoever drains runs what is caused here, in its turn
    with unit.draining():
        _run_steps(unit, course, changes)
        for place, change in enumerate(changes):
            _run_caused(unit, change, changes[place:])


def _run_steps(unit: Unit, course: Course, changes: Sequence[Change]) -> None:
    for step in course.finish:
        step(unit, changes)
        if any(change.refusal is not None for change in changes):
            raise _Partly
    unit.budget.saves += map(saved_of, changes)


def _run_caused(unit: Unit, change: Change, rest: Sequence[Change]) -> None:
    """Everything that one change caused, before what the next one did; without a budget nobody of the rest has any."""
    unit.follow(*change.follow_ups, root=change.root)
    try:
        unit.run_waiting()
    except Refused as refusal:
        is_last = isinstance(refusal, BudgetSpent) and refusal.limit == "request"
        for each in rest if is_last else (change,):
            each.refuse(refusal)
        raise _Partly from refusal


@contextmanager
def _attempt(unit: Unit, changes: Sequence[Change]) -> Iterator[None]:
    """A savepoint; what fails leaves database, budgets and changes as they were."""
    before = [(change, dict(change.after), change.root.writes, len(change.follow_ups)) for change in changes]
    writes, mark = unit.budget.request_writes, unit.mark()
    try:
        with unit.connection.begin_nested():
            yield
    except BaseException:
        unit.budget.request_writes = writes
        unit.back_to(mark)
        for change, after, written, follow_ups in before:
            change.after, change.root.writes, change.settled = after, written, None
            del change.follow_ups[follow_ups:]
        raise
