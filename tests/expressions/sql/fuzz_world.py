"""A world of random rows with every stored type, edges more often than not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from tests.conformance.world import World

_MONEY = {"kind": "money", "currency": "CNY", "scale": 2, "digits": 13}
_OPTION = {"kind": "option", "options": ["new", "won", "lost"]}

THING: dict[str, dict[str, Any]] = {
    "i": {"kind": "integer", "digits": 15},
    "k": {"kind": "integer", "digits": 3},
    "n": {"kind": "integer", "digits": 18},
    "a": {"kind": "decimal", "scale": 2, "digits": 13},
    "b": {"kind": "decimal", "scale": 4, "digits": 5},
    "c": {"kind": "decimal", "scale": 10, "digits": 8},
    "w": {"kind": "decimal", "scale": 6, "digits": 20},
    "m": _MONEY,
    "f": {"kind": "money", "currency": "CNY", "scale": 4, "digits": 6},
    "p": {"kind": "percent", "scale": 4, "digits": 5},
    "q": {"kind": "percent", "scale": 2, "digits": 2},
    "t": {"kind": "boolean"},
    "u": {"kind": "boolean"},
    "s": {"kind": "text", "length": 40},
    "r": {"kind": "text", "length": 8},
    "o": _OPTION,
    "d": {"kind": "date"},
    "e": {"kind": "date"},
    "at": {"kind": "instant"},
    "till": {"kind": "instant"},
    "dur": {"kind": "duration"},
    "tags": {"kind": "list", "item": _OPTION, "length": 9},
    "up": {"kind": "reference", "entity": "user"},
    "side": {"kind": "reference", "entity": "user"},
    "team": {"kind": "reference", "entity": "team"},
    "region": {"kind": "reference", "entity": "region"},
    "parts": {"kind": "records", "entity": "part", "inverse": "thing"},
    "near": {"kind": "records", "entity": "user", "link": "near"},
    "created_at": {"kind": "instant"},
}
PART: dict[str, dict[str, Any]] = {
    "thing": {"kind": "reference", "entity": "user"},
    "amount": _MONEY,
    "score": {"kind": "decimal", "scale": 3, "digits": 6},
    "weight": {"kind": "decimal", "scale": 6, "digits": 20},
    "k": {"kind": "integer", "digits": 3},
    "p": {"kind": "percent", "scale": 4, "digits": 5},
    "ok": {"kind": "boolean"},
    "s": {"kind": "text", "length": 8},
    "o": _OPTION,
    "d": {"kind": "date"},
    "at": {"kind": "instant"},
    "created_at": {"kind": "instant"},
}
TEAM: dict[str, dict[str, Any]] = {"name": {"kind": "text", "length": 9}, "created_at": {"kind": "instant"}}
ENTITIES = {"user": THING, "part": PART, "team": TEAM, "region": TEAM}
TABLES = {
    "steps": {"starts": ["0", "100", "1000.50"], "rates": ["0.03", "0.05", "0.125"]},
    "cold": {"starts": ["-10", "0.5"], "rates": ["-0.5", "2"]},
    "one": {"starts": ["1"], "rates": ["0.1"]},
}
CALENDARS = {
    "": {"weekdays": [1, 2, 3, 4, 5], "holidays": ["2026-01-01", "2026-02-17"], "makeup": ["2026-02-14"]},
    "odd": {
        "weekdays": [7, 1],
        "holidays": ["2026-03-01", "2024-02-29"],
        "makeup": ["2026-03-01", "2200-12-31"],
    },
}
ZONES = (
    "Asia/Shanghai", "UTC", "America/New_York", "Europe/London", "Pacific/Apia", "Asia/Kathmandu", "America/St_Johns",
)  # fmt: skip

_CHARACTERS = "aAbBzZ019 _%\\'\"-./éÉßıİςσΣµÿжЖＡａ华东区　\u00a0\t\n\r😀e\u0301"
_DATES = (
    "0001-01-01",
    "9999-12-31",
    "1900-01-01",
    "2200-12-31",
    "2024-02-29",
    "2026-01-31",
    "2026-03-31",
    "1899-12-31",
)
_INSTANTS = (
    "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00", "2026-03-08T06:59:59.999999+00:00",
    "2026-03-08T07:00:00+00:00", "1969-12-31T23:59:59.999999+00:00", "2011-12-30T10:00:00+00:00",
)  # fmt: skip


class Values:
    """Random values of the stored types, in the form of the conformance data."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def of(self, written: dict[str, Any], ids: dict[str, list[str]]) -> Any:
        """A value of a written type, null at times."""
        if self.random.random() < 0.15:
            return None
        match written["kind"]:
            case "boolean":
                return self.random.random() < 0.5
            case "integer":
                return int(self.number(written["digits"], 0))
            case "decimal" | "money" | "percent":
                return format(self.number(written["digits"], written["scale"]), "f")
            case "text":
                return self.text(written["length"])
            case "option":
                return self.random.choice(written["options"])
            case "date":
                return self.date().isoformat()
            case "instant":
                return self.instant().isoformat()
            case "duration":
                return self.duration()
            case "list":
                return self.random.sample(written["item"]["options"], self.random.randrange(4))
            case _:
                return self.random.choice(ids[written["entity"]])

    def number(self, digits: int, scale: int) -> Decimal:
        """Zero, small, a half, the greatest, or anything."""
        top = 10 ** (digits + scale) - 1
        half = 5 * 10 ** max(scale - 1, 0)
        choices = (
            0,
            1,
            10**scale,
            half,
            25 * 10 ** max(scale - 2, 0),
            top,
            top - 1,
            12345,
            self.random.randrange(top),
        )
        steps = min(self.random.choice(choices), top) * self.random.choice((1, -1))
        return Decimal(steps).scaleb(-scale)

    def text(self, length: int) -> str:
        """From nothing to ``length`` characters."""
        return "".join(self.random.choices(_CHARACTERS, k=self.random.choice((0, 1, 2, 5, length))))

    def date(self) -> date:
        """An edge, or a day of some year."""
        if self.random.random() < 0.3:
            return date.fromisoformat(self.random.choice(_DATES))
        if self.random.random() < 0.5:
            return date(2026, 3, 1) + timedelta(days=self.random.randrange(-800, 800))
        return date.fromordinal(self.random.randrange(1, date.max.toordinal() + 1))

    def instant(self) -> datetime:
        """An edge, or a moment of some year."""
        if self.random.random() < 0.3:
            return datetime.fromisoformat(self.random.choice(_INSTANTS))
        if self.random.random() < 0.7:
            return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(
                seconds=self.random.randrange(-(10**8), 10**8)
            )
        return datetime(1, 1, 1, tzinfo=UTC) + timedelta(
            microseconds=self.random.randrange(315_537_897_599_999_999)
        )

    def moment(self) -> datetime:
        """A moment that somebody may live in."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=self.random.randrange(4 * 10**9))

    def duration(self) -> str:
        """Zero, an hour, the longest …"""
        sign = self.random.choice(("", "-"))
        return sign + self.random.choice(
            ("P0D", "PT1H", "PT0.000001S", "P30D", "P3660000D", "P400D", "PT59.5S")
        )


def make_world(random: Random, prefix: str = "", things: int = 8, parts: int = 16) -> World:
    """Entities ``user`` (the thing looked at, with a parent, a sibling, parts, links), ``part`` and two more."""
    values = Values(random)
    sizes = {"user": things, "part": parts, "team": 4, "region": 2}
    ids = {
        entity: [str(UUID(int=random.getrandbits(128))) for _ in range(size)]
        for entity, size in sizes.items()
    }
    records = {
        entity: {
            f"{entity}{index}": {
                "id": each,
                "deleted": random.random() < 0.15,
                **{key: values.of(field, ids) for key, field in fields.items() if field["kind"] != "records"},
            }
            for index, each in enumerate(ids[entity])
        }
        for entity, fields in ENTITIES.items()
    }
    pairs = {(random.choice(ids["user"]), random.choice(ids["user"])) for _ in range(2 * things)}
    return World(
        {
            "moment": values.moment().isoformat(),
            "zone": random.choice(ZONES),
            "currency": "CNY",
            "calendars": CALENDARS,
            "tables": TABLES,
            "actor": {
                "me": ids["user"][0], "my_team": ids["team"][0], "my_teams": ids["team"][:3],
                "my_region": ids["region"][0], "my_regions": [], "my_roles": ["won", "lost"],
            },
            "entities": {
                key: {"time_field": "created_at" if fields is TEAM else "at", "fields": fields}
                for key, fields in ENTITIES.items()
            },
            "links": {"near": [list(pair) for pair in pairs]},
            "records": records,
        },
        prefix,
    )  # fmt: skip
