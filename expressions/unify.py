"""Which types go together: in a comparison, in the branches of an ``IF``, as the result of a place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from expressions.types import NULL, Kind, Type, decimal

_ORDERED = frozenset({Kind.DATE, Kind.INSTANT, Kind.DURATION})
_TEXTS = frozenset({Kind.TEXT, Kind.OPTION})


def are_comparable(a: Type, b: Type, *, ordered: bool) -> bool:
    """Whether ``==`` (or, with ``ordered``, ``<``) takes the two types."""
    if a.is_numeric and b.is_numeric:
        return _same_currency(a, b)
    if a.kind in _TEXTS and b.kind in _TEXTS:
        return _options_overlap(a, b)
    if a.kind != b.kind:
        return False
    if a.kind in _ORDERED:
        return True
    if ordered:
        return False
    return a.kind == Kind.BOOLEAN or (a.kind == Kind.REFERENCE and a.entity == b.entity)


def _same_currency(a: Type, b: Type) -> bool:
    return a.currency == b.currency and (a.kind == Kind.MONEY) == (b.kind == Kind.MONEY)


def _options_overlap(a: Type, b: Type) -> bool:
    if a.options is None or b.options is None or a.kind != b.kind:
        return True
    return not set(a.options).isdisjoint(b.options)


def unify(types: Iterable[Type]) -> Type | None:
    """The one type that all of ``types`` are brought to, or None when there is none.

    The bare null adopts the others' type; without any other it stays null.
    """
    result = NULL
    for each in types:
        merged = _merge(result, each)
        if merged is None:
            return None
        result = merged
    return result


def _merge(a: Type, b: Type) -> Type | None:
    if a == b and a.kind not in (Kind.RECORDS, Kind.JSON):
        return a
    if a.kind == Kind.NULL or b.kind == Kind.NULL:
        return b if a.kind == Kind.NULL else a
    if a.is_numeric and b.is_numeric:
        return _merge_numbers(a, b)
    if a.kind != b.kind or a.entity != b.entity or a.kind in (Kind.RECORDS, Kind.JSON):
        return None
    if a.kind == Kind.OPTION:
        known = a.options is not None and b.options is not None
        return replace(
            a, options=tuple(dict.fromkeys((a.options or ()) + (b.options or ()))) if known else None
        )
    if a.kind == Kind.LIST:
        item = _merge(a.item, b.item) if a.item is not None and b.item is not None else None
        return None if item is None else replace(a, item=item, length=max(a.length, b.length))
    return replace(a, length=max(a.length, b.length))


def _merge_numbers(a: Type, b: Type) -> Type | None:
    scale, digits = max(a.scale, b.scale), max(a.digits, b.digits)
    if a.kind == b.kind:
        return replace(a, scale=scale, digits=digits) if a.currency == b.currency else None
    if Kind.MONEY in (a.kind, b.kind):
        return None
    return decimal(scale, digits)


def fits(actual: Type, expected: Type) -> bool:
    """Whether a result of type ``actual`` may stand where ``expected`` is asked for.

    Only the kind counts (with currency, entity, options): a place that stores fewer digits rounds by itself.
    """
    if actual.kind == Kind.NULL:
        return True
    if actual.is_numeric and expected.is_numeric:
        if expected.kind == Kind.MONEY or actual.kind == Kind.MONEY:
            return actual.kind == expected.kind and actual.currency == expected.currency
        return expected.kind != Kind.INTEGER or actual.kind == Kind.INTEGER
    if expected.kind == Kind.TEXT:
        return actual.kind in _TEXTS
    if actual.kind != expected.kind or actual.entity != expected.entity:
        return False
    if expected.kind == Kind.OPTION:
        if expected.options is None:
            return True
        return actual.options is not None and set(actual.options) <= set(expected.options)
    if expected.kind == Kind.LIST:
        return actual.item is not None and expected.item is not None and fits(actual.item, expected.item)
    return True
