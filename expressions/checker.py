"""Syntax tree to checked tree: names resolved, types derived, overloads chosen, all complaints collected."""

from __future__ import annotations

from decimal import Decimal

from expressions.aggregate_check import check_aggregate
from expressions.coercion import BadLiteral, align, coerce, listing, literal_type
from expressions.env import Env
from expressions.library import AGGREGATES, FUNCTIONS
from expressions.literals import nearest
from expressions.measure import MAX_COST, cost_of, fields_of, is_volatile
from expressions.nodes import Binary, Call, ListOf, Literal, Logic, Name, Node, Unary
from expressions.overloads import apply_entry, check_count, check_size, name_of
from expressions.parser import check_syntax
from expressions.problems import ExpressionError, Problem, Span
from expressions.registry import REGISTRY, Entry
from expressions.resolve import Scope, Unresolved, resolve
from expressions.typed import Checked, Const, Listing, Typed
from expressions.types import NULL, Kind, Type, list_of
from expressions.unify import fits

#: Complaints after which the rest is not listed.
MAX_PROBLEMS = 100

_OPERATORS = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "==": "eq",
    "!=": "ne",
    "<": "lt",
    "<=": "le",
    ">": "gt",
    ">=": "ge",
    "in": "in",
    "not in": "not_in",
}
_EQUALITY = frozenset({"==", "!=", "<", "<=", ">", ">="})


def check(node: Node, env: Env, expected: Type | None = None) -> tuple[Checked | None, list[Problem]]:
    """The checked tree, or None and at least one problem (at most ``MAX_PROBLEMS``, in the order of the text).

    With ``expected`` the result must be of that kind (currency, entity, options too); scale and length are
    not compared, a place that stores fewer digits rounds by itself.
    """
    checker = _Checker(env)
    root = checker.visit(node, Scope(env.entity))
    if root is not None:
        root = checker.finish(root, expected)
    if root is None or checker.problems:
        problems = sorted(checker.problems, key=lambda problem: problem.span.start)
        return None, problems[:MAX_PROBLEMS]
    cost = cost_of(root)
    if cost > MAX_COST:
        return None, [Problem("expr.too_expensive", root.span)]
    return Checked(root, root.type, fields_of(root), is_volatile(root), cost), []


def compile_expression(text: str, env: Env, expected: Type | None = None) -> Checked:
    """Parse and check.

    Raises:
        ExpressionError: the text has problems.
    """
    node, problems = check_syntax(text)
    if node is not None:
        checked, problems = check(node, env, expected)
        if checked is not None:
            return checked
    raise ExpressionError(problems)


