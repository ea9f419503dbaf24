"""Syntax tree to canonical text: lower-case words, double quotes, only the brackets that are needed."""

from __future__ import annotations

from decimal import Decimal

from expressions.nodes import Binary, Call, ListOf, Literal, Logic, Name, Node, Unary

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _MINUS, _ATOM = range(8)
_BINARY = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def print_expression(node: Node) -> str:
    """The canonical text of a tree that :func:`~expressions.parser.parse` made; parsing it gives an equal tree."""
    return _print(node, _OR)


def print_text(value: str, quote: str = '"') -> str:
    """A text literal; what cannot be seen is written as an escape."""
    return quote + "".join(_escape(char, quote) for char in value) + quote


def _escape(char: str, quote: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char == quote:
        return "\\" + char
    return char if char.isprintable() or ord(char) > 0xFFFF else f"\\u{ord(char):04x}"


def _print(node: Node, outer: int) -> str:
    text, own = _form(node)
    return f"({text})" if own < outer else text


def _form(node: Node) -> tuple[str, int]:
    """The text of a node and how tightly it holds together."""
    match node:
        case Literal():
            return _literal(node.value), _ATOM
        case Name():
            return ".".join(node.parts), _ATOM
        case Call():
            args = [_print(arg, _OR) for arg in node.args]
            args += [f"{key}={_print(value, _OR)}" for key, value in node.keywords]
            return f"{node.function}({', '.join(args)})", _ATOM
        case ListOf():
            return f"[{', '.join(_print(item, _OR) for item in node.items)}]", _ATOM
        case Unary(operator="-"):
            return f"-{_print(node.operand, _MINUS)}", _MINUS
        case Unary():
            return f"not {_print(node.operand, _NOT)}", _NOT
        case Logic():
            own = _AND if node.operator == "and" else _OR
            return f" {node.operator} ".join(_print(item, own + 1) for item in node.items), own
        case Binary():
            own = _BINARY.get(node.operator, _COMPARE)
            # Arithmetic leans to the left; a comparison takes no comparison on either side.
            left = _print(node.left, own if own != _COMPARE else own + 1)
            return f"{left} {node.operator} {_print(node.right, own + 1)}", own


def _literal(value: int | Decimal | str | bool | None) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return print_text(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)
