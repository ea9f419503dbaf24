"""How many digits the exact operations of an expression can need, and how many operations there are.

A generated function asks once whether the thread's decimal context is wide enough for all its sums and
products; only if not it switches to ours. The bound is finer than the types' digits: a sum of eight amounts
has one digit more than an amount, not eight.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from expressions.measure import CHILDREN, parts_of
from expressions.typed import Aggregate, Apply, Const, Typed
from expressions.types import Kind

EXACT_ENTRIES = frozenset({"add", "subtract", "multiply", "negate"})


def is_exact(node: Typed) -> bool:
    """Whether the node is decimal arithmetic that never rounds."""
    if not isinstance(node, Apply) or node.entry not in EXACT_ENTRIES:
        return False
    return node.overload == 0 and node.type.kind != Kind.INTEGER


def count_exact(node: Typed) -> int:
    """How often exact arithmetic runs for one record; inside an aggregate once per child."""
    times = CHILDREN if isinstance(node, Aggregate) else 1
    return is_exact(node) + times * sum(map(count_exact, parts_of(node)))


def needed_precision(root: Typed) -> int:
    """Digits, before and behind the point, that hold every exact result below ``root``."""
    widths = [len(str(int(bound))) + node.type.scale for node, bound in _bounds(root)]
    return max(widths, default=1)


def _bounds(node: Typed) -> Iterator[tuple[Typed, Fraction]]:
    """Every exact node with a bound on its absolute value."""
    for part in parts_of(node):
        yield from _bounds(part)
    if is_exact(node):
        yield node, _bound(node)


def _bound(node: Typed) -> Fraction:
    if isinstance(node, Const) and isinstance(node.value, int | Decimal):
        return abs(Fraction(node.value))
    if isinstance(node, Apply) and is_exact(node):
        bounds = [_bound(arg) for arg in node.args]
        if node.entry == "multiply":
            return bounds[0] * bounds[1]
        return sum(bounds, Fraction(0))
    return Fraction(10**node.type.digits)
