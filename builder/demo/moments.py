"""Relative days of demo data: where they lie in the calendar, and which of them have many records.

A day is counted from the Monday of the week in which the data is loaded, so that working days stay working days; a
moment is ``<day> <hh:mm>`` on the clock of the app's zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_QUARTER = re.compile(r"@(year|quarter) q(-?\d+)")


@dataclass(frozen=True)
class Moments:
    """The calendar of one loading.

    Attributes:
        now: the moment of loading; nothing happens after it.
        zone: whose clock the moments show.
        months: by month (1 to 12), the share of groups that is kept, as the year has strong and weak months.
        dips: days (from, to inclusive) with a share of their own, e.g. a festival.
    """

    now: datetime
    zone: ZoneInfo
    months: Mapping[int, float]
    dips: Sequence[tuple[date, date, float]] = ()

    @property
    def monday(self) -> date:
        """The day from which days are counted."""
        today = self.now.astimezone(self.zone).date()
        return today - timedelta(days=today.weekday())

    def day(self, number: int) -> date:
        """The date of a day."""
        return self.monday + timedelta(days=number)

    def instant(self, text: str) -> datetime:
        """The moment (UTC) of ``<day> <hh:mm>``."""
        number, clock = text.split(" ")
        local = datetime.combine(self.day(int(number)), time.fromisoformat(clock), self.zone)
        return local.astimezone(UTC)

    def quarter(self, text: str) -> str | None:
        """The year or quarter (1 to 4) of ``@year q-1``, one quarter before the present one; None for other texts."""
        found = _QUARTER.fullmatch(text)
        if found is None:
            return None
        today = self.now.astimezone(self.zone).date()
        years, quarter = divmod(today.year * 4 + (today.month - 1) // 3 + int(found[2]), 4)
        return str(years if found[1] == "year" else quarter + 1)

    def share(self, number: int) -> float:
        """The share of groups that begin on a day and are kept."""
        day = self.day(number)
        for begin, end, share in self.dips:
            if begin <= day <= end:
                return share
        return self.months.get(day.month, 1.0)
