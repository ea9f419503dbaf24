"""What has no exact SQL, named before anything is published."""

from __future__ import annotations

from expressions.measure import parts_of
from expressions.problems import Problem
from expressions.registry import REGISTRY
from expressions.storage import is_storable
from expressions.typed import Apply, Checked, Const, Listing, Typed
from expressions.types import Kind, Type

_CODE = "expr.not_translatable"
_LISTED = frozenset({Kind.TEXT, Kind.OPTION, Kind.REFERENCE, Kind.NULL})


def not_translatable(checked: Checked) -> list[Problem]:
    """One problem for each part that neither database can compute exactly; none: ``compile_sql`` will do.

    Those parts are functions whose registry entry has no SQL, texts that no database holds (U+0000, half a surrogate
    pair), and lists that are a value of their own without being texts, options or references written out.
    """
    return _problems(checked.root)


def _problems(node: Typed) -> list[Problem]:
    here = _own_problem(node)
    found = [] if here is None else [Problem(_CODE, node.span, {"name": here})]
    for part in _values_below(node):
        found += _problems(part)
    return found


def _values_below(node: Typed) -> tuple[Typed, ...]:
    """The parts, but a list written behind ``in`` by its members."""
    if isinstance(node, Apply) and node.entry in ("in", "not_in") and isinstance(node.args[1], Listing):
        return (node.args[0], *node.args[1].items)
    return parts_of(node)


def _own_problem(node: Typed) -> str | None:
    if isinstance(node, Apply) and REGISTRY[node.entry].overloads[node.overload].sql is None:
        return REGISTRY[node.entry].symbol or node.entry
    if isinstance(node, Const) and isinstance(node.value, str) and not is_storable(node.value):
        return ascii(node.value)
    if isinstance(node, Listing) and not all(
        isinstance(item, Const) and item.value is not None for item in node.items
    ):
        return "[…]"
    if node.type.kind is Kind.LIST and not _is_stored_list(node.type):
        return "[…]"
    return None


def _is_stored_list(type_: Type) -> bool:
    return type_.item is None or type_.item.kind in _LISTED
