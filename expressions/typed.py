"""The checked tree: every name resolved, every overload chosen, every node typed.

Three things only are made of it: a Python function (:mod:`expressions.program`), an explanation
(:mod:`expressions.explain`) and SQL (:mod:`expressions.sql`). Operators are calls here too: ``a + b`` is
``Apply("add", …)``, so the host's own operators never decide anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from expressions.problems import Span
from expressions.types import Type

Value = bool | int | Decimal | str | date | datetime | timedelta | UUID | tuple["Value", ...] | None


@dataclass(frozen=True, slots=True)
class Const:
    """A literal, already of the type its place asks for (a text beside a date is a date here)."""

    value: Value
    type: Type
    span: Span


@dataclass(frozen=True, slots=True)
class Field:
    """A field reached over to-one relations.

    Attributes:
        path: keys from the record on: ``("customer", "region")``; the last is the field itself.
        entities: the entity each key of ``path`` belongs to; same length.
        outer: whether the path starts at the outer record (``this.``) inside an aggregate.
    """

    path: tuple[str, ...]
    entities: tuple[str, ...]
    type: Type
    span: Span
    outer: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """A name of ``Env.variables``."""

    name: str
    type: Type
    span: Span


@dataclass(frozen=True, slots=True)
class ActorWord:
    """``me``, ``my_team``, ``my_teams``, ``my_region``, ``my_regions``, ``my_roles``."""

    word: str
    type: Type
    span: Span


@dataclass(frozen=True, slots=True)
class Apply:
    """A registry entry applied to arguments; ``overload`` is the index of the chosen signature.

    Settings are the arguments that must be literal (a unit, a number of places, a table's key) and so shape
    the code instead of being values in it.
    """

    entry: str
    overload: int
    args: tuple[Typed, ...]
    settings: tuple[tuple[str, str | int], ...]
    type: Type
    span: Span


@dataclass(frozen=True, slots=True)
class Listing:
    """A list written out."""

    items: tuple[Typed, ...]
    type: Type
    span: Span


@dataclass(frozen=True, slots=True)
class Aggregate:
    """``COUNT SUM AVG MIN MAX LATEST ANY ALL`` over the children of a record.

    Attributes:
        entry: the registry key of the aggregate, e.g. ``agg_sum``.
        source: the path to the children; its type is ``records``.
        value: evaluated on each child (None for COUNT, ANY, ALL).
        condition: a child counts when this is true (null is "not met").
        window: only children whose ``time`` lies in ``(now - window, now]``; None for all.
        time: the child's date or instant field for ``window`` and ``LATEST``.
    """

    entry: str
    source: Field
    value: Typed | None
    condition: Typed | None
    window: timedelta | None
    time: Field | None
    type: Type
    span: Span


Typed = Const | Field | Variable | ActorWord | Apply | Listing | Aggregate


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked expression.

    Attributes:
        root: the tree.
        type: of the result.
        fields: every path it reads, relative to its entity (children's paths below the path of the children).
        volatile: whether the answer changes with time alone (``NOW``, ``TODAY``, ``within=``).
        cost: an upper bound of the operations for one record, an aggregate counted with 1,000 children.
    """

    root: Typed
    type: Type
    fields: frozenset[tuple[str, ...]]
    volatile: bool
    cost: int
