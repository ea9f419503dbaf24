"""What every problem of an expression says, in Chinese and English, and the hint that mends it.

A hint is left out when the problem lacks a word that it needs.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from expressions.problems import Problem

Locale = Literal["zh-CN", "en"]


class Message(NamedTuple):
    """Sentence and hint per locale; ``{word}`` is filled from the problem's params."""

    zh: str
    en: str
    zh_hint: str = ""
    en_hint: str = ""


_USE_ZH, _USE_EN = "请写成 {use}", "Write {use}"

CATALOGUE: dict[str, Message] = {
    # the text
    "expr.empty": Message("公式是空的", "The expression is empty"),
    "expr.too_long": Message("公式超过 {limit} 个字符", "The expression is longer than {limit} characters"),
    "expr.too_many_nodes": Message(
        "公式的组成部分超过 {limit} 个", "The expression has more than {limit} parts"
    ),
    "expr.too_deep": Message("公式嵌套超过 {limit} 层", "The expression is nested deeper than {limit}"),
    "expr.too_many_members": Message("列表超过 {limit} 个成员", "The list has more than {limit} members"),
    "expr.path_too_long": Message(
        "路径经过的关联超过 {limit} 个", "The path goes over more than {limit} relations"
    ),
    "expr.syntax": Message(
        "这里的写法不完整或不正确", "The expression is incomplete or not well-formed here"
    ),
    "expr.bracket": Message("括号 {found} 没有配对", "The bracket {found} has no partner"),
    "expr.unclosed_text": Message("文本缺少结束的引号", "The text lacks its closing quote"),
    "expr.comment": Message("公式里不能写注释", "Comments are not part of the language"),
    "expr.bad_character": Message(
        "不能使用字符 {found}", "{found} cannot stand here", "请用 {use}", "Use {use}"
    ),
    "expr.operator": Message("不能使用 {found}", "{found} is not an operator here", _USE_ZH, _USE_EN),
    "expr.function_case": Message(
        "函数名区分大小写：{found}", "Function names are case-sensitive: {found}", _USE_ZH, _USE_EN
    ),
    "expr.ternary": Message("没有 if … else 写法", "There is no “if … else”", _USE_ZH, _USE_EN),
    "expr.reserved_word": Message("{found} 是保留字，不能作名称", "{found} is reserved and cannot be a name"),
    "expr.chained_comparison": Message(
        "比较不能连写", "Comparisons cannot be chained", "请用 {use} 或 and", "Use {use} or “and”"
    ),
    "expr.number_form": Message(
        "数字写法不对：{found}", "Not a number: {found}", "请写成 12 或 0.03", "Write 12 or 0.03"
    ),
    "expr.text_form": Message(
        "文本写法不对：{found}",
        "Not a plain text: {found}",
        "请用一对引号，或 CONCAT",
        "Use one pair of quotes, or CONCAT",
    ),
    "expr.not_allowed": Message(
        "公式里不能使用这种写法（{what}）", "This is not part of the language ({what})"
    ),
    # names
    "expr.unknown_name": Message(
        "没有名为 {name} 的字段或变量",
        "There is no field or variable {name}",
        "是否指 {nearest}？",
        "Did you mean {nearest}?",
    ),
    "expr.unknown_function": Message(
        "没有函数 {name}", "There is no function {name}", "是否指 {nearest}？", "Did you mean {nearest}?"
    ),
    "expr.unknown_table": Message(
        "没有阶梯表 {name}", "There is no tier table {name}", "是否指 {nearest}？", "Did you mean {nearest}?"
    ),
    "expr.unknown_calendar": Message(
        "没有日历 {name}", "There is no calendar {name}", "是否指 {nearest}？", "Did you mean {nearest}?"
    ),
    "expr.function_name": Message(
        "{name} 是函数，要带括号", "{name} is a function and needs brackets", _USE_ZH, _USE_EN
    ),
    "expr.not_a_relation": Message(
        "{name} 不是关联，后面不能再加点", "{name} is not a relation: nothing can follow its dot"
    ),
    "expr.to_many": Message(
        "{name} 有多条记录，只能放在汇总函数的第一个参数",
        "{name} has many records: only an aggregate takes it",
        "例如 COUNT({name})",
        "For example COUNT({name})",
    ),
    "expr.this_outside": Message(
        "this 只能用在汇总函数的条件和取值里",
        "“this” stands only inside an aggregate",
        "请写成 {use}",
        "Write {use}",
    ),
    "expr.actor_not_allowed": Message("此处不能使用 {name}", "{name} cannot be used in this place"),
    # arguments and types
    "expr.arguments": Message(
        "{name} 的参数个数不对：给了 {found} 个",
        "{name} cannot take {found} arguments",
        "写法：{signature}",
        "Write {signature}",
    ),
    "expr.unknown_keyword": Message("{name} 没有参数 {keyword}", "{name} has no argument {keyword}"),
    "expr.not_literal": Message(
        "{name} 的参数 {parameter} 必须直接写出", "The argument {parameter} of {name} must be written out"
    ),
    "expr.bad_choice": Message(
        "{found} 不可用，可选：{choices}",
        "{found} is not possible, choose from {choices}",
        "是否指 {nearest}？",
        "Did you mean {nearest}?",
    ),
    "expr.type": Message(
        "{name} 不能用于 {found}", "{name} does not take {found}", "可以用 {use}", "Use {use}"
    ),
    "expr.result_type": Message(
        "结果应为 {expected}，实际是 {found}", "The result must be {expected} and is {found}"
    ),
    "expr.null_comparison": Message(
        "不能与 null 比较", "Nothing can be compared with null", "请用 {use}", "Use {use}"
    ),
    "expr.bad_literal": Message(
        "“{found}” 不是有效的 {expected}",
        "“{found}” is not a valid {expected}",
        "是否指 {nearest}？",
        "Did you mean {nearest}?",
    ),
    "expr.nested_aggregate": Message("汇总函数里不能再放汇总函数", "No aggregate stands inside an aggregate"),
    "expr.window": Message("日期字段的 within 必须是整天", "On a date field “within” must be whole days"),
    "expr.no_time_field": Message(
        "{name} 没有可用的时间字段", "{name} has no time field to look at", "请加 by=字段", "Add by=field"
    ),
    # sizes and engines
    "expr.too_wide": Message(
        "结果超过 {limit} 位数字",
        "The result has more than {limit} digits",
        "请先用 ROUND 减少小数位",
        "Round with ROUND first",
    ),
    "expr.too_expensive": Message(
        "公式计算量太大",
        "The expression costs too much",
        "请减少汇总或缩短文本",
        "Use fewer aggregates or shorter texts",
    ),
    "expr.not_translatable": Message(
        "{name} 不能在数据库中精确计算", "{name} cannot be computed exactly in the database"
    ),
}


def describe(problem: Problem, locale: Locale) -> tuple[str, str]:
    """Sentence and hint (``""`` when there is none) of a problem.

    Raises:
        KeyError: the code is not in the catalogue, or the sentence lacks a word.
    """
    entry = CATALOGUE[problem.code]
    message, hint = (entry.zh, entry.zh_hint) if locale == "zh-CN" else (entry.en, entry.en_hint)
    words = dict(problem.params)
    try:
        hint = hint.format_map(words)
    except KeyError:
        hint = ""
    return message.format_map(words), hint
