"""How fast a board of many cards reacts: ``python -m tests.browser.board_speed [CARDS]``; prints milliseconds.

A reaction is what a person sees first: from the drop (or the chosen entry of the menu) to the second frame after the
board has changed. What the server takes on top is told beside it.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.api.conftest import free_port
from tests.browser.driving import Person, browsing, serving, sitting

STAGES = ("captured", "contacted", "qualified")
_WATCH = """() => {
    window.reactions = [];
    document.addEventListener('drop', () => {
        const start = performance.now();
        const seen = new MutationObserver(() => {
            seen.disconnect();
            requestAnimationFrame(() => requestAnimationFrame(() => window.reactions.push(performance.now() - start)));
        });
        seen.observe(document.querySelector('.lanes'), {subtree: true, childList: true, attributes: true});
    }, {capture: true});
    window.frames_ = [];
    let last = performance.now();
    const tick = now => { window.frames_.push(now - last); last = now; requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
}"""


def fill(person: Person, cards: int) -> None:
    """Leads of the person who sits there, spread over the first stages, all on one board."""
    for start in range(0, cards, 100):
        made = [
            {"name": f"看板{number:04d}", "phone": f"1370000{number:04d}"}
            for number in range(start, min(start + 100, cards))
        ]
        answer = person.page.evaluate(
            """made => fetch('/api/v1/apps/crm/records/lead/bulk', {
                method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({create: made}),
            }).then(each => each.json())""",
            made,
        )
        assert all(each["status"] == 201 for each in answer["results"]), answer["results"][:2]


def unfold(person: Person, cards: int) -> int:
    """Show so many cards of the first lane."""
    lane = person.page.locator(".lane").first
    while lane.locator(".board-card").count() < cards:
        before = lane.locator(".board-card").count()
        lane.locator(".lane-cards").evaluate("each => each.scrollTo(0, each.scrollHeight)")
        more = lane.get_by_role("button", name="更多")
        if more.count():
            more.click()
        person.page.wait_for_function(
            "before => document.querySelector('.lane').querySelectorAll('.board-card').length > before",
            arg=before,
        )
    return int(person.page.locator(".board-card").count())


def _worked(session: Any) -> dict[str, float]:
    """What the page has worked so far, in milliseconds of its own thread."""
    names = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration", "TaskDuration")
    found = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return {name: found[name] * 1000 for name in names}


def measure(person: Person, drags: int = 8) -> dict[str, Any]:
    """Drag cards from the first lane into the second."""
    person.page.evaluate(_WATCH)
    session = person.page.context.new_cdp_session(person.page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    worked = _worked(session)
    lanes = person.page.locator(".lane")
    for _ in range(drags):
        person.page.evaluate("document.querySelector('.lane-cards').scrollTo(0, 0)")
        card = lanes.nth(0).locator(".board-card", has_text="看板").first
        before = person.page.evaluate("window.reactions.length")
        card.drag_to(lanes.nth(1).locator("header"))
        person.page.wait_for_function("before => window.reactions.length > before", arg=before)
        person.rest()
    reactions = [float(each) for each in person.page.evaluate("window.reactions")]
    frames = sorted(float(each) for each in person.page.evaluate("window.frames_"))
    return {
        "reaction median": round(statistics.median(reactions)),
        "reaction worst": round(max(reactions)),
        **{f"{name} a drag": round((_worked(session)[name] - worked[name]) / drags) for name in worked},
        "frames": len(frames),
        "longest frame": round(frames[-1]),
        "frames above 50 ms": sum(each > 50 for each in frames),
    }


def main(cards: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with serving(home, free_port()) as place, browsing() as browser, sitting(browser, place, 1440) as rep:
            rep.sign_in("rep1")
            fill(rep, cards)
            rep.go("/apps/crm/views/lead_board")
            print(f"{unfold(rep, cards)} cards on the board")
            for name, value in measure(rep).items():
                print(f"{name}: {value}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
