"""Rules that start by time: a schedule, or a time before or after a date of the record.

Each such rule has one clock that says up to where its time was looked at; every occurrence behind that either starts
the rule, on the records that meet its condition, or is written down as skipped, with the reason. Records are taken in
parts, so that a long list never holds a transaction for long; the clock keeps the place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Row
from uuid_utils.compat import uuid7

from expressions.literals import parse_duration
from runtime.query.occurring import records_after, records_between, shifted
from runtime.rules.matching import Candidate, start_rules
from runtime.rules.rows import run_row
from runtime.save import DOORS
from runtime.schedules import next_time
from runtime.unit import Root, Unit
from schema_store.compiled.rules import CompiledRule
from schema_store.document.automation import DateTrigger, ScheduleTrigger

#: Kinds of clocks that a rule has as a whole.
OWN = frozenset({"date", "schedule"})
#: The record of a clock that belongs to none.
NONE = UUID(int=0)
#: Records in one part; how often dates are looked at; what is later than this was missed; skips that are kept.
PART, EVERY, GRACE, KEPT = 500, timedelta(minutes=1), timedelta(hours=1), 50


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The clocks of the rules of an app, in the transaction of a unit."""

    unit: Unit

    def set_up(self) -> None:
        """Give every such rule its clock, from now on, and end those of rules that are no more."""
        unit, table = self.unit, self.unit.served.support.timer
        chosen = sa.select(table).where(table.c.record == NONE, table.c.ended.is_(None)).with_for_update()
        standing = {row.sla: row for row in unit.connection.execute(chosen)}
        rules = {rule.id: rule for rule in self._rules()}
        for id_, rule in rules.items():
            row = standing.get(id_)
            if row is None or row.why["trigger"] != _text(rule):
                unit.connection.execute(sa.insert(table), self._clock(rule))
        for id_, row in standing.items():
            if id_ not in rules or row.why["trigger"] != _text(rules[id_]):
                ended = {"state": "stopped", "ended": unit.now}
                unit.connection.execute(sa.update(table).where(table.c.id == row.id).values(**ended))

    def _rules(self) -> Iterator[CompiledRule]:
        for rule in self.unit.served.app.rules.values():
            if isinstance(rule.trigger, DateTrigger | ScheduleTrigger):
                yield rule

    def _clock(self, rule: CompiledRule) -> Mapping[str, Any]:
        unit, trigger = self.unit, rule.trigger
        assert isinstance(trigger, DateTrigger | ScheduleTrigger)
        return {
            "id": uuid7(),
            "entity": unit.served.app.entities[rule.entity].id,
            "record": NONE,
            "at": unit.now,
            "by": None,
            "sla": rule.id,
            "kind": trigger.kind,
            "tier": rule.key,
            "zone": unit.served.app.zone.key,
            "left": 0,
            "since": unit.now,
            "due": self._next(rule, unit.now),
            "ended": None,
            "calendar": getattr(trigger, "calendar", None),
            "calendar_version": unit.served.app.version,
            "generation": 1,
            "state": "running",
            "why": {"trigger": _text(rule), "skipped": []},
        }

    def _next(self, rule: CompiledRule, after: datetime) -> datetime | None:
        app, trigger = self.unit.served.app, rule.trigger
        if isinstance(trigger, ScheduleTrigger):
            calendar = app.calendars[trigger.calendar] if trigger.calendar else None
            return next_time(trigger.cron, app.zone, after, calendar)
        return after + EVERY

    def happen(self, clocks: Sequence[Row[Any]]) -> None:
        """Look at the time of rules whose clock is due, a part of the records each."""
        rules = {rule.id: rule for rule in self._rules()}
        for row in clocks:
            rule = rules.get(row.sla)
            if rule is None:
                self._move(row, {"state": "stopped", "ended": self.unit.now})
            elif rule.id in self.unit.served.off:
                self._go_on(rule, row, self.unit.now, self._skips(row, row.due, "switched_off"))
            elif isinstance(rule.trigger, ScheduleTrigger):
                self._scheduled(rule, rule.trigger, row)
            elif isinstance(rule.trigger, DateTrigger):
                self._dated(rule, rule.trigger, row)

    def _scheduled(self, rule: CompiledRule, trigger: ScheduleTrigger, row: Row[Any]) -> None:
        """One occurrence; those before it that are not to be caught up with are written down."""
        skipped, at = list(row.why["skipped"]), row.due
        if row.why.get("after") is None:  # not in the middle of one
            following = self._next(rule, at)
            while trigger.catch_up != "all" and following is not None and following <= self.unit.now:
                skipped.append(_skip(at, "missed"))
                at, following = following, self._next(rule, following)
            if trigger.catch_up == "skip" and self.unit.now - at > GRACE:
                self._go_on(rule, row, at, [*skipped, _skip(at, "missed")])
                return
        after = _id(row.why.get("after"))
        found = records_after(self.unit.connection, self.unit.served, rule.entity, after, PART)
        self._start(rule, found, {"kind": "schedule", "due": at.isoformat()})
        if len(found) < PART:
            self._go_on(rule, row, at, skipped)
        else:
            why = {**row.why, "skipped": skipped[-KEPT:], "after": str(found[-1])}
            self._move(row, {"state": "running", "due": at, "why": why})

    def _dated(self, rule: CompiledRule, trigger: DateTrigger, row: Row[Any]) -> None:
        """The records whose time has come since the last look."""
        unit, offset = self.unit, parse_duration(trigger.offset) or timedelta()
        until = datetime.fromisoformat(row.why["until"]) if "until" in row.why else unit.now
        window = tuple(shifted(moment, offset, trigger.direction) for moment in (row.since, until))
        after = _id(row.why.get("after"))
        found = records_between(
            unit.connection, unit.served, rule.entity, trigger.field, (window[0], window[1]), after, PART
        )
        happened = {"kind": "date", "field": trigger.field, "due": until.isoformat()}
        if trigger.catch_up == "skip" and until - row.since > GRACE:
            self._missed(rule, found, happened)
        else:
            self._start(rule, found, happened)
        if len(found) < PART:
            self._go_on(rule, row, until, row.why["skipped"])
        else:
            why = {**row.why, "until": until.isoformat(), "after": str(found[-1])}
            self._move(row, {"state": "running", "due": unit.now, "why": why})

    def _start(self, rule: CompiledRule, records: Sequence[UUID], happened: Mapping[str, Any]) -> None:
        candidates = [Candidate(rule, record, Root(), happened, None) for record in records]
        if candidates:
            self.unit.drain(partial(start_rules, self.unit, candidates, DOORS))

    def _missed(self, rule: CompiledRule, records: Sequence[UUID], happened: Mapping[str, Any]) -> None:
        unit, why = self.unit, {"trigger": dict(happened), "reason": "missed"}
        rows = [run_row(unit.served, rule, each, unit.now, None, "skipped", (), why) for each in records]
        if rows:
            unit.connection.execute(sa.insert(unit.served.support.run), rows)

    def _skips(self, row: Row[Any], at: datetime, reason: str) -> list[Mapping[str, str]]:
        return [*row.why["skipped"], _skip(at, reason)] if row.kind == "schedule" else row.why["skipped"]

    def _go_on(
        self, rule: CompiledRule, row: Row[Any], looked_at: datetime, skipped: Sequence[Mapping[str, str]]
    ) -> None:
        """The clock runs on to the next time behind ``looked_at``."""
        why = {"trigger": row.why["trigger"], "skipped": list(skipped)[-KEPT:], "last": looked_at.isoformat()}
        due = self._next(rule, looked_at)
        values = {"state": "running", "since": looked_at, "due": due, "why": why}
        self._move(row, {**values, "generation": row.generation + 1})

    def _move(self, row: Row[Any], values: Mapping[str, Any]) -> None:
        table = self.unit.served.support.timer
        self.unit.connection.execute(sa.update(table).where(table.c.id == row.id).values(**values))


def _text(rule: CompiledRule) -> dict[str, Any]:
    assert rule.trigger is not None
    return rule.trigger.model_dump(mode="json", exclude={"catch_up"})


def _skip(at: datetime, reason: str) -> Mapping[str, str]:
    return {"at": at.astimezone(UTC).isoformat(), "reason": reason}


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
