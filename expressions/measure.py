"""What a checked tree reads, costs, and whether time alone changes its answer."""

from __future__ import annotations

from collections.abc import Iterator

from expressions.registry import REGISTRY
from expressions.typed import Aggregate, Apply, Const, Field, Listing, Typed

#: Children that an aggregate is counted with.
CHILDREN = 1_000
#: Operations for one record beyond which an expression is refused: some thirty aggregates with a condition of
#: five operations each, or a list of a thousand members looked up in an aggregate.
MAX_COST = 200_000


def parts_of(node: Typed) -> tuple[Typed, ...]:
    """The nodes directly below, the source and time field of an aggregate included."""
    match node:
        case Apply():
            return node.args
        case Listing():
            return node.items
        case Aggregate():
            below = (node.source, node.value, node.condition, node.time)
            return tuple(part for part in below if part is not None)
        case _:
            return ()


def walk(node: Typed) -> Iterator[Typed]:
    """The node and everything below it, parents first, in the order of the text."""
    yield node
    for part in parts_of(node):
        yield from walk(part)


def cost_of(node: Typed) -> int:
    """Operations for one record, an upper bound."""
    match node:
        case Apply():
            return 1 + sum(map(cost_of, node.args))
        case Listing():
            # Written-out constants are looked up at once.
            return (
                1
                + len(node.items) // 10
                + sum(cost_of(item) for item in node.items if not isinstance(item, Const))
            )
        case Aggregate():
            inner = [part for part in (node.value, node.condition) if part is not None]
            return 1 + CHILDREN * (1 + (node.window is not None) + sum(map(cost_of, inner)))
        case Field():
            return len(node.path)
        case _:
            return 0


def is_volatile(node: Typed) -> bool:
    """Whether ``NOW``, ``TODAY`` or a window is in it."""
    return any(
        (isinstance(part, Apply) and REGISTRY[part.entry].volatile)
        or (isinstance(part, Aggregate) and part.window is not None)
        for part in walk(node)
    )


def fields_of(node: Typed) -> frozenset[tuple[str, ...]]:
    """Every path that is read; children's paths stand below the path of the children."""
    return frozenset(_paths(node, ()))


def _paths(node: Typed, below: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(node, Field):
        yield node.path if node.outer else below + node.path
        return
    if isinstance(node, Aggregate):
        source = node.source.path
        yield source
        for part in (node.value, node.condition, node.time):
            if part is not None:
                yield from _paths(part, source)
        if node.entry == "agg_latest":
            yield (*source, "id")
        return
    for part in parts_of(node):
        yield from _paths(part, below)
