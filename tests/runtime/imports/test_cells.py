"""A cell as the JSON value of every type of field, and every refusal with what was probably meant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.imports.cells import is_textual, read_cell, target_of
from runtime.imports.lookups import Lookups
from schema_store.compile.app import compile_app
from schema_store.compiled.app import CompiledField
from schema_store.field_types.base import FieldValueError
from tests.runtime.imports.everything import everything

ZONE = ZoneInfo("Asia/Shanghai")
NOTHING = cast(Lookups, None)  # these fields name no record


def fields() -> dict[str, CompiledField]:
    app, complaints = compile_app(everything(), 1)
    assert app is not None, complaints
    return dict(app.entities["thing"].fields)


FIELDS = fields()
UNSEEN = {"owner_of", "friends", "keeper", "code", "total", "verdict"}


def read(key: str, cell: Any) -> Any:
    return read_cell(FIELDS[key], cell, ZONE, NOTHING)


@pytest.mark.parametrize(
    ("key", "cell", "wire"),
    [
        ("name", " 张三 ", "张三"),
        ("name", 42, "42"),
        ("name", 42.0, "42"),
        ("name", "'=1+1", "=1+1"),
        ("name", "''=1+1", "'=1+1"),
        ("name", "'quoted'", "'quoted'"),
        ("name", True, "true"),
        ("name", date(2026, 3, 5), "2026-03-05"),
        ("story", "两\n行", "两\n行"),
        ("story", "'-  a", "-  a"),
        ("pieces", "1,234", 1234),
        ("pieces", "３", 3),
        ("pieces", "2.0", 2),
        ("pieces", 7.0, 7),
        ("pieces", "-12", -12),
        ("pieces", "1.5万", 15000),
        ("weight", "0.1250", "0.1250"),
        ("weight", "1e", None),
        ("weight", 0.1, "0.1000"),
        ("price", "¥1,200.5", "1200.50"),
        ("price", "3.5万", "35000.00"),
        ("price", "(12)", "-12.00"),
        ("price", 99, "99.00"),
        ("share", "35%", "0.3500"),
        ("share", "0.35", "0.3500"),
        ("share", 0.35, "0.3500"),
        ("share", "120％", "1.2000"),
        ("fragile", "是", True),
        ("fragile", "No", False),
        ("fragile", 1, True),
        ("fragile", False, False),
        ("made_on", "2026年3月5日", "2026-03-05"),
        ("made_on", 46086, "2026-03-05"),
        ("made_on", datetime(2026, 3, 5, 9), "2026-03-05"),
        ("seen_at", "2026/3/5 14:30", "2026-03-05T06:30:00Z"),
        ("seen_at", "2026-03-05T06:30:00Z", "2026-03-05T06:30:00Z"),
        ("seen_at", date(2026, 3, 5), "2026-03-04T16:00:00Z"),
        ("size", "s", "s"),
        ("size", "小号", "s"),
        ("size", "LARGE", "l"),
        ("colours", "红色、Blue", ["red", "blue"]),
        ("colours", "red;red", ["red"]),
        ("colours", '["blue"]', ["blue"]),
        ("stage", "进行中", "busy"),
        ("stage", "done", "done"),
        ("phone", 13800138000.0, "+8613800138000"),
        ("phone", "138 0013 8000", "+8613800138000"),
        ("mail", " A@b.cn ", "A@b.cn"),
        ("page", "https://example.com/x", "https://example.com/x"),
        ("tags", "甲，乙；丙", ["甲", "乙", "丙"]),
        ("title", "标题", {"zh-CN": "标题"}),
        ("extra", '{"a": [1, null]}', {"a": [1, None]}),
        ("extra", "12", 12),
    ],
)
def test_values(key: str, cell: Any, wire: Any) -> None:
    if wire is None:
        with pytest.raises(FieldValueError):
            read(key, cell)
        return
    assert read(key, cell) == wire


@pytest.mark.parametrize(
    ("key", "cell", "code", "near"),
    [
        ("name", "x" * 300, "too_long", None),
        ("name", "#N/A", "cell_error", None),
        ("pieces", "#DIV/0!", "cell_error", None),
        ("pieces", "drei", "not_a_number", None),
        ("pieces", "1.5", "too_precise", None),
        ("pieces", "-2000", "too_small", None),
        ("pieces", float("inf"), "not_a_number", None),
        ("pieces", True, "not_a_number", None),
        ("weight", "0.12345", "too_precise", None),
        ("weight", "999999999999", "too_many_digits", None),
        ("price", "12.345", "too_precise", None),
        ("price", "1.2.3", "not_a_number", None),
        ("share", "viel", "not_a_number", None),
        ("fragile", "vielleicht", "not_a_boolean", None),
        ("fragile", 2, "not_a_boolean", None),
        ("made_on", "5.3.2026", "not_a_date", None),
        ("made_on", "2026-02-29", "no_such_date", None),
        ("made_on", "2026-03-05 09:00", "not_a_date", None),
        ("seen_at", "gestern", "not_a_date", None),
        ("seen_at", "2026-03-05 26:00", "no_such_date", None),
        ("size", "小好", "not_an_option", "小号"),
        ("size", "Smal", "not_an_option", "Small"),
        ("size", "紫色", "not_an_option", "小号, 大号"),
        ("size", "特大", "inactive_option", None),
        ("colours", "红色、绿色", "not_an_option", "蓝色"),
        ("stage", "完了", "not_an_option", "完成"),
        ("stage", "zzz", "not_an_option", "开放, 进行中, 完成"),
        ("phone", "abc", "bad_phone", None),
        ("mail", "abc", "bad_email", None),
        ("page", "javascript:alert(1)", "bad_url", None),
        ("tags", "x" * 50, "too_long", None),
        ("extra", "{", "not_json", None),
        ("extra", "NaN", "not_json", None),
        ("extra", "[" * 100_000, "not_json", None),
    ],
)
def test_refusals(key: str, cell: Any, code: str, near: str | None) -> None:
    with pytest.raises(FieldValueError) as caught:
        read(key, cell)
    assert caught.value.code == code
    assert caught.value.params.get("near") == near


@given(
    st.sampled_from(sorted(FIELDS.keys() - UNSEEN)),
    st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes()),
)
def test_any_cell_of_any_field_is_a_value_or_a_refusal(key: str, cell: Any) -> None:
    try:
        wire = read(key, cell)
    except FieldValueError:
        return
    field = FIELDS[key]
    assert field.encode(field.decode(wire)) == wire, "what was read is what the field gives back"


def test_which_fields_name_records_and_which_lose_zeros() -> None:
    found = {key: target_of(field) for key, field in FIELDS.items() if target_of(field)}
    assert found == {"owner_of": "owner", "friends": "owner", "keeper": "user"}
    assert {key for key, field in FIELDS.items() if is_textual(field)} == {"name", "phone"}
