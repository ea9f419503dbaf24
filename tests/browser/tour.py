"""Pictures of every page at both widths, into docs/tour: ``python -m tests.browser.tour``."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from tests.api.conftest import free_port
from tests.browser.driving import WIDTHS, Person, browsing, serving, sitting
from tests.browser.finding import ROOT, missing

FOLDER = ROOT / "docs/tour"
HOTTEST = "stage%20in%20%5B%22contacted%22%2C%20%22qualified%22%5D"


def _hottest(person: Person) -> str:
    path = f"/api/v1/apps/crm/records/lead?limit=1&fields=id&sort=-maturity&filter={HOTTEST}"
    answer: dict[str, Any] = person.page.evaluate(f"fetch('{path}').then(each => each.json())")
    return f"/apps/crm/lead/{answer['items'][0]['id']}"


def _gate(person: Person) -> None:
    path = "/api/v1/apps/crm/records/opportunity?limit=1&fields=id&filter=stage%20%3D%3D%20%22proposal%22"
    answer: dict[str, Any] = person.page.evaluate(f"fetch('{path}').then(each => each.json())")
    person.go(f"/apps/crm/opportunity/{answer['items'][0]['id']}")
    person.page.get_by_role("button", name="推进到“报价”", exact=True).click()


def _why(person: Person) -> None:
    person.go(_hottest(person))
    if person.is_narrow:
        person.page.get_by_text("评分", exact=True).click()


def _twin(person: Person) -> None:
    person.go(_hottest(person))
    phone = person.page.locator("a[href^='tel:']").first.get_attribute("href") or ""
    person.go("/apps/crm/lead/new")
    person.page.fill("#field-name", "魏青")
    person.page.fill("#field-phone", phone.removeprefix("tel:"))
    person.page.get_by_text("可能已有相同的记录").wait_for()


def _palette(person: Person) -> None:
    person.go("/apps/crm/views/leads")
    person.page.keyboard.press("Control+k")
    person.page.get_by_role("combobox", name="搜索与命令").wait_for()
    person.page.keyboard.type("杭州")
    person.page.get_by_role("option").first.wait_for()


def _at(path: str) -> Callable[[Person], None]:
    return lambda person: person.go(path)


STOPS: dict[str, Callable[[Person], None]] = {
    "apps": _at("/"),
    "work": _at("/apps/crm/dashboards/my_work"),
    "cockpit": _at("/apps/crm/dashboards/sales_cockpit"),
    "list": _at("/apps/crm/views/leads"),
    "board": _at("/apps/crm/views/opportunity_board"),
    "calendar": _at("/apps/crm/views/closing_calendar?month=2027-01"),
    "record": lambda person: person.go(_hottest(person)),
    "why": _why,
    "gate": _gate,
    "new": _twin,
    "palette": _palette,
    "import": _at("/apps/crm/lead/import"),
    "account": _at("/me"),
    "people": _at("/people"),
}


def _save(person: Person, name: str) -> None:
    """A picture of few colours: what a screen has, in a fifth of the bytes."""

    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        person.page.screenshot(path=file.name)
        image = Image.open(file.name).convert("RGB").quantize(128, dither=Image.Dither.NONE)
        image.save(FOLDER / f"{name}.png", optimize=True)


def make() -> None:
    """All stops at both widths."""
    home = Path(tempfile.mkdtemp())
    try:
        with serving(home / "home", free_port(), share="0.3") as place, browsing() as browser:
            for width in WIDTHS:
                with sitting(browser, place, width) as person:
                    person.page.goto(place.address)
                    person.page.wait_for_selector(".sign-in")
                    _save(person, f"sign-in-{width}")
                    person.sign_in("admin")
                    for name, stop in STOPS.items():
                        if name == "why" and not person.is_narrow:
                            continue  # beside the facts on the record's own page
                        stop(person)
                        person.rest()
                        _save(person, f"{name}-{width}")
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    if reason := missing():
        raise SystemExit(reason)
    make()