class _Checker:
    """One expression under check; ``visit`` answers None where it has noted a problem."""

    def __init__(self, env: Env):
        self.env = env
        self.problems: list[Problem] = []

    def note(self, code: str, span: Span, **params: str) -> None:
        """Collect a complaint; words without a value are left out."""
        self.problems.append(Problem(code, span, {key: value for key, value in params.items() if value}))

    def finish(self, root: Typed, expected: Type | None) -> Typed | None:
        """The root in the type that its place asks for."""
        if root.type.kind in (Kind.RECORDS, Kind.JSON):
            self.note("expr.result_type", root.span, expected=str(expected or "value"), found=str(root.type))
            return None
        if expected is None:
            return root
        try:
            root = self.coerce_result(root, expected)
        except BadLiteral as bad:
            self.problems.append(bad.problem)
            return None
        if not fits(root.type, expected):
            self.note("expr.result_type", root.span, expected=str(expected), found=str(root.type))
            return None
        return root

    def coerce_result(self, root: Typed, expected: Type) -> Typed:
        """Literals of the result in the expected type."""
        if isinstance(root, Listing) and expected.item is not None:
            return listing([coerce(item, expected.item) for item in root.items], root)
        return coerce(root, expected)

    def visit(self, node: Node, scope: Scope) -> Typed | None:
        """The checked form of a node."""
        match node:
            case Literal():
                return self.literal(node.value, node.span)
            case Name():
                return self.name(node, scope)
            case Unary():
                return self.unary(node, scope)
            case Binary():
                return self.binary(node, scope)
            case Logic():
                return self.apply(REGISTRY[node.operator], node.items, node.span, scope)
            case ListOf():
                return self.list_of(node, scope)
            case Call():
                return self.call(node, scope)

    def literal(self, value: int | Decimal | str | bool | None, span: Span) -> Const | None:
        """A constant of its own type."""
        const = Const(value, literal_type(value), span)
        problem = check_size(const.type, span)
        if problem is not None:
            self.problems.append(problem)
            return None
        return const

    def name(self, node: Name, scope: Scope) -> Typed | None:
        """A single value by its name."""
        found = self.resolved(node, scope)
        if found is not None and found.type.kind == Kind.RECORDS:
            self.note("expr.to_many", node.span, name=".".join(node.parts))
            return None
        return found

    def resolved(self, node: Name, scope: Scope) -> Typed | None:
        """Whatever the name means, children too."""
        try:
            return resolve(node, scope, self.env)
        except Unresolved as unresolved:
            self.problems.append(unresolved.problem)
            return None

    def unary(self, node: Unary, scope: Scope) -> Typed | None:
        """Minus and not; the minus of a written number belongs to the number."""
        if node.operator == "-" and isinstance(node.operand, Literal):
            value = node.operand.value
            if isinstance(value, int | Decimal) and not isinstance(value, bool):
                # copy_negate asks no decimal context; a zero has no sign in this language.
                negative = value.copy_negate() if isinstance(value, Decimal) else -value
                return self.literal(negative if value else value, node.span)
        return self.apply(
            REGISTRY["negate" if node.operator == "-" else "not"], (node.operand,), node.span, scope
        )

    def binary(self, node: Binary, scope: Scope) -> Typed | None:
        """An operator between two."""
        if node.operator in _EQUALITY:
            for side in (node.left, node.right):
                if isinstance(side, Literal) and side.value is None:
                    use = "not ISBLANK(x)" if node.operator == "!=" else "ISBLANK(x)"
                    self.note("expr.null_comparison", node.span, use=use)
                    return None
        return self.apply(REGISTRY[_OPERATORS[node.operator]], (node.left, node.right), node.span, scope)

    def list_of(self, node: ListOf, scope: Scope) -> Listing | None:
        """A list; its members meet their type where the list is used."""
        items = [self.visit(item, scope) for item in node.items]
        if any(item is None for item in items):
            return None
        return listing([item for item in items if item is not None], Listing((), list_of(NULL), node.span))

    def call(self, node: Call, scope: Scope) -> Typed | None:
        """A function or an aggregate."""
        name = node.function
        if name in AGGREGATES and (name not in FUNCTIONS or self.takes_records(node, scope)):
            return check_aggregate(node, scope, self)
        if name not in FUNCTIONS:
            self.unknown_function(node)
            return None
        entry = REGISTRY[name]
        if node.keywords:
            self.note("expr.unknown_keyword", node.span, name=name, keyword=node.keywords[0][0])
            return None
        problem = check_count(entry, len(node.args), node.span)
        if problem is not None:
            self.problems.append(problem)
            return None
        return self.apply(entry, node.args, node.span, scope)

    def unknown_function(self, node: Call) -> None:
        """The complaint with the right case or the nearest name."""
        known = FUNCTIONS | AGGREGATES
        span = Span(node.span.start, node.span.start + len(node.function))
        if node.function.upper() in known:
            self.note("expr.function_case", span, found=node.function, use=node.function.upper())
        else:
            near = nearest(node.function.upper(), sorted(known))
            self.note("expr.unknown_function", span, name=node.function, nearest=near)

    def takes_records(self, node: Call, scope: Scope) -> bool:
        """Whether ``MIN`` / ``MAX`` stands before children."""
        if not node.args or not isinstance(node.args[0], Name):
            return False
        try:
            return resolve(node.args[0], scope, self.env).type.kind == Kind.RECORDS
        except Unresolved:
            return False

    def apply(self, entry: Entry, nodes: tuple[Node, ...], span: Span, scope: Scope) -> Typed | None:
        """An entry on its arguments: settings apart, literals aligned, an overload chosen."""
        settings: dict[str, str | int] = {}
        args: list[Typed | None] = []
        parameters = entry.overloads[0].parameters
        for index, node in enumerate(nodes):
            parameter = parameters[min(index, len(parameters) - 1)]
            if parameter.setting:
                self.setting(entry, parameter.name, parameter.kinds, node, settings)
            else:
                args.append(self.visit(node, scope))
        for parameter in parameters[len(nodes) :]:
            if parameter.setting and parameter.default is not None:
                settings[parameter.name] = parameter.default
        if any(arg is None for arg in args) or any(p.setting and p.name not in settings for p in parameters):
            return None
        try:
            aligned = align(entry.key, _with_else(entry.key, [arg for arg in args if arg is not None], span))
        except BadLiteral as bad:
            self.problems.append(bad.problem)
            return None
        return self.accept(apply_entry(entry, aligned, settings, span, self.env))

    def accept(self, result: Typed | Problem) -> Typed | None:
        """A result, or its problem noted."""
        if isinstance(result, Problem):
            self.problems.append(result)
            return None
        return result

    def setting(
        self, entry: Entry, parameter: str, kinds: str, node: Node, settings: dict[str, str | int]
    ) -> None:
        """An argument that must be written out: a unit, places, a table, a calendar."""
        value = _written(node)
        if value is None or isinstance(value, str) == (kinds == "places"):
            self.note("expr.not_literal", node.span, name=name_of(entry), parameter=parameter)
            return
        known = {"table": self.env.tables.keys(), "calendar": self.env.calendars}.get(kinds)
        if known is not None and value not in known:
            self.note(
                f"expr.unknown_{kinds}", node.span, name=str(value), nearest=nearest(str(value), list(known))
            )
            return
        settings[parameter] = value


def _written(node: Node) -> str | int | None:
    """The text or whole number that a node writes out."""
    if isinstance(node, Unary) and node.operator == "-" and isinstance(node.operand, Literal):
        value = _written(node.operand)
        return -value if isinstance(value, int) else None
    if isinstance(node, Literal) and isinstance(node.value, str | int) and not isinstance(node.value, bool):
        return node.value
    return None


def _with_else(entry: str, args: list[Typed], span: Span) -> list[Typed]:
    """``IF``, ``IFS``, ``SWITCH`` always with their else."""
    missing = {"IF": len(args) == 2, "IFS": len(args) % 2 == 0, "SWITCH": len(args) % 2 == 1}.get(
        entry, False
    )
    return [*args, Const(None, NULL, Span(span.end, span.end))] if missing else args
