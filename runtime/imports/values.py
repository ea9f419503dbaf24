"""What people write into cells, and the JSON value it means: numbers, amounts, dates, yes and no, lists.

A cell is a text, or what a spreadsheet knows it to be: a number, a truth value, a date, a moment. A text is read in
the forms that are customary in China and in English; what could mean two things is refused, never guessed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from schema_store.field_types.base import FieldValueError
from schema_store.field_types.common import print_instant, printed

#: What a cell may hold.
Cell = str | int | float | Decimal | bool | date | datetime | None

_YES = frozenset({"true", "yes", "y", "t", "1", "是", "对", "有", "真", "√", "✓", "✔"})
_NO = frozenset({"false", "no", "n", "f", "0", "否", "不", "不是", "无", "没有", "假", "×", "✗"})
_UNITS = {"万": 4, "亿": 8, "千": 3, "百万": 6, "千万": 7, "k": 3, "w": 4}
_CURRENCY = re.compile(
    r"^(?:rmb|cny|usd|eur|us\$|hk\$|[¥$€£])\s*|\s*(?:元|圆|rmb|cny|usd|eur)$", re.IGNORECASE
)
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d+|\d{1,3}(?:,\d{3})+)(?:\.(?P<rest>\d+))?(?P<unit>百万|千万|万|亿|千|k|w)?"
)
_DATE = re.compile(r"(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*[日]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(
    r"(上午|下午|中午|凌晨|晚上|am|pm)?\s*(\d{1,2})(?::|时|点)(\d{1,2})?(?::|分)?(?:(\d{1,2})(?:\.(\d{1,6}))?)?[秒]?\s*(am|pm)?",
    re.IGNORECASE,
)
_ZONED = re.compile(r".*(?:Z|[+-]\d{2}:?\d{2})", re.IGNORECASE)
_BETWEEN = re.compile("[,;|\n、，；]")
#: Day 0 of a spreadsheet, and the last day that it knows.
_SERIAL_START, _SERIAL_END = datetime(1899, 12, 30), 2_958_465
#: Texts of digits that are taken for days of a spreadsheet: 1982 to 2064. Others are probably something else.
_SERIAL_TEXT = re.compile(r"([3-5]\d{4})(?:\.\d+)?")
#: What a spreadsheet would take for a formula; our exports put an apostrophe before it (and before an apostrophe).
GUARDED = re.compile(r"'*[ \u00a0\u3000]*[=+\-@\t\r\n＝＋－＠]")


def is_blank(cell: Cell) -> bool:
    """Whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def plain(text: str) -> str:
    """A text for comparing: full-width forms made half-width, no case, no outer white space."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def read_text(cell: Cell) -> str:
    """A cell as text: a number without the ``.0`` that a spreadsheet gives it, our own apostrophe off."""
    if isinstance(cell, str):
        return cell[1:] if cell.startswith("'") and GUARDED.match(cell[1:]) else cell
    if isinstance(cell, float):
        return _whole(Decimal(repr(cell)))
    return printed(cell)


def _whole(number: Decimal) -> str:
    if not number.is_finite():
        return str(number)
    return str(int(number)) if number == number.to_integral_value() else format(number, "f")


def read_number(cell: Cell) -> Decimal:
    """An exact number: ``1,234.50``, ``¥12``, ``3.5万``, ``(120)`` for -120, full-width digits.

    Raises:
        FieldValueError: ``not_a_number``.
    """
    if isinstance(cell, bool) or not isinstance(cell, str | int | float | Decimal):
        raise FieldValueError("not_a_number", value=_shown(cell))
    if not isinstance(cell, str):
        number = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
        if not number.is_finite():
            raise FieldValueError("not_a_number", value=_shown(cell))
        return number
    text = plain(read_text(cell)).replace("−", "-")
    is_negative = text.startswith("(") and text.endswith(")")
    text = text[1:-1].strip() if is_negative else text
    sign = "-" if text.startswith("-") else ""
    text = _CURRENCY.sub("", text.removeprefix("-").strip()).strip()
    match = _NUMBER.fullmatch(sign + text)
    if match is None or (is_negative and match["sign"]) or len(text) > 60:
        raise FieldValueError("not_a_number", value=_shown(cell))
    digits = f"{match['sign']}{match['whole'].replace(',', '')}.{match['rest'] or '0'}"
    number = Decimal(digits).scaleb(_UNITS.get(match["unit"] or "", 0))
    return -number if is_negative else number


def read_share(cell: Cell) -> Decimal:
    """A share: ``35%`` is 0.35, ``3.5‰`` 0.0035; a number without a sign is the fraction itself."""
    if isinstance(cell, str):
        text = plain(read_text(cell))
        for sign, places in (("%", 2), ("‰", 3)):
            if text.endswith(sign):
                return read_number(text.removesuffix(sign)).scaleb(-places)
    return read_number(cell)


def write_number(number: Decimal) -> str:
    """The wire form of a number: its digits without an exponent and without empty ones behind the point."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_boolean(cell: Cell) -> bool:
    """Yes or no: true/false, yes/no, 是/否 and the like, 1/0, √/×.

    Raises:
        FieldValueError: ``not_a_boolean``.
    """
    if isinstance(cell, bool):
        return cell
    word = plain(read_text(cell))
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise FieldValueError("not_a_boolean", value=_shown(cell))


