"""Choosing: ``IF IFS SWITCH COALESCE ISBLANK BETWEEN COMPLETENESS``. What is not chosen is not computed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from expressions.arithmetic import from_scaled, halved_up
from expressions.functions.rules import comparison, define, fixed, of_types, overload
from expressions.sql import compare as sql_compare
from expressions.sql import logic as sql_logic
from expressions.types import BOOLEAN, DIVISION_SCALE, Kind, Type, percent
from expressions.unify import are_comparable, unify

_FAMILY = "logic"
#: White space as TRIM and ISBLANK see it.
WHITE_SPACE = " \t\n\r\u00a0\u3000"


def is_blank(x: Any) -> bool:
    """Null, a text without any visible character, or an empty list."""
    if isinstance(x, str):
        return not x.strip(WHITE_SPACE)
    return x is None or x == ()


def is_null(x: Any) -> bool:
    """Null itself."""
    return x is None


def completeness(*items: Any) -> Decimal:
    """The share of the items that are not blank, half-up at scale 10."""
    filled = sum(not is_blank(item) for item in items)
    return from_scaled(halved_up(filled * 10**DIVISION_SCALE, len(items)), DIVISION_SCALE)


def between(x: Any, low: Any, high: Any) -> bool | None:
    """``x >= low and x <= high``, Kleene."""
    above = None if x is None or low is None else x >= low
    below = None if x is None or high is None else x <= high
    if above is False or below is False:
        return False
    return None if above is None or below is None else True


def choose(condition: bool | None, then: Any, otherwise: Any) -> Any:
    """``IF`` on values that are already there."""
    return then if condition else otherwise


def choose_first(*items: Any) -> Any:
    """``IFS`` on values: condition, value, …, else."""
    for condition, value in zip(items[:-1:2], items[1::2], strict=True):
        if condition:
            return value
    return items[-1]


def switch(x: Any, *items: Any) -> Any:
    """``SWITCH`` on values: value, result, …, else."""
    for value, result in zip(items[:-1:2], items[1::2], strict=True):
        if x is not None and x == value:
            return result
    return items[-1]


def coalesce(*items: Any) -> Any:
    """The first that is not null."""
    return next((item for item in items if item is not None), None)


def _if_type(args: Sequence[Type]) -> Type | None:
    return unify(args[1:])


def _ifs_type(args: Sequence[Type]) -> Type | None:
    if any(condition.kind not in (Kind.BOOLEAN, Kind.NULL) for condition in args[:-1:2]):
        return None
    return unify((*args[1::2], args[-1]))


def _switch_type(args: Sequence[Type]) -> Type | None:
    values = args[1:-1:2]
    if not all(value.kind == Kind.NULL or are_comparable(args[0], value, ordered=False) for value in values):
        return None
    return unify((*args[2::2], args[-1]))


define(
    "IF",
    _FAMILY,
    overload(("c: boolean", "a: any|list", "b?: any|list"), of_types(_if_type), choose, sql=sql_logic.choose),
    null_out=False,
    lazy=True,
    zh="条件成立取 a，否则取 b；条件为空按不成立。",
    en="a when the condition is true, else b; a null condition counts as not met.",
    examples={"IF(2 > 1, 10, 20)": "10", "IF(null, 1, 2.5)": "2.5", "IF(false, 1)": "null"},
)
define(
    "IFS",
    _FAMILY,
    overload(
        ("c1: boolean", "a1: any|list", "more*?: any|list"),
        of_types(_ifs_type),
        choose_first,
        sql=sql_logic.choose,
    ),
    null_out=False,
    lazy=True,
    zh="依次检查条件，取第一个成立的结果；最后单独的参数是否则值。",
    en="The value behind the first true condition; an odd last argument is the else.",
    examples={'IFS(1 > 2, "a", 2 > 1, "b", "c")': "b", "IFS(false, 1)": "null"},
)
define(
    "SWITCH",
    _FAMILY,
    overload(
        ("x: any", "v1: any", "a1: any|list", "more*?: any|list"),
        of_types(_switch_type),
        switch,
        sql=sql_logic.switch,
    ),
    null_out=False,
    lazy=True,
    zh="x 等于哪个值就取其后的结果；最后单独的参数是否则值。",
    en="The result behind the first value equal to x; an odd last argument is the else.",
    examples={'SWITCH(2, 1, "one", 2, "two", "many")': "two", 'SWITCH(null, 1, "a", "b")': "b"},
)
define(
    "COALESCE",
    _FAMILY,
    overload(("x*: any|list",), of_types(unify), coalesce, sql=sql_logic.coalesce),
    null_out=False,
    lazy=True,
    zh="第一个不为空的值。",
    en="The first value that is not null.",
    examples={"COALESCE(null, 3)": "3", "COALESCE(null, null)": "null"},
)
define(
    "ISBLANK",
    _FAMILY,
    overload(("x: any|list",), fixed(BOOLEAN), is_blank, sql=sql_logic.is_blank),
    overload(("x: json",), fixed(BOOLEAN), is_null, sql=sql_logic.is_blank),
    null_out=False,
    zh="是否为空、空白文本或空列表。",
    en="Whether it is null, white space only, or an empty list.",
    examples={'ISBLANK("  ")': "true", "ISBLANK(null)": "true", "ISBLANK(0)": "false"},
)
define(
    "BETWEEN",
    _FAMILY,
    overload(("x: any", "low: any", "high: any"), comparison(ordered=True), between, sql=sql_compare.between),
    null_out=False,
    zh="x 是否在两端之间（含两端）。",
    en="Whether x lies between low and high, both included.",
    examples={"BETWEEN(5, 1, 5)": "true", "BETWEEN(0, 1, null)": "false"},
)
define(
    "COMPLETENESS",
    _FAMILY,
    overload(
        ("x*: any|list|json",), fixed(percent(DIVISION_SCALE, 1)), completeness, sql=sql_logic.completeness
    ),
    null_out=False,
    zh="填写完整度：非空参数所占比例。",
    en="The share of the arguments that are not blank.",
    examples={'COMPLETENESS("a", "", null)': "0.3333333333"},
)
