"""Explanation of one evaluation: the value of every sub-expression, by asteval over the lowered tree.

The only module that imports asteval. It never sees the author's text, only our lowered tree; its symbol table
holds our functions and values alone. A fresh interpreter serves each explanation, because after an error an
interpreter answers None to everything in silence.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from asteval import Interpreter

from expressions.context import Context
from expressions.lowering import Lowering, call, zero_of
from expressions.measure import parts_of
from expressions.problems import Span
from expressions.registry import REGISTRY
from expressions.typed import (
    ActorWord,
    Aggregate,
    Apply,
    Checked,
    Const,
    Field,
    Listing,
    Typed,
    Value,
    Variable,
)
from expressions.types import Kind, Type
from expressions.windows import is_within, window_end, window_start

#: Steps of the interpreter; an explanation is for one record and a few hundred children.
MAX_STEPS = 2_000_000
#: Children of an aggregate whose own steps are kept.
MAX_SAMPLES = 20


class TooManySteps(RuntimeError):
    """The explanation was given up; the expression itself may be fine."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What one sub-expression came to.

    Attributes:
        span: where it stands in the text; empty for what the language added (the else of an ``IF``).
        text: the registry key, path, word or literal of the node, for people.
        type: its static type.
        value: its value; None also when it was not computed.
        computed: False for the branch not taken.
        error: the kind of error that stopped this very part, for a row that breaks its types; else None.
        children: the sub-expressions.
        samples: for an aggregate, condition and value on the first children.
    """

    span: Span
    text: str
    type: Type
    value: Value
    computed: bool
    error: str | None
    children: tuple[Trace, ...]
    samples: tuple[tuple[Trace, ...], ...] = ()


def explain(checked: Checked, row: Mapping[str, Any], context: Context) -> Trace:
    """The trace of one evaluation; its value equals that of the program.

    Raises:
        TooManySteps: the children are too many to be walked through step by step.
    """
    lowering = _Plain()
    tree = lowering.lower(checked.root)
    tracer = _Tracer(lowering, row, context)
    tracer.run(tree)
    return tracer.trace(checked.root, tracer.values, tracer.samples)


@dataclass(frozen=True, slots=True)
class _Loop:
    """An aggregate with its lowered parts and the names of the child's fields in them."""

    node: Aggregate
    value: ast.expr | None
    condition: ast.expr | None
    time: ast.expr | None
    names: Mapping[tuple[str, ...], str]


class _Plain(Lowering):
    """The plain form; an aggregate is a call of a name that the tracer binds to its loop."""

    def __init__(self) -> None:
        super().__init__()
        self.loops: dict[str, _Loop] = {}

    def aggregate(self, node: Aggregate) -> ast.expr:
        """``a1(f2)``: the loop on the children."""
        source = self.lower(node.source)
        self.inside, self.inner = True, {}
        value, condition, time = map(self.part, (node.value, node.condition, node.time))
        self.inside = False
        function = self.fresh("a")
        self.loops[function] = _Loop(node, value, condition, time, self.inner)
        return call(function, source)

    def part(self, node: Typed | None) -> ast.expr | None:
        """A part that an aggregate may lack."""
        return None if node is None else self.lower(node)


_Values = dict[int, Any]
#: What a node is known by among the values kept: itself, not its content.
_identity = object.__hash__


