"""The public pages as HTML, by Jinja2 with everything escaped; they hold no script and no style of their own.

Only texts of this package are templates here: what the app's author and the visitor wrote are values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from forms.answering import TICKET, TRAP
from forms.asking import Question
from forms.words import word


@dataclass(frozen=True, slots=True)
class Frame:
    """What every public page has.

    Attributes:
        locale: ``zh-CN`` or ``en``.
        brand: name of the app.
        title: of the page.
        lead: the sentence under it; may be empty.
        other: address of the same page in the other language; empty: none is offered.
    """

    locale: str
    brand: str
    title: str
    lead: str = ""
    other: str = ""


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("forms"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _render(name: str, frame: Frame, **values: Any) -> str:
    say = partial(word, locale=frame.locale)
    return _environment().get_template(name).render(frame=frame, say=say, **values)


def form_page(frame: Frame, questions: Sequence[Question], ticket: str, notice: str = "") -> str:
    """A form to fill in; ``notice`` is what is in the way of all of it."""
    wrong = sum(bool(question.error) for question in questions)
    if wrong and not notice:
        notice = word("check", frame.locale, count=wrong)
    return _render(
        "form.html",
        frame,
        questions=questions,
        ticket=ticket,
        notice=notice,
        trap=TRAP,
        ticket_name=TICKET,
        has_required=any(question.required for question in questions),
    )


def said_page(frame: Frame, *, tone: str = "done", again: tuple[str, str] | None = None) -> str:
    """A page that only says something: ``done`` or ``sorry``; ``again`` is a link, its address and text."""
    return _render("said.html", frame, tone=tone, again=again)
