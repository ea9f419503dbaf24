"""The syntax tree: what the text says, before any name is looked up.

Made only by :mod:`expressions.parser`; printed by :mod:`expressions.printer`. Nodes are frozen and compare
by content without their place, so a tree equals the tree of its own printed text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from expressions.problems import Span

_NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Literal:
    """``12``, ``0.03``, ``"华东"``, ``true``, ``null``. A number's text comes from the source, never a float."""

    value: int | Decimal | str | bool | None
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A field, a variable, an actor word, or a dotted path over relations: ``customer.region``."""

    parts: tuple[str, ...]
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """``ROUND(amount, 2)``; keyword arguments in the order written."""

    function: str
    args: tuple[Node, ...]
    keywords: tuple[tuple[str, Node], ...] = ()
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x`` or ``not x``."""

    operator: str
    operand: Node
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic ``+ - * /``, comparison ``== != < <= > >=``, membership ``in``, ``not in``."""

    operator: str
    left: Node
    right: Node
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Logic:
    """``a and b and c``, ``a or b``: at least two items."""

    operator: str
    items: tuple[Node, ...]
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ListOf:
    """``["a", "b"]``."""

    items: tuple[Node, ...]
    span: Span = field(default=_NOWHERE, compare=False)


Node = Literal | Name | Call | Unary | Binary | Logic | ListOf
