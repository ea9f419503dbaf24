"""What no well-meaning client sends: every route answers with a 4xx in the one form, never with a crash."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from sqlalchemy.engine import Engine

from api.messages import PROBLEMS
from runtime.people.sessions import open_session
from schema_store.database import writing
from tests.asgi import HOST, ORIGIN, Answer, Browser
from tests.people import add_person

DEEP = b"[" * 100_000
HUGE = b"1" + b"0" * 400


@dataclass(frozen=True)
class Attack:
    """A body, with headers and a query to send it under."""

    body: bytes = b""
    kind: str = "application/json"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    path: str = ""


def _field(value: bytes) -> bytes:
    """A value in every field that some route knows."""
    names = (
        b"name",
        b"username",
        b"password",
        b"token",
        b"user_id",
        b"scopes",
        b"roles",
        b"parent_id",
        b"locale",
    )
    return b"{" + b",".join(b'"%s":%s' % (name, value) for name in names) + b"}"


BODIES = [
    b"", b" ", b"null", b"true", b"0", b"[]", b'""', b"{", b"}", b"{}}", b"{'a':1}", b'{"a":1,}', b'{"a" 1}',
    b'{"name":"a","name":"b"}', b'{"__proto__":{"admin":true}}', b'{"a":NaN}', b'{"a":Infinity}', b'{"a":-Infinity}',
    b'{"a":1e400}', b'{"a":' + HUGE + b"}", b'{"a":-' + HUGE + b"}", b'{"a":0.' + b"1" * 400 + b"}",
    b'{"a":9223372036854775808}', b'{"a":01}', b'{"a":.5}', b'{"a":1.}', b'{"a":0x10}', b"//c\n{}", b"{}{}", b"\xff",
    b"\xef\xbb\xbf{}", b"\xfe\xff\x00{", b'{"a":"\xc3\x28"}', b'{"a":"\xed\xa0\x80"}', b'{"a":"\\ud800"}',
    b'{"\\udfff":1}', b'{"a":"\\u0000"}', b'{"a\\u0000":1}', b'{"a":"\x00"}', b'{"a":"\n"}', b'{"a":"\\x"}',
    DEEP, b'{"a":' * 50_000, b'{"a":' * 60 + b"1" + b"}" * 60, b"[" * 60 + b"]" * 60,
    b"{" + b'"a":1,' * 1000 + b'"b":2}',
    b'{"' + b"k" * 100_000 + b'":1}', b'"' + b"x" * 1_100_000 + b'"', b" " * 1_048_577,
    _field(b"1e308"), _field(b'"\\ud800\\ud800"'), _field(b'"\\u0000"'), _field(HUGE), _field(b"[[[[]]]]"),
    _field(b"{}"), _field(b"null"), _field(b'""'), _field(b'"' + b"x" * 100_000 + b'"'), _field(b"-0.0"),
    _field(b'["\\u0000"]'), _field(b'{"crm":{"crm":[]}}'), _field('"\u202e\ufeff\U0001f600"'.encode()),
    _field(b'"00000000-0000-0000-0000-00000000000g"'), _field(b'"\\u200b"'), _field(b"[1,[2,[3]]]"),
]  # fmt: skip

ATTACKS = [
    *(Attack(body) for body in BODIES),
    *(
        Attack(b"{}", kind)
        for kind in ("", "text/html", "application/json\x00", "a" * 5000, "application/x-www-form-urlencoded", "/", ";")
    ),
    *(
        Attack(b"{}", query=query)
        for query in ("%00", "a=%00", "%ff", "a=%ED%A0%80", "=", "&&&", "a=1&a=2", "limit=" + "9" * 5000, "cursor=%F0",
                      "cursor=" + "A" * 5000, "limit=1e400", "limit=NaN", "search=%25%5C_", "active=2", "x" * 50_000,
                      "limit=-1", "limit=1.5", "limit=", "team_id=0", "cursor=e30", "a" * 100 + "=1&" + "b=1&" * 2000)
    ),
    *(
        Attack(b"{}", headers=headers)
        for headers in (
            (("content-length", "99999999999999999999999"),), (("content-length", "-1"),), (("content-length", "x"),),
            (("content-encoding", "gzip"),), (("transfer-encoding", "chunked"),), (("accept", "text/html"),),
            (("accept-language", "\xff;q=x," * 200),), (("accept-language", "en;q=1e999,zh;q=nan"),),
            (("if-match", '"\x80'),), (("x-forwarded-for", "'; DROP TABLE dougong_user; --"),),
            (("cookie", ";;=;" * 500),), (("expect", "100-continue"),), (("range", "bytes=0-1"),),
            (("host", "127.0.0.1:x"),), (("host", "127.0.0.1:8000\t"),),
            (("origin", "\xff"),), (("sec-fetch-site", "\x00"),), (("upgrade", "websocket"), ("connection", "upgrade")),
        )
    ),
    *(
        Attack(path=path)
        for path in ("%00", "..%2f..%2fetc%2fpasswd", "%ff%fe", "%ED%A0%80", "x" * 20_000, "%2e%2e", "1' OR '1'='1",
                     "00000000-0000-0000-0000-000000000000%00", "{node_id}", "%", "\u202e", "a;b=c", "-1", "1e400")
    ),
]  # fmt: skip


def _signed_in(people: Engine, app: FastAPI) -> Browser:
    user = add_person(people, "root", admin=True)
    with writing(people) as connection:
        return Browser(app, cookies={"dougong": open_session(connection, user, datetime.now(UTC))})


def _routes(browser: Browser) -> list[tuple[str, str]]:
    paths = browser.get("/openapi.json").json["paths"]
    return [(method.upper(), path) for path, operations in paths.items() for method in operations]


def _send(browser: Browser, method: str, path: str, attack: Attack) -> Answer:
    target = path.replace("{", "").replace("}", "")
    if attack.path:
        target = path.split("{")[0].rstrip("/") + "/" + attack.path
    headers = [
        ("host", HOST),
        ("origin", ORIGIN),
        ("cookie", f"dougong={browser.cookies.get('dougong', '')}"),
    ]
    if attack.body or attack.kind != "application/json":
        headers.append(("content-type", attack.kind))
    replaced = {name for name, _ in attack.headers}
    headers = [(name, value) for name, value in headers if name not in replaced]
    before = dict(browser.cookies)
    # A stream would go on for an hour.
    query = "&".join(filter(None, (attack.query, "seconds=0" if path.endswith("/stream") else "")))
    answer = browser.raw(
        method,
        f"{target}?{query}" if query else target,
        [*headers, *attack.headers],
        attack.body,
    )
    browser.cookies = before
    return answer


def test_every_route_survives_everything(
    people: Engine, app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(ATTACKS) >= 100
    browser = _signed_in(people, app)
    routes = sorted(_routes(browser), key=lambda route: "logout" in route[1])
    statuses: dict[int, int] = {}
    with caplog.at_level(logging.ERROR, logger="dougong.api"):
        for method, path in routes:
            for index, attack in enumerate(ATTACKS):
                answer = _send(browser, method, path, attack)
                place = f"{method} {path} attack {index}: {answer.status} {answer.body[:200]!r}"
                statuses[answer.status] = statuses.get(answer.status, 0) + 1
                assert answer.status < 500, place
                assert answer.header("x-content-type-options") == "nosniff", place
                if answer.status >= 400:
                    assert answer.code in PROBLEMS, place
                    assert len(answer.body) < 50_000, place
    print(f"{len(routes)} routes, {len(ATTACKS)} attacks: {statuses}")
    assert caplog.records == []
    assert len(routes) >= 22
    assert {400, 403, 404, 413, 415, 422} <= statuses.keys()


METHODS = ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "GET", "POST", "PUT", "X" * 100, ""]
TARGETS = [
    "/api/v1/me",
    "/api/v1/auth/login",
    "/api/v1/users",
    "/x",
    "/healthz",
    "/",
    "//",
    "*",
    "/static/x",
    "",
]


@pytest.mark.parametrize("method", METHODS)
def test_other_methods(people: Engine, app: FastAPI, method: str) -> None:
    browser = _signed_in(people, app)
    for path in TARGETS:
        headers = [("host", HOST), ("origin", ORIGIN), ("cookie", f"dougong={browser.cookies['dougong']}")]
        answer = browser.raw(method, path, headers)
        assert answer.status < 500, (method, path)
        if answer.status >= 400:
            assert answer.code in PROBLEMS, (method, path)
    if method == "HEAD":
        assert browser.raw("HEAD", "/api/v1/me", headers).status == 200


def test_what_the_framework_refuses_has_the_same_form(app: FastAPI) -> None:
    browser = Browser(app)
    for path, method, status, code in (
        ("/nothing", "GET", 404, "not_found"),
        ("//nothing", "GET", 404, "not_found"),
        ("//static/../../pyproject.toml", "GET", 404, "not_found"),
        ("//static/" + "x" * 5000, "GET", 404, "not_found"),
        ("//static/site.css", "POST", 405, "method_not_allowed"),
        ("/me", "POST", 405, "method_not_allowed"),
        ("/auth/login", "GET", 405, "method_not_allowed"),
        ("/users/", "GET", 404, "not_found"),
    ):
        answer = browser.send(method, path)
        assert (answer.status, answer.code) == (status, code), path
    assert browser.post("/me").header("allow"), "which methods there are"


def test_a_crash_of_ours_says_nothing_but_its_number(
    people: Engine, app: FastAPI, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Row 67."""
    browser = _signed_in(people, app)
    monkeypatch.setattr("api.routes.session.load_authority", lambda *_: 1 / 0)
    with caplog.at_level(logging.ERROR, logger="dougong.api"):
        answer = browser.get("/me")
    assert (answer.status, answer.code) == (500, "internal")
    assert b"division" not in answer.body
    assert b"Traceback" not in answer.body
    assert answer.header("content-security-policy")
    number = answer.json["detail"].split()[-1]
    assert number in caplog.text
    assert "ZeroDivisionError" in caplog.text
