"""Forms: what they foresee, take over, keep and write into pictures; and calculations that are tried out."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.driving import Person

pytestmark = pytest.mark.slow


def asked(person: Person, path: str) -> Any:
    """The answer of a GET."""
    return person.page.evaluate("path => fetch(path).then(each => each.json())", f"/api/v1{path}")


def first(person: Person, entity: str, words: str = "") -> dict[str, Any]:
    """The first record of an entity."""
    found: dict[str, Any] = asked(person, f"/apps/crm/records/{entity}?limit=1{words}")["items"][0]
    return found


def focused(person: Person) -> str:
    """The id of the element that has the focus."""
    return str(person.page.evaluate("document.activeElement.id"))


def chosen(person: Person, field: str) -> str:
    """What a choice shows."""
    return str(person.page.locator(f".form-field:has(#field-{field}) .ant-select").inner_text()).strip()


def choose(person: Person, field: str, option: int = 0) -> None:
    """Take an option of a choice."""
    person.page.locator(f"#field-{field}").click()
    person.page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option").nth(
        option
    ).click()


def test_leads_are_typed_one_after_the_other(person: Callable[..., Person]) -> None:
    rep = person()
    rep.sign_in("rep1")
    account = first(rep, "account", "&fields=name,city&filter=not%20ISBLANK(city)")
    rep.go("/apps/crm/lead/new")
    assert focused(rep) == "field-name"
    rep.page.keyboard.type("连录一号")
    rep.page.locator("#field-company").press_sequentially(account["name"][:4])
    rep.page.locator(".ant-select-item-option", has_text=account["name"]).click()
    rep.page.get_by_text("已带出：").wait_for()
    assert rep.page.locator("#field-company").input_value() == account["name"]
    assert rep.page.locator("#field-city").input_value() == account["city"]
    choose(rep, "source", 1)
    source, region = chosen(rep, "source"), chosen(rep, "region")
    assert source
    assert region
    rep.rest()
    assert rep.barriers() == []
    rep.page.keyboard.press("Control+Shift+Enter")
    rep.page.get_by_text("已创建线索，可以接着录下一条。").wait_for()
    assert focused(rep) == "field-name"
    assert rep.page.locator("#field-name").input_value() == ""
    assert rep.page.locator("#field-company").input_value() == ""
    assert (chosen(rep, "source"), chosen(rep, "region")) == (source, region)
    rep.page.keyboard.type("连录二号")
    rep.page.keyboard.press("Control+Enter")
    rep.page.get_by_role("heading", name="连录二号").wait_for()
    made = asked(rep, "/apps/crm/records/lead?limit=2&sort=-created_at&fields=name,company,source,city")
    assert [each["name"] for each in made["items"]] == ["连录二号", "连录一号"]
    assert made["items"][0]["source"] == made["items"][1]["source"]
    assert (made["items"][0]["company"], made["items"][1]["city"]) == (None, account["city"])


def test_a_price_out_of_range_is_told_while_it_is_typed(person: Callable[..., Person]) -> None:
    rep = person()
    rep.sign_in("rep1")
    rep.go(f"/apps/crm/quote/new?opportunity={first(rep, 'opportunity')['id']}")
    choose(rep, "product")
    price = rep.page.locator("#field-unit_price")
    rep.page.get_by_role("status", name="参考价下限").get_by_text("¥").wait_for()
    listed = float(price.input_value().replace(",", ""))
    warning = rep.page.locator('.sentence[data-tone="warning"]:visible')
    assert warning.count() == 0
    rep.page.locator("#field-quantity").fill("3")
    price.fill(f"{listed / 4:.2f}")
    warning.wait_for()
    assert "明显低于参考区间" in warning.inner_text()
    assert "参考价下限" in warning.inner_text()
    assert "报价时目录价" in warning.inner_text()
    foreseen = rep.page.get_by_role("status", name="主要产品金额").inner_text()
    rep.page.keyboard.press("Control+Enter")
    rep.page.locator("article.record").wait_for()
    made = first(rep, "quote", "&sort=-created_at")
    assert (made["price_flag"], f"¥{made['line_amount']}") == ("low", foreseen.replace(",", ""))
    rep.page.locator('.sentence[data-tone="warning"]', has_text="明显低于参考区间").wait_for()
    assert rep.barriers() == []


def test_phrases_come_in_at_the_cursor(person: Callable[..., Person]) -> None:
    rep = person()
    rep.sign_in("rep1")
    script = first(
        rep, "article", "&filter=kind%20%3D%3D%20%22script%22%20and%20stage%20%3D%3D%20%22published%22"
    )
    rep.go("/apps/crm/activity/new")
    box = rep.page.locator("#field-summary")
    box.fill("开头结尾")
    for _ in range(2):
        rep.page.keyboard.press("ArrowLeft")
    rep.page.keyboard.press("Tab")
    rep.page.keyboard.press("Enter")
    search = rep.page.get_by_role("textbox", name="搜索")
    search.wait_for()
    rep.page.keyboard.type(script["name"][:4])
    rep.page.get_by_role("button", name=script["name"]).wait_for()
    rep.rest()
    assert rep.barriers() == []
    rep.page.keyboard.press("Enter")
    search.wait_for(state="detached")
    assert box.input_value() == f"开头{script['body']}结尾"


#: A white picture, made by the browser.
WHITE = """() => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 400, height: 300});
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, 400, 300);
    return canvas.toDataURL('image/png').split(',')[1];
}"""
#: The brightness of a picture at its top and just above its bottom.
BRIGHTNESS = """async path => {
    const picture = await createImageBitmap(await (await fetch(path)).blob());
    const canvas = Object.assign(document.createElement('canvas'), picture);
    canvas.width = picture.width;
    canvas.height = picture.height;
    const pen = canvas.getContext('2d');
    pen.drawImage(picture, 0, 0);
    return [10, picture.height - 3].map(y => pen.getImageData(200, y, 1, 1).data[0]);
}"""


def test_on_the_phone(person: Callable[..., Person]) -> None:
    director = person(390)
    director.sign_in("director")
    director.go(f"/apps/crm/rebate/{first(director, 'rebate')['id']}")
    director.page.locator("#dealer_rebate-amount").fill("350000")
    sheet = director.page.get_by_role("region", name="计算：经销商返利")
    sheet.get_by_text("¥6,500.00").wait_for()
    sheet.get_by_text("试算，不会保存").wait_for()
    sheet.get_by_role("button", name="30 万以上 3%").click()
    assert "TIER(返利基数" in sheet.locator("code:visible").inner_text()
    sheet.get_by_role("button", name="还原").click()
    sheet.get_by_text("¥6,500.00").wait_for(state="detached")

    director.go("/apps/crm/lead/new")
    director.page.locator("#field-region").click()
    director.page.keyboard.type("zj")
    director.page.get_by_text("华东 / 浙江").wait_for()
    assert director.barriers() == []
    director.page.keyboard.press("ArrowDown")
    director.page.keyboard.press("Enter")
    assert chosen(director, "region") == "华东 / 浙江"

    director.go("/apps/crm/activity/new")
    picture = base64.b64decode(director.page.evaluate(WHITE))
    with director.page.expect_response("**/apps/crm/files") as answer:
        director.page.locator("#field-photos").set_input_files(
            {"name": "现场.png", "mimeType": "image/png", "buffer": picture}
        )
    stored = answer.value.json()
    assert (stored["name"], stored["type"]) == ("现场.png", "image/png")
    top, bottom = director.page.evaluate(BRIGHTNESS, f"/api/v1/apps/crm/files/{stored['id']}")
    assert (top > 250, bottom < 150) == (True, True)


def test_a_list_is_exported_with_headers_in_a_language(person: Callable[..., Person]) -> None:
    director = person()
    director.sign_in("director")
    director.go("/apps/crm/product")
    director.page.get_by_role("button", name="导出为 Excel").click()
    with director.page.expect_download() as download:
        director.page.get_by_role("menuitem", name="English").click()
    sheet = zipfile.ZipFile(download.value.path()).read("xl/worksheets/sheet1.xml").decode()
    assert "Product name" in sheet
    assert "产品名称" not in sheet
