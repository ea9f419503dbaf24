"""Somebody brings real leads in from a file, works with the first one minutes later, and takes the rest back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.driving import Person

pytestmark = pytest.mark.slow

#: Jobs, balances and ages are the first ten of a public sample of leads; names and telephones are made up.
LEADS = """客户姓名,联系电话,渠道,职务,预算,年龄,备注
王建国,13911110001,官网询盘,management,2143,58,五月来电
李秀英,13911110002,展会,technician,29,44,
张志强,13911110003,官网询盘,entrepreneur,2,33,
刘洋,13911110004,展会,blue-collar,1506,47,
陈静,13911110005,官网询盘,unknown,1,33,
杨帆,13911110006,展会,management,231,35,
黄丽,13911110007,官网询盘,management,447,28,
赵磊,13911110008,展会,entrepreneur,2,42,
周敏,13911110009,官网询盘,retired,121,58,
吴桂兰,13911110010,展会,technician,593,43,
"""
MIXED = "姓名,手机,公司\n林一,13922220001,林记\n林二,139,林记\n,13922220003,林记\n"


def file(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def target(person: Person, column: str) -> str:
    """What a column goes into."""
    shown = person.page.locator(".map-columns li", has=person.page.get_by_text(column, exact=True))
    text: str = shown.locator(".map-target").inner_text()
    return text.split("\n")[0].strip(" *")


def test_ten_real_leads_from_a_file_to_their_first_move(person: Callable[..., Person]) -> None:
    ops = person()
    ops.sign_in("ops")
    page = ops.page
    ops.go("/apps/crm/views/leads")
    page.get_by_role("button", name="导入", exact=True).click()
    page.get_by_text("把文件拖到这里").wait_for()
    assert ops.barriers() == []
    chooser = page.locator("input[type=file]")
    chooser.set_input_files(file("线索.xls", "x"))
    page.get_by_text("旧版 .xls 请先另存为 .xlsx").wait_for()
    chooser.set_input_files(file("线索.csv", LEADS))
    page.get_by_text("左边是文件里的列和样例").wait_for()
    found = {column: target(ops, column) for column in LEADS.split("\n")[0].split(",")}
    assert found == {
        "客户姓名": "姓名", "联系电话": "手机", "渠道": "线索来源", "职务": "职务", "预算": "预算范围",
        "年龄": "不导入", "备注": "备注",
    }  # fmt: skip
    assert ops.barriers() == []
    page.get_by_role("button", name="下一步：检查").click()
    page.get_by_text("全部可以导入。现在还没有写入任何数据。").wait_for()

    # Somebody who leaves finds the import again where it is.
    ops.go("/apps/crm/lead/import")
    page.locator(".earlier li", has_text="待确认").get_by_role("link", name="线索.csv").first.click()
    page.get_by_role("button", name="导入 10 条").click()
    page.get_by_role("heading", name="已导入 10 条").wait_for()
    assert ops.barriers() == []
    page.get_by_role("button", name="查看这 10 条").click()
    page.get_by_role("link", name="王建国").click()
    page.get_by_role("button", name="推进到“初步接触”", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="确认推进").click()
    page.locator(".stage-path [aria-current=step]", has_text="初步接触").wait_for()

    # What somebody has worked with since stays when the import is taken back.
    ops.go("/apps/crm/lead/import")
    page.locator(".earlier li", has_text="已导入").get_by_role("link", name="线索.csv").first.click()
    page.get_by_role("button", name="撤销导入").click()
    asked = page.get_by_role("dialog")
    asked.get_by_text("新建的 10 条移入回收站").wait_for()
    asked.get_by_role("button", name="撤销导入").click()
    page.get_by_text("撤销了 9 条，保留 1 条。").wait_for()
    kept = page.locator(".import-rows li", has_text="王建国")
    assert "记录已被修改" in kept.inner_text()
    kept.get_by_role("link", name="王建国").wait_for()


def test_what_is_wrong_with_a_row_is_said_on_a_phone(person: Callable[..., Person]) -> None:
    ops = person(390)
    ops.sign_in("ops")
    page = ops.page
    ops.go("/apps/crm/lead/import")
    page.locator("input[type=file]").set_input_files(file("部分.csv", MIXED))
    page.get_by_role("button", name="下一步：检查").click()
    page.get_by_text("有问题的行不会导入").wait_for()
    rows = page.locator(".import-rows li")
    rows.first.wait_for()
    assert "手机：不是有效的电话号码" in rows.nth(0).inner_text()
    assert "姓名：必填" in rows.nth(1).inner_text()
    assert ops.barriers() == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载有问题的行").click()
    errors = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert errors[0] == '"姓名","手机","公司","_error"'
    assert len(errors) == 3
    page.get_by_role("button", name="改列的对应").click()
    page.get_by_text("左边是文件里的列和样例").wait_for()
    page.locator(".map-columns li").first.locator(".ant-select-clear").click()
    page.get_by_text("这些必填字段没有对应的列，新记录会因此被拒绝：姓名").wait_for()
    page.get_by_role("button", name="放弃").click()
    page.get_by_text("没有写入任何数据。").wait_for()
