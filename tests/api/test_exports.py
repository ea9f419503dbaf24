"""Records as files: the list's own rights, labels for people, a view with one click; comparison of two sets of data."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook

from tests.api.crm import Crm, crm
from tests.api.importing import CSV, XLSX, act, bring, rows, upload
from tests.asgi import Answer

__all__ = ["crm"]


def export(crm: Crm, who: str, entity: str, **words: Any) -> Answer:
    return crm.get(who, f"/records/{entity}/export?{urlencode(words)}")


def table(answer: Answer) -> list[dict[str, str]]:
    assert answer.status == 200, answer.body
    assert answer.body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))


@pytest.fixture(scope="module")
def filled(crm: Crm) -> Crm:
    accounts = "name,city,export_name@en,export_name@zh-CN,strategic,industry,monthly_sales\n"
    accounts += '=1+1 公司,上海,Formula Ltd,公式公司,是,,"1,234.50"\n乙公司,北京,Beta Inc,,否,,\n'
    assert act(crm, "ops", bring(crm, "ops", accounts, entity="account"), "apply")["counts"]["new"] == 2
    leads = "name,phone,source,owner_id\n线索甲,13900000001,展会,rep1\n线索乙,13900000002,hotline,rep3\n"
    made = act(crm, "ops", bring(crm, "ops", leads, entity="lead"), "apply")
    assert made["counts"]["new"] == 2, rows(crm, "ops", made)
    deals = "name,account,amount,margin\n大单,乙公司,500000,120000\n"
    made = act(crm, "admin", bring(crm, "admin", deals, entity="opportunity"), "apply")
    assert made["counts"]["new"] == 1, rows(crm, "admin", made)
    return crm


def test_keys_and_numbers_for_programs(filled: Crm) -> None:
    answer = export(filled, "ops", "account", fields="name,monthly_sales,export_name,strategic", sort="name")
    assert answer.header("content-type") == "text/csv; charset=utf-8"
    assert answer.header("content-disposition").startswith("attachment;")
    lines = answer.body.decode("utf-8-sig").split("\r\n")
    assert lines[0] == '"name","monthly_sales","export_name@zh-CN","export_name@en","strategic"'
    assert sorted(lines[1:3]) == [
        '"\'=1+1 公司",1234.50,"公式公司","Formula Ltd","true"',
        '"乙公司",,,"Beta Inc","false"',
    ]


def test_labels_and_names_for_people(filled: Crm) -> None:
    (row,) = table(export(filled, "director", "lead", labels="true", filter='name == "线索甲"', locale="en"))
    assert row["Name"] == "线索甲"
    assert row["Source"] == "Trade fair"
    assert row["Stage"] == "Captured"
    assert row["Owner"] == "rep1"
    assert row["Created at"] == "2026-03-02 09:00:00"
    (row,) = table(export(filled, "director", "opportunity", labels="true", locale="zh-CN"))
    assert row["客户"] == "乙公司"


def test_a_workbook_holds_texts_and_numbers_never_formulas(filled: Crm) -> None:
    answer = export(
        filled, "ops", "account", format="xlsx", fields="name,monthly_sales", sort="monthly_sales"
    )
    assert answer.header("content-type") == XLSX
    sheet = load_workbook(io.BytesIO(answer.body)).active
    assert sheet is not None
    cells = {row[0].value: (row[0].data_type, row[1].value) for row in sheet.iter_rows()}
    assert cells["=1+1 公司"] == ("s", 1234.5)
    assert cells["name"] == ("s", "monthly_sales")


def test_the_rights_are_those_of_the_list(filled: Crm) -> None:
    assert export(filled, "rep1", "lead").code == "forbidden"
    assert export(filled, "nobody", "lead").status == 404
    seen = {row["name"] for row in table(export(filled, "manager", "lead"))}
    assert seen == {item["name"] for item in filled.items("manager", "/records/lead")}
    assert "margin" in table(export(filled, "director", "opportunity"))[0]
    hidden = export(filled, "legal", "opportunity", fields="margin")
    assert hidden.status in (400, 403)
    assert export(filled, "manager", "lead", fields="nothing").code == "unknown_field"
    assert export(filled, "manager", "lead", filter="nothing == 1").code == "bad_expression"
    assert export(filled, "manager", "lead", format="pdf").code == "bad_request"
    assert export(filled, "manager", "lead", view="none").status == 404


def test_the_list_for_the_tax_office_with_one_click(filled: Crm) -> None:
    answer = export(
        filled, "finance", "account", view="tax_customer_list", labels="true", format="xlsx", locale="zh-CN"
    )
    assert answer.status == 200, answer.body
    sheet = load_workbook(io.BytesIO(answer.body)).active
    assert sheet is not None
    lines = [list(line) for line in sheet.iter_rows(values_only=True)]
    assert len(lines) == 3
    assert {"客户名称", "统一社会信用代码"} <= set(lines[0])
    assert "tax_customer_list-20260302.xlsx" in answer.header("content-disposition")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("labels", ["false", "true"])
def test_what_goes_out_comes_in_as_the_same(filled: Crm, kind: str, labels: str) -> None:
    for entity, match in (("account", "name"), ("lead", "id"), ("opportunity", "id")):
        file = export(filled, "admin", entity, format=kind, labels=labels)
        job = bring(
            filled,
            "admin",
            file.body,
            {"csv": CSV, "xlsx": XLSX}[kind],
            entity=entity,
            match=match,
            blank="clear",
        )
        counts = {key: value for key, value in job["counts"].items() if key != "fields"}
        assert set(counts) == {"same"}, rows(filled, "admin", job)


def test_two_sets_of_data_are_compared_by_key(filled: Crm) -> None:
    text = "名称,city,strategic\n乙公司,天津,否\n只在文件,上海,是\n乙公司二,,也许\n"
    words = {"entity": "account", "kind": "compare", "match": "name"}
    mapping = '{"fields": {"name": "名称", "city": "city", "strategic": "strategic"}}'
    job = bring(filled, "ops", text, **words, mapping=mapping)
    counts = {key: value for key, value in job["counts"].items() if key != "fields"}
    assert (job["state"], counts) == (
        "previewed",
        {"different": 1, "only_file": 1, "refused": 1, "only_app": 1},
    )
    assert job["counts"]["fields"] == {"city": 1}
    (row,) = rows(filled, "ops", job, "?kind=different")
    assert row["changes"] == [{"field": "city", "before": "北京", "after": "天津"}]
    (row,) = rows(filled, "ops", job, "?kind=only_app")
    assert row["key"] == "=1+1 公司"
    report = filled.get("ops", f"/imports/{job['id']}/report.csv").body.decode("utf-8-sig").split("\r\n")
    assert len(report) == 6
    assert any(
        line.endswith('"city","北京","天津"') and line.startswith('"不一致","乙公司"') for line in report
    )
    for word in ("apply", "undo"):
        assert filled.as_("ops").post(f"/apps/crm/imports/{job['id']}/{word}").code == "import_state"
    assert upload(filled, "ops", text, entity="account", kind="compare", mapping=mapping).code == "invalid"
