"""Rules that wait for events: each of a kind, or a pattern of them, which starts once, when it is complete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from runtime.rules.matching import Candidate
from runtime.unit import Unit
from schema_store.compiled.rules import CompiledRule
from schema_store.document.automation import PatternTrigger


class Happening(NamedTuple):
    """An event of one kind of one record; they are in the order of time, then of telling."""

    at: datetime
    id: UUID
    topic: str | None


def happened(unit: Unit, fresh: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[list[Candidate]]:
    """By event, the rules that it starts; at most one statement per rule that waits for a pattern.

    Args:
        unit: whose transaction the events were kept in.
        fresh: entities by key, and the rows of the events.
    """
    by_place: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for entity, row in fresh:
        by_place[entity, row["kind"]].append(row)
    for (entity, kind), rows in by_place.items():
        index = unit.served.app.triggers.get(entity)
        rules = index.events.get(kind, ()) if index else ()
        complete = {
            rule.id: set(_completing(unit, rule, rule.trigger, rows))
            for rule in rules
            if isinstance(rule.trigger, PatternTrigger) and rule.id not in unit.served.off
        }
        for row in rows:
            yield [
                Candidate(rule, row["record"], unit.root, _trigger(rule, row), None)
                for rule in rules
                if rule.id not in complete or row["id"] in complete[rule.id]
            ]


def _trigger(rule: CompiledRule, row: Mapping[str, Any]) -> dict[str, Any]:
    kind = rule.trigger.kind if rule.trigger else "event"
    return {"kind": kind, "event": row["kind"], "topic": row["topic"], "id": str(row["id"])}


def _completing(
    unit: Unit, rule: CompiledRule, pattern: PatternTrigger, rows: Sequence[Mapping[str, Any]]
) -> Iterator[UUID]:
    """The ids of the events with which the pattern is complete."""
    known = _recent(unit, pattern, rows)
    for row in rows:
        line = known[row["record"]]
        place = line.index(Happening(row["at"], row["id"], row["topic"]))
        if is_complete(pattern, rule.within, line[: place + 1]):
            yield row["id"]


def is_complete(pattern: PatternTrigger, within: timedelta | None, line: Sequence[Happening]) -> bool:
    """Whether the last event of ``line`` completes the pattern, which it did not before.

    Args:
        pattern: ``consecutive``: the last ``count`` events are about one topic (the one that is named, or any);
            ``at_least``: so many in the window that ends with the last event.
        within: the window; None: no bound.
        line: the events of a record up to the one looked at, at least ``count + 1`` of them where there are.
    """
    last = line[-1]
    if pattern.topic is not None and last.topic != pattern.topic:
        return False
    inside = [each for each in line if within is None or each.at > last.at - within]
    if pattern.pattern == "at_least":
        counted = [each for each in line if pattern.topic in (None, each.topic)]
        # What lies just the window behind was still in it a moment ago.
        before = [each for each in counted[:-1] if within is None or each.at >= last.at - within]
        now = sum(pattern.topic in (None, each.topic) for each in inside)
        return now >= pattern.count > len(before)
    run = 0
    for each in reversed(inside):
        if each.topic != last.topic:
            break
        run += 1
    return run == pattern.count


def _recent(
    unit: Unit, pattern: PatternTrigger, rows: Sequence[Mapping[str, Any]]
) -> Mapping[UUID, list[Happening]]:
    """The newest events of the kind by record, as many as can matter; the fresh ones are all among them."""
    event = unit.served.support.event
    place = sa.func.row_number().over(
        partition_by=event.c.record, order_by=(event.c.at.desc(), event.c.id.desc())
    )
    chosen = (
        sa.select(event.c.record, event.c.at, event.c.id, event.c.topic, place.label("place"))
        .where(event.c.kind == rows[0]["kind"], event.c.entity == rows[0]["entity"])
        .where(event.c.record.in_({row["record"] for row in rows}))
    )
    if pattern.topic is not None and pattern.pattern == "at_least":
        chosen = chosen.where(event.c.topic == pattern.topic)
    inner = chosen.subquery()
    found: dict[UUID, list[Happening]] = defaultdict(list)
    oldest = min(row["at"] for row in rows)
    wanted = sa.or_(inner.c.place <= pattern.count + len(rows), inner.c.at >= oldest)
    for known in unit.connection.execute(sa.select(inner).where(wanted)):
        found[known.record].append(Happening(known.at, known.id, known.topic))
    for row in rows:  # those of another topic than the pattern's are not read
        happening = Happening(row["at"], row["id"], row["topic"])
        if happening not in found[row["record"]]:
            found[row["record"]].append(happening)
    return {record: sorted(line, key=lambda each: (each.at, each.id)) for record, line in found.items()}
