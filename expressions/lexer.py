"""Tokens of an expression with places in characters, and the complaints that Python's own parser words badly.

The tree itself is made by :mod:`expressions.parser` from Python's ``ast``; this scan comes first because
``=``, ``<>``, ``&``, full-width punctuation and the like deserve a hint and not just "invalid syntax".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from keyword import kwlist
from typing import NamedTuple

from expressions.problems import Problem, Span

#: Keyword arguments that some entry takes; ``x = 1`` is otherwise an equals sign gone wrong.
KEYWORD_ARGUMENTS = frozenset({"within", "by"})
#: What Python's parser is given at most, so that it is never near the end of a small thread's stack: brackets
#: inside brackets, signs before one operand, and operators between two commas.
MAX_BRACKETS, MAX_SIGNS, MAX_CHAIN = 60, 40, 500

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<text>"(?:[^"\\\r\n]|\\[^\r\n])*"|'(?:[^'\\\r\n]|\\[^\r\n])*')
      | (?P<number>(?:[0-9]|\.[0-9])(?:[eE][+-]?(?=[0-9])|[\w.])*)
      | (?P<name>[^\W\d]\w*)
      | (?P<sign>==|!=|<=|>=|<>|\*\*|//|:=|&&|\|\||<<|>>|[-+*/%=<>()\[\],.&|^~!?:;@{}#`$\\])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z|\.[0-9]+\Z")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|(.))", re.DOTALL)
_SIGNS = {
    "<>": "!=",
    "&": "CONCAT(a, b)",
    "%": "MOD(a, b)",
    "**": "a * a",
    "//": "FLOOR(a / b)",
    "&&": "and",
    "||": "or",
    "!": "not",
    "|": "or",
    ":=": "==",
    "^": "a * a",
}
_WORDS = {
    "AND": "and",
    "OR": "or",
    "NOT": "not",
    "IN": "in",
    "TRUE": "true",
    "FALSE": "false",
    "NULL": "null",
}
_PUNCTUATION = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "、": ",",
    "。": ".",
    "×": "*",
    "÷": "/",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "−": "-",
    "【": "[",
    "】": "]",
    "\u00a0": "space",
    "\u3000": "space",
}
_OPERATOR_WORDS = frozenset({"and", "or", "not", "in"})
_RESERVED = frozenset(kwlist) - _OPERATOR_WORDS - {"True", "False", "None", "if", "else", "is"}


class Token(NamedTuple):
    """One token: ``kind`` is ``text``, ``number``, ``name``, ``sign`` or ``other``; ``text`` as written."""

    kind: str
    text: str
    start: int

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.start + len(self.text))


def scan_tokens(text: str) -> list[Token]:
    """All tokens but white space, in order; never fails."""
    return [
        Token(match.lastgroup or "other", match.group(), match.start())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "space"
    ]


def check_tokens(tokens: list[Token]) -> list[Problem]:
    """The complaints that can be seen without a tree, at most one per token, in the order of the text."""
    problems = [problem for index in range(len(tokens)) if (problem := _check_token(tokens, index))]
    return problems or list(_check_brackets(tokens)) or list(_check_chains(tokens))


def _check_token(tokens: list[Token], index: int) -> Problem | None:
    token = tokens[index]
    before = tokens[index - 1] if index else None
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if token.kind == "sign":
        return _check_sign(token, before, tokens[index - 2] if index > 1 else None)
    if token.kind == "name":
        return _check_name(token, before, after)
    if token.kind == "text":
        return _check_text(token, before)
    if token.kind == "number":
        good = _NUMBER.match(token.text)
        return None if good else Problem("expr.number_form", token.span, {"found": token.text})
    return _check_other(token)


def _check_sign(token: Token, before: Token | None, second: Token | None) -> Problem | None:
    if token.text == "=":
        opens = second is not None and second.text in ("(", ",")
        if before is not None and before.text in KEYWORD_ARGUMENTS and opens:
            return None
        return Problem("expr.operator", token.span, {"found": "=", "use": "=="})
    if token.text == "#":
        return Problem("expr.comment", token.span)
    if token.text in _SIGNS:
        return Problem("expr.operator", token.span, {"found": token.text, "use": _SIGNS[token.text]})
    if token.text in ("<<", ">>", "~", "@", "{", "}", "?", ":", ";", "`", "$", "\\"):
        return Problem("expr.bad_character", token.span, {"found": token.text})
    return None


def _check_name(token: Token, before: Token | None, after: Token | None) -> Problem | None:
    word = token.text
    called = after is not None and after.text == "("
    if word in ("if", "else"):
        operand = (
            before is None or before.text in _OPERATOR_WORDS or (before.text != ")" and before.kind == "sign")
        )
        if word == "if" and called and operand:
            return Problem("expr.function_case", token.span, {"found": word, "use": "IF"})
        return Problem("expr.ternary", token.span, {"use": "IF(c, x, y)"})
    if word in _WORDS and not (before is not None and before.text == "."):
        return Problem("expr.operator", token.span, {"found": word, "use": _WORDS[word]})
    if word == "is":
        return Problem("expr.operator", token.span, {"found": word, "use": "ISBLANK(x)"})
    if word in _RESERVED:
        return Problem("expr.reserved_word", token.span, {"found": word})
    if not word.isidentifier():
        return Problem("expr.bad_character", token.span, {"found": word})
    return None


def _check_text(token: Token, before: Token | None) -> Problem | None:
    if (
        before is not None
        and before.start + len(before.text) == token.start
        and before.kind in ("name", "text")
    ):
        if before.text not in _OPERATOR_WORDS:
            return Problem("expr.text_form", Span(before.start, token.span.end), {"found": before.text})
    elif before is not None and before.kind == "text":
        return Problem("expr.text_form", token.span, {"found": token.text[:20], "use": "CONCAT(a, b)"})
    for escape in _ESCAPE.finditer(token.text):
        place = Span(token.start + escape.start(), token.start + escape.end())
        if escape.group(1) is not None and escape.group(1) not in "\\\"'ntr":
            return Problem("expr.text_form", place, {"found": escape.group()})
        if escape.group(1) is None and not is_clean(chr(int(escape.group()[2:], 16))):
            return Problem("expr.bad_character", place, {"found": escape.group()})
    return None


def _check_other(token: Token) -> Problem:
    if token.text in "\"'":
        return Problem("expr.unclosed_text", token.span)
    params = {"found": f"U+{ord(token.text):04X}" if not token.text.isprintable() else token.text}
    plain = _PUNCTUATION.get(token.text) or unicodedata.normalize("NFKC", token.text)
    if plain != token.text:
        params["use"] = plain
    return Problem("expr.bad_character", token.span, params)


def is_clean(text: str) -> bool:
    """Whether ``text`` can be stored anywhere: no NUL and no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _check_brackets(tokens: list[Token]) -> Iterator[Problem]:
    opened: list[Token] = []
    for token in tokens:
        if token.kind != "sign":
            continue
        if token.text in "([":
            opened.append(token)
            if len(opened) > MAX_BRACKETS:
                yield Problem("expr.too_deep", token.span, {"limit": str(MAX_SIGNS)})
                return
        elif token.text in ")]":
            if not opened or opened[-1].text + token.text not in ("()", "[]"):
                yield Problem("expr.bracket", token.span, {"found": token.text})
                return
            opened.pop()
    if opened:
        yield Problem("expr.bracket", opened[-1].span, {"found": opened[-1].text})


def _check_chains(tokens: list[Token]) -> Iterator[Problem]:
    signs = chain = 0
    for token in tokens:
        is_operator = token.text in ("+", "-", "*", "/", "not") and token.kind != "text"
        signs = signs + 1 if is_operator else 0
        chain = 0 if token.text == "," else chain + is_operator
        if signs > MAX_SIGNS:
            yield Problem("expr.too_deep", token.span, {"limit": str(MAX_SIGNS)})
            return
        if chain > MAX_CHAIN:
            yield Problem("expr.too_many_nodes", token.span, {"limit": str(MAX_CHAIN)})
            return
