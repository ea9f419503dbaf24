"""Trees to checked trees: types, names, literals in place, all complaints, dependencies, cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from expressions.checker import MAX_PROBLEMS, check, compile_expression
from expressions.env import EntityInfo, Env
from expressions.measure import MAX_COST, cost_of, walk
from expressions.parser import parse
from expressions.problems import ExpressionError, Problem
from expressions.typed import Aggregate, Apply, Checked, Const, Field, Listing
from expressions.types import (
    BOOLEAN,
    DATE,
    NULL,
    Kind,
    Type,
    decimal,
    integer,
    list_of,
    money,
    option,
    percent,
    reference,
    text,
)
from tests.expressions.strategies import ENV


def checked(written: str, env: Env = ENV, expected: Type | None = None) -> Checked:
    return compile_expression(written, env, expected)


def problems(written: str, env: Env = ENV, expected: Type | None = None) -> list[Problem]:
    result, found = check(parse(written), env, expected)
    assert (result is None) == bool(found)
    return found


def codes(written: str, env: Env = ENV, expected: Type | None = None) -> list[str]:
    return [problem.code for problem in problems(written, env, expected)]


@pytest.mark.parametrize(
    ("written", "type_"),
    [
        ("12", integer(2)),
        ("0.030", decimal(3, 1)),
        ("-7", integer(1)),
        ("amount", money("CNY")),
        ("amount + amount", money("CNY", 2, 14)),
        ("amount * 0.03", money("CNY", 4, 14)),
        ("amount / count", money("CNY", 10, 13)),
        ("amount / amount", decimal(10, 15)),
        ("margin * margin", percent(8, 10)),
        ("margin + margin", percent(4, 6)),
        ("margin + count", decimal(4, 10)),
        ("count * count", integer(18)),
        ("count / count", decimal(10, 9)),
        ("-amount", money("CNY")),
        ("close - close", integer(7)),
        ("due - due", Type(Kind.DURATION)),
        ("due + took", Type(Kind.INSTANT)),
        ("ROUND(amount, 1)", money("CNY", 1, 14)),
        ("ROUND(amount, 5)", money("CNY", 2, 14)),
        ("ROUND(count, -2)", integer(10)),
        ("FLOOR(weight)", integer(7)),
        ("CEIL(amount)", money("CNY", 0, 14)),
        ("MOD(weight, count)", decimal(2, 9)),
        ("MAX(count, weight)", decimal(2, 9)),
        ("IF(open, amount * 0.03, 0)", money("CNY", 4, 14)),
        ("IF(open, count, weight)", decimal(2, 9)),
        ("IF(open, margin, count)", decimal(4, 9)),
        ("IF(open, null, amount)", money("CNY")),
        ("IF(open, null)", NULL),
        ("COALESCE(amount, 0)", money("CNY")),
        ("SWITCH(stage, 'new', 'a', 'won', 'bcd')", text(3)),
        ("IF(open, stage, account.region)", option("new", "won", "lost", "east", "west")),
        ("CONCAT(name, count, close, weight, stage)", text(30 + 10 + 10 + 10 + 4)),
        ("LEFT(name, 3)", text(3)),
        ("LEFT(name, count)", text(30)),
        ("REPLACE(name, 'a', 'bb')", text(60)),
        ("COMPLETENESS(name, extra, tags)", percent(10, 1)),
        ("COUNT(lines)", integer(9)),
        ("SUM(lines, price * quantity)", money("CNY", 2, 23)),
        ("AVG(lines, factor)", decimal(10, 3)),
        ("AVG(lines, price)", money("CNY", 10, 13)),
        ("LATEST(lines, kind)", option("a", "b")),
        ("TIER(amount, 'tiers', 'whole')", money("CNY", 5, 14)),
        ("TIER(count, 'tiers', 'rate')", decimal(3, 1)),
        ("account.parent", reference("account")),
        ("me", reference("user")),
        ("quota", money("CNY")),
        ("tags", list_of(option("vip", "cold", "key"), 5)),
        ("null", NULL),
    ],
)
def test_types(written: str, type_: Type) -> None:
    assert checked(written).type == type_


@pytest.mark.parametrize(
    ("written", "value", "type_"),
    [
        ("close >= '2026-01-31'", date(2026, 1, 31), DATE),
        ("'2026-01-31' < close", date(2026, 1, 31), DATE),
        ("due > '2026-01-31T08:00:00+08:00'", datetime(2026, 1, 31, tzinfo=UTC), Type(Kind.INSTANT)),
        ("NOW() - due > '48h'", timedelta(hours=48), Type(Kind.DURATION)),
        ("due + 'P1DT12H'", timedelta(hours=36), Type(Kind.DURATION)),
        ("stage == 'won'", "won", option("won")),
        ("amount > 300000", Decimal(300000), money("CNY", 0, 6)),
        ("IF(open, stage, 'won') == 'new'", "new", option("new")),
        ("BETWEEN(close, '2026-01-01', '2026-01-31')", date(2026, 1, 31), DATE),
        ("MAX(close, '2026-01-31')", date(2026, 1, 31), DATE),
        ("COALESCE(amount, 0)", Decimal("0.00"), money("CNY")),
        ("count in [1, 2.50]", Decimal("1.00"), decimal(2, 1)),
        ("COALESCE(close, null)", None, DATE),
        ("name in [null]", None, text(30)),
        ("DATEADD('2026-01-31', 1, 'day')", date(2026, 1, 31), DATE),
    ],
)
def test_literals_take_the_type_of_their_place(written: str, value: Any, type_: Type) -> None:
    consts = [node for node in walk(checked(written).root) if isinstance(node, Const)]
    found = [(const.value, const.type) for const in consts]
    assert (value, type_) in found
    assert type(value) in [type(other) for other, _ in found]


def test_a_text_branch_beside_an_option_becomes_one() -> None:
    root = checked("IF(open, 'won', 'lost') == stage").root
    assert isinstance(root, Apply)
    assert root.args[0].type == option("won", "lost")
    assert codes("IF(open, 'won', 'lsot') == stage") == ["expr.bad_literal"]


def test_choices_always_have_their_else() -> None:
    for written, count in (
        ("IF(open, 1)", 3),
        ("IFS(open, 1)", 3),
        ("SWITCH(count, 1, 2)", 4),
        ("IFS(open, 1, 2)", 3),
    ):
        root = checked(written).root
        assert isinstance(root, Apply)
        assert len(root.args) == count


def test_settings_are_apart_from_values() -> None:
    root = checked("ROUND(amount)").root
    assert isinstance(root, Apply)
    assert (root.entry, root.overload, len(root.args), root.settings) == ("ROUND", 0, 1, (("n", 0),))
    root = checked("DATEADD(due, 1, 'hour')").root
    assert isinstance(root, Apply)
    assert (root.overload, len(root.args), root.settings) == (1, 2, (("unit", "hour"),))
    root = checked("WORKDAYS(close, close)").root
    assert isinstance(root, Apply)
    assert root.settings == (("calendar", ""),)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("amuont + nmae", ["expr.unknown_name", "expr.unknown_name"]),
        ("ROUND(amuont, x) + FOO(1)", ["expr.unknown_name", "expr.not_literal", "expr.unknown_function"]),
        ("IF(stgae == 'x', closs, 1)", ["expr.unknown_name", "expr.unknown_name"]),
        ("SUM(lines, prcie, knd == 'a')", ["expr.unknown_name", "expr.unknown_name"]),
    ],
)
def test_all_complaints_come_in_the_order_of_the_text(written: str, found: list[str]) -> None:
    noted = problems(written)
    assert [problem.code for problem in noted] == found
    assert [p.span.start for p in noted] == sorted(p.span.start for p in noted)


def test_complaints_have_a_limit() -> None:
    written = "[" + ", ".join(["xx"] * 400) + "]"
    assert len(problems(written)) == MAX_PROBLEMS


@pytest.mark.parametrize(
    ("written", "params"),
    [
        ("amuont", {"nearest": "amount"}),
        ("account.regoin", {"name": "account.regoin", "nearest": "region"}),
        ("stage == 'wno'", {"nearest": "won"}),
        ("round(amount)", {"use": "ROUND"}),
        ("ROND(amount)", {"nearest": "ROUND"}),
        ("name + 'x'", {"use": "CONCAT(a, b)"}),
        ("close + 1", {"use": "DATEADD(x, n, unit)"}),
        ("TIER(count, 'tires', 'rate')", {"nearest": "tiers"}),
        ("WORKDAYS(close, close, 'shp')", {"nearest": "shop"}),
        ("DATEADD(close, 1, 'months')", {"nearest": "month"}),
        ("TODAY", {"use": "TODAY(…)"}),
        ("amount == null", {"use": "ISBLANK(x)"}),
        ("this.amount > 1", {"use": "amount"}),
    ],
)
def test_hints(written: str, params: dict[str, str]) -> None:
    first = problems(written)[0]
    for key, value in params.items():
        assert value in first.params[key].split(", ") or first.params[key] == value


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("account.deals.amount", "expr.to_many"),
        ("lines", "expr.to_many"),
        ("ISBLANK(lines)", "expr.to_many"),
        ("name.x", "expr.not_a_relation"),
        ("quota.x", "expr.not_a_relation"),
        ("COUNT(lines, COUNT(lines) > 1)", "expr.nested_aggregate"),
        ("COUNT(lines, price)", "expr.type"),
        ("COUNT(name)", "expr.type"),
        ("COUNT(1)", "expr.type"),
        ("SUM(lines, title)", "expr.type"),
        ("SUM(lines, null)", "expr.type"),
        ("COUNT(lines, within='36h', by=day)", "expr.window"),
        ("COUNT(lines, within=30)", "expr.not_literal"),
        ("COUNT(lines, within='soon')", "expr.bad_literal"),
        ("COUNT(lines, by='day')", "expr.not_literal"),
        ("COUNT(lines, by=title)", "expr.type"),
        ("ANY(lines, paid, within='30d')", "expr.unknown_keyword"),
        ("ROUND(amount, by=close)", "expr.unknown_keyword"),
        ("extra", "expr.result_type"),
        ("amount in 'x'", "expr.type"),
        ("tags == tags", "expr.type"),
        ("open < open", "expr.type"),
        ("null + 'x'", "expr.type"),
        ("amount + quota * amount", "expr.type"),
    ],
)
def test_refusals(written: str, code: str) -> None:
    assert codes(written) == [code]


def test_actor_words_only_where_they_are_allowed() -> None:
    assert codes("account.parent == me", replace(ENV, actor=False)) == ["expr.actor_not_allowed"]
    assert checked("'x' in my_roles").type == BOOLEAN


def test_an_actor_word_cannot_be_shadowed_by_a_field() -> None:
    fields = dict(ENV.entities["deal"].fields)
    fields["me"] = replace(fields["name"], key="me")
    env = replace(ENV, entities={**ENV.entities, "deal": EntityInfo("deal", fields)})
    assert checked("me", env).type == reference("user")
    assert checked("me", replace(env, actor=False)).type == text(30)


def test_a_field_goes_before_a_variable() -> None:
    assert isinstance(checked("amount", replace(ENV, variables={"amount": integer()})).root, Field)
    without = Env(variables={"amount": integer(3)})
    assert checked("amount * 2", without).type == integer(4)
    assert codes("price", without) == ["expr.unknown_name"]


def test_a_field_that_may_not_be_read_is_not_there() -> None:
    fields = {key: info for key, info in ENV.entities["line"].fields.items() if key != "created_at"}
    env = replace(ENV, entities={**ENV.entities, "line": EntityInfo("line", fields)})
    assert codes("COUNT(lines, within='30d')", env) == ["expr.no_time_field"]
    assert codes("LATEST(lines, price)", env) == ["expr.no_time_field"]
    assert checked("COUNT(lines, within='30d', by=day)", env).volatile


@pytest.mark.parametrize(
    ("written", "expected", "code"),
    [
        ("amount", money("CNY"), None),
        ("amount", money("USD"), "expr.result_type"),
        ("count", decimal(2, 5), None),
        ("weight", integer(), "expr.result_type"),
        ("0", money("CNY"), None),
        ("count", money("CNY"), "expr.result_type"),
        ("count / count", percent(), None),
        ("'won'", option("new", "won"), None),
        ("'wno'", option("new", "won"), "expr.bad_literal"),
        ("IF(open, 'new', 'won')", option("new", "won"), None),
        ("stage", option("new", "won"), "expr.result_type"),
        ("stage", text(10), None),
        ("'2026-01-31'", DATE, None),
        ("['vip', 'key']", list_of(option("vip", "cold", "key")), None),
        ("['vip', 'kye']", list_of(option("vip", "cold", "key")), "expr.bad_literal"),
        ("amount", BOOLEAN, "expr.result_type"),
        ("null", BOOLEAN, None),
        ("account", reference("deal"), "expr.result_type"),
    ],
)
def test_the_expected_type(written: str, expected: Type, code: str | None) -> None:
    assert codes(written, expected=expected) == ([] if code is None else [code])


def test_dependencies_volatility_and_time() -> None:
    found = checked("LATEST(account.deals, amount, stage == this.stage, within='30d')")
    deals = ("account", "deals")
    assert found.fields == {
        deals, (*deals, "amount"), (*deals, "stage"), ("stage",), (*deals, "created_at"), (*deals, "id"),
    }  # fmt: skip
    assert found.volatile
    assert checked("TODAY() - close").volatile
    assert not checked("YEAR(due)").volatile
    root = found.root
    assert isinstance(root, Aggregate)
    assert root.window == timedelta(days=30)
    assert root.time is not None
    assert root.time.span.start == root.time.span.end


def test_cost_counts_children_and_has_a_limit() -> None:
    assert checked("amount * 2").cost == 2
    assert checked("COUNT(lines)").cost == 1001
    assert checked("COUNT(lines, paid)").cost == 2001
    many = " + ".join(["COUNT(lines, paid and price * quantity > 100)"] * 20)
    assert checked(many).cost < MAX_COST
    assert codes(" + ".join(["COUNT(lines, paid and price * quantity > 100)"] * 35)) == ["expr.too_expensive"]
    members = ",".join(["7"] * 999)
    assert cost_of(checked(f"count in [{members}]").root) < 200
    assert codes(" and ".join([f"ANY(lines, quantity in [{', '.join(['1'] * 400)}])"] * 3)) == []


def test_sizes_are_refused_where_they_arise() -> None:
    assert codes("count * count * count * count * count * count * count") == ["expr.too_wide"]
    assert codes("1" * 61) == ["expr.too_wide"]
    assert codes("REPLACE(REPLACE(REPLACE(name, 'a', name), 'a', name), 'a', name)") == ["expr.too_expensive"]


def test_spans_point_at_the_part() -> None:
    written = "CONCAT('中文', stage) == 'x' and amuont > 1"
    (problem,) = problems(written)
    assert written[problem.span.start : problem.span.end] == "amuont"


def test_compile_raises() -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression("a = 1", ENV)
    assert caught.value.problems[0].code == "expr.operator"
    with pytest.raises(ExpressionError):
        compile_expression("amuont", ENV)


def test_lists_of_nothing_and_of_mixed_things() -> None:
    assert isinstance(checked("count in []").root, Apply)
    root = checked("count in []").root
    assert isinstance(root, Apply)
    assert isinstance(root.args[1], Listing)
    assert codes("count in [1, 'a']") == ["expr.type"]
    assert codes("[1, 'a']", expected=list_of(integer())) == ["expr.result_type"]
    assert codes("COALESCE(tags, [1, 'a'])") == ["expr.type"]