class _Tracer(Interpreter):  # type: ignore[misc]  # asteval has no types
    """asteval with our names alone, counting steps and keeping the value of every marked node."""

    def __init__(self, lowering: _Plain, row: Mapping[str, Any], context: Context):
        symbols: dict[str, Any] = dict(lowering.hoisted)
        super().__init__(symtable=symbols, minimal=True, use_numpy=False)
        del self.symtable["print"]
        self.set_nodehandler("ifexp")
        self.node_handlers["namedexpr"] = self.on_namedexpr
        self.context = context
        self.values: _Values = {}
        self.samples: dict[int, list[_Values]] = {}
        self.errors: dict[int, str] = {}
        self.failed: str | None = None
        self.steps = 0
        symbols["context"] = context
        for path, identifier in lowering.fields.items():
            symbols[identifier] = row[".".join(path)]
        for other, identifier in lowering.others.items():
            symbols[identifier] = _value_of(other, context)
        for identifier, loop in lowering.loops.items():
            symbols[identifier] = self.loop(loop)

    def run(self, node: Any, expr: Any = None, lineno: Any = None, with_raise: bool = True) -> Any:
        """One step, its value kept; asteval's own way with errors is not wanted, it hides what comes after."""
        del expr, lineno, with_raise
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooManySteps
        value = self.node_handlers[type(node).__name__.lower()](node)
        typed = getattr(node, "typed", None)
        if typed is not None:
            self.values[_identity(typed)] = value
            if self.failed is not None:
                self.errors[_identity(typed)], self.failed = self.failed, None
        return value

    def on_call(self, node: ast.Call) -> Any:
        """A call of one of our functions; an error becomes a null with the error's kind beside it, never its text."""
        function = self.run(node.func)
        args = [self.run(argument) for argument in node.args]
        try:
            return function(*args)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            self.failed = type(error).__name__
            return None

    def on_namedexpr(self, node: ast.NamedExpr) -> Any:
        """``name := value``."""
        self.symtable[node.target.id] = value = self.run(node.value)
        return value

    def loop(self, loop: _Loop) -> Callable[[Sequence[Mapping[str, Any]] | None], Any]:
        """The function that an aggregate is a call of."""

        def evaluate(rows: Sequence[Mapping[str, Any]] | None) -> Any:
            kept = []
            samples = self.samples.setdefault(_identity(loop.node), [])
            outer, window = self.values, _window(loop.node, self.context)
            for row in rows or ():
                self.values = {}
                for path, identifier in loop.names.items():
                    self.symtable[identifier] = row[".".join(path)]
                kept += self.child(loop, row, window)
                if len(samples) < MAX_SAMPLES:
                    samples.append(self.values)
            self.values = outer
            zero = [zero_of(loop.node.type)] if loop.node.entry == "agg_sum" else []
            return REGISTRY[loop.node.entry].overloads[0].python(kept, *zero)

        return evaluate

    def child(self, loop: _Loop, row: Mapping[str, Any], window: tuple[Any, Any] | None) -> list[Any]:
        """What a child contributes: nothing, or one item for the registry's function."""
        time = self.run(loop.time) if loop.time is not None else None
        if window is not None and not is_within(time, *window):
            return []
        met = self.run(loop.condition) is True if loop.condition is not None else True
        if loop.node.entry == "agg_all":
            return [met]
        if not met:
            return []
        value = self.run(loop.value) if loop.value is not None else True
        return [(time, row["id"], value)] if loop.node.entry == "agg_latest" else [value]

    def trace(self, node: Typed, values: _Values, samples: Mapping[int, list[_Values]]) -> Trace:
        """The trace of a node from the values kept."""
        value = values.get(_identity(node))
        below: tuple[Typed, ...] = (node.source,) if isinstance(node, Aggregate) else parts_of(node)
        inside: tuple[tuple[Trace, ...], ...] = ()
        if isinstance(node, Aggregate):
            inner = [part for part in (node.condition, node.value) if part is not None]
            inside = tuple(
                tuple(self.trace(part, kept, {}) for part in inner)
                for kept in samples.get(_identity(node), ())
            )
        return Trace(
            node.span,
            _text_of(node),
            node.type,
            _clean(value, node.type),
            _identity(node) in values,
            self.errors.get(_identity(node)),
            tuple(self.trace(part, values, samples) for part in below),
            inside,
        )


def _window(node: Aggregate, context: Context) -> tuple[Any, Any] | None:
    if node.window is None or node.time is None:
        return None
    is_date = node.time.type.kind == Kind.DATE
    return window_start(context, node.window, is_date), window_end(context, is_date)


def _value_of(node: Variable | ActorWord, context: Context) -> Any:
    return context.variables[node.name] if isinstance(node, Variable) else getattr(context.actor, node.word)


def _clean(value: Any, type_: Type) -> Any:
    """Children as their count, a zero without a minus sign; others as they are."""
    if type_.kind == Kind.RECORDS:
        return len(value or ())
    return value.copy_abs() if isinstance(value, Decimal) and not value else value


def _text_of(node: Typed) -> str:
    match node:
        case Const():
            return repr(node.value) if isinstance(node.value, str) else str(node.value)
        case Field():
            return ".".join((("this",) if node.outer else ()) + node.path)
        case Variable():
            return node.name
        case ActorWord():
            return node.word
        case Listing():
            return "[…]"
        case Apply() | Aggregate():
            return REGISTRY[node.entry].symbol or node.entry
