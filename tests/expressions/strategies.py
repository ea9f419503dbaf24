"""Random well-typed expressions over a fixed schema, random records for it, and rows of them.

``trees(wanted)`` draws syntax trees; ``checked_expressions()`` keeps those that the checker admits (it may
refuse one for its size); ``worlds()`` draws records of every entity; ``row_of`` builds the row that a program reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import assume
from hypothesis import strategies as st

from expressions.checker import check
from expressions.context import ActorValues, Calendar, Context
from expressions.env import EntityInfo, Env, FieldInfo, TierTable
from expressions.measure import MAX_COST
from expressions.nodes import Binary, Call, ListOf, Literal, Logic, Name, Node, Unary
from expressions.typed import Checked
from expressions.types import (
    BOOLEAN,
    DATE,
    DURATION,
    INSTANT,
    JSON,
    Kind,
    Type,
    decimal,
    integer,
    list_of,
    money,
    option,
    percent,
    records,
    reference,
    text,
)

Record = dict[str, Any]
World = dict[str, list[Record]]

STAGES = ("new", "won", "lost")
TAGS = ("vip", "cold", "key")


def _entity(key: str, inverses: Mapping[str, str] | None = None, **types: Type) -> EntityInfo:
    types |= {"id": reference(key), "created_at": INSTANT}
    inverses = inverses or {}
    return EntityInfo(key, {name: FieldInfo(name, each, inverses.get(name)) for name, each in types.items()})


ENTITIES = {
    "account": _entity(
        "account",
        {"deals": "account", "children": "parent"},
        name=text(30),
        region=option("east", "west"),
        active=BOOLEAN,
        size=integer(9),
        rating=decimal(3, 4),
        founded=DATE,
        parent=reference("account"),
        deals=records("deal"),
        children=records("account"),
    ),
    "deal": _entity(
        "deal",
        {"lines": "deal"},
        name=text(30),
        account=reference("account"),
        stage=option(*STAGES),
        tags=list_of(option(*TAGS), 5),
        amount=money("CNY"),
        margin=percent(),
        weight=decimal(2, 6),
        count=integer(9),
        close=DATE,
        due=INSTANT,
        took=DURATION,
        open=BOOLEAN,
        extra=JSON,
        lines=records("line"),
    ),
    "line": _entity(
        "line",
        deal=reference("deal"),
        title=text(20),
        kind=option("a", "b"),
        price=money("CNY"),
        quantity=integer(4),
        factor=decimal(4, 3),
        day=DATE,
        paid=BOOLEAN,
    ),
}
TABLES = {
    "tiers": TierTable(
        (Decimal(0), Decimal("100.5"), Decimal(1000)), (Decimal("0.05"), Decimal("0.125"), Decimal("-0.1"))
    )
}
ENV = Env(
    {
        **ENTITIES,
        "user": _entity("user", name=text(20)),
        "team": _entity("team"),
        "region": _entity("region"),
    },
    "deal",
    variables={"quota": money("CNY"), "factor": decimal(2, 4)},
    tables=TABLES,
    calendars=frozenset({"shop"}),
    actor=True,
)

_ORDER = ("==", "!=", "<", "<=", ">", ">=")
_MODES = ("rate", "whole", "slice")
_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
texts = st.text(st.one_of(st.sampled_from("aAbBß µéÉΣςжЖ中文\u3000\t\n😀%_\\'\""), _CHARACTERS), max_size=8)


def _call(function: str, *args: Node, **keywords: Node) -> Call:
    return Call(function, args, tuple(keywords.items()))


def numbers(kind: Kind) -> st.SearchStrategy[Literal]:
    """Number literals; the sign is an operator of its own."""
    if kind == Kind.INTEGER:
        return st.builds(Literal, st.sampled_from([0, 1, 2, 3, 7, 10, 100, 99999]) | st.integers(0, 10**9))
    places = st.integers(1, 4)
    return st.builds(lambda n, s: Literal(Decimal(n).scaleb(-s)), st.integers(0, 10**6), places)


class _Draw:
    """One random tree: ``draw`` decides, ``depth`` is what may still be nested."""

    def __init__(self, draw: Any):
        self.draw = draw

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def fields(self, kind: Kind, entity: str, prefix: tuple[str, ...] = ()) -> list[Name]:
        """Names of that kind, also over one relation."""
        found = []
        for key, info in ENV.entities[entity].fields.items():
            if info.type.kind == kind:
                found.append(Name((*prefix, key)))
            if (
                info.type.kind == Kind.REFERENCE
                and not prefix
                and key != "id"
                and info.type.entity in ENTITIES
            ):
                found += self.fields(kind, info.type.entity, (key,))
        return found

    def leaf(self, kind: Kind, scope: tuple[str, bool]) -> Node:
        """A field, a variable, an actor word or a literal of the kind."""
        entity, inside = scope
        names = self.fields(kind, entity)
        if inside:
            names += [
                Name(("this", *name.parts)) for name in self.fields(kind, "deal") if len(name.parts) < 3
            ]
        if kind == Kind.MONEY:
            names.append(Name(("quota",)))
        if kind == Kind.DECIMAL and entity != "line":
            names.append(Name(("factor",)))
        if names and self.draw(st.integers(0, 3)):
            return self.draw(st.sampled_from(names))
        literal = self.literal(kind)
        return (
            literal if literal is not None else self.draw(st.sampled_from(names)) if names else Literal(None)
        )

    def literal(self, kind: Kind) -> Node | None:
        match kind:
            case Kind.INTEGER | Kind.DECIMAL:
                return self.draw(numbers(kind))
            case Kind.BOOLEAN:
                return Literal(self.pick(True, False))
            case Kind.TEXT:
                return Literal(self.draw(texts))
            case Kind.DATE:
                parts = (
                    self.pick(1, 1899, 1999, 2024, 2026, 9999),
                    self.pick(1, 2, 12, 13),
                    self.pick(1, 28, 29, 31),
                )
                return _call("DATE", *(Literal(part) for part in parts))
            case Kind.INSTANT:
                return _call("NOW")
            case Kind.REFERENCE:
                return None
            case _:
                return None

    def value(self, kind: Kind, scope: tuple[str, bool], depth: int) -> Node:
        """A tree whose value is of that kind."""
        if depth <= 0 or not self.draw(st.integers(0, 3)):
            return self.leaf(kind, scope)
        shared = {
            0: lambda: _call(
                "IF", self.value(Kind.BOOLEAN, scope, depth - 1), *self.pair(kind, scope, depth)
            ),
            1: lambda: _call("COALESCE", *self.pair(kind, scope, depth)),
            2: lambda: self.switch(kind, scope, depth),
        }
        chosen = self.draw(st.integers(0, 9))
        if chosen in shared and kind not in (Kind.OPTION, Kind.LIST):
            return shared[chosen]()
        make = getattr(self, f"make_{kind.value}", None)
        return make(scope, depth - 1) if make is not None else self.leaf(kind, scope)

    def pair(self, kind: Kind, scope: tuple[str, bool], depth: int) -> tuple[Node, Node]:
        return self.value(kind, scope, depth - 1), self.value(kind, scope, depth - 1)

    def switch(self, kind: Kind, scope: tuple[str, bool], depth: int) -> Node:
        first, second = self.pair(kind, scope, depth)
        return self.pick(
            _call("IFS", self.value(Kind.BOOLEAN, scope, depth - 1), first, Literal(True), second),
            _call(
                "SWITCH",
                self.value(Kind.INTEGER, scope, depth - 1),
                Literal(1),
                first,
                Literal(2),
                second,
                first,
            ),
        )

    def any_number(self, scope: tuple[str, bool], depth: int) -> Node:
        return self.value(self.pick(Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT), scope, depth)

    def make_integer(self, scope: tuple[str, bool], depth: int) -> Node:
        a, b = (self.value(Kind.INTEGER, scope, depth) for _ in range(2))
        date_a, date_b = (self.value(Kind.DATE, scope, depth) for _ in range(2))
        unit = Literal(self.pick("day", "week", "month", "quarter", "year"))
        choices = [
            Binary(self.pick("+", "-", "*"), a, b),
            Unary("-", a),
            _call(self.pick("FLOOR", "CEIL"), self.any_number(scope, depth)),
            _call(self.pick("ROUND", "ROUNDUP", "ROUNDDOWN"), a, Literal(self.pick(0, 1, 3))),
            _call("MOD", a, b),
            _call("LEN", self.value(Kind.TEXT, scope, depth)),
            _call(self.pick("YEAR", "QUARTER", "MONTH", "DAY", "WEEKDAY"), date_a),
            _call(self.pick("YEAR", "DAY", "HOUR", "WEEKDAY"), self.value(Kind.INSTANT, scope, depth)),
            _call("DATEDIFF", date_a, date_b, unit),
            _call("WORKDAYS", date_a, date_b, *self.pick((), (Literal("shop"),))),
            Binary("-", date_a, date_b),
            _call(self.pick("MIN", "MAX"), a, b),
        ]
        if not scope[1]:
            choices.append(self.counted(scope, depth))
        return self.pick(*choices)

    def make_decimal(self, scope: tuple[str, bool], depth: int) -> Node:
        a, b = self.any_number(scope, depth), self.any_number(scope, depth)
        places = self.pick(Literal(0), Literal(1), Literal(3), Unary("-", Literal(1)))
        choices = [
            Binary(self.pick("+", "-", "*", "/"), a, b),
            Binary("/", *(self.value(Kind.MONEY, scope, depth) for _ in range(2))),
            _call(self.pick("ROUND", "ROUNDUP", "ROUNDDOWN"), a, places),
            _call("ABS", a),
            _call("MOD", a, b),
            _call(self.pick("MIN", "MAX"), a, b, Literal(Decimal("0.5"))),
            _call("TIER", a, Literal("tiers"), Literal(self.pick(*_MODES))),
        ]
        if not scope[1]:
            choices.append(self.aggregate(self.pick("SUM", "AVG", "MIN", "MAX"), Kind.DECIMAL, scope, depth))
        return self.pick(*choices)

    def make_percent(self, scope: tuple[str, bool], depth: int) -> Node:
        a, b = (self.value(Kind.PERCENT, scope, depth) for _ in range(2))
        return self.pick(
            Binary(self.pick("+", "-", "*"), a, b), _call("COMPLETENESS", a, self.leaf(Kind.TEXT, scope))
        )

    def make_money(self, scope: tuple[str, bool], depth: int) -> Node:
        a, b = (self.value(Kind.MONEY, scope, depth) for _ in range(2))
        n = self.any_number(scope, depth)
        choices = [
            Binary(self.pick("+", "-"), a, b),
            Binary(self.pick("*", "/"), a, n),
            _call(self.pick("ROUND", "ROUNDDOWN"), a, Literal(self.pick(0, 1))),
            _call(self.pick("FLOOR", "CEIL", "ABS"), a),
            _call("TIER", a, Literal("tiers"), Literal(self.pick("whole", "slice"))),
            _call("COALESCE", a, Literal(0)),
        ]
        if not scope[1]:
            function = self.pick("SUM", "AVG", "MIN", "MAX", "LATEST")
            choices.append(self.aggregate(function, Kind.MONEY, scope, depth))
        return self.pick(*choices)

    def make_text(self, scope: tuple[str, bool], depth: int) -> Node:
        t, u = (self.value(Kind.TEXT, scope, depth) for _ in range(2))
        n = self.pick(Literal(0), Literal(2), Unary("-", Literal(1)), self.leaf(Kind.INTEGER, scope))
        # A rounded percent is a percent, which CONCAT does not print; half more makes it a decimal.
        number = Binary("+", self.value(Kind.DECIMAL, scope, depth), Literal(Decimal("0.5")))
        printed = self.pick(t, number, self.value(Kind.DATE, scope, depth), n)
        return self.pick(
            _call(self.pick("LOWER", "UPPER", "TRIM"), t),
            _call(self.pick("LEFT", "RIGHT"), t, n),
            _call("MID", t, n, Literal(3)),
            _call("REPLACE", t, self.draw(st.builds(Literal, texts)), self.draw(st.builds(Literal, texts))),
            _call("CONCAT", u, printed),
        )

    def make_date(self, scope: tuple[str, bool], depth: int) -> Node:
        d, n = self.value(Kind.DATE, scope, depth), self.value(Kind.INTEGER, scope, depth)
        unit = Literal(self.pick("day", "week", "month", "quarter", "year"))
        period = Literal(self.pick("week", "month", "quarter", "year"))
        return self.pick(
            _call("DATEADD", d, n, unit),
            _call(self.pick("STARTOF", "ENDOF"), d, period),
            _call(self.pick("STARTOF", "ENDOF"), self.value(Kind.INSTANT, scope, depth), period),
            _call("DATE", self.value(Kind.INSTANT, scope, depth)),
            _call("TODAY"),
            _call(self.pick("MIN", "MAX"), d, self.value(Kind.DATE, scope, depth)),
        )

    def make_instant(self, scope: tuple[str, bool], depth: int) -> Node:
        t, n = self.value(Kind.INSTANT, scope, depth), self.value(Kind.INTEGER, scope, depth)
        length = self.pick(self.value(Kind.DURATION, scope, depth), Literal("48h"))
        unit = Literal(self.pick("minute", "hour", "day", "week"))
        return self.pick(Binary(self.pick("+", "-"), t, length), _call("DATEADD", t, n, unit), _call("NOW"))

    def make_duration(self, scope: tuple[str, bool], depth: int) -> Node:
        a, b = (self.value(Kind.INSTANT, scope, depth) for _ in range(2))
        return self.pick(
            Binary("-", a, b), Binary(self.pick("+", "-"), self.leaf(Kind.DURATION, scope), Binary("-", a, b))
        )

    def make_boolean(self, scope: tuple[str, bool], depth: int) -> Node:
        c, d = (self.value(Kind.BOOLEAN, scope, depth) for _ in range(2))
        choices = [
            Logic(self.pick("and", "or"), tuple(self.pick((c, d), (c, d, c)))),
            Unary("not", c),
            self.comparison(scope, depth),
            self.membership(scope),
            _call("ISBLANK", self.value(self.pick(Kind.TEXT, Kind.DATE, Kind.INTEGER), scope, depth)),
            _call(self.pick("CONTAINS", "STARTSWITH", "ENDSWITH"), *self.pair(Kind.TEXT, scope, depth)),
            _call("BETWEEN", *(self.value(Kind.DECIMAL, scope, depth) for _ in range(3))),
        ]
        if not scope[1]:
            choices.append(_call(self.pick("ANY", "ALL"), *self.children(scope, depth)))
        return self.pick(*choices)

    def comparison(self, scope: tuple[str, bool], depth: int) -> Node:
        kind = self.pick(
            Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.TEXT, Kind.DATE, Kind.INSTANT, Kind.DURATION
        )
        sides = [self.value(kind, scope, depth) for _ in range(2)]
        if kind == Kind.DATE and self.draw(st.booleans()):
            sides[1] = Literal("2026-03-31")
        if kind == Kind.MONEY and self.draw(st.booleans()):
            sides[1] = self.draw(numbers(Kind.DECIMAL))
        return Binary(self.pick(*_ORDER), *sides)

    def membership(self, scope: tuple[str, bool]) -> Node:
        word = self.pick("in", "not in")
        items = (Literal(1), Literal(Decimal("2.50")), *self.pick((), (Literal(None),)))
        numbers_in = Binary(word, self.leaf(Kind.DECIMAL, scope), ListOf(items))
        if scope[0] != "deal":
            return numbers_in
        return self.pick(
            numbers_in,
            Binary(word, Name(("stage",)), ListOf((Literal("new"), Literal("won")))),
            Binary(word, Literal("vip"), Name(("tags",))),
            Binary(self.pick("==", "!="), Name(("account", "region")), Literal("east")),
            Binary(self.pick("==", "!="), Name(("account",)), Name(("account", "parent"))),
        )

    def children(self, scope: tuple[str, bool], depth: int) -> tuple[Name, Node]:
        source, inner = self.source(scope)
        return source, self.value(Kind.BOOLEAN, inner, min(depth, 1))

    def source(self, scope: tuple[str, bool]) -> tuple[Name, tuple[str, bool]]:
        assert scope == ("deal", False)
        source, entity = self.pick((("lines",), "line"), (("account", "deals"), "deal"))
        return Name(source), (entity, True)

    def counted(self, scope: tuple[str, bool], depth: int) -> Node:
        source, condition = self.children(scope, depth)
        return _call("COUNT", source, *self.pick((), (condition,)), **self.window(source))

    def window(self, source: Name) -> dict[str, Node]:
        by = {"by": Name(("day",))} if source.parts == ("lines",) and self.draw(st.booleans()) else {}
        return self.pick({}, {"within": Literal(self.pick("30d", "2w", "400d"))} | by)

    def aggregate(self, function: str, kind: Kind, scope: tuple[str, bool], depth: int) -> Node:
        source, inner = self.source(scope)
        value = self.value(kind, inner, min(depth, 1))
        condition = self.pick((), (self.value(Kind.BOOLEAN, inner, min(depth, 1)),))
        return _call(function, source, value, *condition, **self.window(source))


KINDS = (
    Kind.BOOLEAN,
    Kind.INTEGER,
    Kind.DECIMAL,
    Kind.MONEY,
    Kind.PERCENT,
    Kind.TEXT,
    Kind.DATE,
    Kind.INSTANT,
    Kind.DURATION,
)


@st.composite
def trees(draw: Any, kinds: tuple[Kind, ...] = KINDS, depth: int = 3) -> Node:
    """A syntax tree over a deal, of one of the kinds."""
    return _Draw(draw).value(draw(st.sampled_from(kinds)), ("deal", False), depth)


@st.composite
def checked_expressions(draw: Any, kinds: tuple[Kind, ...] = KINDS, depth: int = 3) -> Checked:
    """A checked expression over a deal; what the checker refuses for its size is drawn again."""
    checked, problems = check(draw(trees(kinds, depth)), ENV)
    sizes = {"expr.too_wide", "expr.too_expensive"}
    if checked is None:
        assert {problem.code for problem in problems} <= sizes, problems
    assume(checked is not None)
    assert checked is not None
    assert checked.cost <= MAX_COST
    return checked


def values(type_: Type, ids: Mapping[str, list[UUID]]) -> st.SearchStrategy[Any]:
    """Values of a field, null among them; references point into ``ids``."""
    match type_.kind:
        case Kind.BOOLEAN:
            found: st.SearchStrategy[Any] = st.booleans()
        case Kind.INTEGER:
            limit = 10**type_.digits - 1
            found = st.sampled_from([0, 1, -1, 2, limit, -limit]) | st.integers(-limit, limit)
        case Kind.DECIMAL | Kind.MONEY | Kind.PERCENT:
            limit = 10 ** (type_.digits + type_.scale) - 1
            steps = st.sampled_from([0, 1, -1, 5, limit, -limit]) | st.integers(-limit, limit)
            found = st.builds(lambda n, s=type_.scale: Decimal((int(n < 0), _digits(n), -s)), steps)
        case Kind.TEXT:
            found = texts.map(lambda value, n=type_.length: value[:n])
        case Kind.DATE:
            found = st.sampled_from([date(2026, 1, 31), date(2024, 2, 29), date.max, date.min]) | st.dates()
        case Kind.INSTANT:
            found = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(
                lambda at: at.replace(tzinfo=UTC)
            )
            found = found | st.integers(0, 10**7).map(lambda n: NOW - timedelta(seconds=n))
        case Kind.DURATION:
            found = st.timedeltas(timedelta(days=-40000), timedelta(days=40000))
        case Kind.OPTION:
            found = st.sampled_from(type_.options or ())
        case Kind.REFERENCE:
            found = st.sampled_from(ids.get(str(type_.entity)) or [None])
        case Kind.LIST:
            assert type_.item is not None
            found = st.lists(values(type_.item, ids).filter(lambda x: x is not None), max_size=3).map(tuple)
        case _:
            found = st.none()
    return st.none() | found | found | found


def _digits(number: int) -> tuple[int, ...]:
    return tuple(map(int, str(abs(number))))


NOW = datetime(2026, 3, 31, 16, 30, tzinfo=UTC)
_COUNTS = {"account": 2, "deal": 3, "line": 4}


@st.composite
def worlds(draw: Any) -> World:
    """Records of every entity, with references among them; never empty."""
    ids = {
        entity: [UUID(int=(index + 1) * 1000 + number) for number in range(draw(st.integers(1, most)))]
        for index, (entity, most) in enumerate(_COUNTS.items())
    }
    world: World = {}
    for entity, keys in ids.items():
        fields = ENV.entities[entity].fields
        world[entity] = [
            {
                name: key if name == "id" else draw(values(info.type, ids))
                for name, info in fields.items()
                if info.type.kind != Kind.RECORDS
            }
            for key in keys
        ]
        for record in world[entity]:
            record["created_at"] = record["created_at"] or NOW
    return world


@st.composite
def contexts(draw: Any) -> Context:
    """Moments, zones and calendars; variables and actor as ENV allows them."""
    shop = Calendar(
        frozenset(draw(st.sets(st.integers(1, 7)))),
        frozenset({date(2026, 1, 1)}),
        frozenset({date(2026, 1, 3)}),
    )
    quota = st.none() | st.integers(0, 10**9).map(lambda n: Decimal(n).scaleb(-2))
    return Context(
        draw(st.sampled_from([NOW, datetime(2024, 2, 29, 23, 59, tzinfo=UTC)])),
        ZoneInfo(draw(st.sampled_from(["Asia/Shanghai", "America/New_York", "UTC"]))),
        {"": Calendar(), "shop": shop},
        TABLES,
        {"quota": draw(quota), "factor": Decimal("1.25")},
        ActorValues(UUID(int=1)),
    )


def row_of(world: World, entity: str, record: Record | None, paths: Iterable[tuple[str, ...]]) -> Record:
    """The row of one record with a key for every path of ``Checked.fields``; children as rows of their own."""
    row: Record = {}
    inner: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for path in paths:
        cut = _children_at(entity, path)
        if cut is None:
            row[".".join(path)] = _follow(world, entity, record, path)
        else:
            inner.setdefault(path[:cut], set()).add(path[cut:])
    for source, below in inner.items():
        row[".".join(source)] = _children(world, entity, record, source, below - {()})
    return row


def _children_at(entity: str, path: tuple[str, ...]) -> int | None:
    for index, key in enumerate(path):
        type_ = ENV.entities[entity].fields[key].type
        if type_.kind == Kind.RECORDS:
            return index + 1
        entity = type_.entity or entity
    return None


def _follow(world: World, entity: str, record: Record | None, path: tuple[str, ...]) -> Any:
    value = None if record is None else record[path[0]]
    if len(path) == 1 or value is None:
        return value
    target = str(ENV.entities[entity].fields[path[0]].type.entity)
    return _follow(world, target, _find(world, target, value), path[1:])


def _find(world: World, entity: str, key: UUID) -> Record | None:
    return next((each for each in world.get(entity, ()) if each["id"] == key), None)


def _children(
    world: World, entity: str, record: Record | None, source: tuple[str, ...], below: set[tuple[str, ...]]
) -> list[Record]:
    if record is None:
        return []
    info = ENV.entities[entity].fields[source[0]]
    target = str(info.type.entity)
    if len(source) > 1:
        found = _find(world, target, record[source[0]]) if record[source[0]] is not None else None
        return _children(world, target, found, source[1:], below)
    return [
        row_of(world, target, each, below)
        for each in world[target]
        if each[str(info.inverse)] == record["id"]
    ]
