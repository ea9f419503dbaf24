"""``/metrics``: what is counted under which name, and who may ask."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from tests.asgi import Answer, Browser

HERE = {"host": "127.0.0.1:8000", "address": "127.0.0.1"}


def ask(app: FastAPI, **options: str) -> Answer:
    return Browser(app, **{**HERE, **options}).get("//metrics")  # type: ignore[arg-type]


def figure(text: str, line: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_requests_are_counted_by_template_and_status(app: FastAPI) -> None:
    browser = Browser(app)
    for number in range(3):
        assert browser.get(f"/users/0000000{number}-0000-7000-8000-000000000000").status == 401
    browser.get("/nothing/of/this/kind")
    browser.send("BREW", "/users")
    answer = ask(app)
    assert (answer.status, answer.header("content-type")) == (200, "text/plain; version=0.0.4; charset=utf-8")
    text = answer.body.decode()
    users = 'route="/users/{user_id}"'
    assert figure(text, f'dougong_requests_total{{method="GET",{users},status="401"}}') == 3
    assert figure(text, f'dougong_request_seconds_count{{method="GET",{users}}}') == 3
    assert figure(text, 'dougong_requests_total{method="GET",route="unmatched",status="404"}') == 1
    assert 'method="OTHER"' in text
    assert "BREW" not in text
    assert "00000001" not in text
    assert 'dougong_pool_connections{state="used"}' in text
    assert "process_resident_memory_bytes" in text


@pytest.mark.parametrize(
    "elsewhere",
    [{"address": "203.0.113.7"}, {"address": "10.0.0.1"}],
)
def test_only_this_machine_may_ask(app: FastAPI, elsewhere: dict[str, str]) -> None:
    answer = ask(app, **elsewhere)
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via"])
def test_a_proxy_on_this_machine_is_not_this_machine(app: FastAPI, header: str) -> None:
    browser = Browser(app, **HERE)  # type: ignore[arg-type]
    assert browser.get("//metrics", headers=[(header, "203.0.113.7")]).status == 404
    assert browser.get("//metrics").status == 200
