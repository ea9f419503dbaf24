"""Lists: views that people save and share, cells that are changed where they stand, keys, and rows that stay drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.driving import Person
from tests.browser.scrolling import blank_at_rest, make_leads
from tests.browser.test_pages import make_lead

pytestmark = pytest.mark.slow
LEADS = "/apps/crm/views/leads"


def switch(person: Person) -> Any:
    """The menu of views, opened."""
    person.page.get_by_title("切换视图").click()
    return person.page.get_by_role("menu")


def test_a_view_is_saved_shared_changed_and_deleted(person: Callable[..., Person]) -> None:
    rep = person()
    rep.sign_in("rep1")
    rep.go(f'{LEADS}?where=[{{"field":"stage","operator":"anyOf","value":["captured"]}}]&sort=-created_at')
    page = rep.page
    page.get_by_role("group", name="已改动").get_by_role("button", name="另存为视图").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("视图名称").fill("还没联系的")
    dialog.get_by_label("我的团队").check()
    assert rep.barriers() == []
    page.keyboard.press("Enter")
    dialog.get_by_label("视图名称").press("Enter")
    page.get_by_role("heading", name="还没联系的").wait_for()
    link = page.url.removeprefix(rep.place.address)
    page.get_by_text("属于").wait_for()  # its filter is lines that can be changed, not only text
    assert page.get_by_role("group", name="已改动").count() == 0

    page.get_by_label("搜索", exact=True).fill("王")
    page.get_by_role("group", name="已改动").wait_for()
    rep.go(LEADS)
    rep.go(link)
    assert page.get_by_label("搜索", exact=True).input_value() == "王", "found again as it was left"
    page.get_by_role("button", name="还原").click()
    page.get_by_role("group", name="已改动").wait_for(state="detached")
    assert page.get_by_label("搜索", exact=True).input_value() == ""
    page.get_by_role("button", name="移除条件").click()
    page.get_by_role("group", name="已改动").get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("group", name="已改动").wait_for(state="detached")
    rep.go(link)
    assert page.get_by_text("属于").count() == 0
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="搜索与命令").wait_for()
    page.keyboard.type("还没联系")
    page.get_by_role("option", name="还没联系的").wait_for()

    colleague = person()
    colleague.sign_in("rep2")
    colleague.go(link)
    colleague.page.get_by_role("heading", name="还没联系的").wait_for()
    menu = switch(colleague)
    menu.get_by_role("menuitem", name="还没联系的").wait_for()
    assert colleague.barriers() == []
    assert menu.get_by_role("menuitem", name="删除视图").count() == 0

    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    switch(rep).get_by_role("menuitem", name="删除视图").click()
    page.get_by_role("dialog").get_by_role("button", name="删除视图").click()
    page.wait_for_url("**/apps/crm/lead")
    colleague.go(link)
    colleague.page.get_by_text("没有这一页").wait_for()


def test_cells_are_changed_by_keys(person: Callable[..., Person]) -> None:
    rep = person()
    rep.sign_in("rep1")
    id_ = make_lead(rep, "改格子甲")
    make_lead(rep, "改格子乙")
    rep.go(f"{LEADS}?q=改格子&sort=name&cols=name,phone,company,stage")
    page, keys = rep.page, rep.page.keyboard
    row = page.locator(".grid-row", has_text="改格子甲")
    page.locator("body").press("j")
    while "甲" not in active(rep):
        keys.press("j")
    keys.press("ArrowRight")
    keys.press("Enter")
    keys.type("不是电话")
    keys.press("Enter")
    page.get_by_role("alert").filter(has_text="不是有效的电话号码").wait_for()
    assert rep.barriers() == []
    keys.press("Control+a")
    keys.type("13900001234")
    keys.press("Tab")
    row.get_by_label("公司").wait_for()
    row.get_by_text("139 0000 1234").wait_for()
    keys.type("先行公司")
    page.evaluate(
        """id => fetch(`/api/v1/apps/crm/records/lead/${id}`, {
            method: 'PATCH', headers: {'content-type': 'application/json'}, body: '{"company": "对方公司"}',
        })""",
        id_,
    )
    keys.press("Enter")
    conflict = page.get_by_role("alert").filter(has_text="刚被别人改过")
    conflict.get_by_text("对方公司").wait_for()
    conflict.get_by_role("button", name="保留我的").click()
    row.get_by_text("先行公司").wait_for()
    row.locator(".cell-editor").wait_for(state="detached")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "grid"
    keys.press("F2")
    keys.type("又改")
    keys.press("Escape")
    row.get_by_text("先行公司").wait_for()
    keys.press("ArrowRight")
    keys.press("Enter")
    page.get_by_role("menuitem", name="初步接触").click()
    page.get_by_role("dialog").get_by_role("button", name="确认推进").click()
    row.get_by_text("初步接触").wait_for()
    keys.press("Home")
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("grid").focus()
    keys.press("?")
    page.get_by_role("dialog", name="快捷键").get_by_text("下一行").wait_for()
    assert rep.barriers() == []
    keys.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    keys.press("/")
    keys.type("jk")
    assert page.get_by_label("搜索", exact=True).input_value() == "改格子jk"


def active(person: Person) -> str:
    """What stands in the cell of the keyboard."""
    return str(
        person.page.evaluate(
            "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.innerText ?? ''"
        )
    )


def test_no_row_is_blank_when_scrolling_has_come_to_rest(person: Callable[..., Person]) -> None:
    rep = person()
    rep.sign_in("director")
    make_leads(rep, 400)
    rep.go(f"{LEADS}?q=滚动线索")
    assert blank_at_rest(rep.page) == []
