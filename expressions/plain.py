"""A syntax tree as JSON, for engines that are not Python: lists that begin with what they are.

``["value", v]`` · ``["decimal", text]`` · ``["name", part, …]`` · ``["call", function, arg, …]`` · ``["not", x]`` ·
``["minus", x]`` · ``["and" | "or", item, …]`` · ``["list", item, …]`` · ``[operator, left, right]``. A call with
keywords has no such form: None stands for the whole tree, and whoever asked leaves the decision to the server.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from expressions.nodes import Binary, Call, ListOf, Literal, Logic, Name, Node, Unary

Tree = list[Any]


class _NoForm(Exception):
    """Something that has no form as JSON."""


def plain_tree(node: Node) -> Tree | None:
    """The tree as JSON; None where a part of it has no such form."""
    try:
        return _plain(node)
    except _NoForm:
        return None


def _plain(node: Node) -> Tree:
    match node:
        case Literal(value=Decimal() as value):
            return ["decimal", format(value, "f")]
        case Literal(value=value):
            return ["value", value]
        case Name():
            return ["name", *node.parts]
        case Call(keywords=()):
            return ["call", node.function, *map(_plain, node.args)]
        case Unary():
            return ["minus" if node.operator == "-" else node.operator, _plain(node.operand)]
        case Binary():
            return [node.operator, _plain(node.left), _plain(node.right)]
        case Logic():
            return [node.operator, *map(_plain, node.items)]
        case ListOf():
            return ["list", *map(_plain, node.items)]
    raise _NoForm
