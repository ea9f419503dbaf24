"""The registry: one entry per operator and function, holding everything that is known about it.

Types, Python, SQL, documentation and examples stand side by side, so that the reference page, the editor's
completion, the generated tests and the three back ends cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import sqlalchemy as sa

from expressions.env import Env, TierTable
from expressions.typed import Apply, Typed
from expressions.types import Type

Dialect = Literal["sqlite", "postgresql"]


class SqlCompiler(Protocol):
    """What an entry's SQL may ask of the compiler (implemented in :mod:`expressions.sql`)."""

    dialect: Dialect

    def compile(self, node: Typed) -> sa.ColumnElement[Any]:
        """The SQL of a node in the storage form of its type (docs/expressions.md, "Storage")."""
        ...

    def number(self, node: Typed, scale: int) -> sa.ColumnElement[Any]:
        """A numeric node brought to ``scale`` in the dialect's storage form."""
        ...

    def convert(self, node: Typed, type_: Type) -> sa.ColumnElement[Any]:
        """A node in the storage form of ``type_``: same kind, or numbers of which ``type_`` has the larger scale."""
        ...

    def let(
        self, values: Sequence[sa.ColumnElement[Any]], body: Callable[..., sa.ColumnElement[Any]]
    ) -> sa.ColumnElement[Any]:
        """``body`` of the values, each computed once however often the body names it."""
        ...

    def tier_table(self, key: str) -> TierTable:
        """The rows of a tier table."""
        ...


#: Builds the SQL of a call.
SqlBuilder = Callable[[SqlCompiler, Apply], sa.ColumnElement[Any]]


class TypeRule(Protocol):
    """Chooses the result type of a call."""

    def __call__(self, args: Sequence[Type], settings: Mapping[str, str | int], env: Env) -> Type | str:
        """The result type, or the code of a problem (``expr.…``)."""
        ...


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a signature.

    Attributes:
        name: as the documentation prints it and as a keyword where ``keyword`` is set.
        kinds: the kinds it takes, joined by ``|``: the names of :class:`~expressions.types.Kind`, ``number`` (all
            numeric kinds), ``plain`` (numbers but money), ``any`` (a single value); for settings ``unit``, ``places``,
            ``table``, ``calendar``, ``mode``.
        setting: the argument must be literal and goes to ``Apply.settings``.
        choices: the literals allowed (settings).
        optional: may be left out.
        repeat: takes all remaining arguments.
        default: the value of a setting that is left out.
    """

    name: str
    kinds: str
    setting: bool = False
    choices: tuple[str | int, ...] = ()
    optional: bool = False
    repeat: bool = False
    default: str | int | None = None


@dataclass(frozen=True, slots=True)
class Overload:
    """One signature of an entry.

    Attributes:
        parameters: in order.
        result: the type rule.
        python: the plain function that the generated code calls; takes values, then settings by name; with
            ``context`` set, the evaluation context first.
        sql: builds the column element, or None when it is not translatable.
        context: the Python side needs the moment, zone, calendar or tables.
        narrow: tightens the result type by literal arguments (``LEFT(t, 3)`` has three characters at most).
    """

    parameters: tuple[Parameter, ...]
    result: TypeRule
    python: Callable[..., Any]
    sql: SqlBuilder | None = None
    context: bool = False
    narrow: Callable[[Type, Sequence[Typed]], Type] | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """An example of the documentation, run by the tests on every back end.

    Attributes:
        text: the expression, in the world of :mod:`expressions.sample`; only aggregates name its fields.
        value: the result as the printed text of the value, e.g. ``"2.35"``, ``"true"``, ``"null"``.
    """

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An operator or function.

    Attributes:
        key: unique; a function's own name (``ROUND``) or an operator's word (``add``).
        symbol: how it is written when it is an operator (``+``).
        family: the heading of the reference page.
        overloads: tried in order.
        null_out: any null argument gives null without calling ``python`` (the rule of the language).
        lazy: arguments are evaluated only when needed (``IF``, ``COALESCE`` …); the generators know the key.
        doc: one sentence per locale.
        examples: at least one.
    """

    key: str
    family: str
    overloads: tuple[Overload, ...]
    doc: Mapping[str, str]
    examples: tuple[Example, ...]
    symbol: str | None = None
    null_out: bool = True
    lazy: bool = False
    volatile: bool = False
    keywords: Mapping[str, Parameter] = field(default_factory=dict)


class Registry:
    """All entries by key; filled when the function modules are imported, then only read."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def add(self, entry: Entry) -> Entry:
        """Register an entry; a key may be taken once."""
        if entry.key in self._entries:
            raise ValueError(f"registry key taken twice: {entry.key}")
        self._entries[entry.key] = entry
        return entry

    def get(self, key: str) -> Entry | None:
        """The entry of that key."""
        return self._entries.get(key)

    def __getitem__(self, key: str) -> Entry:
        return self._entries[key]

    def entries(self) -> tuple[Entry, ...]:
        """All entries in the order of registration."""
        return tuple(self._entries.values())

    def replace(self, entry: Entry) -> None:
        """Put a fuller form of a registered entry in its place (back ends attach their side so)."""
        if entry.key not in self._entries:
            raise KeyError(entry.key)
        self._entries[entry.key] = entry


REGISTRY = Registry()
