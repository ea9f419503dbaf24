"""Every page: no barrier, no complaint of the browser; and what keys, drops and two people at once do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.driving import WIDTHS, Person

pytestmark = pytest.mark.slow

PAGES = (
    "/apps/crm/dashboards/my_work",
    "/apps/crm/views/leads",
    "/apps/crm/views/lead_board",
    "/apps/crm/views/opportunity_board",
    "/apps/crm/views/closing_calendar",
    "/apps/crm/lead/new",
    "/apps/crm/lead?filter=maturity%20%3E%205",
)


def first_record(person: Person, entity: str) -> str:
    """The address of the first record of an entity."""
    path = f"/api/v1/apps/crm/records/{entity}?limit=1&fields=id"
    answer: dict[str, Any] = person.page.evaluate(f"fetch('{path}').then(each => each.json())")
    return f"/apps/crm/{entity}/{answer['items'][0]['id']}"


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_bars_anybody(person: Callable[..., Person], width: int) -> None:
    rep = person(width)
    rep.page.goto(rep.place.address + "/")
    rep.page.wait_for_selector(".sign-in")
    found = {"sign-in": rep.barriers()}
    rep.sign_in("rep1")
    record = first_record(rep, "lead")
    for path in ("/", *PAGES, record, f"{record}/edit", first_record(rep, "opportunity")):
        rep.go(path)
        found[path] = rep.barriers()
        wide = rep.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{path} is wider than the screen"
    assert {path: said for path, said in found.items() if said} == {}


def test_in_english(person: Callable[..., Person]) -> None:
    rep = person(1440, "en-US")
    rep.sign_in("rep1")
    rep.go("/apps/crm/views/leads")
    rep.page.get_by_role("heading", name="All leads").wait_for()
    rep.go(first_record(rep, "lead"))
    rep.page.get_by_role("region", name="Why Maturity is").wait_for()
    rep.page.get_by_role("heading", name="What happened").wait_for()
    assert rep.barriers() == []


def test_the_palette_finds_a_record_by_keys_alone(person: Callable[..., Person]) -> None:
    rep = person()
    rep.sign_in("rep1")
    rep.go("/apps/crm/views/leads")
    name = rep.page.locator(".grid-row a").first.inner_text()
    rep.page.keyboard.press("Control+k")
    rep.page.get_by_role("combobox", name="搜索与命令").wait_for()
    rep.page.keyboard.type(name)
    rep.page.get_by_role("option", name=name).first.wait_for()
    rep.page.keyboard.press("Enter")
    rep.page.get_by_role("heading", name=name, exact=True).wait_for()


def make_lead(person: Person, name: str) -> str:
    """Make a lead through the address of the API; its id."""
    made: dict[str, Any] = person.page.evaluate(
        """name => fetch('/api/v1/apps/crm/records/lead', {
            method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({name}),
        }).then(each => each.json())""",
        name,
    )
    return str(made["id"])


def test_a_card_is_moved_by_keys_and_by_pointer(person: Callable[..., Person]) -> None:
    rep = person()
    rep.sign_in("rep1")
    make_lead(rep, "挪动一")
    rep.go("/apps/crm/views/lead_board")
    lanes = rep.page.locator(".lane")
    card = rep.page.locator(".board-card", has_text="挪动一")
    assert lanes.nth(0).locator(".board-card", has_text="挪动一").count() == 1
    card.get_by_role("link").focus()
    rep.page.keyboard.press("m")
    rep.page.get_by_role("menuitem", name="初步接触").click()
    lanes.nth(1).locator(".board-card:not([data-busy])", has_text="挪动一").wait_for()
    card.drag_to(lanes.nth(2))
    lanes.nth(2).locator(".board-card:not([data-busy])", has_text="挪动一").wait_for()


def test_two_people_change_the_same_field(person: Callable[..., Person]) -> None:
    rep = person()
    rep.sign_in("rep1")
    id_ = make_lead(rep, "两人同改")
    rep.go(f"/apps/crm/lead/{id_}")
    rep.page.evaluate(
        """id => fetch(`/api/v1/apps/crm/records/lead/${id}`, {
            method: 'PATCH', headers: {'content-type': 'application/json'}, body: '{"position": "厂长"}',
        })""",
        id_,
    )
    field = rep.page.get_by_role("group", name="姓名", exact=True)
    rep.page.locator(".inline-value", has_text="两人同改").first.hover()
    rep.page.get_by_role("button", name="修改姓名").click()
    field.get_by_role("textbox").fill("两人同改之后")
    rep.page.keyboard.press("Enter")
    rep.page.get_by_role("heading", name="两人同改之后").wait_for()  # another field: no conflict

    rep.page.evaluate(
        """id => fetch(`/api/v1/apps/crm/records/lead/${id}`, {
            method: 'PATCH', headers: {'content-type': 'application/json'}, body: '{"name": "对方的名字"}',
        })""",
        id_,
    )
    rep.page.get_by_role("button", name="修改姓名").click()
    field.get_by_role("textbox").fill("我的名字")
    rep.page.keyboard.press("Enter")
    conflict = rep.page.get_by_role("alert").filter(has_text="刚被别人改过")
    conflict.get_by_text("对方的名字").wait_for()
    conflict.get_by_role("button", name="保留我的").click()
    rep.page.get_by_role("heading", name="我的名字", exact=True).wait_for()


def test_what_was_typed_is_there_again(person: Callable[..., Person]) -> None:
    rep = person()
    rep.sign_in("rep1")
    rep.go("/apps/crm/lead/new")
    rep.page.fill("#field-name", "没写完")
    rep.page.fill("#field-email", "不是邮箱")
    rep.go("/apps/crm/lead/new")
    rep.page.get_by_text("已恢复上次没有保存的内容").wait_for()
    assert rep.page.input_value("#field-name") == "没写完"
    rep.page.get_by_role("button", name="创建").click()
    rep.page.locator("#field-email-error").wait_for()
    assert rep.page.evaluate("document.activeElement.id") == "field-email"


def test_a_figure_leads_to_its_records(person: Callable[..., Person]) -> None:
    rep = person()
    rep.sign_in("director")
    rep.go("/apps/crm/dashboards/sales_cockpit")
    rep.page.get_by_role("link", name="已获取").click()
    rep.page.get_by_text('stage == "captured"').wait_for()
    rep.rest()
    rep.page.locator(".grid-row", has_text="已获取").first.wait_for()
    assert rep.page.locator(".grid-row", has_text="已转化").count() == 0


def test_many_rows_are_changed_and_each_refusal_has_its_reason(person: Callable[..., Person]) -> None:
    rep = person()
    rep.sign_in("rep1")
    make_lead(rep, "成批甲")
    make_lead(rep, "成批乙")
    rep.go("/apps/crm/views/leads?q=成批")
    grid = rep.page.get_by_role("grid")
    grid.get_by_role("checkbox", name="选择成批甲").check()
    grid.locator(".grid-row", has_text="成批乙").get_by_role("gridcell").last.click()
    rep.page.keyboard.press("Space")
    rep.page.get_by_text("已选 2 条").wait_for()
    rep.page.get_by_role("button", name="修改字段").click()
    dialog = rep.page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="字段").fill("邮箱")
    rep.page.keyboard.press("Enter")
    dialog.get_by_role("textbox", name="邮箱").fill("不是邮箱")
    dialog.get_by_role("button", name="修改 2 条").click()
    dialog.get_by_text("2 条没有改").wait_for()
    assert dialog.locator("li", has_text="成批甲").inner_text() == "成批甲 不是有效的邮箱地址"
    assert rep.barriers() == []
    dialog.get_by_role("button", name="关闭").last.click()
    rep.page.get_by_role("button", name="修改字段").click()
    dialog.get_by_role("combobox", name="字段").fill("职务")
    rep.page.keyboard.press("Enter")
    dialog.get_by_role("textbox", name="职务").fill("采购")
    dialog.get_by_role("button", name="修改 2 条").click()
    dialog.get_by_text("已修改 2 条").wait_for()
