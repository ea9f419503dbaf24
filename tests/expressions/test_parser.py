"""Texts to trees: what is read, what is refused, where, and with which hint."""

from __future__ import annotations

import sys
import threading
import warnings
from decimal import Decimal

import pytest

from expressions.lexer import KEYWORD_ARGUMENTS, MAX_BRACKETS, scan_tokens
from expressions.library import entries
from expressions.messages import describe
from expressions.nodes import Binary, Call, ListOf, Literal, Logic, Name, Unary
from expressions.parser import MAX_DEPTH, MAX_LENGTH, MAX_NODES, check_syntax, parse
from expressions.problems import ExpressionError, Span

A, B, ONE = Name(("a",)), Name(("b",)), Literal(1)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1", ONE),
        ("0.030", Literal(Decimal("0.030"))),
        (".5", Literal(Decimal("0.5"))),
        ("true", Literal(True)),
        ("True", Literal(True)),
        ("null", Literal(None)),
        ("None", Literal(None)),
        ("'it\\'s'", Literal("it's")),
        ('"a\\n\\u4e2d"', Literal("a\n中")),
        ("a.b.c", Name(("a", "b", "c"))),
        ("客户.地区", Name(("客户", "地区"))),
        ("ａ", A),
        ("-1", Unary("-", ONE)),
        ("not a", Unary("not", A)),
        ("a + b * 1", Binary("+", A, Binary("*", B, ONE))),
        ("(a + b) * 1", Binary("*", Binary("+", A, B), ONE)),
        ("a - b - 1", Binary("-", Binary("-", A, B), ONE)),
        ("a not in [1]", Binary("not in", A, ListOf((ONE,)))),
        ("a and b and 1", Logic("and", (A, B, ONE))),
        ("a or b and 1", Logic("or", (A, Logic("and", (B, ONE))))),
        ("not a == b", Unary("not", Binary("==", A, B))),
        ('COUNT(a, within="30d")', Call("COUNT", (A,), (("within", Literal("30d")),))),
        ("  a\n\t+ b \r\n", Binary("+", A, B)),
        ("[]", ListOf(())),
        ("a in['x']", Binary("in", A, ListOf((Literal("x"),)))),
    ],
)
def test_reads(text: str, tree: object) -> None:
    parsed = parse(text)
    assert parsed == tree
    assert type(getattr(parsed, "value", None)) is type(getattr(tree, "value", None))


def test_a_number_is_its_text_and_never_a_float() -> None:
    text = "0.1000000000000000055511151231257827"
    literal = parse(text)
    assert isinstance(literal, Literal)
    assert str(literal.value) == text


@pytest.mark.parametrize(
    ("text", "code", "place", "hint"),
    [
        ("a = 1", "expr.operator", "=", "=="),
        ("IF(a = 1, 2, 3)", "expr.operator", "=", "=="),
        ("a <> b", "expr.operator", "<>", "!="),
        ("a & b", "expr.operator", "&", "CONCAT"),
        ("客户 && b", "expr.operator", "&&", "and"),
        ("!a", "expr.operator", "!", "not"),
        ("a % 2", "expr.operator", "%", "MOD"),
        ("a ** 2", "expr.operator", "**", "a * a"),
        ("a // 2", "expr.operator", "//", "FLOOR"),
        ("AND(a, b)", "expr.operator", "AND", "and"),
        ("NOT a", "expr.operator", "NOT", "not"),
        ("TRUE", "expr.operator", "TRUE", "true"),
        ("a is None", "expr.operator", "is", "ISBLANK"),
        ("if(a, 1, 2)", "expr.function_case", "if", "IF"),
        ("1 + if(a, 1, 2)", "expr.function_case", "if", "IF"),
        ("1 if (a) else 2", "expr.ternary", "if", "IF("),
        ("a < b < 1", "expr.chained_comparison", "a < b < 1", "BETWEEN"),
        ("1e5", "expr.number_form", "1e5", "0.03"),
        ("1e-5", "expr.number_form", "1e-5", ""),
        ("0x1f", "expr.number_form", "0x1f", ""),
        ("1_000", "expr.number_form", "1_000", ""),
        ("007", "expr.number_form", "007", ""),
        ("5.", "expr.number_form", "5.", ""),
        ("2j", "expr.number_form", "2j", ""),
        ("1in a", "expr.number_form", "1in", ""),
        ('f"x"', "expr.text_form", 'f"x"', ""),
        ('"a" "b"', "expr.text_form", '"b"', "CONCAT"),
        ('"""a"""', "expr.text_form", '"""a"', ""),
        (r'"\d"', "expr.text_form", r"\d", ""),
        (r'"\N{DIGIT ONE}"', "expr.text_form", r"\N", ""),
        ('"abc', "expr.unclosed_text", '"', ""),
        ('"a\nb"', "expr.unclosed_text", '"', ""),
        ("“华东”", "expr.bad_character", "“", '"'),
        ("IF(a，1)", "expr.bad_character", "，", ","),
        ("a\u3000+ 1", "expr.bad_character", "\u3000", "space"),
        ("a ≥ 1", "expr.bad_character", "≥", ">="),
        ("a; b", "expr.bad_character", ";", ""),
        ("中 + # x", "expr.comment", "#", ""),
        ("lambda", "expr.reserved_word", "lambda", ""),
        ("(a + 1", "expr.bracket", "(", ""),
        ("a + 1)", "expr.bracket", ")", ""),
        ("(a]", "expr.bracket", "]", ""),
        ("中.b().c", "expr.not_allowed", "中.b().c", ""),
        ("中文[1]", "expr.not_allowed", "中文[1]", ""),
        ("(1, 2)", "expr.not_allowed", "(1, 2)", ""),
        ("F(*a)", "expr.not_allowed", "*a", ""),
        ("+a", "expr.not_allowed", "+a", ""),
        ("a b", "expr.syntax", "b", ""),
        ("a\x00b", "expr.bad_character", "\x00", ""),
        ("a\x0cb", "expr.bad_character", "\x0c", ""),
        ('"\ud800"', "expr.bad_character", "\ud800", ""),
        (r'"\ud800"', "expr.bad_character", r"\ud800", ""),
        (r'"\u0000"', "expr.bad_character", r"\u0000", ""),
    ],
)
def test_refuses_at_the_place_with_a_hint(text: str, code: str, place: str, hint: str) -> None:
    node, problems = check_syntax(text)
    assert node is None
    first = problems[0]
    assert (first.code, text[first.span.start : first.span.end]) == (code, place)
    for locale in ("zh-CN", "en"):
        sentence, said = describe(first, locale)
        assert sentence
        assert hint in said


