"""Somebody is added, gets in by a link, and is let go; everyone looks after their own account."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.driving import Person

pytestmark = pytest.mark.slow

PASSWORD = "correct horse 77"


def test_a_person_from_the_first_to_the_last_day(person: Callable[..., Person]) -> None:
    admin = person()
    admin.sign_in("admin")
    page = admin.page
    admin.go("/apps/crm/views/leads")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="搜索与命令").fill("人员")
    page.get_by_role("option", name="人员与团队").click()
    page.get_by_role("heading", name="人员与团队").wait_for()
    page.get_by_role("textbox", name="搜姓名、用户名或拼音").fill("wuhaifeng")
    page.locator(".people li", has_text="吴海峰").wait_for()
    page.locator(".people li", has_text="曹立新").wait_for(state="detached")
    found = {"list": admin.barriers()}

    page.get_by_role("button", name="添加人员").click()
    page.fill("#person-name", "苏婉")
    page.fill("#person-username", "rep1")
    page.get_by_role("combobox", name="团队").fill("杭州")
    page.locator(".ant-select-item-option", has_text="杭州组").first.click()
    page.get_by_role("checkbox", name="只看本人负责的客户").check()
    page.get_by_role("button", name="添加人员").click()
    page.get_by_text("这个用户名已被占用，换一个。").wait_for()
    found["new"] = admin.barriers()
    page.fill("#person-username", "suwan")
    page.get_by_role("button", name="添加人员").click()
    page.get_by_role("button", name="生成邀请链接").click()
    link = page.get_by_role("textbox", name="一次性链接").input_value()
    found["person"] = admin.barriers()

    new = person(390)
    new.page.goto(new.place.address + "/welcome#" + link.partition("#")[2])
    new.page.get_by_role("heading", name="苏婉，欢迎").wait_for()
    assert "#" not in new.page.url
    found["welcome"] = new.barriers()
    for name, word in (("新密码", PASSWORD), ("再输入一次", PASSWORD)):
        new.page.get_by_label(name).fill(word)
    new.page.keyboard.press("Enter")
    new.page.get_by_role("link", name="客户关系管理").click()
    new.page.get_by_role("heading").first.wait_for()

    page.get_by_role("button", name="停用").click()
    page.get_by_role("dialog").get_by_text("名下的记录不变").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="停用").click()
    page.get_by_role("button", name="恢复使用").wait_for()
    new.page.goto(new.place.address + "/")
    new.page.wait_for_selector(".sign-in")

    page.get_by_role("link", name="团队", exact=True).click()
    page.get_by_role("button", name="在“杭州组”下新增").click()
    page.get_by_label("名称").fill("杭州二队")
    page.get_by_role("dialog").get_by_role("button", name="创建").click()
    page.get_by_role("button", name="修改“杭州二队”").wait_for()
    found["teams"] = admin.barriers()
    assert {place: said for place, said in found.items() if said} == {}


@pytest.mark.parametrize("width", [390])
def test_everyone_looks_after_their_own_account(person: Callable[..., Person], width: int) -> None:
    rep = person(width)
    rep.sign_in("rep3")  # rep2 is spoken to in English by then
    page = rep.page
    rep.go("/people")
    page.get_by_text("没有这一页，或者您无权查看。").wait_for()
    page.locator(".person").click()
    page.get_by_role("menuitem", name="我的账号").click()
    page.get_by_text("姓名、角色、团队和区域由管理员修改。").wait_for()
    assert page.get_by_role("menuitem", name="人员与团队").count() == 0
    assert rep.barriers() == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")

    page.get_by_role("button", name="新建令牌").click()
    page.get_by_label("名称").fill("表单同步")
    assert page.get_by_role("checkbox", name="管理人员").count() == 0
    page.get_by_role("button", name="创建").click()
    token = page.get_by_role("textbox", name="令牌", exact=True).input_value()
    page.get_by_role("dialog").get_by_role("button", name="关闭").last.click()
    me = "token => fetch('/api/v1/users?limit=1', {headers: {authorization: `Bearer ${token}`}, credentials: 'omit'})"
    assert page.evaluate(f"({me})('{token}').then(each => each.status)") == 200
    page.get_by_role("button", name="吊销表单同步").click()
    page.get_by_role("dialog").get_by_role("button", name="吊销").click()
    page.get_by_text("还没有令牌。").wait_for()
    assert page.evaluate(f"({me})('{token}').then(each => each.status)") == 401

    page.get_by_label("当前密码").fill("not this one")
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输入一次").fill(PASSWORD)
    page.get_by_role("button", name="修改密码").click()
    page.get_by_text("当前密码不正确").wait_for()
    page.get_by_title("English").click()
    page.get_by_role("heading", name="My account").wait_for()
    assert rep.barriers() == []
    # The account speaks Chinese again before whoever comes next.
    with page.expect_response(lambda each: each.request.method == "PATCH"):
        page.get_by_title("中文").click()
    page.get_by_role("heading", name="我的账号").wait_for()
    rep.rest()
