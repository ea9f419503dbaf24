"""The checked tree as a Python ``ast`` expression over registry functions and hoisted values.

This is the plain form: everything that is not a choice is a call of the registry, every node is marked with
the checked node it stands for. The explanation runs it as it is; :mod:`expressions.program` derives the
inlined form from it. Nothing here ever reads the author's text.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from expressions.arithmetic import rescale
from expressions.registry import REGISTRY, Overload
from expressions.typed import ActorWord, Aggregate, Apply, Const, Field, Listing, Typed, Variable
from expressions.types import Kind, Type

#: Entries whose arguments are brought to the type of the result.
CHOOSING = frozenset({"IF", "IFS", "SWITCH", "COALESCE", "MIN", "MAX"})


def name(identifier: str) -> ast.Name:
    """A name that is read."""
    return ast.Name(identifier, ast.Load())


def constant(value: bool | int | str | None) -> ast.Constant:
    """A constant that Python code can hold."""
    return ast.Constant(value)


def call(function: str, *args: ast.expr) -> ast.Call:
    """A call of a hoisted function."""
    return ast.Call(name(function), list(args), [])


def is_exactly(value: ast.expr, wanted: bool | None) -> ast.expr:
    """``value is wanted``; of a constant the answer itself (Python warns about ``is`` beside a literal)."""
    if isinstance(value, ast.Constant):
        return constant(value.value is wanted)
    return ast.Compare(value, [ast.Is()], [constant(wanted)])


def is_none(value: ast.expr) -> ast.expr:
    """``value is None``."""
    return is_exactly(value, None)


def is_not_none(value: ast.expr) -> ast.expr:
    """``value is not None``."""
    if isinstance(value, ast.Constant):
        return constant(value.value is not None)
    return ast.Compare(value, [ast.IsNot()], [constant(None)])


def null_safe(overload: Overload, settings: dict[str, Any]) -> Callable[..., Any]:
    """The Python side that answers None to any None, its settings bound."""
    python = partial(overload.python, **settings) if settings else overload.python

    def guarded(*args: Any) -> Any:
        return None if any(arg is None for arg in args) else python(*args)

    return guarded


def rescale_value(value: Any, scale: int) -> Any:
    """A number at ``scale``; None stays."""
    return None if value is None else rescale(value, scale)


def is_same(a: Any, b: Any) -> bool:
    """``a == b`` where null equals nothing."""
    return a is not None and a == b


def needs_rescale(actual: Type, wanted: Type) -> bool:
    """Whether a value of ``actual`` must be changed to have the digits of ``wanted``."""
    if not wanted.is_numeric or wanted.kind == Kind.INTEGER or actual.kind == Kind.NULL:
        return False
    return actual.scale != wanted.scale or actual.kind == Kind.INTEGER


def zero_of(wanted: Type) -> int | Decimal:
    """Zero as a value of a numeric type."""
    return 0 if wanted.kind == Kind.INTEGER else rescale(0, wanted.scale)


class Lowering:
    """One expression on its way to Python.

    Attributes:
        hoisted: values of the names that the lowered expression reads: functions and constants.
        fields: the name of each field of the record itself, by path.
        inner: the name of each field of a child, by path; one aggregate at a time.
        others: the name of each variable and actor word.
    """

    def __init__(self) -> None:
        self.hoisted: dict[str, Any] = {}
        self.fields: dict[tuple[str, ...], str] = {}
        self.inner: dict[tuple[str, ...], str] = {}
        self.others: dict[Variable | ActorWord, str] = {}
        self.inside = False
        self._count = 0

    def fresh(self, prefix: str) -> str:
        """A name not used before."""
        self._count += 1
        return f"{prefix}{self._count}"

    def hoist(self, value: Any, prefix: str = "c") -> str:
        """The name of ``value`` among the globals; the same function has one name."""
        if callable(value):
            known = next((key for key, held in self.hoisted.items() if held is value), None)
            if known is not None:
                return known
        identifier = self.fresh(prefix)
        self.hoisted[identifier] = value
        return identifier

    def named(self, value: ast.expr) -> tuple[ast.expr, ast.expr]:
        """A form that computes ``value`` once and a form that reads it again."""
        if isinstance(value, ast.Name | ast.Constant):
            return value, value
        target = self.fresh("t")
        return ast.NamedExpr(ast.Name(target, ast.Store()), value), name(target)

    def lower(self, node: Typed) -> ast.expr:
        """The Python expression of a node, marked with it."""
        result = self.expression(node)
        result.typed = node  # type: ignore[attr-defined]  # a mark of ours on the host's node
        return result

    def expression(self, node: Typed) -> ast.expr:
        """The Python expression of a node."""
        match node:
            case Const():
                return self.const(node)
            case Field():
                return self.field(node)
            case Variable() | ActorWord():
                return name(self.others.setdefault(node, self.fresh("v")))
            case Listing():
                return ast.Tuple([self.lower(item) for item in node.items], ast.Load())
            case Aggregate():
                return self.aggregate(node)
            case Apply():
                return self.apply(node)

    def const(self, node: Const) -> ast.expr:
        """A constant; what code cannot hold is hoisted."""
        if node.value is None or isinstance(node.value, bool | int | str):
            return constant(node.value)
        return name(self.hoist(node.value))

    def field(self, node: Field) -> ast.expr:
        """A field of the record or of the child."""
        names, prefix = (self.inner, "g") if self.inside and not node.outer else (self.fields, "f")
        return name(names.setdefault(node.path, self.fresh(prefix)))

    def aggregate(self, node: Aggregate) -> ast.expr:
        """An aggregate; each form has its own."""
        raise NotImplementedError  # the class is a base: Program and Trace each bring theirs

    def apply(self, node: Apply) -> ast.expr:
        """A choice, or a call."""
        choice: Callable[[Apply], ast.expr] | None = getattr(self, f"lower_{node.entry.lower()}", None)
        return choice(node) if choice is not None else self.invoke(node)

    def invoke(self, node: Apply) -> ast.expr:
        """A call of the registry's function, null-safe where the entry says so."""
        entry = REGISTRY[node.entry]
        overload = entry.overloads[node.overload]
        settings = dict(node.settings)
        args = [
            self.branch(arg, node.type) if node.entry in CHOOSING else self.lower(arg) for arg in node.args
        ]
        if overload.context:
            args.insert(0, name("context"))
        if entry.null_out:
            function = self.hoist(null_safe(overload, settings), "p")
        else:
            function = self.hoist(partial(overload.python, **settings) if settings else overload.python, "p")
        return call(function, *args)

    def branch(self, node: Typed, wanted: Type) -> ast.expr:
        """A branch of a choice, brought to the digits of the result."""
        value = self.lower(node)
        if not needs_rescale(node.type, wanted):
            return value
        return call(self.hoist(rescale_value, "p"), value, constant(wanted.scale))

    def condition(self, node: Typed) -> ast.expr:
        """A condition at a boundary: true, or anything that Python takes for false."""
        return self.lower(node)

    def lower_if(self, node: Apply) -> ast.expr:
        """``IF(c, a, b)``."""
        test, then, otherwise = node.args
        return ast.IfExp(
            self.condition(test), self.branch(then, node.type), self.branch(otherwise, node.type)
        )

    def lower_ifs(self, node: Apply) -> ast.expr:
        """``IFS(c1, a1, …, else)``."""
        result = self.branch(node.args[-1], node.type)
        for index in reversed(range(0, len(node.args) - 1, 2)):
            test, value = node.args[index], node.args[index + 1]
            result = ast.IfExp(self.condition(test), self.branch(value, node.type), result)
        return result

    def lower_switch(self, node: Apply) -> ast.expr:
        """``SWITCH(x, v1, a1, …, else)``: x is computed with the first test."""
        first, again = self.named(self.lower(node.args[0]))
        same = self.hoist(is_same, "p")
        result = self.branch(node.args[-1], node.type)
        for index in reversed(range(1, len(node.args) - 1, 2)):
            test = call(same, first if index == 1 else again, self.lower(node.args[index]))
            result = ast.IfExp(test, self.branch(node.args[index + 1], node.type), result)
        return result

    def lower_coalesce(self, node: Apply) -> ast.expr:
        """``COALESCE(x…)``."""
        *firsts, last = node.args
        result = self.branch(last, node.type)
        for item in reversed(firsts):
            value, again = self.named(self.branch(item, node.type))
            result = ast.IfExp(is_not_none(value), again, result)
        return result

    def lower_and(self, node: Apply) -> ast.expr:
        """Kleene: the first false decides, then any null."""
        return self.kleene(node.args, decisive=False)

    def lower_or(self, node: Apply) -> ast.expr:
        """Kleene: the first true decides, then any null."""
        return self.kleene(node.args, decisive=True)

    def kleene(self, items: Sequence[Typed], *, decisive: bool) -> ast.expr:
        """``decisive if a is decisive or b is decisive else None if a is None or b is None else not decisive``."""
        pairs = [self.named(self.lower(item)) for item in items]
        decided = [is_exactly(value, decisive) for value, _ in pairs]
        unknown = [is_none(again) for _, again in pairs]
        rest = ast.IfExp(ast.BoolOp(ast.Or(), unknown), constant(None), constant(not decisive))
        return ast.IfExp(ast.BoolOp(ast.Or(), decided), constant(decisive), rest)
