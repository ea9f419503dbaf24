"""Lines of a file: what stands in the columns, in whose words; the rights; the bytes."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from runtime.exports import exporting
from runtime.exports.cells import csv_cell, csv_line
from runtime.exports.exporting import ExportQuery, export_lines, plain_text, spreadsheet_number, write_file
from runtime.imports.values import read_text
from runtime.refusals import BadExpression, BadQuery, Forbidden, NotFound
from tests.runtime.imports.everything import every
from tests.runtime.save.kit import World

__all__ = ["every"]
SETS = {"colours": {"red": {"zh-CN": "红色", "en": "Red"}, "blue": {"zh-CN": "蓝色", "en": "Blue"}}}


def lines(
    world: World, entity: str = "thing", roles: tuple[str, ...] | None = None, **query: Any
) -> list[list[Any]]:
    with world.unit(roles) as unit:
        return list(export_lines(unit, entity, ExportQuery(sets=SETS, **query)))


def thing(world: World, **wire: Any) -> tuple[str, str]:
    """A filter for it alone, and its id."""
    saved = world.create("thing", {"name": "出", **wire})
    return f'code == "{saved.values["code"]}"', str(saved.id)


FULL: dict[str, Any] = {
    "pieces": 7,
    "weight": "0.5",
    "price": "12.5",
    "share": "0.35",
    "fragile": True,
    "made_on": "2026-03-05",
    "seen_at": "2026-03-05T06:30:00Z",
    "size": "s",
    "colours": ["red", "blue"],
    "tags": ["甲", "乙;丙"],
    "title": {"zh-CN": "标题", "en": "Title"},
    "extra": {"b": 1, "a": [True]},
}
KEYS = [*FULL, "stage", "total", "verdict"]


def row(world: World, **query: Any) -> dict[str, Any]:
    one, _ = thing(world, **FULL)
    header, line = lines(world, filter=one, fields=KEYS, **query)
    return dict(zip(header, line, strict=True))


def test_for_programs(every: World) -> None:
    assert row(every) == {
        "pieces": 7,
        "weight": Decimal("0.5000"),
        "price": Decimal("12.50"),
        "share": Decimal("0.3500"),
        "fragile": True,
        "made_on": "2026-03-05",
        "seen_at": "2026-03-05T06:30:00Z",
        "size": "s",
        "colours": "red; blue",
        "tags": '["甲", "乙;丙"]',
        "title@zh-CN": "标题",
        "title@en": "Title",
        "extra": '{"a": [true], "b": 1}',
        "stage": "open",
        "total": Decimal("87.50"),
        "verdict": "careful",
    }


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "zh-CN",
            {
                "易碎": "是",
                "尺码": "小号",
                "颜色": "红色; 蓝色",
                "阶段": "开放",
                "verdict": "小心",
                "title": "标题",
            },
        ),
        (
            "en",
            {
                "Fragile": "yes",
                "Size": "Small",
                "Colours": "Red; Blue",
                "Stage": "Open",
                "Verdict": "Careful",
                "Title": "Title",
            },
        ),
    ],
)
def test_for_people_in_their_language(every: World, locale: str, words: dict[str, str]) -> None:
    found = row(every, labels=True, locale=locale)
    assert {key: found[key] for key in words} == words
    assert found["seen_at" if locale == "zh-CN" else "Seen_At"] == "2026-03-05 14:30:00"


def test_translated_texts_have_a_column_each_unless_one_is_chosen(every: World) -> None:
    one, _ = thing(every, **FULL)
    assert lines(every, filter=one, fields=["title"])[0] == ["title@zh-CN", "title@en"]
    assert lines(every, filter=one, fields=["title"], locale="en") == [["title@en"], ["Title"]]
    assert lines(every, filter=one, fields=["title"], locale="en", labels=True) == [["Title"], ["Title"]]
    assert lines(every, filter=one, fields=["title"], locale="fr", labels=True)[1] == [None]


def test_records_by_name_as_far_as_they_may_be_seen(every: World) -> None:
    seen = every.create("owner", {"name": "可见", "sign": "ex-1"}).id
    secret = every.create("owner", {"name": "secret"}).id
    one, _ = thing(every, owner_of=str(seen), friends=[str(seen), str(secret)])
    fields = ["owner_of", "friends"]
    assert lines(every, filter=one, fields=fields)[1][0] == str(seen)
    assert lines(every, filter=one, fields=fields, labels=True)[1][0] == "ex-1"
    (_, clerk) = lines(every, filter=one, fields=fields, labels=True, roles=("clerk",))
    assert clerk == ["ex-1", "ex-1"], "a link to a record that is not seen is not there"


def test_all_fields_in_their_order_and_those_that_are_named_in_theirs(every: World) -> None:
    one, id_ = thing(every)
    header = lines(every, filter=one)[0]
    assert header[:3] == ["id", "version", "created_at"]
    assert lines(every, filter=one, fields=["stage", "id", "name"]) == [
        ["stage", "id", "name"],
        ["open", id_, "出"],
    ]


def test_the_rights_of_list_and_export_hold_both(every: World) -> None:
    few, _ = thing(every, pieces=3)
    many, _ = thing(every, pieces=9)
    both = f"({few}) or ({many})"
    clerk = lines(every, filter=both, roles=("clerk",))
    assert len(clerk) == 3
    assert {"price", "total"}.isdisjoint(clerk[0])
    assert len(lines(every, filter=both, roles=("reader",), fields=["pieces"])) == 2
    assert lines(every, filter=both, roles=("reader",), fields=["pieces"])[1] == [9]
    with pytest.raises(BadQuery):
        lines(every, fields=["price"], roles=("clerk",))
    with pytest.raises(BadExpression):
        lines(every, filter="price > 1", roles=("clerk",))
    with pytest.raises(Forbidden):
        lines(every, "owner", roles=("clerk",))
    with pytest.raises(NotFound):
        lines(every, "owner", roles=("reader",))


def test_page_after_page(every: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """More records than a page holds: each once, in the order asked for; two statements a page, with names."""
    monkeypatch.setattr(exporting, "_PAGE", 2)
    owner = every.create("owner", {"name": "o", "sign": "page"}).id
    for number in range(5):
        thing(every, story="seite", pieces=number, owner_of=str(owner))
    query = ExportQuery(filter='story == "seite"', sort="-pieces", fields=["pieces", "owner_of"], labels=True)
    with every.unit() as unit, every.counting() as statements:
        found = list(export_lines(unit, "thing", query))
    assert found[1:] == [[number, "page"] for number in (4, 3, 2, 1, 0)]
    assert len(statements) <= 9, "\n".join(statements)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (5, "5"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.50"), "-0.50"),
        (True, '"true"'),
        ('a"b', '"a""b"'),
        ("=1", '"\'=1"'),
        ("两\n行", '"两\n行"'),
        ("", '""'),
    ],
)
def test_cells_of_csv(value: Any, cell: str) -> None:
    assert csv_cell(value) == cell


def test_a_line_of_csv() -> None:
    assert csv_line(map(csv_cell, ["a", 1, None])) == '"a",1,\r\n'


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        (Decimal("12.50"), 12.5),
        (Decimal("123456789012345"), 123456789012345),
        (Decimal("1234567890123456"), None),
        (Decimal("0.1234567890123456"), None),
        (10**20, float(10**20)),
        (Decimal("1E+18"), 1e18),
        (0, 0),
    ],
)
def test_numbers_that_a_spreadsheet_keeps(value: Any, number: float | None) -> None:
    assert spreadsheet_number(value) == number


@given(st.decimals(-(10**9), 10**9, places=4))
def test_a_number_of_a_spreadsheet_is_the_number(value: Decimal) -> None:
    found = spreadsheet_number(value)
    assert found is not None
    assert Decimal(repr(found)) == value


@given(st.text(max_size=12))
def test_a_text_of_a_workbook_is_read_back(text: str) -> None:
    assert read_text(plain_text(text)) == text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")


def test_a_workbook_of_any_lines() -> None:
    out = io.BytesIO()
    given_lines: list[list[Any]] = [
        ["name", "number"],
        ["=1+1", Decimal("1.5")],
        ["'=x", 10**17 + 1],
        [None, True],
    ]
    assert write_file(given_lines, "xlsx", out) == 3
    sheet = load_workbook(io.BytesIO(out.getvalue())).active
    assert sheet is not None
    cells = [[(cell.value, cell.data_type) for cell in line] for line in sheet.iter_rows()]
    assert cells[1] == [("=1+1", "s"), (1.5, "n")]
    assert cells[2] == [("''=x", "s"), (str(10**17 + 1), "s")]
    assert cells[3] == [(None, "n"), (True, "b")]


def test_nothing_is_written_where_nothing_may_be_read(every: World) -> None:
    out = io.BytesIO()
    with every.unit(("reader",)) as unit, pytest.raises(NotFound):
        write_file(export_lines(unit, "owner", ExportQuery()), "csv", out)
    assert out.getvalue() == b""
