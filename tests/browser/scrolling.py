"""How long rows of a list stay blank while one scrolls: ``python -m tests.browser.scrolling --rows 100000``.

Every frame is looked at. A row counts as blank from the frame before it came into sight until the frame in which it is
drawn with its texts, which is more than anybody sees: the true time is shorter by up to a frame. Rows that were not
fetched yet are no rows: how long one waits for them at the end of the list is told beside it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.leads import fill
from runtime.people.tables import REGIONS, USERS
from runtime.served import serve
from schema_store.database import connect, reading
from tests.api.conftest import free_port
from tests.browser.driving import ARGUMENTS, Person, Place, serving, sitting
from tests.browser.finding import chromium

LEADS = "/apps/crm/views/leads"
#: Begins to look at every frame; ``window.frames_seen`` holds what was found.
_WATCH = """() => {
    const box = document.querySelector('.grid-box');
    const seen = {longest: 0, waited: 0, frames: 0, slowest: 0, on: true};
    window.frames_seen = seen;
    let drawn = new Set(), before = performance.now(), blank = null, end = null;
    function rows() {
        const found = new Set();
        for (const row of box.querySelectorAll('.grid-row'))
            if (row.textContent.length > 4) found.add(Number(row.getAttribute('aria-rowindex')) - 1);
        return found;
    }
    drawn = rows();
    function frame() {
        const now = performance.now();
        const count = Number(box.getAttribute('aria-rowcount'));
        const first = Math.floor(box.scrollTop / 40);
        const last = Math.min(count, Math.ceil((box.scrollTop + box.clientHeight - 40) / 40)) - 1;
        const here = rows();
        let wasNew = false, isBlank = false;
        for (let row = first; row <= last; row += 1) {
            wasNew ||= !drawn.has(row);
            isBlank ||= !here.has(row);
        }
        if (wasNew || isBlank) blank ??= before;
        if (blank !== null && !isBlank) {
            seen.longest = Math.max(seen.longest, now - blank);
            blank = null;
        }
        const isEnd = last >= count - 1 && box.getAttribute('aria-busy') === 'true';
        if (isEnd) end ??= before;
        if (end !== null) seen.waited = Math.max(seen.waited, now - end);
        if (!isEnd) end = null;
        seen.frames += 1;
        seen.slowest = Math.max(seen.slowest, now - before);
        drawn = here;
        before = now;
        if (seen.on) requestAnimationFrame(frame);
    }
    requestAnimationFrame(frame);
}"""
#: Rows in sight that are not drawn.
_BLANK = """() => {
    const box = document.querySelector('.grid-box');
    const drawn = new Map([...box.querySelectorAll('.grid-row')]
        .map(row => [Number(row.getAttribute('aria-rowindex')) - 1, row.textContent.length]));
    const count = Number(box.getAttribute('aria-rowcount'));
    const last = Math.min(count, Math.ceil((box.scrollTop + box.clientHeight - 40) / 40)) - 1;
    const blank = [];
    for (let row = Math.floor(box.scrollTop / 40); row <= last; row += 1)
        if (!(drawn.get(row) > 4)) blank.push(row);
    return blank;
}"""


def make_leads(person: Person, count: int) -> None:
    """Leads of whoever is signed in, by the door for many."""
    status = person.page.evaluate(
        """count => fetch('/api/v1/apps/crm/records/lead/bulk', {
            method: 'POST', headers: {'content-type': 'application/json'},
            body: JSON.stringify({create: [...Array(count).keys()].map(each => ({name: `滚动线索${each}`}))}),
        }).then(each => each.status)""",
        count,
    )
    assert status == 200


def blank_at_rest(page: Any) -> list[int]:
    """Rows in sight that are blank after wheel and scrollbar have come to rest, at several places down to the end."""
    box = page.locator(".grid-box")
    box.hover()
    blank: list[int] = []
    for _ in range(6):
        page.mouse.wheel(0, 3_000)
        page.wait_for_timeout(150)
        blank += page.evaluate(_BLANK)
    for part in (1, 0.5, 0, 1):
        box.evaluate("(box, part) => { box.scrollTop = part * box.scrollHeight }", part)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(150)
        blank += page.evaluate(_BLANK)
    return blank


def _watch(page: Any, name: str, act: Callable[[], object], rounds: int = 5) -> None:
    """Do something several times and tell of each: what else the machine does is in the worst, not in the best."""
    found = []
    for _ in range(rounds):
        page.evaluate(_WATCH)
        act()
        found.append(page.evaluate("() => { frames_seen.on = false; return frames_seen }"))
        page.wait_for_timeout(300)
    count = page.locator(".grid-box").get_attribute("aria-rowcount")
    blank = sorted(round(each["longest"]) for each in found)
    frames = sum(each["frames"] for each in found)
    print(
        f"{name}: longest blank by round {blank} ms; slowest frame {max(each['slowest'] for each in found):.0f} ms of"
        f" {frames}, longest wait at the end {max(each['waited'] for each in found):.0f} ms, {count} rows fetched;"
        f" load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def _wheel(page: Any, seconds: float, step: int) -> None:
    ends = time.monotonic() + seconds
    page.locator(".grid-box").hover()
    while time.monotonic() < ends:
        page.mouse.wheel(0, step)
        page.wait_for_timeout(16)


def _drag(page: Any, start: float, end: float, steps: int) -> None:
    """Take the thumb of the scrollbar from one part of the list to another."""
    place = page.evaluate(
        """() => { const box = document.querySelector('.grid-box'), at = box.getBoundingClientRect();
            const button = 15, bar = box.clientHeight - 2 * button;
            const thumb = Math.max(18, bar * box.clientHeight / box.scrollHeight);
            return {x: at.right - 8, top: at.top + 1 + button + thumb / 2, way: bar - thumb}; }"""
    )
    page.mouse.move(place["x"], place["top"] + start * place["way"])
    page.mouse.down()
    page.mouse.move(place["x"], place["top"] + end * place["way"], steps=steps)
    page.mouse.up()


def _fetch_all(page: Any, rows: int) -> None:
    """To the end of what is there, again and again, until all has come."""
    began = time.monotonic()
    box = page.locator(".grid-box")
    while int(box.get_attribute("aria-rowcount")) < rows and time.monotonic() < began + 600:
        box.evaluate("box => { box.scrollTop = box.scrollHeight }")
        page.wait_for_timeout(50)
    print(f"all fetched after {time.monotonic() - began:.0f} s")


def _throw(page: Any) -> None:
    """Take the thumb here and there, as somebody does who looks for something."""
    for part in (0.9, 0.1, 0.5, 0.3, 1, 0):
        at = page.evaluate(
            "() => { const b = document.querySelector('.grid-box');"
            " return b.scrollTop / (b.scrollHeight - b.clientHeight) }"
        )
        _drag(page, at, part, 4)
        page.wait_for_timeout(100)


def _measure(page: Any, rows: int) -> None:
    box = page.locator(".grid-box")
    _watch(page, "wheel, slowly", lambda: _wheel(page, 3, 120))
    _watch(page, "wheel, wildly", lambda: _wheel(page, 3, 2_000))
    _watch(page, "to the end until all is there", lambda: _fetch_all(page, rows), 1)
    box.evaluate("box => { box.scrollTop = 0 }")
    page.wait_for_timeout(500)
    _drag(page, 0, 0.2, 10)
    assert box.evaluate("box => box.scrollTop") > 0, "the scrollbar was not met"
    _drag(page, 0.2, 0, 10)
    _watch(page, "scrollbar, dragged down", lambda: _drag(page, 0, 1, 60), 1)
    _watch(page, "scrollbar, dragged up", lambda: _drag(page, 1, 0, 60), 1)
    _watch(page, "scrollbar, thrown about", lambda: _throw(page))
    box.evaluate("box => { box.scrollTop = box.scrollHeight / 2 }")
    _watch(page, "wheel, wildly, in the midst of all", lambda: _wheel(page, 3, 2_000))


def _fill(home: Path, rows: int) -> None:
    engine = connect(f"sqlite:///{home / 'dougong.db'}")
    with reading(engine) as connection:
        served = serve(connection, "crm")
        regions = list(connection.execute(sa.select(REGIONS.c.id)).scalars())
        sales = sa.select(USERS.c.id).where(USERS.c.username.in_(["rep1", "rep2", "rep3"]))
        owners = list(connection.execute(sales).scalars())
    fill(engine, served, owners, regions, rows)
    engine.dispose()


def _run(place: Place, rows: int) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a machine without it still collects the tests

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=list(ARGUMENTS), ignore_default_args=["--hide-scrollbars"]
        )
        with sitting(browser, place, 1440) as person:
            person.sign_in("admin")
            person.go(LEADS)
            _measure(person.page, rows)
            assert person.complaints == []
        browser.close()


def main() -> None:
    """Measure it on a place of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with serving(home, free_port()) as place:
            _fill(home, rows)
            _run(place, rows)


if __name__ == "__main__":
    main()
