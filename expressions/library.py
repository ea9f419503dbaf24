"""The full registry: importing this module guarantees that every family of functions is in it."""

from __future__ import annotations

from expressions import functions
from expressions.registry import REGISTRY, Entry

#: What importing the package of families has registered, in the order of the reference page.
FAMILIES = functions.__all__

#: Names that are written ``NAME(…)`` on values.
FUNCTIONS = frozenset(entry.key for entry in REGISTRY.entries() if entry.symbol is None)
#: Names that are written ``NAME(children, …)``.
AGGREGATES = frozenset(
    entry.symbol for entry in REGISTRY.entries() if entry.symbol and entry.key.startswith("agg_")
)


def entries() -> tuple[Entry, ...]:
    """All entries in the order of the reference page."""
    return REGISTRY.entries()
