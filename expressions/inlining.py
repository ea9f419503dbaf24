"""The inlined form of the lowering: null checks, comparisons, ``and or not`` and loops written out as Python.

It exists for speed alone; its meaning is that of the plain form, and tests hold the two together.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from decimal import Decimal, getcontext, setcontext

from expressions import arithmetic
from expressions.lowering import (
    CHOOSING,
    Lowering,
    call,
    constant,
    is_exactly,
    is_none,
    is_not_none,
    name,
    needs_rescale,
    zero_of,
)
from expressions.measure import walk
from expressions.registry import REGISTRY
from expressions.typed import (
    ActorWord,
    Aggregate,
    Apply,
    Const,
    Field,
    Listing,
    Typed,
    Variable,
)
from expressions.types import Kind, Type
from expressions.windows import window_end, window_start

_COMPARE: dict[str, type[ast.cmpop]] = {
    "eq": ast.Eq,
    "ne": ast.NotEq,
    "lt": ast.Lt,
    "le": ast.LtE,
    "gt": ast.Gt,
    "ge": ast.GtE,
}
_NATIVE: dict[str, type[ast.operator]] = {"add": ast.Add, "subtract": ast.Sub, "multiply": ast.Mult}
_EXACT: dict[str, Callable[..., Decimal]] = {
    "add": arithmetic.add_exact,
    "subtract": arithmetic.subtract_exact,
    "multiply": arithmetic.multiply_exact,
    "negate": arithmetic.negate_exact,
}
#: Entries that are null exactly when an argument is (of the arithmetic ones the first overload, numbers).
_STRICT = frozenset({*_COMPARE, *_NATIVE, "negate", "not", "ABS", "ROUND"})
_BRANCHES = frozenset({"and", "or", "IF", "IFS", "SWITCH"})
#: The exponent that a usable decimal context bears; ours stay below 200. The other end needs no look: with as many
#: digits as the expression needs, every one of its results is exact below the smallest exponent too.
_EXPONENTS = 999
_NEVER_NULL = frozenset({"ISBLANK", "COMPLETENESS", "CONCAT", "agg_count", "agg_sum", "agg_any", "agg_all"})
#: Entries after which a decimal zero may carry a minus sign.
_SIGNED_ZERO = frozenset({"multiply", "divide", "negate", "ROUND", "ROUNDUP", "ROUNDDOWN", "TIER"})


def _is_strict(node: Typed) -> bool:
    """Whether the node is null exactly when one of its arguments is."""
    return (
        isinstance(node, Apply) and node.entry in _STRICT and (node.overload == 0 or node.entry in _COMPARE)
    )


class Inlined(Lowering):
    """The lowering with null checks, comparisons and loops written out.

    With a ``precision`` (digits that the whole expression needs) exact arithmetic is written with Python's
    operators and the function sees to the decimal context once; without, each operation goes through a method
    of our own context, which costs as much again as the operation.
    """

    def __init__(self, *, precision: int | None = None) -> None:
        super().__init__()
        self.precision = precision
        self.windows: list[tuple[str, str, Aggregate]] = []
        #: Paths of the record that cannot be null here, because a condition above has looked at them.
        self.known: frozenset[tuple[str, ...]] = frozenset()

    def root(self, node: Typed) -> ast.expr:
        """The whole expression; a zero never leaves with a minus sign."""
        return self.unsigned(node, node.type)

    def unsigned(self, node: Typed, wanted: Type) -> ast.expr:
        """A value at the digits of ``wanted``, a zero without its sign; the test for null is shared where it can be."""
        signed = wanted.is_numeric and wanted.kind != Kind.INTEGER
        if not signed or not any(
            isinstance(part, Apply) and part.entry in _SIGNED_ZERO for part in walk(node)
        ):
            return self.branch(node, wanted)
        if isinstance(node, Apply) and node.entry == "IF" and not needs_rescale(node.type, wanted):
            return self.choose(node, self.unsigned)
        zero = name(self.hoist(arithmetic.rescale(0, wanted.scale)))
        if isinstance(node, Apply) and _is_strict(node) and not needs_rescale(node.type, wanted):
            tests, value = self.strict(node)
            return self.unless_none(tests, ast.BoolOp(ast.Or(), [value, zero]))
        first, again = self.named(self.branch(node, wanted))
        return self.unless_none([first], ast.BoolOp(ast.Or(), [again, zero]))

    def body(self, result: ast.expr) -> list[ast.stmt]:
        """``return result``; where operators stand in it, under a decimal context that holds them."""
        if self.precision is None:
            return [ast.Return(result)]
        wide = self.hoist(setcontext, "p")
        saved = ast.Assign([ast.Name("saved", ast.Store())], call(self.hoist(getcontext, "p")))
        enough = [
            ast.Compare(_of_saved("prec"), [ast.GtE()], [constant(self.precision)]),
            ast.Compare(_of_saved("Emax"), [ast.Gt()], [constant(_EXPONENTS)]),
        ]
        switch = ast.Expr(call(wide, name(self.hoist(arithmetic.EXACT))))
        back = ast.Expr(call(wide, name("saved")))
        return [
            saved,
            ast.If(ast.BoolOp(ast.And(), [*enough]), [ast.Return(result)], []),
            switch,
            ast.Try([ast.Return(result)], [], [], [back]),
        ]

    def preamble(self) -> list[ast.stmt]:
        """What is read once: fields, variables, actor words, the ends of windows."""
        reads: list[tuple[str, ast.expr]] = [
            (local, ast.Subscript(name("row"), constant(".".join(path)), ast.Load()))
            for path, local in self.fields.items()
        ]
        for other, local in self.others.items():
            reads.append((local, _read_context(other)))
        for start, end, node in self.windows:
            is_date = constant(node.time is not None and node.time.type.kind == Kind.DATE)
            window = name(self.hoist(node.window))
            reads.append((start, call(self.hoist(window_start, "p"), name("context"), window, is_date)))
            reads.append((end, call(self.hoist(window_end, "p"), name("context"), is_date)))
        return [ast.Assign([ast.Name(local, ast.Store())], value) for local, value in reads]

    def field(self, node: Field) -> ast.expr:
        """A local for the record's field; a look-up for the child's."""
        if self.inside and not node.outer:
            return ast.Subscript(name("child"), constant(".".join(node.path)), ast.Load())
        return super().field(node)

    def is_nullable(self, node: Typed) -> bool:
        """Whether a value of the node may be null, as far as can be seen cheaply."""
        match node:
            case Const():
                return node.value is None
            case Field():
                return (self.inside and not node.outer) or node.path not in self.known
            case Aggregate():
                return node.entry not in _NEVER_NULL
            case Apply() if node.entry in _NEVER_NULL:
                return False
            case Apply() if node.entry in _BRANCHES or _is_strict(node):
                return any(map(self.is_nullable, node.args))
            case _:
                return not isinstance(node, Listing)

    def invoke(self, node: Apply) -> ast.expr:
        """A call with its null checks, or the operator itself."""
        if node.entry in ("in", "not_in", "BETWEEN"):
            return self.membership(node) or super().invoke(node)
        if not REGISTRY[node.entry].null_out:
            return super().invoke(node)
        return self.unless_none(*self.strict(node))

    def unless_none(self, tests: list[ast.expr], value: ast.expr) -> ast.expr:
        """``value``, or None when any of ``tests`` is None."""
        if not tests:
            return value
        return ast.IfExp(_joined(ast.Or(), [is_none(test) for test in tests]), constant(None), value)

    def strict(self, node: Apply) -> tuple[list[ast.expr], ast.expr]:
        """What must not be null, and the value when it is not; nested arithmetic shares one test."""
        tests: list[ast.expr] = []
        args: list[ast.expr] = []
        for arg in node.args:
            before, value = self.guard(arg, node)
            seen = {test.id for test in tests if isinstance(test, ast.Name)}
            tests += [test for test in before if not (isinstance(test, ast.Name) and test.id in seen)]
            args.append(value)
        return tests, self.operation(node, args)

    def guard(self, arg: Typed, node: Apply) -> tuple[list[ast.expr], ast.expr]:
        """What to test of an argument, and what to compute with."""
        rescaled = node.entry in CHOOSING and needs_rescale(arg.type, node.type)
        if isinstance(arg, Apply) and _is_strict(arg) and not rescaled:
            return self.strict(arg)
        value = self.lower(arg)
        if not rescaled and not self.is_nullable(arg):
            return [], value
        tested, again = self.named(value)
        if rescaled:
            again = call(self.hoist(arithmetic.rescale, "p"), again, constant(node.type.scale))
        return [tested], again

    def operation(self, node: Apply, args: list[ast.expr]) -> ast.expr:
        """The entry on arguments that are not null."""
        if node.entry in _COMPARE:
            return ast.Compare(args[0], [_COMPARE[node.entry]()], [args[1]])
        if node.entry == "not":
            return ast.UnaryOp(ast.Not(), args[0])
        if node.entry in _EXACT and node.overload == 0:
            if node.type.kind != Kind.INTEGER and self.precision is None:
                return call(self.hoist(_EXACT[node.entry], "p"), *args)
            if node.entry == "negate":
                return ast.UnaryOp(ast.USub(), args[0])
            return ast.BinOp(args[0], _NATIVE[node.entry](), args[1])
        overload = REGISTRY[node.entry].overloads[node.overload]
        first = [name("context")] if overload.context else []
        settings = [ast.keyword(key, constant(value)) for key, value in node.settings]
        return ast.Call(name(self.hoist(overload.python, "p")), [*first, *args], settings)

    def membership(self, node: Apply, *, boundary: bool = False) -> ast.expr | None:
        """``in`` a written list without null, ``BETWEEN`` two constants; None for anything else."""
        x, *rest = node.args
        if node.entry == "BETWEEN":
            if any(not isinstance(end, Const) or end.value is None for end in rest):
                return None
            value, again = self.named(self.lower(x))
            low, high = map(self.lower, rest)
            test: ast.expr = ast.Compare(low, [ast.LtE(), ast.LtE()], [again, high])
        else:
            members = rest[0].items if isinstance(rest[0], Listing) else ()
            values = [item.value for item in members if isinstance(item, Const) and item.value is not None]
            if not isinstance(rest[0], Listing) or len(values) < len(members):
                return None
            value, again = self.named(self.lower(x))
            word = ast.In() if node.entry == "in" else ast.NotIn()
            test = ast.Compare(again, [word], [name(self.hoist(frozenset(values)))])
        if boundary:
            return ast.BoolOp(ast.And(), [is_not_none(value), test])
        return ast.IfExp(is_none(value), constant(None), test)

    def condition(self, node: Typed) -> ast.expr:
        """True exactly when the node is true: null and false need not be told apart."""
        if not isinstance(node, Apply):
            return self.lower(node)
        if node.entry in ("and", "or"):
            word = ast.And() if node.entry == "and" else ast.Or()
            return ast.BoolOp(word, [self.condition(item) for item in node.args])
        if node.entry in _COMPARE:
            tests, compared = self.strict(node)
            return _joined(ast.And(), [*map(is_not_none, tests), compared])
        if node.entry == "not" and self.is_nullable(node.args[0]):
            return is_exactly(self.lower(node.args[0]), False)
        if node.entry in ("in", "not_in", "BETWEEN"):
            return self.membership(node, boundary=True) or self.lower(node)
        return self.lower(node)

    def lower_if(self, node: Apply) -> ast.expr:
        """``IF(c, a, b)``."""
        return self.choose(node, self.branch)

    def choose(self, node: Apply, branch: Callable[[Typed, Type], ast.expr]) -> ast.expr:
        """``IF`` with its branches made by ``branch``; what the condition compared is not null in the first."""
        test, then, otherwise = node.args
        decided = self.condition(test)
        before, self.known = self.known, self.known | self.compared(test)
        taken = branch(then, node.type)
        self.known = before
        return ast.IfExp(decided, taken, branch(otherwise, node.type))

    def compared(self, test: Typed) -> frozenset[tuple[str, ...]]:
        """Paths of the record that are not null when ``test`` is true."""
        if isinstance(test, Field) and not self.inside:
            return frozenset({test.path})
        if isinstance(test, Apply) and (test.entry == "and" or _is_strict(test)):
            return frozenset().union(*map(self.compared, test.args))
        return frozenset()

    def kleene(self, items: Sequence[Typed], *, decisive: bool) -> ast.expr:
        """Without null it is Python's own."""
        if not any(map(self.is_nullable, items)):
            word = ast.Or() if decisive else ast.And()
            return ast.BoolOp(word, [self.lower(item) for item in items])
        return super().kleene(items, decisive=decisive)

    def aggregate(self, node: Aggregate) -> ast.expr:
        """A list comprehension over the children, handed to the registry's function."""
        children = ast.BoolOp(ast.Or(), [self.field(node.source), ast.Tuple([], ast.Load())])
        self.inside = True
        kept = [self.condition(node.condition)] if node.condition is not None else []
        tests = ([self.within(node)] if node.window is not None else []) + kept
        if node.entry == "agg_all":
            element: ast.expr = ast.IfExp(kept[0], constant(True), constant(False))
            tests = []
        elif node.entry == "agg_latest":
            assert node.time is not None
            assert node.value is not None
            own = ast.Subscript(name("child"), constant("id"), ast.Load())
            element = ast.Tuple([self.lower(node.time), own, self.lower(node.value)], ast.Load())
        else:
            element = self.lower(node.value) if node.value is not None else constant(True)
        self.inside = False
        loop = ast.comprehension(ast.Name("child", ast.Store()), children, tests, 0)
        function = self.hoist(REGISTRY[node.entry].overloads[0].python, "p")
        return call(function, ast.ListComp(element, [loop]), *self.zero(node))

    def within(self, node: Aggregate) -> ast.expr:
        """The window's test on a child."""
        assert node.time is not None
        start, end = self.fresh("w"), self.fresh("w")
        self.windows.append((start, end, node))
        value, again = self.named(self.lower(node.time))
        inside = ast.Compare(name(start), [ast.Lt(), ast.LtE()], [again, name(end)])
        return ast.BoolOp(ast.And(), [is_not_none(value), inside])

    def zero(self, node: Aggregate) -> list[ast.expr]:
        """The sum of nothing, with the digits of the answer."""
        if node.entry != "agg_sum":
            return []
        return [name(self.hoist(zero_of(node.type)))]


def _joined(word: ast.boolop, items: list[ast.expr]) -> ast.expr:
    return items[0] if len(items) == 1 else ast.BoolOp(word, items)


def _of_saved(attribute: str) -> ast.Attribute:
    return ast.Attribute(name("saved"), attribute, ast.Load())


def _read_context(node: Variable | ActorWord) -> ast.expr:
    if isinstance(node, Variable):
        variables = ast.Attribute(name("context"), "variables", ast.Load())
        return ast.Subscript(variables, constant(node.name), ast.Load())
    actor = ast.Attribute(name("context"), "actor", ast.Load())
    return ast.Attribute(actor, node.word, ast.Load())
