"""Checked trees as JSON, for the browser."""

from __future__ import annotations

import pytest

from expressions.checker import compile_expression
from expressions.env import EntityInfo, Env, FieldInfo
from expressions.plain import plain_tree
from expressions.types import BOOLEAN, DATE, INSTANT, Type, decimal, integer, option, records, reference, text

_ACCOUNT: dict[str, Type] = {"level": option("A", "B"), "calls": records("call")}
_DEAL: dict[str, Type] = {
    "stage": option("open", "lost"),
    "amount": decimal(2, 13),
    "count": integer(),
    "name": text(),
    "due": DATE,
    "met_at": INSTANT,
    "won": BOOLEAN,
    "account": reference("account"),
    "calls": records("call"),
}


def _entity(key: str, fields: dict[str, Type]) -> EntityInfo:
    inverse = {"calls": "deal"}
    return EntityInfo(
        key, {name: FieldInfo(name, type_, inverse.get(name)) for name, type_ in fields.items()}, None
    )


ENV = Env(
    entities={
        "deal": _entity("deal", _DEAL),
        "account": _entity("account", _ACCOUNT),
        "call": _entity("call", {"at": INSTANT}),
    },
    entity="deal",
    actor=True,
    variables={"given": integer()},
)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('stage == "lost"', ["==", ["name", "stage"], ["value", "lost"]]),
        ("account.level", ["name", "account", "level"]),
        ("given + 1", ["+", ["input", "given"], ["number", "1"]]),
        ("not ISBLANK(name)", ["not", ["call", "ISBLANK", ["name", "name"]]]),
        ("won or true", ["or", ["name", "won"], ["value", True]]),
        ("amount * 1.50", ["*", ["name", "amount"], ["number", "1.50"]]),
        ("count in [1, null]", ["in", ["name", "count"], ["list", ["number", "1"], ["value", None]]]),
        ("-amount", ["minus", ["name", "amount"]]),
        ('due > "2026-01-31"', [">", ["name", "due"], ["date", "2026-01-31"]]),
        (
            'NOW() - met_at > "2d"',
            [">", ["-", ["call", "NOW"], ["name", "met_at"]], ["duration", "172800000000"]],
        ),
        (
            "IF(won, 1, amount)",
            ["call", "IF", ["name", "won"], ["number", "1.00"], ["name", "amount"]],
        ),
        (
            "COALESCE(count, amount)",
            ["call", "COALESCE", ["scale", 2, ["name", "count"]], ["name", "amount"]],
        ),
        ("ROUND(amount, 1)", ["call", "ROUND", ["name", "amount"], ["number", "1"]]),
        (
            'DATEADD(due, count, "month")',
            ["call", "DATEADD", ["name", "due"], ["name", "count"], ["value", "month"]],
        ),
        ('"boss" in my_roles', ["in", ["value", "boss"], ["actor", "my_roles"]]),
        ("won or ANY(calls, true)", ["or", ["name", "won"], ["server"]]),
    ],
)
def test_a_tree_says_what_the_text_says(text: str, tree: list[object]) -> None:
    assert plain_tree(compile_expression(text, ENV).root) == tree
