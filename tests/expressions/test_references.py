"""What an expression names, and renaming exactly that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from expressions.checker import check, compile_expression
from expressions.env import EntityInfo, Env, FieldInfo
from expressions.nodes import Node
from expressions.printer import print_expression
from expressions.problems import ExpressionError
from expressions.references import Reference, names_used, rename
from expressions.types import Kind, Type
from tests.expressions.strategies import ENV, trees

AMOUNT = Reference("field", "amount", "deal")
REGION = Reference("field", "region", "account")
ACCOUNT = Reference("field", "account", "deal")
WON = Reference("option", "stage", "deal", "won")
EAST = Reference("option", "region", "account", "east")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("amount * 2", {AMOUNT}),
        ("account.region == 'east'", {ACCOUNT, REGION, EAST}),
        ("quota * factor", {Reference("variable", "quota"), Reference("variable", "factor")}),
        ("account.parent == account", {ACCOUNT, Reference("field", "parent", "account")}),
        ("'x' in my_roles", {Reference("actor", "my_roles")}),
        ("TIER(amount, 'tiers', 'rate')", {AMOUNT, Reference("table", "tiers")}),
        ("WORKDAYS(close, close, 'shop')", {Reference("field", "close", "deal"), Reference("calendar", "shop")}),
        ("WORKDAYS(close, close)", {Reference("field", "close", "deal")}),
        (
            "SUM(account.deals, amount, stage == 'won' and amount > this.amount)",
            {ACCOUNT, Reference("children", "deals", "account"), AMOUNT, Reference("field", "stage", "deal"), WON},
        ),
        (
            "COUNT(lines, within='30d', by=day)",
            {Reference("children", "lines", "deal"), Reference("field", "day", "line")},
        ),
        (
            "COUNT(lines, within='30d')",
            {Reference("children", "lines", "deal"), Reference("field", "created_at", "line")},
        ),
        ("stage in ['won']", {Reference("field", "stage", "deal"), WON}),
        ("'vip' in tags", {Reference("field", "tags", "deal"), Reference("option", "tags", "deal", "vip")}),
        ("SWITCH(stage, 'won', 'won', 'x')", {Reference("field", "stage", "deal"), WON}),
        (
            "COALESCE(stage, 'won') == 'lost'",
            {Reference("field", "stage", "deal"), WON, Reference("option", "stage", "deal", "lost")},
        ),
        (
            "IF(open, 'won', 'lost') == stage",
            {
                Reference("field", "open", "deal"), Reference("field", "stage", "deal"), WON,
                Reference("option", "stage", "deal", "lost"),
            },
        ),
        (
            "LATEST(account.deals, stage) == 'won'",
            {
                ACCOUNT, Reference("children", "deals", "account"), Reference("field", "stage", "deal"), WON,
                Reference("field", "created_at", "deal"),
            },
        ),
    ],
)  # fmt: skip
def test_names_used(written: str, found: set[Reference]) -> None:
    assert names_used(compile_expression(written, ENV)) == found


def test_the_target_of_a_result_owns_its_options() -> None:
    stage = ENV.entities["deal"].fields["stage"].type
    checked = compile_expression("IF(open, 'won', 'lost')", ENV, stage)
    assert WON not in names_used(checked)
    assert {WON, Reference("option", "stage", "deal", "lost")} <= names_used(checked, ("deal", "stage"))


@pytest.mark.parametrize(
    ("written", "renames", "renamed"),
    [
        ("amount*2  +\n amount", {AMOUNT: "price"}, "price*2  +\n price"),
        ("account . region == 'east'", {REGION: "area"}, "account . area == 'east'"),
        ("account.region == 'east'", {ACCOUNT: "customer"}, "customer.region == 'east'"),
        ("account.region  ==  'east'", {EAST: "华东"}, "account.region  ==  '华东'"),
        ('"east" == account.region', {EAST: 'ea"st'}, '"ea\\"st" == account.region'),
        (
            "account.region == 'east' or name == 'east'",
            {EAST: "E"},
            "account.region == 'E' or name == 'east'",
        ),
        (
            "stage == 'won' and CONTAINS(name, 'won')",
            {WON: "closed"},
            "stage == 'closed' and CONTAINS(name, 'won')",
        ),
        ("SUM(account.deals, amount > this.amount and true)", {}, None),
        (
            "COUNT(account.deals, amount > this.amount)",
            {AMOUNT: "价格", Reference("children", "deals", "account"): "sales"},
            "COUNT(account.sales, 价格 > this.价格)",
        ),
        (
            "SUM(lines, price) > amount",
            {Reference("field", "amount", "line"): "x"},
            "SUM(lines, price) > amount",
        ),
        (
            "COUNT(lines, within='30d', by=day)",
            {Reference("field", "day", "line"): "on"},
            "COUNT(lines, within='30d', by=on)",
        ),
        (
            "COUNT(lines, within='30d')",
            {Reference("field", "created_at", "line"): "on"},
            "COUNT(lines, within='30d')",
        ),
        (
            "TIER(amount, 'tiers', 'rate')",
            {Reference("table", "tiers"): "fees"},
            "TIER(amount, 'fees', 'rate')",
        ),
        (
            'WORKDAYS(close, close, "shop")',
            {Reference("calendar", "shop"): "office"},
            'WORKDAYS(close, close, "office")',
        ),
        ("quota + amount", {Reference("variable", "quota"): "aim"}, "aim + amount"),
        ("ａｍｏｕｎｔ + 1 > 0 or true", {AMOUNT: "price"}, None),
        ("'中文' == name and ａｍｏｕｎｔ > 1", {AMOUNT: "price"}, "'中文' == name and price > 1"),
    ],
)
def test_rename(written: str, renames: dict[Reference, str], renamed: str | None) -> None:
    if renamed is None:
        with pytest.raises(ExpressionError):
            rename(written, ENV, renames)
        return
    assert rename(written, ENV, renames) == renamed


def test_rename_in_the_result_of_an_option_field() -> None:
    assert (
        rename("IF(open, 'won', 'lost')", ENV, {WON: "closed"}, ("deal", "stage"))
        == "IF(open, 'closed', 'lost')"
    )


def suffixed(env: Env) -> tuple[Env, dict[Reference, str]]:
    """The same names with every key, option, table, calendar and variable changed."""
    renames: dict[Reference, str] = {}
    entities: dict[str, EntityInfo] = {}
    for entity, info in env.entities.items():
        fields = {}
        for key, field in info.fields.items():
            kind: Any = "children" if field.type.kind == Kind.RECORDS else "field"
            renames[Reference(kind, key, entity)] = f"{key}_x"
            fields[f"{key}_x"] = FieldInfo(
                f"{key}_x", _options(field.type, entity, key, renames), field.inverse
            )
        entities[entity] = EntityInfo(entity, fields, f"{info.time_field}_x")
    renames |= {Reference("variable", key): f"{key}_x" for key in env.variables}
    renames |= {Reference("table", key): f"{key}_x" for key in env.tables}
    renames |= {Reference("calendar", key): f"{key}_x" for key in env.calendars}
    return replace(
        env,
        entities=entities,
        variables={f"{key}_x": value for key, value in env.variables.items()},
        tables={f"{key}_x": value for key, value in env.tables.items()},
        calendars=frozenset(f"{key}_x" for key in env.calendars),
    ), renames


def _options(type_: Type, entity: str, key: str, renames: dict[Reference, str]) -> Type:
    if type_.item is not None:
        return replace(type_, item=_options(type_.item, entity, key, renames))
    if type_.options is None:
        return type_
    renames |= {Reference("option", key, entity, option): f"{option}_x" for option in type_.options}
    return replace(type_, options=tuple(f"{option}_x" for option in type_.options))


@given(trees())
def test_with_everything_renamed_the_meaning_is_the_same(tree: Node) -> None:
    """The renamed text is right in the renamed world, with the same types, and the way back gives the old text."""
    written = print_expression(tree)
    checked, _ = check(tree, ENV)
    if checked is None:
        return
    env, renames = suffixed(ENV)
    renamed = rename(written, ENV, renames)
    again = compile_expression(renamed, env)
    assert replace(again.type, options=None) == replace(checked.type, options=None)
    restored = {_renamed(old, new, renames): old.option or old.key for old, new in renames.items()}
    assert rename(renamed, env, restored) == written


def _renamed(old: Reference, new: str, renames: dict[Reference, str]) -> Reference:
    """The reference to the same thing in the renamed world."""
    if old.option is None:
        return replace(old, key=new)
    return replace(old, key=renames[Reference("field", old.key, old.entity)], option=new)
