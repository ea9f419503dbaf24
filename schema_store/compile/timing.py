"""Business calendars and SLAs to their compiled form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from expressions.literals import parse_date, parse_duration
from schema_store.compile.programs import Programs, require_id
from schema_store.compile.rules import audience_of
from schema_store.compiled.rules import CompiledNotify
from schema_store.compiled.timing import CompiledDay, CompiledHours, CompiledSla, CompiledTier, Windows
from schema_store.document.process import BusinessCalendar, Sla, Tier, Window


def compile_hours(calendar: BusinessCalendar, zone: str) -> CompiledHours:
    """A calendar of a document that has no errors; ``zone`` is the workspace's."""
    days = {}
    for day in calendar.days:
        parsed = parse_date(day.date)
        if parsed is not None:
            days[parsed] = CompiledDay(_windows(day.windows), day.label or {})
    return CompiledHours(
        key=calendar.key,
        zone=ZoneInfo(calendar.zone or zone),
        week={day.weekday: _windows(day.windows) for day in calendar.week},
        days=days,
    )


def _windows(windows: Iterable[Window]) -> Windows:
    return tuple(sorted((_minutes(window.start), _minutes(window.end)) for window in windows))


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def compile_sla(sla: Sla, programs: Programs, hours: Mapping[str, CompiledHours]) -> CompiledSla:
    """An SLA of a document that has no errors."""
    start, stop, pause = (
        programs.get(sla, "start"),
        programs.get(sla, "stop"),
        programs.find(sla, "pause"),
    )
    used = [program for program in (start, stop, pause) if program is not None]
    return CompiledSla(
        id=require_id(sla),
        key=sla.key,
        label=sla.label,
        entity=sla.entity,
        start=start,
        stop=stop,
        pause=pause,
        hours=hours[sla.calendar] if sla.calendar else None,
        tiers=tuple(sorted(_tiers(sla), key=lambda tier: tier.after)),
        reads=frozenset().union(*(program.checked.fields for program in used)),
        uses=frozenset(
            who.path
            for tier in sla.tiers
            for who in map(audience_of, tier.audience)
            if tier.message is not None and who.kind == "field"
        ),
    )


def _tiers(sla: Sla) -> Iterator[CompiledTier]:
    target = parse_duration(sla.target) or timedelta()
    if sla.warning is not None:
        yield CompiledTier("warning", "warning", sla.label, parse_duration(sla.warning) or timedelta())
    yield CompiledTier("target", "target", sla.label, target)
    for tier in sla.tiers:
        after = target + (parse_duration(tier.after) or timedelta())
        yield CompiledTier("tier", tier.key, tier.label, after, _notice(tier), tuple(tier.actions))


def _notice(tier: Tier) -> CompiledNotify | None:
    if tier.message is None:
        return None
    return CompiledNotify(tier.key, tuple(map(audience_of, tier.audience)), tier.message, tier.channel)
