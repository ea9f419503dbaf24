"""Functions of text. Positions count code points from 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from expressions.casemap import lower_text, upper_text
from expressions.functions.logic import WHITE_SPACE
from expressions.functions.rules import define, fixed, of_types, overload
from expressions.literals import print_value
from expressions.sql import text as sql_text
from expressions.typed import Const, Typed
from expressions.types import BOOLEAN, Kind, Type, integer, text

_FAMILY = "text"
#: Characters of an option's key, and of a list of them where the set is not known.
_KEY_LENGTH = 63
_DATE_LENGTH = 10


def trim(t: str) -> str:
    """Without white space at both ends."""
    return t.strip(WHITE_SPACE)


def left(t: str, n: int) -> str | None:
    """The first ``n`` characters."""
    return None if n < 0 else t[:n]


def right(t: str, n: int) -> str | None:
    """The last ``n`` characters."""
    return None if n < 0 else t[max(len(t) - n, 0) :]


def mid(t: str, start: int, n: int) -> str | None:
    """``n`` characters from the ``start``-th on."""
    return None if start < 1 or n < 0 else t[start - 1 : start - 1 + n]


def contains(t: str, part: str) -> bool:
    """Whether ``part`` stands anywhere in ``t``."""
    return part in t


def replace_all(t: str, old: str, new: str) -> str:
    """Every ``old``, left to right, by ``new``; an empty ``old`` changes nothing."""
    return t.replace(old, new) if old else t


def concat(*items: str | int | Decimal | date | None) -> str:
    """The items one after the other; null is empty."""
    return "".join(
        "" if item is None else item if isinstance(item, str) else print_value(item) for item in items
    )


def printed_length(each: Type) -> int:
    """The most characters that a value of this type is printed with."""
    match each.kind:
        case Kind.TEXT:
            return each.length
        case Kind.INTEGER:
            return each.digits + 1
        case Kind.DECIMAL:
            return each.digits + each.scale + 2
        case Kind.DATE:
            return _DATE_LENGTH
        case Kind.OPTION:
            return max(map(len, each.options), default=0) if each.options is not None else _KEY_LENGTH
        case _:
            return 0


def _replace_type(args: Sequence[Type]) -> Type | None:
    t, _, new = args
    return text(t.length * max(1, new.length))


def _concat_type(args: Sequence[Type]) -> Type | None:
    return text(sum(map(printed_length, args)))


def _cut(result: Type, args: Sequence[Typed]) -> Type:
    """The length by a written number of characters."""
    n = args[-1]
    if isinstance(n, Const) and isinstance(n.value, int):
        return replace(result, length=min(result.length, max(n.value, 0)))
    return result


_same = of_types(lambda args: replace(args[0]))
_PART = ("t: text", "part: text")
_PRINTED = "x*: text|integer|option|date|decimal"

define(
    "LEN",
    _FAMILY,
    overload(("t: text",), fixed(integer(5)), len, sql=sql_text.length),
    zh="文本的字符数。",
    en="The number of characters.",
    examples={'LEN("斗拱")': "2"},
)
define(
    "LOWER",
    _FAMILY,
    overload(("t: text",), _same, lower_text, sql=sql_text.lower),
    zh="转成小写字母。",
    en="In lower case.",
    examples={'LOWER("ABC")': "abc"},
)
define(
    "UPPER",
    _FAMILY,
    overload(("t: text",), _same, upper_text, sql=sql_text.upper),
    zh="转成大写字母。",
    en="In upper case.",
    examples={'UPPER("abc")': "ABC"},
)
define(
    "TRIM",
    _FAMILY,
    overload(("t: text",), _same, trim, sql=sql_text.trim),
    zh="去掉两端空白。",
    en="Without white space at both ends.",
    examples={'TRIM("  a b ")': "a b"},
)
define(
    "LEFT",
    _FAMILY,
    overload(("t: text", "n: integer"), _same, left, narrow=_cut, sql=sql_text.left),
    zh="左边 n 个字符。",
    en="The first n characters.",
    examples={'LEFT("abcdef", 2)': "ab"},
)
define(
    "RIGHT",
    _FAMILY,
    overload(("t: text", "n: integer"), _same, right, narrow=_cut, sql=sql_text.right),
    zh="右边 n 个字符。",
    en="The last n characters.",
    examples={'RIGHT("abcdef", 2)': "ef"},
)
define(
    "MID",
    _FAMILY,
    overload(("t: text", "start: integer", "n: integer"), _same, mid, narrow=_cut, sql=sql_text.middle),
    zh="从第 start 个字符起取 n 个。",
    en="n characters from the start-th on.",
    examples={'MID("abcdef", 2, 3)': "bcd"},
)
define(
    "CONTAINS",
    _FAMILY,
    overload(_PART, fixed(BOOLEAN), contains, sql=sql_text.contains),
    zh="是否包含另一段文本（区分大小写）。",
    en="Whether the text contains the part (case-sensitive).",
    examples={'CONTAINS("华东大区", "华东")': "true"},
)
define(
    "STARTSWITH",
    _FAMILY,
    overload(_PART, fixed(BOOLEAN), str.startswith, sql=sql_text.starts_with),
    zh="是否以某段文本开头。",
    en="Whether the text begins with the part.",
    examples={'STARTSWITH("DG-01", "DG")': "true"},
)
define(
    "ENDSWITH",
    _FAMILY,
    overload(_PART, fixed(BOOLEAN), str.endswith, sql=sql_text.ends_with),
    zh="是否以某段文本结尾。",
    en="Whether the text ends with the part.",
    examples={'ENDSWITH("a.pdf", ".pdf")': "true"},
)
define(
    "REPLACE",
    _FAMILY,
    overload(
        ("t: text", "old: text", "new: text"), of_types(_replace_type), replace_all, sql=sql_text.replace_text
    ),
    zh="把所有 old 换成 new。",
    en="Every old replaced by new.",
    examples={'REPLACE("a-b-c", "-", "/")': "a/b/c"},
)
define(
    "CONCAT",
    _FAMILY,
    overload((_PRINTED,), of_types(_concat_type), concat, sql=sql_text.concat),
    null_out=False,
    zh="依次连接；空值当作空文本。",
    en="One after the other; a null is an empty text.",
    examples={'CONCAT("No. ", 7, null, 1.50)': "No. 71.50"},
)
