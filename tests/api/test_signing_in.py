"""Signing in and out over HTTP. Rows are those of the list of what broke elsewhere."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy.engine import Engine

from api.app import create_app
from api.settings import Settings
from runtime.people.sessions import IDLE
from runtime.people.users import create_user, update_user
from schema_store.database import writing
from tests.asgi import Browser, sign_in
from tests.people import HASH, NOW, PASSWORD, add_person, counted

GOOD = {"username": "rep1", "password": PASSWORD}
BAD = {"username": "rep1", "password": "a wrong password"}
ANOTHER = "quite another phrase 7"


def _at(app: FastAPI, hours: float) -> None:
    """Set the clock of the application."""
    workspace = app.state.workspace
    moment = NOW + timedelta(hours=hours)
    app.state.workspace = dataclasses.replace(workspace, clock=lambda: moment)


def test_signing_in_and_out(people: Engine, browser: Browser) -> None:
    user = add_person(people, "rep1", locale="en", roles={"crm": ["hr", "sales"]})
    assert browser.get("/me").code == "not_signed_in"
    me = browser.post("/auth/login", {"username": "REP1", "password": PASSWORD})
    assert me.status == 200
    assert me.json == {
        "id": str(user),
        "username": "rep1",
        "name": "rep1",
        "locale": "en",
        "admin": False,
        "team_id": None,
        "region_id": None,
        "roles": {"crm": ["hr", "sales"]},
        "rights": {"crm": ["people"]},
        "scopes": None,
    }
    assert browser.get("/me").json == me.json
    out = browser.post("/auth/logout")
    assert (out.status, out.body) == (204, b"")
    assert browser.cookies == {}
    assert browser.get("/me").status == 401
    assert browser.post("/auth/logout").status == 204, "twice is as good as once"


def test_the_cookie_is_out_of_reach(people: Engine, app: FastAPI, settings: Settings) -> None:
    """Row 145."""
    add_person(people, "rep1")
    plain = Browser(app).post("/auth/login", GOOD).header("set-cookie")
    assert plain.startswith("dougong=")
    assert plain.endswith("; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax")
    safe = create_app(people, settings.model_copy(update={"base_url": "https://crm.example.com"}))
    answer = Browser(safe, host="crm.example.com", scheme="https").post("/auth/login", GOOD)
    cookie = answer.header("set-cookie")
    assert cookie.startswith("__Host-dougong=")
    assert cookie.endswith("; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax; Secure")
    assert "domain" not in cookie.lower(), "a __Host- cookie names no domain"


def test_an_id_that_the_browser_brings_is_not_taken_over(people: Engine, browser: Browser) -> None:
    """Row 147."""
    add_person(people, "rep1")
    browser.cookies["dougong"] = planted = "A" * 43
    browser.post("/auth/login", GOOD)
    first = browser.cookies["dougong"]
    assert first != planted
    browser.post("/auth/login", GOOD)
    assert browser.cookies["dougong"] != first
    browser.cookies["dougong"] = first
    assert browser.get("/me").status == 401, "the earlier session of this browser has ended"


def test_two_cookies_of_one_name_count_as_none(people: Engine, app: FastAPI) -> None:
    add_person(people, "rep1")
    browser = sign_in(app, "rep1", PASSWORD)
    good = browser.cookies["dougong"]
    for line in (f"dougong=x; dougong={good}", f"dougong={good}; dougong=x"):
        assert browser.get("/me", headers=[("cookie", line)]).code == "not_signed_in"
    assert browser.get("/me", headers=[("cookie", f"other=1; dougong={good}; more=2")]).status == 200


def test_nobody_learns_who_exists(people: Engine, app: FastAPI) -> None:
    """Row 148."""
    add_person(people, "rep1")
    gone = add_person(people, "gone")
    with writing(people) as connection:
        update_user(connection, gone, {"active": False}, NOW)
        create_user(connection, {"username": "invited", "name": "invited"}, NOW)
    answers = {
        Browser(app).post("/auth/login", {"username": name, "password": "a wrong password"}).body
        for name in ("rep1", "nobody", "gone", "invited", "rep1\u200b")
    }
    assert len(answers) == 1


def test_ten_tries_for_an_account(people: Engine, app: FastAPI) -> None:
    """Row 152: the eleventh is refused from any address, right or wrong, until the first is old."""
    add_person(people, "rep1")
    _at(app, 0)
    for index in range(10):
        other = Browser(app, address=f"198.51.100.{index}")
        assert other.post("/auth/login", BAD).code == "wrong_credentials"
    _at(app, 0.1)
    for body in (BAD, GOOD, {"username": " REP1", "password": PASSWORD}):
        refused = Browser(app).post("/auth/login", body)
        assert (refused.status, refused.code) == (429, "too_many")
        assert refused.header("retry-after") == "540"
    _at(app, 0.26)
    assert Browser(app).post("/auth/login", GOOD).status == 200
    for _ in range(10):
        assert Browser(app).post("/auth/login", BAD).status == 401, "a success begins anew"


def test_fifty_tries_from_an_address(people: Engine, settings: Settings) -> None:
    """Row 152: no header walks around it, unless that many proxies are known to stand in front."""
    app = create_app(people, settings)
    for index in range(50):
        forged = [
            ("x-forwarded-for", f"10.0.0.{index}"),
            ("x-real-ip", "10.0.0.1"),
            ("forwarded", "for=1.2.3.4"),
        ]
        body = {"username": f"user{index}", "password": "x"}
        assert Browser(app).send("POST", "/auth/login", json=body, headers=forged).status == 401
    forged = [("x-forwarded-for", "10.9.9.9")]
    body = {"username": "fresh", "password": "x"}
    assert Browser(app).send("POST", "/auth/login", json=body, headers=forged).status == 429
    assert Browser(app, address="198.51.100.1").post("/auth/login", body).status == 401
    behind = create_app(people, settings.model_copy(update={"proxies": 1}))
    for line, status in (("198.51.100.2", 401), ("198.51.100.2, 203.0.113.7", 429), ("", 429)):
        headers = [("x-forwarded-for", line)]
        assert Browser(behind).send("POST", "/auth/login", json=body, headers=headers).status == status


def test_a_success_does_not_use_up_tries(people: Engine, app: FastAPI) -> None:
    add_person(people, "rep1")
    assert all(Browser(app).post("/auth/login", GOOD).status == 200 for _ in range(12))


def test_changing_the_password_ends_every_other_session(people: Engine, app: FastAPI) -> None:
    """Row 141."""
    add_person(people, "rep1")
    here, there = sign_in(app, "rep1", PASSWORD), sign_in(app, "rep1", PASSWORD)
    before = here.cookies["dougong"]
    change = {"current_password": PASSWORD, "password": ANOTHER}
    assert here.post("/me/password", change | {"current_password": "wrong"}).json["errors"][0] == {
        "field": "current_password",
        "pointer": "/current_password",
        "code": "wrong_password",
        "message": "当前密码不正确",
    }
    for weak in ("short", "password123", "xx rep1 xx 77", "x" * 201):
        assert here.post("/me/password", change | {"password": weak}).status == 422
    assert here.post("/me/password", change).status == 204
    assert here.cookies["dougong"] != before
    assert here.get("/me").status == 200
    assert there.get("/me").status == 401
    assert Browser(app).post("/auth/login", GOOD).status == 401
    sign_in(app, "rep1", ANOTHER)


def test_guessing_the_password_inside_a_session_is_counted_too(people: Engine, app: FastAPI) -> None:
    add_person(people, "rep1")
    browser = sign_in(app, "rep1", PASSWORD)
    change = {"current_password": "wrong", "password": ANOTHER}
    assert [browser.post("/me/password", change).status for _ in range(11)] == [422] * 10 + [429]


def test_deactivation_and_sign_out_hold_in_every_process(people: Engine, settings: Settings) -> None:
    """Rows 52, 54: nothing is cached beside the database."""
    user = add_person(people, "rep1")
    one, two = create_app(people, settings), create_app(people, settings)
    first, second = sign_in(one, "rep1", PASSWORD), sign_in(one, "rep1", PASSWORD)
    elsewhere = Browser(two, cookies=dict(first.cookies))
    assert elsewhere.get("/me").status == 200
    first.post("/auth/logout")
    assert elsewhere.get("/me").status == 401
    second.app = two
    assert second.get("/me").status == 200
    with writing(people) as connection:
        update_user(connection, user, {"active": False}, NOW)
    assert second.get("/me").status == 401
    assert second.post("/auth/login", GOOD).code == "wrong_credentials"


def test_new_rights_come_with_a_new_id(people: Engine, app: FastAPI) -> None:
    """Row 147, and 52: the rights themselves hold at once, for the old id too."""
    user = add_person(people, "rep1")
    browser = sign_in(app, "rep1", PASSWORD)
    old = browser.cookies["dougong"]
    with writing(people) as connection:
        update_user(connection, user, {"roles": {"crm": ["sales"]}}, NOW)
    assert browser.get("/me").json["roles"] == {"crm": ["sales"]}
    new = browser.cookies["dougong"]
    assert new != old
    late = Browser(app, cookies={"dougong": old})
    assert late.get("/me").json["roles"] == {"crm": ["sales"]}
    assert late.cookies == {"dougong": old}
    workspace = app.state.workspace
    moment = workspace.clock() + timedelta(minutes=2)
    app.state.workspace = dataclasses.replace(workspace, clock=lambda: moment)
    assert late.get("/me").status == 401
    assert browser.get("/me").status == 200


def test_a_session_in_use_stays_and_an_idle_one_ends(people: Engine, app: FastAPI) -> None:
    add_person(people, "rep1")
    _at(app, 0)
    used, idle = sign_in(app, "rep1", PASSWORD), sign_in(app, "rep1", PASSWORD)
    for hour in (8, 16, 24):
        _at(app, hour)
        assert used.get("/me").status == 200
    assert timedelta(hours=24) > IDLE
    assert idle.get("/me").status == 401
    _at(app, 14 * 24 + 1)
    assert used.get("/me").status == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"origin": "http://127.0.0.1:8000"}, 204),
        ({"origin": "HTTP://127.0.0.1:8000"}, 204),
        ({"sec-fetch-site": "same-origin"}, 204),
        ({"sec-fetch-site": "none"}, 204),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8000"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "http://127.0.0.1"}, 403),
        ({"origin": "https://127.0.0.1:8000"}, 403),
        ({"origin": "http://127.0.0.1:8000.evil.example"}, 403),
        ({"origin": "http://localhost:8000"}, 403),
        ({"referer": "http://127.0.0.1:8000/"}, 403),
    ],
)
def test_what_another_site_sends_is_refused(
    people: Engine, app: FastAPI, headers: dict[str, str], status: int
) -> None:
    """Row 146."""
    add_person(people, "rep1")
    browser = sign_in(app, "rep1", PASSWORD)
    browser.tells_origin = False
    answer = browser.send("POST", "/auth/logout", headers=list(headers.items()))
    assert answer.status == status
    if status == 403:
        assert answer.code == "forbidden"
        assert browser.get("/me").status == 200, "nothing happened"


def test_another_site_cannot_sign_anyone_in(people: Engine, app: FastAPI) -> None:
    """Row 146: not even without a cookie; and a form is no JSON."""
    add_person(people, "rep1")
    foreign = [("origin", "http://evil.example")]
    assert Browser(app).send("POST", "/auth/login", json=GOOD, headers=foreign).status == 403
    body = b'{"username":"rep1","password":"%s"}' % PASSWORD.encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = Browser(app).send("POST", "/auth/login", body=body, headers=[("content-type", kind)])
        assert (answer.status, answer.code) == (415, "unsupported_media_type")
    for kind in ("application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"):
        assert (
            Browser(app).send("POST", "/auth/login", body=body, headers=[("content-type", kind)]).status
            == 200
        )
    assert Browser(app, tells_origin=False).post("/auth/login", GOOD).status == 200, "programs have no origin"


@pytest.mark.parametrize(
    "value",
    [
        "", "Bearer", "Bearer ", "Bearer null", "Bearer undefined", "Basic cmVwMTp4", "bearer dgt_x_y", "Token abc",
        "Bearer dgt_AAAAAAAA_" + "A" * 49,
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.",
        "Bearer eyJhbGciOiJIUzI1NiIsImp3ayI6e319.eyJzdWIiOiJhZG1pbiJ9.AAAA",
    ],
)  # fmt: skip
def test_odd_authorization_is_nobody(people: Engine, app: FastAPI, value: str) -> None:
    """Rows 143, 144: there is nothing to confuse, and no cookie is looked at behind it."""
    add_person(people, "rep1")
    browser = sign_in(app, "rep1", PASSWORD)
    answer = browser.get("/me", headers=[("authorization", value)])
    assert (answer.status, answer.code) == (401, "not_signed_in")
    assert answer.header("www-authenticate") == "Bearer"


def test_answers_are_kept_by_nobody(people: Engine, app: FastAPI) -> None:
    """Row 69; row 64: and hold nothing of the password."""
    add_person(people, "rep1")
    browser = Browser(app)
    for answer in (
        browser.post("/auth/login", GOOD),
        browser.get("/me"),
        browser.get("/users"),
        browser.get("/x"),
    ):
        assert answer.header("cache-control") == "private, no-store"
        assert answer.header("x-content-type-options") == "nosniff"
        assert HASH.encode() not in answer.body
        assert b"password" not in answer.body
        assert "access-control-allow-origin" not in dict(answer.headers), "row 153"


def test_refusals_speak_the_language_of_the_reader(people: Engine, app: FastAPI) -> None:
    add_person(people, "rep1", locale="en")
    english, chinese = (
        [("accept-language", "en-GB,en;q=0.8,zh;q=0.2")],
        [("accept-language", "zh;q=0.9, en;q=0.1")],
    )
    assert Browser(app).get("/me", headers=english).json["detail"] == "Sign in first"
    assert Browser(app).get("/me", headers=chinese).json["detail"] == "请先登录"
    browser = sign_in(app, "rep1", PASSWORD)
    answer = browser.get("/users/none", headers=chinese)
    assert answer.json["detail"] == "There is nothing here", "what the person chose counts"
    assert browser.patch("/me", {"locale": "zh-CN"}).json["locale"] == "zh-CN"
    assert browser.get("/users/none", headers=english).json["detail"] == "没有找到"


def test_people_change_little_about_themselves(people: Engine, app: FastAPI) -> None:
    """Rows 39 to 42."""
    user = add_person(people, "rep1")
    browser = sign_in(app, "rep1", PASSWORD)
    for body in (
        {"admin": True},
        {"roles": {"crm": ["chief"]}},
        {"active": False},
        {"id": str(user)},
        {"email": "a@b"},
    ):
        answer = browser.patch("/me", body)
        assert (answer.status, answer.json["errors"][0]["code"]) == (422, "unknown_field")
    absence = {"absent_from": "2026-05-01T00:00:00+08:00", "absent_to": "2026-05-06T00:00:00+08:00"}
    assert browser.patch("/me", absence).status == 200
    assert browser.get(f"/users/{user}").json["absent_from"] == "2026-04-30T16:00:00Z"
    assert browser.patch("/me", {"absent_to": "2026-04-01T00:00:00Z"}).status == 422
    assert browser.patch("/me", {"locale": None}).status == 422


def test_statements_are_few(people: Engine, app: FastAPI) -> None:
    add_person(people, "rep1", roles={"crm": ["hr"], "erp": ["sales"]})
    browser = sign_in(app, "rep1", PASSWORD)
    figures = {}
    for name, act in {
        "login": lambda: Browser(app).post("/auth/login", GOOD),
        "login again": lambda: browser.post("/auth/login", GOOD),
        "me": lambda: browser.get("/me"),
        "users": lambda: browser.get("/users"),
        "teams": lambda: browser.get("/teams"),
        "logout": lambda: browser.post("/auth/logout"),
    }.items():
        with counted(people) as statements:
            assert act().status < 300
        figures[name] = len([text for text in statements if not text.startswith("BEGIN")])
    print(figures)
    assert figures["login"] <= 7, "the last one is its row of the audit"
    assert figures["login again"] <= 8, "one more ends the earlier session of the browser"
    assert figures["me"] <= 3
    assert figures["users"] <= 4
    assert figures["teams"] <= 2
    assert figures["logout"] == 1
