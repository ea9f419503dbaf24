"""Text to syntax tree: Python's own parser, then an allow-list.

Python's ``ast`` knows precedence, strings and brackets; nothing of it survives but the node kinds named here.
Numbers are taken from the source text, because the parser has already turned them into binary floats.
"""

from __future__ import annotations

import ast
from decimal import Decimal

from expressions.lexer import check_tokens, is_clean, scan_tokens
from expressions.nodes import Binary, Call, ListOf, Literal, Logic, Name, Node, Unary
from expressions.problems import ExpressionError, Problem, Span
from expressions.types import MAX_LIST

#: Characters of an expression.
MAX_LENGTH = 4_000
#: Nodes of the tree; the plain members of a list are counted by ``MAX_LIST`` instead.
MAX_NODES = 500
#: Nodes on the way from the root to a leaf.
MAX_DEPTH = 40
#: Relations that a dotted path goes over.
MAX_PATH = 5

_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_BINARY: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}


class _Refused(Exception):
    """Leaves the conversion with one problem; never leaves this module."""

    def __init__(self, problem: Problem):
        super().__init__(problem.code)
        self.problem = problem


def parse(text: str) -> Node:
    """The syntax tree of ``text``.

    Raises:
        ExpressionError: the text is not an expression of the language.
    """
    node, problems = check_syntax(text)
    if node is None:
        raise ExpressionError(problems)
    return node


def check_syntax(text: str) -> tuple[Node | None, list[Problem]]:
    """The tree, or None and at least one problem; never raises for any text."""
    if len(text) > MAX_LENGTH:
        return None, [Problem("expr.too_long", Span(MAX_LENGTH, len(text)), {"limit": str(MAX_LENGTH)})]
    tokens = scan_tokens(text)
    if not tokens:
        return None, [Problem("expr.empty", Span(0, len(text)))]
    problems = check_tokens(tokens)
    if problems:
        return None, problems
    if not is_clean(text):
        place = next(index for index, char in enumerate(text) if not is_clean(char))
        return None, [
            Problem("expr.bad_character", Span(place, place + 1), {"found": f"U+{ord(text[place]):04X}"})
        ]
    try:
        return _Conversion(text, tokens[0].start).run(), []
    except _Refused as refused:
        return None, [refused.problem]


