"""Trees as JSON, for the browser."""

from __future__ import annotations

import pytest

from expressions.parser import parse
from expressions.plain import plain_tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('stage == "lost"', ["==", ["name", "stage"], ["value", "lost"]]),
        ("account.level", ["name", "account", "level"]),
        ("not ISBLANK(a)", ["not", ["call", "ISBLANK", ["name", "a"]]]),
        ("a and b or true", ["or", ["and", ["name", "a"], ["name", "b"]], ["value", True]]),
        ("amount * 1.50", ["*", ["name", "amount"], ["decimal", "1.50"]]),
        ("a in [1, null]", ["in", ["name", "a"], ["list", ["value", 1], ["value", None]]]),
        ("-a", ["minus", ["name", "a"]]),
        ('COUNT(events, kind == "x", within="30d")', None),
    ],
)
def test_a_tree_says_what_the_text_says(text: str, tree: list[object] | None) -> None:
    assert plain_tree(parse(text)) == tree
