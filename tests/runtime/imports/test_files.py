"""Files as they are met, and as they are made to do harm."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from runtime.imports import files
from runtime.imports.files import BadFile, from_json, open_sheet, sheet_of, to_json


def read(raw: bytes, **more: Any) -> tuple[tuple[str, ...], list[tuple[int, list[Any]]]]:
    sheet = open_sheet(io.BytesIO(raw), **more)
    return sheet.header, list(sheet.rows)


def refused(raw: bytes, **more: Any) -> str:
    with pytest.raises(BadFile) as caught:
        read(raw, **more)
    return caught.value.code


def workbook(*lines: list[Any], title: str = "Sheet") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for line in lines:
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found(encoding: str, delimiter: str) -> None:
    text = (
        delimiter.join(["姓名", '"城,市;x"', "备注"])
        + "\r\n"
        + delimiter.join(["张三", "北京", '"两\n行"'])
        + "\r\n"
    )
    header, found = read(text.encode(encoding))
    assert header == ("姓名", "城,市;x", "备注")
    assert found == [(2, ["张三", "北京", "两\n行"])]


def test_rows_keep_their_numbers_and_blank_ones_are_no_rows() -> None:
    header, lines = read(b"\n,,\na,b\n\n1\n , \n2,3,4\n")
    assert header == ("a", "b")
    assert lines == [(5, ["1", None]), (7, ["2", "3", "4"])]


def test_columns_without_a_name_and_with_the_same() -> None:
    assert read(b"a,,a, a \n1,2,3,4\n")[0] == ("a", "#2", "a (2)", "a (3)")


def test_a_workbook_keeps_what_its_cells_are() -> None:
    moment = datetime(2026, 3, 5, 14, 30)
    raw = workbook(
        ["姓名", "电话", "日期", "是"],
        ["张三", 13800138000, moment, True],
        [None, 1.5, date(2026, 3, 5), None],
    )
    header, found = read(raw)
    assert header == ("姓名", "电话", "日期", "是")
    assert found[0] == (2, ["张三", 13800138000, moment, True])
    assert found[1][1][:2] == [None, 1.5]
    kept = [[to_json(cell) for cell in cells] for _, cells in found]
    assert [[from_json(cell) for cell in cells] for cells in kept] == [cells for _, cells in found]


def test_a_sheet_by_its_name() -> None:
    raw = workbook(["a"], ["1"], title="客户")
    assert read(raw, sheet="客户")[1] == [(2, ["1"])]
    assert refused(raw, sheet="无") == "no_such_sheet"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "no_header"),
        (b"\n\n", "no_header"),
        (b"a,b\x00\n1,2\n", "bad_file"),
        (b'a,b\n"1,2\n3,4\n', "bad_csv"),
        (b'a,b\n1,"x"y\n', "bad_csv"),
        (b"\xff\xfea\x00,\x00b\x00\n", "bad_encoding"),
        (b"a\n\x81\x20\xff\n", "bad_encoding"),
        (b"PK\x03\x04 no archive", "bad_workbook"),
        (b"a\n" + b"x" * 200_000 + b"\n", "bad_csv"),
        (b"a\n" + b"x" * 5_000_000, "bad_csv"),
    ],
    ids=[
        "empty",
        "blank",
        "nul",
        "open-quote",
        "stray-quote",
        "half-utf16",
        "no-encoding",
        "no-zip",
        "long-cell",
        "long-line",
    ],
)
def test_what_is_no_table_is_refused(raw: bytes, code: str) -> None:
    assert refused(raw) == code


def test_too_many_columns_rows_and_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(b",".join([b"x"] * 501) + b"\n") == "too_many_columns"
    monkeypatch.setattr(files, "MOST_ROWS", 3)
    assert refused(b"a\n1\n2\n3\n4\n") == "too_many_rows"
    monkeypatch.setattr(files, "MOST_ROWS", 1_000)
    monkeypatch.setattr(files, "MOST_CELLS", 3)
    assert refused(b"a,b\n1,2\n3,4\n") == "too_many_rows"


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def test_a_bomb_is_not_unpacked() -> None:
    bomb = archive(
        **{"xl__workbook.xml": b"<x/>", "xl__worksheets__sheet1.xml": b"0" * (2 * files._SMALL_PART * 50)}
    )
    assert len(bomb) < 300_000
    assert refused(bomb) == "too_big_unpacked"
    many = archive(
        **{"xl__workbook.xml": b"<x/>"}, **{f"p{number}": b"" for number in range(files.MOST_PARTS)}
    )
    assert refused(many) == "too_big_unpacked"
    texts = archive(
        **{"xl__workbook.xml": b"<x/>", "xl__sharedStrings.xml": b"ab" * (files.MOST_SHARED // 2 + 1)}
    )
    assert refused(texts) == "too_big_unpacked"


def test_an_archive_that_is_no_workbook() -> None:
    assert refused(archive(**{"..__..__etc__passwd": b"x"})) == "bad_workbook"
    assert refused(archive(**{"xl__workbook.xml": b"<broken"})) == "bad_workbook"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
def test_entities_in_xml_are_not_expanded(part: str) -> None:
    laugh = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    whole = io.BytesIO(workbook(["name"], ["张三"]))
    out = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(out, "w") as new:
        for each in old.infolist():
            new.writestr(each.filename, laugh if each.filename == part else old.read(each))
    assert refused(out.getvalue()) == "bad_workbook"


def test_the_size_that_a_sheet_claims_is_not_believed() -> None:
    whole = io.BytesIO(workbook(["name"], ["张三"]))
    out = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(out, "w") as new:
        for each in old.infolist():
            content = old.read(each)
            if each.filename.endswith("sheet1.xml"):
                assert b'<dimension ref="A1:A2"' in content
                content = content.replace(b'"A1:A2"', b'"A1:XFD1048576"')
            new.writestr(each.filename, content)
    assert read(out.getvalue()) == (("name",), [(2, ["张三"])])


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(raw: bytes) -> None:
    codes: set[str] = set()
    for start in (b"", b"PK\x03\x04", b"\xff\xfe"):
        try:
            header, lines = read(start + raw)
        except BadFile as refusal:
            codes.add(refusal.code)
        else:
            assert header
            assert all(len(cells) >= len(header) for _, cells in lines)
    assert codes <= {"no_header", "bad_file", "bad_csv", "bad_encoding", "bad_workbook", "too_many_columns"}


def test_rows_that_a_program_has() -> None:
    sheet = sheet_of([["name", "at"], ["甲", date(2026, 3, 5)], [None, None]])
    assert sheet.header == ("name", "at")
    assert list(sheet.rows) == [(2, ["甲", date(2026, 3, 5)])]
