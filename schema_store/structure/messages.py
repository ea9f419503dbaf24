"""Sentences of the complaints about the structure of a document (``structure.*``)."""

from __future__ import annotations

from collections.abc import Mapping

#: Code without its area → (zh-CN, en); ``{…}`` is filled from the diagnostic's ``params``.
SENTENCES: Mapping[str, tuple[str, str]] = {
    "too_big": ("文件超过 {limit} 字节。", "The document is larger than {limit} bytes."),
    "not_utf8": (
        "文件不是 UTF-8 编码（第 {position} 字节）。",
        "The document is not UTF-8 (byte {position}).",
    ),
    "not_json": ("内容不能写成 JSON：{detail}。", "The content cannot be written as JSON: {detail}."),
    "syntax": (
        "第 {line} 行第 {column} 列不是合法的 JSON。",
        "Not valid JSON at line {line}, column {column}.",
    ),
    "trailing_data": (
        "第 {line} 行第 {column} 列：文档结束后还有内容。",
        "Something follows the end of the document at line {line}, column {column}.",
    ),
    "duplicate_word": ("“{word}”在同一对象中出现了两次。", "“{word}” occurs twice in one object."),
    "bad_number": ("“{number}”不是允许的数字。", "“{number}” is not a number that is allowed."),
    "surrogate": ("文本中有不完整的字符。", "The text holds half of a character (a lone surrogate)."),
    "too_deep": ("嵌套超过 {limit} 层。", "Nested deeper than {limit} levels."),
    "too_many": (
        "问题超过 {limit} 个，其余未列出。",
        "More than {limit} complaints; the rest is not listed.",
    ),
    "unknown_word": ("这里没有“{word}”这个属性。", "There is no “{word}” here."),
    "missing_word": ("缺少“{word}”。", "“{word}” is missing."),
    "wrong_type": ("这里应为{wanted_zh},而不是{found_zh}。", "This should be {wanted}, not {found}."),
    "not_allowed": ("“{found}”不是允许的值。", "“{found}” is not one of the values allowed."),
    "unknown_kind": ("没有“{found}”这种{word}。", "There is no {word} “{found}”."),
    "bad_key": (
        "“{found}”不能作为键：键由字母、数字和下划线组成，不以数字开头，最多 40 个字符。",
        "“{found}” cannot be a key: letters, digits and underscores, not a digit first, at most 40 characters.",
    ),
    "bad_locale": ("“{found}”不是语言代码。", "“{found}” is not a language code."),
    "bad_format": ("“{found}”的写法不对。", "“{found}” is not written as it should be."),
    "too_long": ("文本最多 {limit} 个字符。", "The text may have at most {limit} characters."),
    "too_short": ("文本至少 {limit} 个字符。", "The text needs at least {limit} characters."),
    "too_many_items": ("最多 {limit} 项。", "At most {limit} items are allowed."),
    "too_few_items": ("至少需要 {limit} 项。", "At least {limit} items are needed."),
    "too_large": ("数值最大为 {limit}。", "The number may be at most {limit}."),
    "too_small": ("数值最小为 {limit}。", "The number must be at least {limit}."),
    "refused": ("内容不合要求：{detail}。", "The content is refused: {detail}."),
}

HINTS: Mapping[str, tuple[str, str]] = {
    "nearest": ("是否指“{near}”?", "Did you mean “{near}”?"),
    "allowed": ("可用：{allowed}。", "Allowed: {allowed}."),
    "pattern": ("应符合 {pattern}。", "It must match {pattern}."),
    "locale": ("例如 zh-CN、en。", "For example zh-CN, en."),
    "number": (
        "数字最多 60 个字符，且不能是 NaN 或 Infinity。",
        "At most 60 characters, and neither NaN nor Infinity.",
    ),
    "quotes": ("检查逗号、引号和括号。", "Look at commas, quotes and brackets."),
}

#: JSON type → (zh-CN, en).
TYPE_WORDS: Mapping[str, tuple[str, str]] = {
    "object": ("对象", "an object"),
    "array": ("列表", "a list"),
    "string": ("文本", "a text"),
    "integer": ("整数", "a whole number"),
    "number": ("数字", "a number"),
    "boolean": ("true 或 false", "true or false"),
    "null": ("空值", "null"),
}
