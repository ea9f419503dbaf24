"""A rep takes a lead from capture to contract: every gate with its evidence, one refusal explained on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.driving import Person

pytestmark = pytest.mark.slow

PDF = {"name": "文件.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n1 0 obj <<>> endobj\n%%EOF\n"}
PNG = {
    "name": "照片.png",
    "mimeType": "image/png",
    "buffer": bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100"
        "18dd8db00000000049454e44ae426082"
    ),
}


def speak(person: Person, locale: str) -> None:
    """Have the server speak a language to this account: its sentences stand on the screen."""
    person.page.evaluate(
        """locale => fetch('/api/v1/me', {
            method: 'PATCH', headers: {'content-type': 'application/json'}, body: JSON.stringify({locale}),
        })""",
        locale,
    )


def button(person: Person, text: str, **words: str) -> Any:
    return person.page.get_by_role("button", name=person.say(text, **words), exact=True)


def move(person: Person, stage: str) -> None:
    """Ask the gate of a stage, by its key, on the path."""
    person.press(person.page.locator(f".stage-path [data-stage={stage}] button"))
    _confirming(person).wait_for()
    person.rest()


def _confirming(person: Person) -> Any:
    return person.page.get_by_role("dialog").get_by_role("button", name=person.say("确认推进"), exact=True)


def confirm(person: Person) -> None:
    person.press(_confirming(person))
    person.rest()


def give(person: Person, asked: str, file: dict[str, object]) -> None:
    """Upload a file for what the gate asks."""
    line = person.page.get_by_role("dialog").locator("li", has_text=person.say(asked))
    line.locator("input[type=file]").first.set_input_files(file)
    line.get_by_text(str(file["name"])).wait_for()


def choose(person: Person, label: str, option: str) -> None:
    """Choose in a select by its label, typing."""
    box = person.page.get_by_label(person.say(label), exact=True)
    box.focus()
    box.fill(person.say(option))
    offered = person.page.locator(
        ".ant-select-item-option, .ant-cascader-menu-item", has_text=person.say(option)
    )
    offered.first.wait_for()
    if person.hand == "keys":
        if person.page.locator(".ant-cascader-menu-item:visible").count():
            person.page.keyboard.press("ArrowDown")
        person.page.keyboard.press("Enter")
    else:
        offered.first.click()


def arrive(person: Person, stage: str) -> None:
    """Wait until the record stands there."""
    person.page.locator(f".stage-path [data-stage={stage}] [aria-current=step]").wait_for()


def capture(person: Person, name: str, phone: str) -> None:
    """Make a lead; on the way its phone is one that somebody has already."""
    person.go("/apps/crm/views/leads")
    known = person.page.locator(".grid-row, .card").first.inner_text()
    taken = next(part for part in known.replace("\n", "\t").split("\t") if part.strip().startswith("1"))
    person.press(person.page.get_by_role("button", name=person.say("新建{{entity}}", entity="线索")))
    person.page.fill("#field-name", name)
    person.page.fill("#field-phone", taken)
    warning = person.page.get_by_role("status").filter(has_text=person.say("可能已有相同的记录"))
    warning.get_by_text(person.say("手机号相同")).wait_for()
    person.page.fill("#field-phone", phone)
    person.page.fill("#field-company", f"{name}精工有限公司")
    warning.wait_for(state="detached")
    choose(person, "线索来源", "官网询盘")
    choose(person, "区域", "浙江")
    person.press(person.page.get_by_role("button", name=person.say("创建"), exact=True))
    person.page.get_by_role("heading", name=name, exact=True).wait_for()
    person.rest()


def see_why(person: Person) -> None:
    """Five points for complete facts, and nothing else yet."""
    if person.is_narrow:
        person.page.get_by_text(person.say("评分"), exact=True).tap()
    title = person.say("为什么{{field}}是 {{value}}", field="成熟度", value="5")
    why = person.page.get_by_role("region", name=title)
    assert why.locator("li b").first.inner_text() == "+5"
    assert why.locator(".why-total b").inner_text() == "5"


def convert(person: Person) -> None:
    person.press(button(person, "转为客户和商机"))
    person.press(person.page.get_by_role("dialog").get_by_role("button", name=person.say("确认转化")))
    person.press(person.page.get_by_role("dialog").get_by_role("link", name=person.say("商机")))
    person.page.locator(".stage-path").wait_for()
    person.rest()


@pytest.mark.parametrize(
    ("width", "locale", "hand"),
    [(1440, "zh-CN", "pointer"), (390, "zh-CN", "touch"), (1440, "en-US", "keys")],
)
def test_from_capture_to_contract(person: Callable[..., Person], width: int, locale: str, hand: Any) -> None:
    rep = person(width, locale)
    rep.hand = hand
    rep.sign_in("rep2" if locale == "en-US" else "rep1")
    speak(rep, "en" if locale == "en-US" else "zh-CN")
    capture(rep, f"沈青{width}{hand}", f"138{len(hand):04d}{width:04d}")
    see_why(rep)
    move(rep, "contacted")
    confirm(rep)
    arrive(rep, "contacted")
    convert(rep)
    arrive(rep, "need")

    # Not without what the gate asks for: it says what is missing, and keeps what was given.
    move(rep, "proposal")
    confirm(rep)
    dialog = rep.page.get_by_role("dialog")
    dialog.get_by_text(rep.say("还差这些，补上再推进：")).wait_for()
    assert dialog.locator("li[data-state=refused]").count() == 2
    give(rep, "客户需求文档", PDF)
    dialog.get_by_role("combobox").fill("吴海峰")
    rep.page.locator(".ant-select-item-option", has_text="吴海峰").first.wait_for()
    rep.page.keyboard.press("Enter")
    confirm(rep)
    arrive(rep, "proposal")

    move(rep, "quote")
    give(rep, "现场勘测照片", PNG)
    give(rep, "技术方案确认签字页", PDF)
    confirm(rep)
    arrive(rep, "quote")
    move(rep, "won")
    give(rep, "已签合同扫描件", PDF)
    confirm(rep)
    arrive(rep, "won")
    if rep.is_narrow:
        rep.page.get_by_text(rep.say("动态"), exact=True).tap()
    rep.page.get_by_role("link", name=rep.say("提交了“{{what}}”", what="已签合同扫描件")).wait_for()
