"""What the parts of the generator share: chance, the clock of working days, and the rows that become files.

A moment is a whole number of minutes since midnight of day 0, the Monday of the week of loading.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from templates.crm_demo import words

T = TypeVar("T")

DAY = 1_440
#: The year: from this day up to the Friday before day 0; the days behind it hold only what has just come in.
FIRST, LAST = -364, -3
END = LAST * DAY + 18 * 60
RANKS = 1_000

#: Who sells where; in 浙江 there are two teams.
REPS = {
    "zj": ("rep1", "rep2", "zheng.yutong"),
    "zj_coast": ("yu.jiaming", "lou.siyuan"),
    "js": ("rep3", "xu.zihang"),
    "sh": ("jiang.yi", "cao.lixin"),
    "ah": ("wang.chen",),
}
#: How much better than the average somebody sells.
SKILL = {
    "rep1": 1.22,
    "rep2": 0.92,
    "zheng.yutong": 0.85,
    "yu.jiaming": 1.05,
    "lou.siyuan": 0.9,
    "rep3": 1.12,
    "xu.zihang": 0.82,
    "jiang.yi": 1.08,
    "cao.lixin": 0.88,
    "wang.chen": 0.95,
}
MANAGERS = {
    "rep1": "manager",
    "rep2": "manager",
    "zheng.yutong": "manager",
    "yu.jiaming": "xu.guodong",
    "lou.siyuan": "xu.guodong",
    "rep3": "ding.haiyan",
    "xu.zihang": "ding.haiyan",
    "wang.chen": "ding.haiyan",
    "jiang.yi": "qin.yue",
    "cao.lixin": "qin.yue",
    "hu.bin": "director",
}
TECHNICIANS = {"zj": "shi.jianjun", "js": "mao.xiaoyong", "sh": "yan.dongmei", "ah": "mao.xiaoyong"}
#: Cities of the second team.
COAST = ("宁波", "绍兴", "温州")
REGION_WEIGHTS = {"zj": 52, "js": 24, "sh": 16, "ah": 8}


@dataclass
class Row:
    """One record: ``moves`` are (stage, moment, who); ``values`` are texts or what :func:`text` makes texts of."""

    key: str
    group: str
    at: int
    by: str
    owner: str
    moves: list[tuple[str, int, str]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        """The stage it is in; empty where it is still in the first."""
        return self.moves[-1][0] if self.moves else ""


class Chance(random.Random):
    """Seeded chance with the draws that a believable year needs."""

    def weighted(self, pairs: Iterable[tuple[T, float]]) -> T:
        """One of the first, by the weight that stands behind it."""
        items = list(pairs)
        return self.choices([item for item, _ in items], [weight for _, weight in items])[0]

    def happens(self, probability: float) -> bool:
        """True that often."""
        return self.random() < probability

    def count(self, mean: float) -> int:
        """A whole number around a mean, most often below it."""
        return min(int(self.expovariate(1 / mean)) if mean else 0, int(mean * 5) + 1)

    def working(self, day: int) -> int:
        """A moment of working time on a day, or on the Monday behind a weekend."""
        day += max(0, 7 - day % 7) if day % 7 > 4 else 0
        hour = self.weighted(
            ((8, 5), (9, 16), (10, 17), (11, 12), (13, 11), (14, 15), (15, 13), (16, 9), (17, 5))
        )
        return day * DAY + hour * 60 + self.randrange(30 if hour == 8 else 0, 60)

    def later(self, moment: int, least: float, most: float) -> int:
        """A moment of working time that many days later; never before the moment."""
        day = moment // DAY
        found = self.working(day + round(self.uniform(least, most)))
        return found if found > moment else moment + self.randrange(20, 150)

    def anytime(self, day: int) -> int:
        """When people look at web pages: by day and in the evening."""
        hour = self.weighted(
            (h, w)
            for h, w in zip(range(7, 24), (2, 4, 6, 7, 6, 6, 4, 5, 6, 6, 5, 4, 5, 7, 8, 6, 3), strict=True)
        )
        return day * DAY + hour * 60 + self.randrange(60)

    def person(self) -> str:
        """A name."""
        given = "".join(self.sample(words.GIVEN, 1 if self.happens(0.25) else 2))
        return self.choice(words.SURNAMES) + given


class Book:
    """The year while it is written."""

    def __init__(self, seed: int):
        self.chance = Chance(seed)
        self.rows: dict[str, list[Row]] = {}
        self.events: list[tuple[int, str, str, str]] = []
        self._numbers: dict[str, int] = {}
        self._names: set[str] = set()

    def next(self, prefix: str) -> str:
        """The next key (or number) with a prefix."""
        self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return f"{prefix}{self._numbers[prefix]}"

    def phone(self) -> str:
        """A mobile number in a block that is kept for the demo; each once."""
        return f"19900{int(self.next('phone')[5:]):06d}"

    def group(self, day: int) -> str:
        """A story that begins on a day."""
        return f"{self.chance.randrange(RANKS)}:{day}"

    def unique(self, make: Any) -> str:
        """A name that nobody has yet."""
        while (name := make()) in self._names:
            pass
        self._names.add(name)
        return str(name)

    def add(self, entity: str, key: str, group: str, at: int, owner: str, **values: Any) -> Row:
        """A record; ``by`` among the values is who made it where that is not the owner."""
        row = Row(key, group, at, values.pop("by", owner), owner, values=values)
        self.rows.setdefault(entity, []).append(row)
        return row

    def tell(self, record: str, kind: str, at: int) -> None:
        """Behaviour around a record."""
        self.events.append((at, record, kind, self.chance.choice(words.PAGES.get(kind, ("",)))))

    def move(self, row: Row, stage: str, at: int, by: str) -> bool:
        """Move a record on, never before it moved the last time, unless that is still to come."""
        at = max(at, (row.moves[-1][1] if row.moves else row.at) + 1)
        if at > END:
            return False
        row.moves.append((stage, at, by))
        return True


def moment(minutes: int) -> str:
    """``<day> <hh:mm>``."""
    day, rest = divmod(minutes, DAY)
    return f"{day} {rest // 60:02d}:{rest % 60:02d}"


def money(amount: float) -> str:
    """Two digits."""
    return f"{amount:.2f}"


def text(value: Any) -> str:
    """The text of a value in a file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "" if value is None else str(value)


def files_of(book: Book) -> dict[str, str]:
    """The text of every file by its name."""
    made = {f"{entity}.csv": _records(rows) for entity, rows in book.rows.items()}
    lines = [[record, kind, moment(at), topic] for at, record, kind, topic in sorted(book.events)]
    return {**made, "event.csv": _csv(["record", "kind", "at", "topic"], lines)}


def _records(rows: Sequence[Row]) -> str:
    ordered = sorted(rows, key=lambda row: row.at)
    fields = list(dict.fromkeys(name for row in rows for name, value in row.values.items() if text(value)))
    lines = []
    for row in ordered:
        by = "" if row.by == row.owner else row.by
        moves = ";".join(_move(row, *each) for each in row.moves)
        told = [text(row.values.get(name)) for name in fields]
        lines.append([row.key, row.group, moment(row.at), by, row.owner, moves, *told])
    return _csv(["_key", "_group", "_at", "_by", "_owner", "_moves", *fields], lines)


def _move(row: Row, stage: str, at: int, who: str) -> str:
    return f"{stage}@{moment(at)}" + ("" if who == row.owner else f"@{who}")


def _csv(header: list[str], lines: list[list[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)
    return out.getvalue()
