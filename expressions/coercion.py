"""Literals take the type that their place asks for: a text beside a date is a date.

Only literals change, and the branches of a choice that are literals; a field is never converted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from expressions.arithmetic import rescale
from expressions.literals import nearest, parse_literal
from expressions.problems import Problem
from expressions.typed import Apply, Const, Listing, Typed, Value
from expressions.types import BOOLEAN, NULL, Kind, Type, decimal, integer, money, text
from expressions.unify import unify

#: Kinds that a text literal can stand for.
SPOKEN = frozenset({Kind.DATE, Kind.INSTANT, Kind.DURATION, Kind.OPTION, Kind.REFERENCE})
_COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "BETWEEN"})
_MEMBERSHIP = frozenset({"in", "not_in"})


@dataclass(frozen=True, slots=True)
class Places:
    """Which arguments of an entry are compared, which are brought to one type, which are conditions."""

    compared: tuple[int, ...] = ()
    branches: tuple[int, ...] = ()
    conditions: tuple[int, ...] = ()


def places_of(entry: str, count: int) -> Places:
    """The roles of ``count`` arguments of ``entry`` (``IF`` and its like already with their else)."""
    everything = tuple(range(count))
    if entry in _COMPARISONS:
        return Places(compared=everything)
    match entry:
        case "IF":
            return Places(branches=everything[1:], conditions=(0,))
        case "IFS":
            return Places(branches=(*everything[1:-1:2], count - 1), conditions=everything[:-1:2])
        case "SWITCH":
            return Places(compared=(0, *everything[1:-1:2]), branches=(*everything[2:-1:2], count - 1))
        case "COALESCE" | "MIN" | "MAX":
            return Places(branches=everything)
        case _:
            return Places()


def literal_type(value: Value) -> Type:
    """The type that a literal has by itself."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return integer(max(len(str(abs(value))), 1))
    if isinstance(value, Decimal):
        parts = value.as_tuple()
        scale = -int(parts.exponent)
        return decimal(scale, max(len(parts.digits) - scale, 1))
    return text(len(str(value)))


class BadLiteral(Exception):
    """A text literal that does not stand for what its place asks; never leaves the checker."""

    def __init__(self, const: Const, wanted: Type):
        super().__init__(const.value)
        params = {"found": str(const.value), "expected": str(wanted)}
        if near := nearest(str(const.value), list(wanted.options or ())) or ", ".join(
            (wanted.options or ())[:5]
        ):
            params["nearest"] = near
        self.problem = Problem("expr.bad_literal", const.span, params)


def coerce(node: Typed, wanted: Type) -> Typed:
    """``node`` with its literals turned into ``wanted`` where a literal can be; otherwise unchanged.

    Raises:
        BadLiteral: a text literal does not stand for such a value.
    """
    match node:
        case Const(value=None):
            return replace(node, type=wanted)
        case Const(value=str(written), type=Type(kind=Kind.TEXT)) if wanted.kind in SPOKEN:
            value = parse_literal(written, wanted)
            if value is None:
                raise BadLiteral(node, wanted)
            return replace(
                node, value=value, type=replace(wanted, options=(written,)) if wanted.options else wanted
            )
        case Const(value=int() | Decimal() as number) if node.type.is_numeric and wanted.kind == Kind.MONEY:
            kept = money(wanted.currency or "", node.type.scale, node.type.digits)
            return replace(node, value=Decimal(number), type=kept) if node.type.kind != Kind.MONEY else node
        case Apply(entry="IF" | "IFS" | "SWITCH" | "COALESCE") if wanted.kind in SPOKEN | {Kind.MONEY}:
            return _coerce_branches(node, wanted)
        case _:
            return node


def _coerce_branches(node: Apply, wanted: Type) -> Typed:
    args = list(node.args)
    branches = places_of(node.entry, len(args)).branches
    for index in branches:
        args[index] = coerce(args[index], wanted)
    result = unify(args[index].type for index in branches)
    return node if result is None else replace(node, args=tuple(args), type=result)


def widen(node: Typed, wanted: Type) -> Typed:
    """A numeric literal at the scale of ``wanted``; anything else unchanged."""
    if not isinstance(node, Const) or not wanted.is_numeric:
        return node
    if node.value is None or wanted.kind == Kind.INTEGER:
        return replace(node, type=wanted)
    if isinstance(node.value, int | Decimal):
        return replace(node, value=rescale(node.value, wanted.scale), type=wanted)
    return node


def is_literal(node: Typed) -> bool:
    """Whether a literal alone decides its type."""
    return isinstance(node, Const)


def align(entry: str, args: Sequence[Typed]) -> list[Typed]:
    """The arguments of a comparison, a membership or a choice with their literals in the right type.

    Raises:
        BadLiteral: as :func:`coerce`.
    """
    if entry in _MEMBERSHIP:
        return _align_members(list(args))
    places = places_of(entry, len(args))
    result = list(args)
    for group in (places.compared, places.branches):
        for index, node in zip(group, coerce_group([result[index] for index in group]), strict=True):
            result[index] = node
    wide = unify(result[index].type for index in places.branches) if places.branches else None
    if wide is not None:
        for index in places.branches:
            result[index] = _adopt(result[index], wide)
    for index in places.conditions:
        if result[index].type.kind == Kind.NULL:
            result[index] = coerce(result[index], BOOLEAN)
    return result


def _adopt(node: Typed, wide: Type) -> Typed:
    if node.type.kind == Kind.NULL:
        return coerce(node, wide)
    return widen(node, wide)


def coerce_group(nodes: Sequence[Typed]) -> list[Typed]:
    """Nodes that stand beside each other: literals take the kind of the first that is none."""
    anchor = _anchor(nodes)
    if anchor is None:
        return list(nodes)
    return [coerce(node, anchor) for node in nodes]


def _anchor(nodes: Sequence[Typed]) -> Type | None:
    written = [node for node in nodes if not is_literal(node)]
    options = [node.type for node in written if node.type.kind == Kind.OPTION]
    if options:
        return unify(options)
    special = [node.type for node in written if node.type.kind in SPOKEN or node.type.kind == Kind.MONEY]
    if special:
        return special[0]
    others = unify(node.type for node in nodes)
    return others if others is not None and others.kind != Kind.NULL else None


def _align_members(args: list[Typed]) -> list[Typed]:
    x, members = args
    if not isinstance(members, Listing):
        item = members.type.item
        return [x if item is None else coerce(x, item), members]
    x, *items = coerce_group((x, *members.items))
    wide = unify(item.type for item in items)
    if wide is not None:
        items = [_adopt(item, wide) for item in items]
    return [x, listing(items, members)]


def listing(items: Iterable[Typed], written: Listing) -> Listing:
    """``written`` with other items; ``Type.item`` is None when they have no type in common."""
    items = tuple(items)
    wide = unify(item.type for item in items)
    return replace(written, items=items, type=Type(Kind.LIST, item=wide, length=len(items)))
