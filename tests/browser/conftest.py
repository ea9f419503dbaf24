"""One served installation and one browser for all tests; skipped with the reason where no browser is.

They end with the last test of this folder, not with the process: while a browser is driven, its event loop runs in the
thread of the tests, and whatever comes after could not start one of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.api.conftest import free_port
from tests.browser.driving import Person, Place, browsing, serving, sitting
from tests.browser.finding import missing


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The CRM, served."""
    if reason := missing():
        if os.environ.get("DOUGONG_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with serving(tmp_path_factory.mktemp("browser") / "home", free_port()) as found:
        yield found


@pytest.fixture(scope="package")
def chrome(place: Place) -> Iterator[Any]:
    """The browser."""
    with browsing() as browser:
        yield browser


@pytest.fixture
def person(place: Place, chrome: Any) -> Iterator[Callable[..., Person]]:
    """Seats somebody before a page; in the end the browser must have had nothing to complain about."""
    seated: list[Person] = []
    with ExitStack() as stack:

        def seat(width: int = 1440, locale: str = "zh-CN") -> Person:
            seated.append(stack.enter_context(sitting(chrome, place, width, locale)))
            return seated[-1]

        yield seat
        assert [complaint for each in seated for complaint in each.complaints] == []
