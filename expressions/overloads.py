"""Which signature of an entry fits the arguments, and what is wrong when none does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from expressions.coercion import coerce
from expressions.env import Env
from expressions.literals import nearest, parse_literal
from expressions.problems import Problem, Span
from expressions.registry import Entry, Overload, Parameter
from expressions.typed import Apply, Const, Typed
from expressions.types import (
    BOOLEAN,
    DATE,
    DURATION,
    INSTANT,
    MAX_DIGITS,
    MAX_TEXT,
    NULL,
    NUMERIC,
    Kind,
    Type,
    integer,
    list_of,
    text,
)

Settings = Mapping[str, str | int]

_PLAIN = NUMERIC - {Kind.MONEY}
_ANY = frozenset(Kind) - {Kind.LIST, Kind.RECORDS, Kind.JSON}
_DEFAULTS = {
    Kind.TEXT: text(0),
    Kind.DATE: DATE,
    Kind.INSTANT: INSTANT,
    Kind.DURATION: DURATION,
    Kind.BOOLEAN: BOOLEAN,
    Kind.LIST: list_of(NULL, 0),
}
_SPOKEN = {Kind.DATE: DATE, Kind.INSTANT: INSTANT, Kind.DURATION: DURATION}


@lru_cache(maxsize=256)
def kinds_of(written: str) -> tuple[Kind, ...]:
    """The kinds that a parameter's ``kinds`` names, in the order written."""
    result: list[Kind] = []
    for word in written.split("|"):
        groups = {"any": _ANY, "number": NUMERIC, "plain": _PLAIN}
        result.extend(sorted(groups[word]) if word in groups else [Kind(word)])
    return tuple(result)


def name_of(entry: Entry) -> str:
    """How the entry is written."""
    return entry.symbol or entry.key


def signature_of(entry: Entry, overload: Overload) -> str:
    """``ROUND(x, n?)`` or ``a + b``."""
    names = [f"{p.name}{'…' if p.repeat else ''}{'?' if p.optional else ''}" for p in overload.parameters]
    if entry.symbol is not None and not entry.symbol.isupper():
        return f" {entry.symbol} ".join(names) if len(names) > 1 else f"{entry.symbol} {names[0]}"
    names += [f"{keyword}=" for keyword in entry.keywords]
    return f"{name_of(entry)}({', '.join(names)})"


def check_count(entry: Entry, found: int, span: Span) -> Problem | None:
    """A complaint when no signature takes ``found`` arguments (settings counted)."""
    if any(_takes(overload.parameters, found) for overload in entry.overloads):
        return None
    params = {
        "name": name_of(entry),
        "found": str(found),
        "signature": signature_of(entry, entry.overloads[0]),
    }
    return Problem("expr.arguments", span, params)


def _takes(parameters: Sequence[Parameter], found: int) -> bool:
    least = sum(not parameter.optional for parameter in parameters)
    most = 1_000 if any(parameter.repeat for parameter in parameters) else len(parameters)
    return least <= found <= most


def apply_entry(
    entry: Entry, args: Sequence[Typed], settings: Settings, span: Span, env: Env
) -> Apply | Problem:
    """The entry applied to ``args`` by the first overload that fits, or the best complaint."""
    literal: Problem | None = None
    refused: str | None = None
    for index, overload in enumerate(entry.overloads):
        matched = _match(overload, args)
        if isinstance(matched, Problem):
            literal = literal or matched
            continue
        if matched is None:
            continue
        unfit = _check_choices(entry, overload, settings, span)
        if unfit is not None:
            return unfit
        result = overload.result([arg.type for arg in matched], settings, env)
        if isinstance(result, Type):
            if overload.narrow is not None:
                result = overload.narrow(result, matched)
            return check_size(result, span) or Apply(
                entry.key, index, tuple(matched), tuple(settings.items()), result, span
            )
        refused = result
    return literal or _type_problem(refused or "expr.type", entry, args, span)


def check_size(result: Type, span: Span) -> Problem | None:
    """A complaint when a number has too many digits or a text is too long."""
    if result.digits + result.scale > MAX_DIGITS:
        return Problem("expr.too_wide", span, {"limit": str(MAX_DIGITS)})
    if result.kind == Kind.TEXT and result.length > MAX_TEXT:
        return Problem("expr.too_expensive", span)
    return None


def _match(overload: Overload, args: Sequence[Typed]) -> list[Typed] | Problem | None:
    parameters = [parameter for parameter in overload.parameters if not parameter.setting]
    if not _takes(parameters, len(args)):
        return None
    result: list[Typed] = []
    problem: Problem | None = None
    for index, arg in enumerate(args):
        kinds = kinds_of(parameters[min(index, len(parameters) - 1)].kinds)
        accepted = _accept(arg, kinds, args)
        if accepted is None:
            return None
        if isinstance(accepted, Problem):
            problem = problem or accepted
        else:
            result.append(accepted)
    # A text that reads badly is the complaint only beside something that makes the overload the meant one.
    if problem is not None and len(args) > 1 and all(_is_text(arg) for arg in args):
        return None
    return problem or result


def _is_text(arg: Typed) -> bool:
    return isinstance(arg, Const) and (arg.value is None or isinstance(arg.value, str))


def _accept(arg: Typed, kinds: tuple[Kind, ...], args: Sequence[Typed]) -> Typed | Problem | None:
    if arg.type.kind in kinds:
        return arg
    if arg.type.kind == Kind.NULL:
        partner = next((each.type for each in args if each.type.kind in kinds), None)
        return coerce(arg, partner or _DEFAULTS.get(kinds[0], integer(1)))
    if not isinstance(arg, Const) or not isinstance(arg.value, str):
        return None
    wanted = [_SPOKEN[kind] for kind in kinds if kind in _SPOKEN]
    for each in wanted:
        value = parse_literal(arg.value, each)
        if value is not None:
            return replace(arg, value=value, type=each)
    if not wanted:
        return None
    return Problem("expr.bad_literal", arg.span, {"found": arg.value, "expected": "|".join(map(str, wanted))})


def _check_choices(entry: Entry, overload: Overload, settings: Settings, span: Span) -> Problem | None:
    for parameter in overload.parameters:
        value = settings.get(parameter.name)
        if parameter.choices and value not in parameter.choices:
            choices = [str(choice) for choice in parameter.choices]
            shown = choices if len(choices) <= 8 else [choices[0], "…", choices[-1]]
            params = {"name": name_of(entry), "found": str(value), "choices": ", ".join(shown)}
            if near := nearest(str(value), choices):
                params["nearest"] = near
            return Problem("expr.bad_choice", span, params)
    return None


def _type_problem(code: str, entry: Entry, args: Sequence[Typed], span: Span) -> Problem:
    types = [arg.type for arg in args]
    params = {"name": name_of(entry), "found": ", ".join(map(str, types))}
    kinds = {each.kind for each in types}
    if entry.key == "add" and Kind.TEXT in kinds | {Kind.TEXT if Kind.OPTION in kinds else Kind.NULL}:
        params["use"] = "CONCAT(a, b)"
    elif entry.key in ("add", "subtract") and kinds & {Kind.DATE, Kind.INSTANT}:
        params["use"] = "DATEADD(x, n, unit)"
    return Problem(code, span, params)
