"""What people write into cells: every customary form has its value, everything else is refused with a code."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.exports.cells import csv_cell, guard
from runtime.exports.columns import join_list
from runtime.imports.values import (
    read_boolean,
    read_date,
    read_moment,
    read_number,
    read_share,
    read_text,
    split_list,
    write_moment,
    write_number,
)
from schema_store.field_types.base import FieldValueError

ZONE = ZoneInfo("Asia/Shanghai")
CODES = {"not_a_number", "not_a_date", "no_such_date", "not_a_boolean", "out_of_range"}
ANY_CELL = st.one_of(
    st.text(max_size=30),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.none(),
    st.text("0123456789/-.年月日:时上下午Z+ ,", max_size=20),
)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1,234.50", "1234.5"),
        ("¥12", "12"),
        ("￥12.00", "12"),
        ("12元", "12"),
        ("RMB 3,000", "3000"),
        ("3.5万", "35000"),
        ("1.2亿", "120000000"),
        ("2千", "2000"),
        ("3百万", "3000000"),
        ("(120)", "-120"),
        ("-¥5", "-5"),
        ("１２３", "123"),
        ("−7", "-7"),
        (" 8 ", "8"),
        (12.5, "12.5"),
        (3, "3"),
        (1e-7, "0.0000001"),
        ("'-5", "-5"),
        ("0.10", "0.1"),
        ("＋5", "5"),
        ("007", "7"),
        (Decimal("1.10"), "1.1"),
    ],
)
def test_numbers(cell: Any, number: str) -> None:
    assert write_number(read_number(cell)) == number


@pytest.mark.parametrize(
    "cell",
    [
        "abc",
        "",
        "1,2,3",
        "1.2.3",
        "--1",
        "(-5)",
        "1e5",
        "1 2",
        "¥",
        "万",
        "12%",
        True,
        None,
        "1" * 70,
        "1,23",
    ],
)
def test_what_is_no_number(cell: Any) -> None:
    with pytest.raises(FieldValueError, match="not_a_number"):
        read_number(cell)


@pytest.mark.parametrize(
    ("cell", "share"),
    [
        ("35%", "0.35"),
        ("３５％", "0.35"),
        ("0.5", "0.5"),
        (0.35, "0.35"),
        ("3.5‰", "0.0035"),
        ("-5%", "-0.05"),
    ],
)
def test_shares(cell: Any, share: str) -> None:
    assert write_number(read_share(cell)) == share


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("是", True),
        ("否", False),
        ("TRUE", True),
        ("no", False),
        ("Ｙ", True),
        ("√", True),
        (0, False),
        (1.0, True),
        (True, True),
    ],
)
def test_yes_and_no(cell: Any, meant: bool) -> None:
    assert read_boolean(cell) is meant


def test_what_is_neither() -> None:
    for cell in ("也许", "2", "是的吧", ""):
        with pytest.raises(FieldValueError, match="not_a_boolean"):
            read_boolean(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-05",
        "2026/3/5",
        "2026.3.5",
        "2026年3月5日",
        "2026 年 3 月 5 日",
        "20260305",
        "２０２６/３/５",
        "46086",
        46086,
        46086.0,
        date(2026, 3, 5),
        datetime(2026, 3, 5, 14),
        "2026-03-05 00:00:00",
        "2026-03-05T00:00",
        "2026年3月5",
        "'2026-03-05",
    ],
)
def test_days(cell: Any) -> None:
    if isinstance(cell, str) and cell.startswith("'"):
        with pytest.raises(FieldValueError):
            read_date(cell)
        return
    assert read_date(cell) == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("3/5/2026", "not_a_date"),
        ("05.03.2026", "not_a_date"),
        ("2026-02-30", "no_such_date"),
        ("2026-13-01", "no_such_date"),
        ("明天", "not_a_date"),
        ("2026-03-05 14:30", "not_a_date"),
        (True, "not_a_date"),
        (0, "not_a_date"),
        (-5, "not_a_date"),
        (10**12, "not_a_date"),
        ("12345678901", "not_a_date"),
        (None, "not_a_date"),
        ("20261305", "no_such_date"),
    ],
)
def test_what_is_no_day(cell: Any, code: str) -> None:
    with pytest.raises(FieldValueError) as caught:
        read_date(cell)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-03-05", "2026-03-04T16:00:00Z"),
        ("2026/3/5 14:30", "2026-03-05T06:30:00Z"),
        ("2026年3月5日 下午2:30", "2026-03-05T06:30:00Z"),
        ("2026年3月5日14时30分", "2026-03-05T06:30:00Z"),
        ("2026-03-05 2:30 PM", "2026-03-05T06:30:00Z"),
        ("2026-03-05 上午12:05", "2026-03-04T16:05:00Z"),
        ("2026-03-05T06:30:00Z", "2026-03-05T06:30:00Z"),
        ("2026-03-05T14:30:00+08:00", "2026-03-05T06:30:00Z"),
        ("2026-03-05 14:30:05.25", "2026-03-05T06:30:05.250000Z"),
        (46086.5, "2026-03-05T04:00:00Z"),
        (datetime(2026, 3, 5, 14, 30), "2026-03-05T06:30:00Z"),
        (date(2026, 3, 5), "2026-03-04T16:00:00Z"),
    ],
)
def test_moments(cell: Any, moment: str) -> None:
    assert write_moment(cell, ZONE) == moment


@pytest.mark.parametrize(
    "cell", ["2026-03-05 25:00", "2026-03-05 14", "2026-03-05 14:99", "14:30", "2026-03-05T99:00:00Z", "x"]
)
def test_what_is_no_moment(cell: str) -> None:
    with pytest.raises(FieldValueError) as caught:
        read_moment(cell, ZONE)
    assert caught.value.code in CODES


@given(ANY_CELL)
def test_whatever_stands_in_a_cell_is_read_or_refused(cell: Any) -> None:
    codes = set()
    for read in (read_number, read_share, read_boolean, read_date, lambda cell: read_moment(cell, ZONE)):
        try:
            read(cell)
        except FieldValueError as problem:
            codes.add(problem.code)
    assert codes <= CODES


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**11), max_value=10**11))
def test_numbers_with_separators_are_read_back(number: Decimal) -> None:
    assert read_number(f"{number:,}") == number
    assert read_number(f"¥{number:,}" if number >= 0 else f"-¥{-number:,}") == number
    assert Decimal(write_number(number)) == number


@given(st.dates(min_value=date(1900, 3, 1), max_value=date(9999, 12, 31)))
def test_every_day_in_every_form(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    forms = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        serial,
    ]
    assert {read_date(form) for form in forms if not isinstance(form, str) or day.year >= 1000} == {day}


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)))
def test_every_moment_is_read_back(moment: datetime) -> None:
    whole = moment.replace(tzinfo=UTC)
    assert read_moment(whole.isoformat(), ZONE) == whole
    local = whole.astimezone(ZONE).replace(tzinfo=None)
    back = read_moment(local.isoformat(sep=" "), ZONE)
    assert back == local.replace(tzinfo=ZONE)
    assert abs(back - whole) <= timedelta(hours=1), "an hour that a clock shows twice has one meaning"


@given(st.text(max_size=20))
def test_a_guarded_text_is_read_back_and_is_no_formula(text: str) -> None:
    guarded = guard(text)
    assert read_text(guarded) == text
    assert not guarded.lstrip(" \u00a0\u3000").startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert csv_cell(text).startswith('"')


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1", "'=1", "''=1", "\r=1", "\n=1"]
)
def test_formulas_are_guarded(text: str) -> None:
    assert guard(text) == f"'{text}"


@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
        .map(str.strip)
        .filter(bool),
        unique=True,
        max_size=5,
    )
)
def test_lists_are_read_back(members: list[str]) -> None:
    joined = join_list(members)
    assert split_list(joined or "") == members


def test_lists_between_any_signs() -> None:
    assert split_list("甲；乙;丙、丁,戊，己|甲\n") == ["甲", "乙", "丙", "丁", "戊", "己"]
    assert split_list("[1, 2]") == ["[1", "2]"], "no list of texts"


def test_numbers_of_a_spreadsheet_as_text() -> None:
    assert read_text(13800138000.0) == "13800138000"
    assert read_text(12.5) == "12.5"
    assert read_text(True) == "true"
