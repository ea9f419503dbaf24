"""What a job says: its shape, every complaint as a sentence in both languages, the lines of its files."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from api.imports import _report_lines, error_line, error_sentence, error_shape, job_shape, row_shape
from api.messages import FIELD_ERRORS
from runtime.imports.jobs import Asked, Job, StoredRow
from runtime.imports.mapping import ColumnMap, Source
from runtime.refusals import Unmet

ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
OWN = (
    "unknown_target",
    "unknown_column",
    "nothing_mapped",
    "match_not_mapped",
    "not_a_number",
    "not_a_date",
    "not_a_boolean",
    "not_json",
    "unknown_record",
    "several_records",
    "cell_error",
    "too_many_cells",
    "twice_in_file",
    "stage_not_last",
    "number_as_text",
)


def error(code: str, **more: Any) -> dict[str, Any]:
    return {"column": "", "field": "", "code": code, "params": {}, **more}


def job(**more: Any) -> Job:
    asked = Asked(ColumnMap({"name": Source(column="姓名")}, {"数": "integer"}), "name")
    file = {
        "name": "a.csv",
        "format": "csv",
        "encoding": "gb18030",
        "delimiter": ";",
        "header": ["姓名", "数", "多余"],
    }
    values: dict[str, Any] = {
        "id": ID,
        "at": datetime(2026, 3, 2, 1, tzinfo=UTC),
        "by": ID,
        "kind": "records",
    }
    values |= {
        "entity": "lead",
        "asked": asked,
        "file": file,
        "state": "staged",
        "goal": "previewed",
        "total": 3,
    }
    return Job(**{**values, "done": 9, "version": 1, "counts": {"new": 1}, **more})


def test_a_job_on_the_wire() -> None:
    assert job_shape(job(), "crm", "en") == {
        "id": str(ID),
        "app": "crm",
        "entity": "lead",
        "kind": "records",
        "state": "staged",
        "goal": "previewed",
        "busy": True,
        "file": {"name": "a.csv", "format": "csv", "encoding": "gb18030", "delimiter": ";"},
        "columns": [
            {"name": "姓名", "used": True},
            {"name": "数", "used": True},
            {"name": "多余", "used": False},
        ],
        "mapping": {"fields": {"name": {"column": "姓名"}}, "columns": {"数": "integer"}},
        "match": "name",
        "mode": "normal",
        "rules": "run",
        "clears": False,
        "atomic": False,
        "progress": {"done": 3, "total": 3},
        "counts": {"new": 1},
        "error": None,
        "created_at": "2026-03-02T01:00:00Z",
        "changed_at": "2026-03-02T01:00:00Z",
        "created_by": str(ID),
    }


def test_a_job_of_nobody_that_stopped() -> None:
    shape = job_shape(job(by=None, entity="", error=error("internal", params={"id": "42"})), "crm", "en")
    assert (shape["created_by"], shape["entity"]) == (None, None)
    assert "42" in shape["error"]["message"]


def test_a_row_on_the_wire() -> None:
    row = StoredRow(
        5,
        ["张三", 12.0, {"date": "2026-03-05"}, None],
        {"wire": {"name": "张三"}, "past": {"created_at": "x"}, "warnings": [error("number_as_text")]},
        "张三",
        "changed",
        ID,
        2,
        {"name": ["李四", "张三"]},
        None,
    )
    shape = row_shape(row, ("a", "b", "c", "d"), "en")
    assert shape["cells"] == {"a": "张三", "b": "12", "c": "2026-03-05", "d": ""}
    assert shape["changes"] == [{"field": "name", "before": "李四", "after": "张三"}]
    assert (shape["row"], shape["kind"], shape["record_id"], shape["key"]) == (5, "changed", str(ID), "张三")
    assert shape["past"] == {"created_at": "x"}
    assert shape["warnings"][0]["code"] == "number_as_text"
    assert "errors" not in shape
    assert row_shape(StoredRow(2, []), (), "en")["values"] == {}


@pytest.mark.parametrize("code", OWN)
def test_each_complaint_has_a_sentence_in_both_languages(code: str) -> None:
    words = set(re.findall(r"{(\w+)}", FIELD_ERRORS[code][0]))
    told = error(code, params={word: f"<{word}>" for word in words})
    chinese, english = error_sentence(told, "zh-CN"), error_sentence(told, "en")
    assert chinese != english
    for word in words:
        assert f"<{word}>" in chinese
        assert f"<{word}>" in english


def test_what_was_probably_meant_stands_behind_the_sentence() -> None:
    told = error("not_an_option", params={"value": "展览", "near": "展会"}, column="来源")
    assert error_sentence(told, "zh-CN") == "“展览”不是可选项；可用：展会"
    assert error_sentence(told, "en") == "“展览” is none of the options; did you mean: 展会?"
    assert error_line(told, "zh-CN").startswith("来源: ")
    assert error_shape(told, "en")["suggestion"] == "展会"


def test_the_authors_own_sentence_of_a_validation() -> None:
    told = error("validation", params={"rule": "r", "zh-CN": "不行", "en": "No"}, field="name")
    assert (error_sentence(told, "zh-CN"), error_sentence(told, "en")) == ("不行", "No")
    assert error_sentence(error("validation", params={"rule": "r", "de": "Nein"}), "en") == "Nein"
    assert error_line(told, "en") == "name: No"


def test_what_a_gate_misses() -> None:
    unmet = Unmet("sheet", "evidence", {"count": 1}, {"count": 0}, {"zh-CN": "验收单", "en": "Sheet"})
    kept = {name: getattr(unmet, name) for name in ("key", "kind", "needed", "seen", "label", "message")}
    told = error("gate_closed", unmet=[kept, {**kept, "key": "other"}])
    assert error_sentence(told, "zh-CN") == "须上传“验收单”; 须上传“验收单”"
    shape = error_shape(told, "en")
    assert [each["key"] for each in shape["unmet"]] == ["sheet", "other"]
    assert shape["unmet"][0]["message"] == "“Sheet” has to be attached"


@pytest.mark.parametrize(
    "code", ["duplicate", "stale", "forbidden", "not_found", "referred", "unique", "conflict", "internal"]
)
def test_refusals_of_the_engine_have_theirs(code: str) -> None:
    assert error_sentence(error(code, params={"version": "3"}), "en")
    assert "records" not in error_shape(error(code), "en")
    assert error_shape(error(code, records=["1"]), "en")["records"] == ["1"]


@pytest.mark.parametrize(
    ("row", "lines"),
    [
        (StoredRow(2, [], kind="only_file"), [("", "", "")]),
        (StoredRow(2, [], kind="only_app"), [("", "", "")]),
        (
            StoredRow(2, [], kind="refused", errors=[error("not_json", field="a")]),
            [("", "", "a: This is no JSON")],
        ),
        (
            StoredRow(2, [], kind="different", changes={"a": [None, ["x", "y"]], "b": ["1", 2]}),
            [("a", "", "x; y"), ("b", "1", "2")],
        ),
    ],
    ids=["file", "app", "refused", "different"],
)
def test_lines_of_a_comparison(row: StoredRow, lines: list[tuple[str, str, str]]) -> None:
    assert list(_report_lines(row, "en")) == lines