class _Conversion:
    """One text on its way through Python's parser."""

    def __init__(self, text: str, start: int):
        self.text = text
        self.start = start
        # White space other than the space stands only outside texts here (the scan saw to that), so a line
        # break may become a space without moving anything.
        self.source = text[start:].rstrip(" \t\r\n").replace("\n", " ").replace("\r", " ").replace("\t", " ")
        self.places = None if text.isascii() else _characters(self.source)
        self.nodes = 0

    def run(self) -> Node:
        """Parse and convert."""
        try:
            tree = ast.parse(self.source, mode="eval")
        except (RecursionError, MemoryError):
            raise _Refused(
                Problem("expr.too_deep", Span(0, len(self.text)), {"limit": str(MAX_DEPTH)})
            ) from None
        except (SyntaxError, ValueError) as error:
            place = self.start + max(0, min((getattr(error, "offset", None) or 1) - 1, len(self.source) - 1))
            raise _Refused(Problem("expr.syntax", Span(place, place + 1))) from None
        return self.node(tree.body, 1)

    def span(self, node: ast.expr | ast.keyword) -> Span:
        """The node's place in the text, in characters."""
        start, end = node.col_offset, node.end_col_offset or node.col_offset
        if self.places is not None:
            start, end = self.places[start], self.places[end]
        return Span(self.start + start, self.start + end)

    def refuse(self, code: str, node: ast.expr, **params: str) -> _Refused:
        """A refusal at ``node``, to be raised."""
        return _Refused(Problem(code, self.span(node), params))

    def node(self, node: ast.expr, depth: int) -> Node:
        """Convert one node and what is below it."""
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise self.refuse("expr.too_deep", node, limit=str(MAX_DEPTH))
        if self.nodes > MAX_NODES:
            raise self.refuse("expr.too_many_nodes", node, limit=str(MAX_NODES))
        match node:
            case ast.Constant():
                return self.literal(node)
            case ast.Name() | ast.Attribute():
                return self.name(node)
            case ast.Call():
                return self.call(node, depth)
            case ast.UnaryOp():
                return self.unary(node, depth)
            case ast.BinOp() if type(node.op) in _BINARY:
                left, right = self.node(node.left, depth + 1), self.node(node.right, depth + 1)
                return Binary(_BINARY[type(node.op)], left, right, self.span(node))
            case ast.Compare():
                return self.compare(node, depth)
            case ast.BoolOp():
                word = "and" if isinstance(node.op, ast.And) else "or"
                return Logic(word, tuple(self.node(item, depth + 1) for item in node.values), self.span(node))
            case ast.List():
                return self.list_of(node, depth)
            case _:
                raise self.refuse("expr.not_allowed", node, what=type(node).__name__)

    def literal(self, node: ast.Constant) -> Literal:
        """A number by its text, a text, a truth value or null."""
        span = self.span(node)
        if isinstance(node.value, bool) or node.value is None or isinstance(node.value, str):
            return Literal(node.value, span)
        if isinstance(node.value, int):
            return Literal(node.value, span)
        if isinstance(node.value, float):
            return Literal(Decimal(self.text[span.start : span.end]), span)
        raise self.refuse("expr.not_allowed", node, what=type(node.value).__name__)

    def name(self, node: ast.Name | ast.Attribute) -> Node:
        """A word, a name, or a dotted path of names."""
        parts: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name):
            raise self.refuse("expr.not_allowed", node, what="Attribute")
        if not parts and inner.id in _WORDS:
            return Literal(_WORDS[inner.id], self.span(node))
        path = (inner.id, *reversed(parts))
        if len(path) - (2 if path[0] == "this" else 1) > MAX_PATH:
            raise self.refuse("expr.path_too_long", node, limit=str(MAX_PATH))
        return Name(path, self.span(node))

    def call(self, node: ast.Call, depth: int) -> Call:
        """A function with its arguments; the function is a plain name."""
        if not isinstance(node.func, ast.Name):
            raise self.refuse("expr.not_allowed", node.func, what="Call")
        keywords: list[tuple[str, Node]] = []
        for keyword in node.keywords:
            if keyword.arg is None or any(keyword.arg == seen for seen, _ in keywords):
                raise self.refuse("expr.not_allowed", keyword.value, what="keyword")
            keywords.append((keyword.arg, self.node(keyword.value, depth + 1)))
        args = tuple(self.node(argument, depth + 1) for argument in node.args)
        return Call(node.func.id, args, tuple(keywords), self.span(node))

    def unary(self, node: ast.UnaryOp, depth: int) -> Unary:
        """Minus and not."""
        if isinstance(node.op, ast.USub | ast.Not):
            word = "-" if isinstance(node.op, ast.USub) else "not"
            return Unary(word, self.node(node.operand, depth + 1), self.span(node))
        raise self.refuse("expr.not_allowed", node, what=type(node.op).__name__)

    def compare(self, node: ast.Compare, depth: int) -> Binary:
        """Exactly one comparison: ``a < b < c`` means different things to different readers."""
        if len(node.ops) > 1:
            raise self.refuse("expr.chained_comparison", node, use="BETWEEN(x, low, high)")
        word = _COMPARE.get(type(node.ops[0]))
        if word is None:
            raise self.refuse("expr.not_allowed", node, what=type(node.ops[0]).__name__)
        left, right = self.node(node.left, depth + 1), self.node(node.comparators[0], depth + 1)
        return Binary(word, left, right, self.span(node))

    def list_of(self, node: ast.List, depth: int) -> ListOf:
        """A list; plain members have a limit of their own."""
        if len(node.elts) > MAX_LIST:
            raise self.refuse("expr.too_many_members", node, limit=str(MAX_LIST))
        items = []
        for item in node.elts:
            counted = self.nodes
            items.append(self.node(item, depth + 1))
            if isinstance(item, ast.Constant) or (
                isinstance(item, ast.UnaryOp) and isinstance(item.operand, ast.Constant)
            ):
                self.nodes = counted
        return ListOf(tuple(items), self.span(node))


def _characters(source: str) -> list[int]:
    """For every byte of the UTF-8 form the index of its character, and the length at the end."""
    places: list[int] = []
    for index, char in enumerate(source):
        places.extend([index] * len(char.encode("utf-8", "surrogatepass")))
    places.append(len(source))
    return places
