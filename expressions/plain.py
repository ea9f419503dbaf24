"""A checked tree as JSON, for engines that are not Python: lists that begin with what they are.

``["value", v]`` (text, option, reference, truth, null) · ``["number", text]`` · ``["date", text]`` ·
``["instant", text]`` · ``["duration", microseconds]`` ·
``["list", item, …]`` · ``["name", key, …]`` · ``["input", key]`` · ``["actor", word]`` · ``[operator, operand, …]``
(``+ - * / == != < <= > >= in``, ``not in``, ``and or not``, ``minus``) · ``["call", function, arg, …, setting, …]`` ·
``["scale", digits, x]``: a number with more digits behind the point · ``["server"]``: what only the server decides.

Literals are of the type that their place asks for, and what a choice brings to one scale is brought there, so that
whoever runs the tree needs no types.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from expressions.lowering import CHOOSING, needs_rescale
from expressions.registry import REGISTRY
from expressions.typed import ActorWord, Apply, Const, Field, Listing, Typed, Value, Variable

Tree = list[Any]

SERVER: Tree = ["server"]


def plain_tree(node: Typed) -> Tree:
    """The tree as JSON; aggregates are the server's."""
    match node:
        case Const():
            return plain_value(node.value)
        case Field(outer=False):
            return ["name", *node.path]
        case Variable():
            return ["input", node.name]
        case ActorWord():
            return ["actor", node.word]
        case Listing():
            return ["list", *map(plain_tree, node.items)]
        case Apply():
            return _applied(node)
        case _:
            return SERVER


def plain_value(value: Value) -> Tree:
    """A value as a tree."""
    match value:
        case bool() | str() | None:
            return ["value", value]
        case int() | Decimal():
            return ["number", format(value, "f") if isinstance(value, Decimal) else str(value)]
        case datetime():
            return ["instant", value.isoformat()]
        case date():
            return ["date", value.isoformat()]
        case timedelta():
            return ["duration", str(value // timedelta(microseconds=1))]
        case UUID():
            return ["value", str(value)]
        case tuple():
            return ["list", *map(plain_value, value)]


def _applied(node: Apply) -> Tree:
    entry = REGISTRY[node.entry]
    args = [_argument(node, index, arg) for index, arg in enumerate(node.args)]
    if entry.symbol:
        return ["minus" if node.entry == "negate" else entry.symbol, *args]
    return ["call", node.entry, *args, *(plain_value(setting) for _, setting in node.settings)]


def _argument(node: Apply, index: int, arg: Typed) -> Tree:
    """An argument; a branch of a choice has the digits of the result."""
    tree = plain_tree(arg)
    if _is_branch(node, index) and needs_rescale(arg.type, node.type):
        return ["scale", node.type.scale, tree]
    return tree


def _is_branch(node: Apply, index: int) -> bool:
    """Whether an argument may become the result."""
    match node.entry:
        case "IF":
            return index > 0
        case "IFS":
            return index % 2 == 1 or index == len(node.args) - 1
        case "SWITCH":
            return index > 0 and (index % 2 == 0 or index == len(node.args) - 1)
        case other:
            return other in CHOOSING
