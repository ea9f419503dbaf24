"""What an evaluation needs beside the row: the moment, the zone, calendars, tables, variables, the actor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property, partial
from uuid import UUID
from zoneinfo import ZoneInfo

from expressions.env import TierTable


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days.

    Attributes:
        weekdays: ISO weekdays that work (Monday is 1).
        holidays: dates off although their weekday works.
        makeup: dates that work although their weekday is off, or although they are holidays.
    """

    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    holidays: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        if day in self.makeup:
            return True
        return day.isoweekday() in self.weekdays and day not in self.holidays


@dataclass(frozen=True, slots=True)
class ActorValues:
    """The values of the actor words."""

    me: UUID
    my_team: UUID | None = None
    my_teams: tuple[UUID, ...] = ()
    my_region: UUID | None = None
    my_regions: tuple[UUID, ...] = ()
    my_roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Context:
    """The surroundings of one evaluation.

    Attributes:
        now: the moment, aware, UTC; read once per transaction.
        zone: the workspace's zone.
        calendars: by key; ``""`` is the workspace's default.
        tables: tier tables by key.
        variables: values of ``Env.variables``.
        actor: values of the actor words, where the place allows them.
    """

    now: datetime
    zone: ZoneInfo = field(default_factory=partial(ZoneInfo, "Asia/Shanghai"))
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    tables: Mapping[str, TierTable] = field(default_factory=dict)
    variables: Mapping[str, object] = field(default_factory=dict)
    actor: ActorValues | None = None

    @cached_property
    def today(self) -> date:
        """The local date of ``now``."""
        return self.now.astimezone(self.zone).date()


def utc(moment: datetime) -> datetime:
    """An aware instant in UTC."""
    return moment.astimezone(UTC)