def read_date(cell: Cell) -> date:
    """A day: ``2026-03-05``, ``2026/3/5``, ``2026.3.5``, ``2026年3月5日``, ``20260305``, a spreadsheet's number.

    Raises:
        FieldValueError: ``not_a_date``, ``no_such_date``.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = _day_and_time(cell)
    if found is None or _time(found[1].lstrip("tT "), cell) != time():
        raise FieldValueError("not_a_date", value=_shown(cell))
    return found[0]


def read_moment(cell: Cell, zone: ZoneInfo) -> datetime:
    """A moment in UTC: a day with or without a time in the workspace's zone, or RFC 3339 with its own.

    Raises:
        FieldValueError: ``not_a_date``, ``no_such_date``, ``out_of_range``.
    """
    local = cell if isinstance(cell, datetime) else _local(cell)
    try:
        return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as problem:
        raise FieldValueError("out_of_range") from problem


def write_moment(cell: Cell, zone: ZoneInfo) -> str:
    """The wire form of a moment in a cell; raises as :func:`read_moment`."""
    return print_instant(read_moment(cell, zone))


def _local(cell: Cell) -> datetime:
    """A cell as a moment without a zone, or with the one that it names."""
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return datetime.combine(cell, time())
    if not isinstance(cell, str):
        return _of_serial(cell)
    text = unicodedata.normalize("NFKC", cell).strip()
    if _ZONED.fullmatch(text) and ("T" in text.upper() or ":" in text):
        try:
            return datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
        except ValueError:
            raise FieldValueError("not_a_date", value=_shown(cell)) from None
    if _SERIAL_TEXT.fullmatch(text):
        return _of_serial(float(text))
    found = _day_and_time(text)
    if found is None:
        raise FieldValueError("not_a_date", value=_shown(cell))
    return datetime.combine(found[0], _time(found[1].lstrip("tT "), cell))


def _day_and_time(cell: Cell) -> tuple[date, str] | None:
    """The day at the beginning of a cell, and the text behind it."""
    if not isinstance(cell, str):
        return _of_serial(cell).date(), ""
    text = unicodedata.normalize("NFKC", read_text(cell)).strip()
    if _SERIAL_TEXT.fullmatch(text):
        return _of_serial(float(text)).date(), ""
    match = _DATE.match(text) or _COMPACT.fullmatch(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3])), text[match.end() :]
    except ValueError:
        raise FieldValueError("no_such_date") from None


def _of_serial(cell: Cell) -> datetime:
    """The moment of a spreadsheet's number of days."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal) or not 1 <= cell <= _SERIAL_END:
        raise FieldValueError("not_a_date", value=_shown(cell))
    return _SERIAL_START + timedelta(seconds=round(float(cell) * 86_400))


_LATE = frozenset({"下午", "晚上", "pm"})


def _time(text: str, cell: Cell) -> time:
    if not text.strip():
        return time()
    match = _TIME.fullmatch(text.strip())
    if match is None or (match[3] is None and match[2] and "时" not in text and "点" not in text):
        raise FieldValueError("not_a_date", value=_shown(cell))
    word = (match[1] or match[6] or "").lower()
    hour = int(match[2])
    if word in _LATE and hour < 12:
        hour += 12
    elif word in ("上午", "凌晨", "am") and hour == 12:
        hour = 0
    try:
        fraction = int((match[5] or "0").ljust(6, "0"))
        return time(hour, int(match[3] or 0), int(match[4] or 0), fraction)
    except ValueError:
        raise FieldValueError("no_such_date") from None


def split_list(text: str) -> list[str]:
    """The members of a list: between commas, semicolons, enumeration commas, bars or lines, or of JSON; each once."""
    if text.lstrip().startswith("["):
        try:
            members = json.loads(text)
        except (ValueError, RecursionError):
            members = None
        if isinstance(members, list) and all(isinstance(each, str) for each in members):
            return list(dict.fromkeys(members))
    parts = (part.strip() for part in _BETWEEN.split(text))
    return list(dict.fromkeys(part for part in parts if part))


def _shown(cell: Cell) -> str:
    return str(cell)[:60]
