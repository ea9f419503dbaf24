"""What sales people do on one page each; the tests are named after the rows of the capabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.driving import WIDTHS, Person
from tests.browser.test_a_deal import PDF, PNG

pytestmark = pytest.mark.slow


def first(person: Person, entity: str, filter_: str, sort: str = "-created_at") -> str:
    """The address of the first record that fits."""
    path = f"/api/v1/apps/crm/records/{entity}?limit=1&fields=id&sort={sort}&filter={quote(filter_)}"
    answer: dict[str, Any] = person.page.evaluate(f"fetch('{path}').then(each => each.json())")
    return f"/apps/crm/{entity}/{answer['items'][0]['id']}"


def post(person: Person, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """An answer of the API to whoever sits there."""
    answer: dict[str, Any] = person.page.evaluate(
        """([path, body]) => fetch(`/api/v1/apps/crm${path}`, {
            method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body),
        }).then(each => each.json())""",
        [path, body],
    )
    return answer


def find(person: Person, text: str) -> Any:
    """Type into the search of the app; the results."""
    if person.is_narrow:
        person.page.get_by_role("button", name="搜索").first.click()
    else:
        person.page.keyboard.press("Control+k")
    box = person.page.get_by_role("combobox", name="搜索与命令")
    box.wait_for()
    box.fill(text)
    return person.page.get_by_role("option")


def test_s0_11_everything_of_a_customer_on_one_page(person: Callable[..., Person]) -> None:
    """Contracts, payments, tickets and talks; a picture of a chat comes by upload and stands there."""
    boss = person()
    boss.sign_in("director")
    boss.go(first(boss, "account", "contract_count > 0", "-total_contract_amount"))
    account = boss.page.locator("h1").inner_text()
    for title in ("基本信息", "经营数据"):
        boss.page.get_by_role("region", name=title).wait_for()
    for title in ("合同", "回款节点", "报价单", "服务工单", "互动记录"):
        boss.page.get_by_role("heading", name=title).wait_for()
    assert boss.page.get_by_role("region", name="合同").locator("tbody tr").count() > 0
    boss.page.get_by_text("工商信息", exact=True).click()
    boss.page.get_by_text("统一社会信用代码").wait_for()
    talks = boss.page.get_by_role("region", name="互动记录")
    talks.get_by_role("link", name="新建").click()
    picked = boss.page.locator(".ant-select", has=boss.page.locator("#field-account"))
    picked.filter(has_text=account).wait_for()
    boss.page.fill("#field-name", "微信上发来的手写报价")
    boss.page.locator("#field-kind").fill("微信")
    boss.page.locator(".ant-select-item-option", has_text="微信").first.click()
    boss.page.locator(
        "#field-photos input[type=file], input[type=file][id=field-photos]"
    ).first.set_input_files(PNG)
    boss.page.get_by_text("照片.png").first.wait_for()
    boss.page.get_by_role("button", name="创建").click()
    boss.page.get_by_role("heading", name="微信上发来的手写报价", exact=True).wait_for()
    boss.page.locator("img, a", has_text="照片.png").first.wait_for()


@pytest.mark.parametrize("width", WIDTHS)
def test_s0_28_a_hot_lead_says_what_happened_and_what_to_say(
    person: Callable[..., Person], width: int
) -> None:
    rep = person(width)
    rep.sign_in("rep1")
    made = post(
        rep, "/records/lead", {"name": f"热线索{width}", "phone": f"1390000{width:04d}", "grade": "A"}
    )
    for _ in range(2):
        post(rep, "/events", {"kind": "download", "entity": "lead", "record_id": made["id"]})
    rep.go(f"/apps/crm/lead/{made['id']}")
    scripts = rep.page.get_by_role("region", name="推荐话术")
    assert "适用阶段 · 初步接触" in scripts.locator("li").first.inner_text()
    scripts.get_by_role("button", name="复制").first.click()
    scripts.get_by_role("button", name="已复制").wait_for()
    assert "下载资料 2 次" in rep.page.locator(".lately").inner_text()
    assert rep.barriers() == []
    # S4-19: one touch dials.
    dial = rep.page.get_by_role("link", name="拨打")
    assert dial.get_attribute("href") == f"tel:+861390000{width:04d}"
    # S1-17: one touch notes what happened.
    rep.page.get_by_role("button", name="未接通").click()
    rep.page.get_by_text("已完成：未接通").or_(rep.page.locator(".ant-message-success")).first.wait_for()
    if rep.is_narrow:
        rep.page.get_by_text("动态", exact=True).click()
    rep.page.locator(".timeline li", has_text="未接").first.wait_for()


def test_s2_15_a_word_finds_scripts_and_contracts(person: Callable[..., Person]) -> None:
    rep = person()
    rep.sign_in("director")
    rep.go("/apps/crm/views/leads")
    found = find(rep, "勘测")
    script = found.filter(has_text="高意向线索：约上门勘测")
    script.wait_for()
    assert "勘测半小时" in script.locator("small").first.inner_text()
    contract = first(rep, "contract", 'stage == "signed" or stage == "executing"')
    rep.go(contract)
    name = rep.page.locator("h1").inner_text()
    rep.go(f"{contract}/edit")
    rep.page.locator("#field-files").set_input_files(PDF)
    rep.page.get_by_text("文件.pdf").wait_for()
    rep.page.get_by_role("button", name="保存").click()
    rep.page.get_by_role("heading", name=name, exact=True).wait_for()
    rep.go("/apps/crm/views/leads")
    find(rep, name).filter(has_text=name).filter(has_text="合同").first.click()
    rep.page.get_by_role("link", name="文件.pdf").first.wait_for()


def test_s2_26_the_state_of_a_customer_in_three_touches_on_a_phone(person: Callable[..., Person]) -> None:
    boss = person(390)
    boss.sign_in("director")
    path = first(boss, "account", "contract_count > 0", "-total_contract_amount")
    boss.go(path)
    name = boss.page.locator("h1").inner_text()
    boss.go("/apps/crm/dashboards/my_work")
    find(boss, name).filter(has_text="客户").first.click()
    boss.page.get_by_role("heading", name=name, exact=True).wait_for()
    boss.page.locator(".stage-path [aria-current=step]").wait_for()
    boss.page.get_by_text("评分", exact=True).click()
    boss.page.get_by_role("region", name="为什么客户健康度是").wait_for()


def test_s4_07_the_cockpit_on_a_phone_leads_to_the_records(person: Callable[..., Person]) -> None:
    boss = person(390)
    boss.sign_in("director")
    boss.go("/apps/crm/dashboards/sales_cockpit")
    for title in ("线索漏斗", "销售漏斗"):
        boss.page.get_by_role("heading", name=title).wait_for()
    assert boss.page.get_by_text("区域").count() > 0
    assert boss.barriers() == []
    boss.page.get_by_role("link", name="报价").first.click()
    boss.page.get_by_text('stage == "quote"').wait_for()
    boss.page.locator(".card").first.wait_for()


def test_every_value_says_where_it_comes_from_and_who_may_change_it(person: Callable[..., Person]) -> None:
    rep = person(390)
    rep.sign_in("rep1")
    made = post(rep, "/records/lead", {"name": "问为什么", "phone": "13900004321", "region": None})
    rep.go(f"/apps/crm/lead/{made['id']}")
    rep.page.get_by_role("button", name="姓名", exact=True).tap()
    why = rep.page.locator(".why-field")
    why.get_by_text("新建时填写").wait_for()
    assert why.locator("li").count() > 0
    assert rep.barriers() == []
    rep.page.keyboard.press("Escape")
    rep.page.get_by_role("button", name="信息完整度", exact=True).tap()
    rep.page.locator(".why-field", has_text="按公式计算").locator("code").first.wait_for()


def test_it_can_be_installed_on_a_phone(person: Callable[..., Person]) -> None:
    rep = person(390)
    rep.sign_in("rep1")
    session = rep.page.context.new_cdp_session(rep.page)
    found = session.send("Page.getAppManifest")
    assert found["errors"] == []
    assert found["url"].endswith("/manifest.webmanifest")
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A browser in a test is a private one, in which nothing is installed.
    assert {each["errorId"] for each in errors} <= {"in-incognito"}
