"""An installation that is served, and people who sit before it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.browser.finding import AXE, chromium
from tests.browser.saying import said

WIDTHS = {1440: 900, 390: 844}
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
#: Answers that a browser reports as errors though they are answers: nobody is signed in, a refusal with its reason.
ANSWERS = ("401", "409", "412", "422")


@dataclass(frozen=True)
class Place:
    """Where the app is served, and the password of the demo people."""

    address: str
    password: str


@contextmanager
def serving(home: Path, port: int, share: str = "0.05") -> Iterator[Place]:
    """The CRM with demo people and a part of the demo year."""
    environment = {**os.environ, "DOUGONG_HOME": str(home)}

    def run(*arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "api", *arguments],
            env=environment,
            check=True,
            capture_output=True,
            timeout=300,
        )

    run("init", "--no-admin")
    run("template", "install", "crm")
    run("demo", "--share", share)
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process)
        yield Place(address, (home / "demo-password").read_text("utf-8").strip())
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server stopped"
        try:
            with urllib.request.urlopen(f"{address}/healthz"):
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")


@dataclass
class Person:
    """Somebody at a page; what the browser complained about is kept."""

    page: Any
    place: Place
    locale: str = "zh-CN"
    hand: Literal["pointer", "touch", "keys"] = "pointer"
    complaints: list[str] = field(default_factory=list)

    @property
    def is_narrow(self) -> bool:
        """Whether the page is a phone's."""
        return bool(self.page.viewport_size["width"] < 768)

    def go(self, path: str) -> None:
        """Open an address of the app and wait until it has come to rest."""
        self.page.goto(self.place.address + path)
        self.rest()

    def press(self, target: Any) -> None:
        """Set off what a button, link or tab does, as this person does such things."""
        if self.hand == "touch":
            target.tap()
        elif self.hand == "keys":
            target.focus()
            self.page.keyboard.press("Enter")
        else:
            target.click()

    def say(self, chinese: str, **words: str) -> str:
        """A text of the screen in the language of this person."""
        return said(self.locale, chinese, **words)

    def rest(self) -> None:
        """Wait until nothing is on its way."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(250)

    def sign_in(self, name: str) -> None:
        """Sign in as a demo person."""
        self.page.goto(self.place.address + "/")
        self.page.fill("input[autocomplete=username]", name)
        self.page.fill("input[type=password]", self.place.password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(".sign-in", state="detached")
        self.rest()

    def barriers(self) -> list[str]:
        """What axe finds serious or worse on the page, each with the first place where it is."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']} ({each['impact']}): {each['nodes'][0]['html'][:200]}"
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
        ]


@contextmanager
def browsing() -> Iterator[Any]:
    """A browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a machine without it still collects the tests

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def sitting(browser: Any, place: Place, width: int, locale: str = "zh-CN", **more: Any) -> Iterator[Person]:
    """Somebody before a page of this width; a narrow one is a phone."""
    narrow = width < 768
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        locale=locale,
        has_touch=narrow,
        is_mobile=narrow,
        reduced_motion="reduce",
        **more,
    )
    person = Person(context.new_page(), place, locale, "touch" if narrow else "pointer")
    person.page.set_default_timeout(15_000)
    person.page.on("console", lambda said: _note(person, said))
    person.page.on("pageerror", lambda error: person.complaints.append(f"page error: {error}"))
    try:
        yield person
    finally:
        context.close()


def _note(person: Person, said: Any) -> None:
    if said.type != "error":
        return
    is_answer = said.text.startswith("Failed to load resource") and any(code in said.text for code in ANSWERS)
    if not is_answer:
        person.complaints.append(said.text)