def test_several_complaints_come_together() -> None:
    _, problems = check_syntax("a = 1 & b <> 2 and TRUE")
    assert [problem.params["use"] for problem in problems] == ["==", "CONCAT(a, b)", "!=", "true"]


def test_spans_count_characters_not_bytes() -> None:
    text = "  金额😀 * 单价"
    assert check_syntax(text)[0] is None
    tree = parse('CONCAT("😀", 单价)')
    assert isinstance(tree, Call)
    assert tree.args[1].span == Span(12, 14)
    assert tree.span == Span(0, 15)


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_nothing_is_a_complaint(text: str) -> None:
    assert [problem.code for problem in check_syntax(text)[1]] == ["expr.empty"]


def code_of(text: str) -> str:
    node, problems = check_syntax(text)
    return problems[0].code if node is None else "fine"


def test_limits_are_exact() -> None:
    assert code_of("a" * MAX_LENGTH) == "fine"
    assert code_of("a" * (MAX_LENGTH + 1)) == "expr.too_long"
    assert code_of("-" * (MAX_DEPTH - 1) + "a") == "fine"
    assert code_of("-" * MAX_DEPTH + "a") == "expr.too_deep"
    assert code_of("F(" + ",".join(["a"] * (MAX_NODES - 1)) + ")") == "fine"
    assert code_of("F(" + ",".join(["a"] * MAX_NODES) + ")") == "expr.too_many_nodes"
    assert code_of("[" + ",".join(["1"] * 1000) + "]") == "fine"
    assert code_of("[" + ",".join(["1"] * 1001) + "]") == "expr.too_many_members"
    assert code_of("a.b.c.d.e.f") == "fine"
    assert code_of("a.b.c.d.e.f.g") == "expr.path_too_long"
    assert code_of("this.a.b.c.d.e.f") == "fine"
    assert code_of("(" * MAX_BRACKETS + "a" + ")" * MAX_BRACKETS) == "fine"
    assert code_of("(" * (MAX_BRACKETS + 1) + "a" + ")" * (MAX_BRACKETS + 1)) == "expr.too_deep"
    assert code_of("+".join(["a*a"] * 38)) == "fine"
    assert code_of("+".join(["a"] * 502)) == "expr.too_many_nodes"


@pytest.mark.parametrize(
    "text", ["-" * 3999 + "a", "(" * 1999 + ")" * 1999, "not " * 999 + "a", "F(" * 1300 + ")" * 99]
)
def test_depth_that_breaks_parsers_is_a_complaint(text: str) -> None:
    assert code_of(text) == "expr.too_deep"


def test_the_deepest_texts_fit_a_small_stack() -> None:
    """Some platforms give a thread 128 KiB; what passes the scan must not overflow it in Python's parser."""
    texts = [
        "-" * 3999 + "a",
        "(" * 60 + "a" + ")" * 60,
        "-" * 39 + "a",
        "+".join(["a"] * 499),
        "F(" * 39 + ")" * 39,
    ]
    found: list[str] = []
    before = threading.stack_size(128 * 1024)
    try:
        thread = threading.Thread(target=lambda: found.extend(map(code_of, texts)))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert found == ["expr.too_deep", "fine", "fine", "expr.too_deep", "fine"]


def test_python_is_not_made_to_warn() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for text in ('"a"("b")', "1 is 1", r'"\d"', "1or 2", "[1][2]", "(1)(2)"):
            assert code_of(text) != "fine"
    assert caught == []


def test_parse_raises_with_the_problems() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("a = 1")
    assert [problem.code for problem in caught.value.problems] == ["expr.operator"]
    assert str(caught.value) == "expr.operator@2"


def test_keyword_arguments_are_those_of_the_registry() -> None:
    assert {keyword for entry in entries() for keyword in entry.keywords} == KEYWORD_ARGUMENTS


def test_tokens_cover_the_text() -> None:
    text = 'IF(a>=0.5,"中",x) <>'
    assert "".join(token.text for token in scan_tokens(text)) == text.replace(" ", "")
    assert sys.getrecursionlimit() >= 1000
