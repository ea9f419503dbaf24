"""Type rules and small builders shared by the families of functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from expressions.env import Env
from expressions.registry import REGISTRY, Entry, Example, Overload, Parameter, TypeRule
from expressions.types import BOOLEAN, DIVISION_SCALE, Kind, Type, decimal, integer, percent
from expressions.unify import are_comparable, unify

Settings = Mapping[str, str | int]


def fixed(result: Type) -> TypeRule:
    """Always ``result``."""

    def rule(args: Sequence[Type], settings: Settings, env: Env) -> Type | str:
        del args, settings, env
        return result

    return rule


def of_types(function: Callable[[Sequence[Type]], Type | None]) -> TypeRule:
    """A rule that looks at the arguments' types only; None from ``function`` is ``expr.type``."""

    def rule(args: Sequence[Type], settings: Settings, env: Env) -> Type | str:
        del settings, env
        return function(args) or "expr.type"

    return rule


def comparison(*, ordered: bool) -> TypeRule:
    """Boolean, when all arguments compare with the first."""

    def compare(args: Sequence[Type]) -> Type | None:
        return BOOLEAN if all(are_comparable(args[0], other, ordered=ordered) for other in args[1:]) else None

    return of_types(compare)


def same_numbers(args: Sequence[Type]) -> Type | None:
    """The one type of all arguments (numbers, or all dates, or all instants)."""
    return unify(args)


def multiply_type(args: Sequence[Type]) -> Type | None:
    """The type of a product; None for money times money."""
    a, b = args
    scale, digits = a.scale + b.scale, a.digits + b.digits
    if a.kind == Kind.MONEY or b.kind == Kind.MONEY:
        if a.kind == b.kind:
            return None
        return replace(a if a.kind == Kind.MONEY else b, scale=scale, digits=digits)
    if a.kind == b.kind == Kind.INTEGER:
        return integer(digits)
    if a.kind == b.kind == Kind.PERCENT:
        return percent(scale, digits)
    return decimal(scale, digits)


def divide_type(args: Sequence[Type]) -> Type | None:
    """The type of a quotient; None for a number by money, or money of two currencies."""
    a, b = args
    digits = a.digits + b.scale
    if b.kind == Kind.MONEY:
        return decimal(DIVISION_SCALE, digits) if a.kind == b.kind and a.currency == b.currency else None
    if a.kind == Kind.MONEY:
        return replace(a, scale=DIVISION_SCALE, digits=digits)
    return decimal(DIVISION_SCALE, digits)


def sum_type(args: Sequence[Type]) -> Type | None:
    """The type of a sum or difference; None where money meets something else."""
    merged = unify(args)
    return replace(merged, digits=merged.digits + 1) if merged is not None else None


def parameters(*written: str) -> tuple[Parameter, ...]:
    """Parameters from ``"name: kinds"``; ``?`` behind the name is optional, ``*`` takes all that follow."""
    result = []
    for each in written:
        name, kinds = each.split(": ")
        result.append(Parameter(name.rstrip("?*"), kinds, optional="?" in name, repeat="*" in name))
    return tuple(result)


def overload(
    written: Sequence[str | Parameter], result: TypeRule, python: Callable[..., Any], **more: Any
) -> Overload:
    """An overload whose plain parameters are written as ``"name: kinds"``."""
    listed = tuple(each if isinstance(each, Parameter) else parameters(each)[0] for each in written)
    return Overload(listed, result, python, **more)


def define(
    key: str, family: str, *overloads: Overload, zh: str, en: str, examples: Mapping[str, str], **more: Any
) -> Entry:
    """Register an entry; ``examples`` maps an expression to the printed text of its value."""
    shown = tuple(Example(text, value) for text, value in examples.items())
    return REGISTRY.add(Entry(key, family, overloads, {"zh-CN": zh, "en": en}, shown, **more))
