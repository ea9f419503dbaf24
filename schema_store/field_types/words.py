"""Names of the field types and of their wire shapes, in the words that people see (zh-CN, en)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """What the reference page says of a field type.

    Attributes:
        title: name, (zh-CN, en).
        about: what it is for, (zh-CN, en).
        wire: JSON example.
    """

    title: tuple[str, str]
    about: tuple[str, str]
    wire: str


WORDS: Mapping[str, Words] = {
    "text": Words(("单行文本", "Text"), ("一行文字", "One line of text"), '"华东电气"'),
    "long_text": Words(("多行文本", "Long text"), ("多行文字", "Several lines of text"), '"第一行\\n第二行"'),
    "integer": Words(
        ("整数", "Whole number"), ("最多 15 位的整数", "A whole number of at most 15 digits"), "42"
    ),
    "decimal": Words(("小数", "Decimal"), ("精确小数", "An exact number"), '"12.50"'),
    "money": Words(("金额", "Money"), ("一种币种的金额", "An amount in one currency"), '"300000.00"'),
    "percent": Words(
        ("百分比", "Percent"), ("以小数保存的比例", "A share, kept as its fraction"), '"0.1500"'
    ),
    "boolean": Words(("是否", "Yes or no"), ("是或否", "Yes or no"), "true"),
    "date": Words(("日期", "Date"), ("不含时区的日期", "A calendar day without zone"), '"2026-03-31"'),
    "instant": Words(
        ("时间", "Instant"), ("以 UTC 保存的时刻", "A moment, kept in UTC"), '"2026-03-31T08:00:00Z"'
    ),
    "option": Words(("单选", "Option"), ("多个选项之一", "One of several options"), '"referral"'),
    "options": Words(("多选", "Options"), ("任意多个选项", "Any number of options"), '["mail", "phone"]'),
    "stage": Words(
        ("阶段", "Stage"), ("记录在流程中的位置", "Where a record stands in its pipeline"), '"won"'
    ),
    "reference": Words(
        ("引用", "Reference"),
        ("指向一条记录", "A link to one record"),
        '"01890a5d-ac96-774b-bcce-b302099a8057"',
    ),
    "links": Words(
        ("关联", "Links"),
        ("指向多条记录", "Links to many records"),
        '["01890a5d-ac96-774b-bcce-b302099a8057"]',
    ),
    "user": Words(("人员", "User"), ("工作区的一个人", "A person"), '"01890a5d-ac96-774b-bcce-b302099a8057"'),
    "team": Words(("团队", "Team"), ("工作区的一个团队", "A team"), '"01890a5d-ac96-774b-bcce-b302099a8057"'),
    "region": Words(
        ("区域", "Region"), ("区域树的一个区域", "A region"), '"01890a5d-ac96-774b-bcce-b302099a8057"'
    ),
    "phone": Words(
        ("电话", "Phone"), ("E.164 格式的电话号码", "A phone number in E.164"), '"+8613800138000"'
    ),
    "email": Words(("邮箱", "Email"), ("邮件地址，比较时不分大小写", "A mail address"), '"li@example.com"'),
    "url": Words(
        ("网址", "Web address"), ("http 或 https 网址", "An http or https address"), '"https://example.com/"'
    ),
    "file": Words(
        ("文件", "File"), ("一个上传的文件", "One uploaded file"), '"01890a5d-ac96-774b-bcce-b302099a8057"'
    ),
    "files": Words(
        ("多个文件", "Files"),
        ("若干上传的文件", "Several uploaded files"),
        '["01890a5d-ac96-774b-bcce-b302099a8057"]',
    ),
    "image": Words(("图片", "Image"), ("一张图片", "One picture"), '"01890a5d-ac96-774b-bcce-b302099a8057"'),
    "images": Words(
        ("多张图片", "Images"), ("若干图片", "Several pictures"), '["01890a5d-ac96-774b-bcce-b302099a8057"]'
    ),
    "code": Words(("编号", "Code"), ("按规则自动编号", "A number given by a rule"), '"KH-202603-00042"'),
    "formula": Words(("公式", "Formula"), ("由本记录及其引用计算", "Computed from the record"), '"9000.00"'),
    "rollup": Words(("汇总", "Roll-up"), ("由下级记录汇总", "One aggregate over children"), '"125000.00"'),
    "score": Words(("评分", "Score"), ("由评分模型写入", "Written by a score model"), "85"),
    "tags": Words(("标签", "Tags"), ("自由标签", "Free tags"), '["高意向", "展会"]'),
    "translated_text": Words(
        ("多语言文本", "Translated text"),
        ("每种语言一段文字", "A text per locale"),
        '{"zh-CN": "阀门", "en": "Valve"}',
    ),
    "json": Words(
        ("结构化数据", "Structured data"),
        ("符合 JSON Schema 的数据", "Data that matches a JSON Schema"),
        '{"width": 120}',
    ),
}


#: What is wrong with a submitted value, by the code of ``FieldValueError``: (zh-CN, en), filled from its ``params``.
VALUE_SENTENCES: Mapping[str, tuple[str, str]] = {
    "wrong_type": ("值的类型不对。", "The value has the wrong type."),
    "contains_control": (
        "文本含有不允许的控制字符。",
        "The text holds a control character that is not allowed.",
    ),
    "too_long": ("最多 {limit} 个字符。", "At most {limit} characters are allowed."),
    "too_many": ("最多 {limit} 项。", "At most {limit} items are allowed."),
    "too_deep": ("嵌套超过 {limit} 层。", "Nested deeper than {limit} levels."),
    "too_small": ("不能小于 {limit}。", "It must be at least {limit}."),
    "too_big": ("不能大于 {limit}。", "It must be at most {limit}."),
    "too_many_digits": ("整数部分最多 {limit} 位。", "At most {limit} digits before the point are allowed."),
    "too_precise": ("小数部分最多 {limit} 位。", "At most {limit} digits behind the point are allowed."),
    "bad_format": ("写法不对。", "It is not written as it should be."),
    "no_such_date": ("没有这个日期或时间。", "There is no such date or time."),
    "out_of_range": ("日期或时间超出范围。", "The date or time is out of range."),
    "not_an_option": ("“{value}”不在选项中。", "“{value}” is not among the options."),
    "inactive_option": ("选项“{value}”已停用。", "The option “{value}” cannot be chosen any more."),
    "twice": ("同一个值出现了两次。", "The same value occurs twice."),
    "not_a_uuid": ("不是有效的编号。", "It is not an id."),
    "bad_phone": ("不是有效的电话号码。", "It is not a phone number."),
    "bad_email": ("不是有效的邮件地址。", "It is not a mail address."),
    "bad_url": ("不是有效的 http 或 https 网址。", "It is not an http or https address."),
    "unknown_locale": ("只能使用这些语言：{allowed}。", "Only these locales can be used: {allowed}."),
    "schema_mismatch": (
        "数据 {place} 处不合结构要求（{detail}）。",
        "The data breaks its schema at {place} ({detail}).",
    ),
    "computed": (
        "这个字段的值由系统给出，不能填写。",
        "The system gives this field its value; it cannot be written.",
    ),
}


def title_of(key: str) -> tuple[str, str]:
    """The name of a field type, (zh-CN, en)."""
    return WORDS[key].title
