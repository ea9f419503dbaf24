"""Random well-typed expressions as text, over the entities of :mod:`tests.expressions.sql.fuzz_world`."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

_UNITS = ("day", "week", "month", "quarter", "year")
_TIMES = ("minute", "hour", "day", "week")
_PERIODS = ("week", "month", "quarter", "year")
_WINDOWS = ("30d", "2w", "400d", "3660000d")
_TEXTS = ('""', '"a"', '"é"', '"华东"', '" a "', '"%_"', '"ＡbΣß"', "'\"'", '"-"', '"0"')
_DATES = ('"2026-02-28"', '"2024-02-29"', '"0001-01-01"', '"9999-12-31"', '"2026-03-31"')
_INSTANTS = (
    '"2026-03-31T16:30:00Z"',
    '"0001-01-01T00:00:00Z"',
    '"9999-12-31T23:59:59Z"',
    '"2026-03-08T02:30:00-05:00"',
)
_DURATIONS = ('"48h"', '"30d"', '"PT0.5S"', '"3660000d"', '"15m"')


class Generator:
    """Makes one expression after another; ``inside`` an aggregate, names are the part's and ``this.`` the thing's."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.inside = False
        self.depth = 0

    def expression(self) -> str:
        """Any expression."""
        self.depth = self.random.choice((1, 2, 2, 3, 3, 4, 5))
        kinds = (self.boolean, self.boolean, self.number, self.number, self.plain, self.money, self.text)
        return self.random.choice((*kinds, self.date, self.instant, self.duration, self.reference))()

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def deeper(self) -> bool:
        """Whether to go on below; each step down costs one."""
        return self.depth > 0 and self.random.random() < 0.85

    def below(self, *makers: str) -> list[str]:
        """What the named methods make one level down."""
        self.depth -= 1
        made = [getattr(self, maker)() for maker in makers]
        self.depth += 1
        return made

    def field(self, mine: str, parts: str) -> str:
        """A field's name where it stands: on the thing, its parent, on the part, or ``this.``."""
        if self.inside:
            here = [name for name in parts.split() if name]
            there = [f"this.{name}" for name in mine.split()] + [f"thing.{name}" for name in mine.split()]
            return self.pick(*(here * 3), *there) if here else self.pick(*there)
        names = mine.split()
        return self.pick(
            *(names * 3), *(f"up.{name}" for name in names), *(f"up.side.{name}" for name in names)
        )

    # Numbers

    def plain(self) -> str:
        """A number that is no money."""
        if not self.deeper():
            return self.pick(
                self.field("i k n a b c w p q", "score weight k p"),
                "0",
                "1",
                "2.5",
                "-0.005",
                "1000",
                "0.0333",
                "99999999",
            )
        return self.random.choice(
            (self.arithmetic, self.rounded, self.measured, self.folded, self.aggregated, self.chosen("plain"))
        )()

    number = plain

    def small(self) -> str:
        return self.pick(self.field("k", "k"), "0", "1", "2", "5", "-1", "31", "400")

    def arithmetic(self) -> str:
        a, b = self.below("plain", "plain")
        return f"({a} {self.pick('+', '-', '*', '/')} {b})"

    def rounded(self) -> str:
        (a,) = self.below("plain")
        places = self.pick("0", "1", "2", "3", "-1", "-2", "-12", "10")
        return self.pick(f"{self.pick('ROUND', 'ROUNDUP', 'ROUNDDOWN')}({a}, {places})", f"ABS({a})", f"(-({a}))",
                         f"FLOOR({a})", f"CEIL({a})")  # fmt: skip

    def folded(self) -> str:
        a, b = self.below("plain", "plain")
        tier = f'TIER({a}, "{self.pick("steps", "cold", "one")}", "{self.pick("rate", "whole", "slice")}")'
        return self.pick(f"MOD({a}, {b})", f"MIN({a}, {b})", f"MAX({a}, {b}, 1.5)", tier)

    def measured(self) -> str:
        maker = self.random.choice((self.date, self.instant))
        self.depth -= 1
        x, y = maker(), maker()
        t = self.text()
        self.depth += 1
        unit = self.pick(*(_UNITS if maker == self.date else _TIMES))
        part = self.pick("YEAR", "QUARTER", "MONTH", "DAY", "WEEKDAY")
        if maker == self.instant:
            part = self.pick(part, "HOUR")
            return self.pick(f"{part}({x})", f'DATEDIFF({x}, {y}, "{unit}")', f"LEN({t})")
        days = self.pick(f"WORKDAYS({x}, {y})", f'WORKDAYS({x}, {y}, "odd")', f"COMPLETENESS({t}, {x}, {y})")
        return self.pick(f"{part}({x})", f'DATEDIFF({x}, {y}, "{unit}")', f"({x} - {y})", days)

    def money(self) -> str:
        """An amount in CNY."""
        if not self.deeper():
            return self.field("m f", "amount")
        a, b = self.below("money", "money")
        (n,) = self.below("plain")
        tier = f'TIER({a}, "steps", "{self.pick("whole", "slice")}")'
        more = [self.aggregate("money")] if not self.inside else []
        return self.pick(f"({a} + {b})", f"({a} - {b})", f"({a} * {n})", f"({a} / {n})", f"MIN({a}, {b})", tier,
                         f"ROUND({a}, {self.pick('0', '1', '-2')})", f"CEIL({a})", f"MOD({a}, {b})", *more)  # fmt: skip

    # Aggregates

    def aggregated(self) -> str:
        return self.plain() if self.inside else self.aggregate("plain")

    def aggregate(self, maker: str) -> str:
        """A fold of the parts, of the parent's parts, or a count of linked things."""
        source = self.pick("parts", "parts", "up.parts")
        self.inside, saved, self.depth = True, self.depth, min(self.depth - 1, 2)
        value, condition = getattr(self, maker)(), self.boolean()
        self.inside, self.depth = False, saved
        window = self.pick("", "", f', within="{self.pick(*_WINDOWS)}"')
        by = self.pick("", "", ", by=d", ", by=created_at") if window else ""
        fold = self.pick("SUM", "SUM", "AVG", "MIN", "MAX", "LATEST")
        call = (
            self.pick(f"{fold}({source}, {value}, {condition}", f"{fold}({source}, {value}")
            + window
            + by
            + ")"
        )
        if maker != "plain":
            return call
        count = f"COUNT({source}, {condition}{window}{by})"
        return self.pick(call, call, count, "COUNT(near, k > 3)", "SUM(near, a)", "AVG(up.near, b)")

    # Truth

    def boolean(self) -> str:
        """A condition."""
        if not self.deeper():
            return self.pick(self.field("t u", "ok"), "true", "false", "null")
        makers = (
            self.compared,
            self.compared,
            self.joined,
            self.joined,
            self.looked_up,
            self.looked_into,
            self.quantified,
        )
        return self.random.choice((*makers, self.chosen("boolean")))()

    def compared(self) -> str:
        kind = self.pick(
            "plain", "plain", "money", "text", "date", "instant", "duration", "option", "reference", "boolean"
        )
        a, b = self.below(kind, kind)
        if kind in ("option", "reference", "boolean"):
            return f"({a} {self.pick('==', '!=')} {b})" if "null" not in (a, b) else f"ISBLANK({a})"
        if kind != "option" and self.random.random() < 0.2:
            (c,) = self.below(kind)
            return f"BETWEEN({a}, {b}, {c})"
        return f"({a} {self.pick('==', '!=', '<', '<=', '>', '>=')} {b})"

    def joined(self) -> str:
        a, b = self.below("boolean", "boolean")
        return self.pick(f"({a} and {b})", f"({a} or {b})", f"(not {a})")

    def looked_up(self) -> str:
        word = self.pick("in", "not in")
        a, b, c = self.below("plain", "plain", "plain")
        s, r = self.below("text", "text")
        x, y = self.below("reference", "reference")
        lists = [f"{a} {word} [{b}, {c}, 1]", f'{s} {word} [{r}, "a", null]', f"{x} {word} [{y}, {x}]"]
        team, region = self.field("team", ""), self.field("region", "")
        words = [f"{team} {word} my_teams", f"{region} {word} my_regions", f"{self.option()} {word} my_roles"]
        own = f"{self.option()} {word} {self.field('tags', '')}"
        return f"({self.pick(*lists, *words, own, f'{a} {word} [{b}]')})"

    def looked_into(self) -> str:
        s, r = self.below("text", "text")
        blank = self.pick(s, self.field("tags", ""), self.field("d at m o", "d at amount o"))
        test = self.pick("CONTAINS", "STARTSWITH", "ENDSWITH")
        kinds = ("boolean", "plain", "date", "instant", "duration", "reference")
        (any_kind,) = self.below(self.pick(*kinds))
        return self.pick(f"{test}({s}, {r})", f"ISBLANK({blank})", f"ISBLANK({any_kind})")

    def quantified(self) -> str:
        if self.inside:
            return self.compared()
        source = self.pick("parts", "up.parts")
        self.inside, saved, self.depth = True, self.depth, min(self.depth - 1, 2)
        condition = self.boolean()
        self.inside, self.depth = False, saved
        return f"{self.pick('ANY', 'ALL')}({source}, {condition})"

    # Other kinds

    def text(self) -> str:
        if not self.deeper():
            return self.pick(self.field("s r", "s"), self.pick(*_TEXTS))
        a, b, n = self.below("text", "text", "small")
        cut = self.pick(f"LEFT({a}, {n})", f"RIGHT({a}, {n})", f"MID({a}, {self.small()}, {n})")
        mapped = self.pick(
            f"LOWER({a})", f"UPPER({a})", f"TRIM({a})", f"REPLACE({a}, {b}, {self.pick(*_TEXTS)})"
        )
        number = self.field("i k a b c w", "k score weight")
        joined = f"CONCAT({a}, {self.pick(b, number, self.field('d', 'd'), self.option(), 'null')})"
        return self.pick(cut, cut, mapped, mapped, joined, self.chosen("text")())

    def option(self) -> str:
        return self.field("o", "o")

    def reference(self) -> str:
        return self.pick(*([self.field("up side", "thing")] * 3), "me", self.field("id", ""))

    def date(self) -> str:
        if not self.deeper():
            return self.pick(
                self.field("d e", "d"), self.field("d e", "d"), "TODAY()", f"DATE({self.instant()})"
            )
        a, n, at = self.below("date", "small", "instant")
        (y,) = self.below("small")
        period = f'{self.pick("STARTOF", "ENDOF")}({self.pick(a, at)}, "{self.pick(*_PERIODS)}")'
        made = [f"DATE({self.pick('2024', '1', '9999', y)}, {n}, {y})", f"DATE({at})"]
        moved = f'DATEADD({a}, {n}, "{self.pick(*_UNITS)}")'
        return self.pick(
            moved, period, *made, f"MIN({a}, {self.pick(*_DATES)})", f"MAX({a}, {a})", self.chosen("date")()
        )

    def instant(self) -> str:
        if not self.deeper():
            return self.pick(self.field("at till created_at", "at created_at"), "NOW()")
        a, n, length = self.below("instant", "small", "duration")
        return self.pick(f"({a} + {length})", f"({a} - {length})", f'DATEADD({a}, {n}, "{self.pick(*_TIMES)}")',
                         f"MAX({a}, {self.pick(*_INSTANTS)})", self.chosen("instant")())  # fmt: skip

    def duration(self) -> str:
        if not self.deeper():
            return self.field("dur", "") if not self.inside else "(at - created_at)"
        a, b, x, y = self.below("duration", "duration", "instant", "instant")
        written = self.pick(*_DURATIONS)
        return self.pick(
            f"({a} + {b})", f"({a} - {b})", f"({x} - {y})", f"({a} + {written})", self.chosen("duration")()
        )

    def chosen(self, kind: str) -> Callable[[], str]:
        """A maker of IF, IFS, SWITCH, COALESCE over one kind."""

        def make() -> str:
            c, e = self.below("boolean", "boolean")
            a, b = self.below(kind, kind)
            (k,) = self.below("plain")
            last = self.pick(b, "null")
            return self.pick(f"IF({c}, {a}, {last})", f"IFS({c}, {a}, {e}, {b})", f"COALESCE({a}, {b})",
                             f"SWITCH({k}, 1, {a}, 0.50, {b}, {last})",
                             f'SWITCH({self.option()}, "won", {a}, "new", {b})')  # fmt: skip

        return make
