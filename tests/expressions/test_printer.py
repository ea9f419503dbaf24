"""The canonical text."""

from __future__ import annotations

import pytest

from expressions.parser import parse
from expressions.printer import print_expression, print_text


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("a+b*c", "a + b * c"),
        ("(a+b)*c", "(a + b) * c"),
        ("a-(b-c)", "a - (b - c)"),
        ("(a-b)-c", "a - b - c"),
        ("a/(b*c)", "a / (b * c)"),
        ("-(a+b)", "-(a + b)"),
        ("-a*b", "-a * b"),
        ("-(a*b)", "-(a * b)"),
        ("- - a", "--a"),
        ("not(a==b)", "not a == b"),
        ("(not a)==b", "(not a) == b"),
        ("(a==b)==c", "(a == b) == c"),
        ("a==(b==c)", "a == (b == c)"),
        ("a not   in ['x']", 'a not in ["x"]'),
        ("(a and b) and c", "(a and b) and c"),
        ("a and (b or c)", "a and (b or c)"),
        ("(a and b) or c", "a and b or c"),
        ("not(a and b)", "not (a and b)"),
        ("not a and b", "not a and b"),
        ("True", "true"),
        ("None", "null"),
        (".50", "0.50"),
        ("'it\"s'", '"it\\"s"'),
        ("IF( a , 1,2 )", "IF(a, 1, 2)"),
        ("COUNT(a,b,within='30d',by=c)", 'COUNT(a, b, within="30d", by=c)'),
        ("-(1)", "-1"),
        ("(-a).b", None),
    ],
)
def test_canonical(written: str, canonical: str | None) -> None:
    if canonical is None:
        with pytest.raises(ValueError, match=r"expr\.not_allowed"):
            parse(written)
        return
    assert print_expression(parse(written)) == canonical
    assert parse(canonical) == parse(written)


def test_texts_are_escaped_where_they_cannot_be_seen() -> None:
    assert print_text('a\n\t"\\中\u00a0😀') == '"a\\n\\t\\"\\\\中\\u00a0😀"'
    assert print_text("it's", "'") == "'it\\'s'"
