"""People, tokens, teams and regions over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.engine import Engine

from api.app import create_app
from api.settings import Settings
from runtime.people.tables import SESSIONS, USERS
from schema_store.database import reading
from tests.asgi import Answer, Browser, sign_in
from tests.people import PASSWORD, add_person, counted

ANOTHER = "quite another phrase 7"


@pytest.fixture
def as_person(people: Engine, app: FastAPI) -> Callable[..., Browser]:
    """Signs in a new person with these values."""

    def make(username: str, **values: object) -> Browser:
        add_person(people, username, **values)
        return sign_in(app, username, PASSWORD)

    return make


@pytest.fixture
def root(as_person: Callable[..., Browser]) -> Browser:
    return as_person("root", admin=True)


def _id(answer: Answer) -> str:
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


def test_a_person_from_the_first_to_the_last_day(root: Browser, app: FastAPI) -> None:
    team = _id(root.post("/teams", {"name": "华东一组"}))
    made = root.post(
        "/users",
        {
            "username": "rep1",
            "name": "张三",
            "team_id": team,
            "roles": {"crm": ["sales"]},
            "phone": "+86 138",
        },
    )
    user = _id(made)
    assert made.header("location") == f"/api/v1/users/{user}"
    assert made.json.items() >= {"active": True, "admin": False, "roles": {"crm": ["sales"]}}.items()
    invitation = root.post("/invitations", {"user_id": user}).json
    assert invitation["kind"] == "invitation"
    assert made.json["is_set_up"] is False
    link, _, secret = invitation["link"].partition("#")
    assert link == "http://127.0.0.1:8000/welcome"
    assert _accept(app, secret, ANOTHER).status == 204
    assert _accept(app, secret, ANOTHER).code == "not_found"
    rep = sign_in(app, "rep1", ANOTHER)
    assert root.get(f"/users/{user}").json["is_set_up"] is True
    assert root.patch(f"/users/{user}", {"name": "张三丰", "region_id": None}).json["name"] == "张三丰"
    reset = root.post(f"/users/{user}/reset").json
    assert rep.get("/me").status == 200, "a reset changes nothing before it is used"
    assert _accept(app, reset["link"].partition("#")[2], PASSWORD).status == 204
    assert rep.get("/me").status == 401
    rep = sign_in(app, "rep1", PASSWORD)
    gone = root.patch(f"/users/{user}", {"active": False})
    assert (gone.status, gone.json["active"]) == (200, False)
    assert rep.get("/me").status == 401
    assert root.post(f"/users/{user}/reset").code == "not_active"


def _accept(app: FastAPI, secret: object, password: str) -> Answer:
    return Browser(app).post("/invitations/accept", {"token": secret, "password": password})


def test_links_do_not_follow_the_host_of_the_request(people: Engine, settings: Settings) -> None:
    """Rows 139, 151: and the secret stands where no Referer and no log has it."""
    user = add_person(people, "root", admin=True)
    known = settings.model_copy(update={"base_url": "https://crm.example.com/", "hosts": "intern.example"})
    app = create_app(people, known)
    browser = sign_in(app, "root", PASSWORD, host="intern.example")
    forged = [("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "gopher")]
    answer = browser.send("POST", "/invitations", json={"user_id": str(user)}, headers=forged)
    assert answer.json["link"].startswith("https://crm.example.com/welcome#")
    for host in ("evil.example", "crm.example.com.evil.example", "127.0.0.1.evil.example", "", "[::1", "a b"):
        refused = Browser(app, host=host).get("/me")
        assert (refused.status, refused.code) == (400, "bad_request"), host
    two = [("host", "127.0.0.1"), ("host", "evil.example")]
    assert Browser(app).raw("GET", "/api/v1/me", two).code == "bad_request"
    assert Browser(app).raw("GET", "/api/v1/me", []).code == "bad_request"
    for host in ("localhost:9", "127.0.0.1", "[::1]:8000", "CRM.example.com", "intern.example:81"):
        assert Browser(app, host=host).get("/me").status == 401, host


@pytest.mark.parametrize("secret", ["", None, 0, [], {}, "null", "x" * 43, "x" * 1000, True])
def test_odd_secrets_of_links(people: Engine, app: FastAPI, secret: object) -> None:
    """Row 140."""
    add_person(people, "rep1")
    assert _accept(app, secret, ANOTHER).status in (404, 422)
    assert Browser(app).post("/invitations/accept", {"password": ANOTHER}).status == 422


def test_the_page_of_a_link_knows_nothing_of_it(browser: Browser) -> None:
    """Row 151: the secret is never part of a request, and no Referer leaves the page."""
    page = browser.get("//welcome")
    assert page.status == 200
    assert page.header("referrer-policy") == "no-referrer"
    assert "script-src 'self'" in page.header("content-security-policy")
    assert b"<script>" not in page.body
    assert browser.get("//").header("referrer-policy") == "same-origin"


def test_whoever_holds_a_link_learns_whose_it_is(root: Browser, app: FastAPI) -> None:
    user = _id(root.post("/users", {"username": "rep1", "name": "张三"}))
    secret = root.post("/invitations", {"user_id": user}).json["link"].partition("#")[2]
    for _ in range(2):
        found = Browser(app).post("/invitations/find", {"token": secret})
        assert (found.status, found.json) == (
            200,
            {"kind": "invitation", "username": "rep1", "name": "张三"},
        )
    assert _accept(app, secret, ANOTHER).status == 204
    assert Browser(app).post("/invitations/find", {"token": secret}).code == "not_found"
    tried = [Browser(app).post("/invitations/find", {"token": "x" * 43}).status for _ in range(50)]
    assert tried == [404] * 49 + [429], "guesses are counted together with those that would set a password"


def test_skills_are_words_that_dispatches_use(root: Browser) -> None:
    user = _id(root.post("/users", {"username": "wang", "name": "王工", "skills": ["senior_engineer"]}))
    assert root.get(f"/users/{user}").json["skills"] == ["senior_engineer"]
    changed = root.patch(f"/users/{user}", {"skills": ["pharmacy", "制药"]})
    assert changed.json["skills"] == ["pharmacy", "制药"]
    assert root.patch(f"/users/{user}", {"skills": None}).json["skills"] is None
    for odd in ("pharmacy", [1], [""] * 51, ["x" * 61]):
        assert root.patch(f"/users/{user}", {"skills": odd}).status == 422, odd


def test_guessing_links_is_limited(people: Engine, app: FastAPI) -> None:
    assert [_accept(app, "x" * 43, ANOTHER).status for _ in range(51)] == [404] * 50 + [429]


def test_a_weak_password_does_not_use_the_link_up(root: Browser, app: FastAPI) -> None:
    user = _id(root.post("/users", {"username": "kowalska", "name": "Anna Kowalska"}))
    secret = root.post("/invitations", {"user_id": user}).json["link"].partition("#")[2]
    for weak in ("short", "my Kowalska 77", "password2026"):
        assert _accept(app, secret, weak).code == "invalid"
    assert _accept(app, secret, ANOTHER).status == 204


def test_what_others_see_of_a_person(people: Engine, as_person: Callable[..., Browser]) -> None:
    """Rows 64, 65: what may not be read is absent, not null."""
    user = add_person(people, "chief", email="c@example.com", roles={"crm": ["chief"]})
    rep, hr = as_person("rep", roles={"crm": ["sales"]}), as_person("hr", roles={"erp": ["hr"]})
    shown = rep.get(f"/users/{user}").json
    assert shown.keys() == {
        "id",
        "name",
        "active",
        "team_id",
        "region_id",
        "absent_from",
        "absent_to",
        "skills",
    }
    listed = {item["id"]: item for item in rep.get("/users").json["items"]}
    assert listed[str(user)] == shown
    own = rep.get("/me").json["id"]
    assert listed[own]["username"] == "rep", "of oneself one sees more"
    managed = hr.get(f"/users/{user}").json
    assert managed["email"] == "c@example.com"
    assert managed["roles"] == {"crm": ["chief"]}


def test_who_manages_people_and_whom(people: Engine, as_person: Callable[..., Browser]) -> None:
    """Rows 40 to 44, 46, 56."""
    rep_id = add_person(people, "rep", roles={"crm": ["sales"]})
    root_id = add_person(people, "boss", admin=True)
    new = {"username": "n", "name": "n"}
    nobody = as_person("sales", roles={"crm": ["sales", "builder"]})
    for answer in (
        nobody.post("/users", new),
        nobody.patch(f"/users/{rep_id}", {"name": "x"}),
        nobody.post(f"/users/{rep_id}/reset"),
        nobody.post("/invitations", {"user_id": str(rep_id)}),
        nobody.post("/teams", {"name": "x"}),
        nobody.post("/regions", {"name": "x"}),
        nobody.patch(f"/users/{nobody.get('/me').json['id']}", {"admin": True}),
    ):
        assert (answer.status, answer.code) == (403, "forbidden")
    hr = as_person("hr", roles={"crm": ["hr"]})
    assert hr.patch(f"/users/{rep_id}", {"roles": {"crm": ["sales", "hr"]}}).status == 200
    own = hr.get("/me").json["id"]
    for answer in (
        hr.patch(f"/users/{root_id}", {"email": "me@evil.example"}),
        hr.post(f"/users/{root_id}/reset"),
        hr.post("/invitations", {"user_id": str(root_id)}),
        hr.patch(f"/users/{rep_id}", {"admin": True}),
        hr.patch(f"/users/{rep_id}", {"roles": {"crm": ["chief"]}}),
        hr.patch(f"/users/{rep_id}", {"roles": {"erp": ["sales"]}}),
        hr.patch(f"/users/{own}", {"roles": {"crm": ["sales", "hr"]}}),
        hr.post("/users", new | {"admin": True}),
        hr.post("/users", new | {"roles": {"crm": ["builder"]}}),
    ):
        assert answer.status == 403, answer.body
    with reading(people) as connection:
        row = connection.execute(sa.select(USERS.c.email, USERS.c.admin).where(USERS.c.id == root_id)).one()
        assert tuple(row) == (None, True), "row 43: a refused change is not kept"
        assert connection.execute(sa.select(USERS.c.id).where(USERS.c.username == "n")).first() is None


def test_roles_are_listed_for_whom_they_can_be_given_by(
    people: Engine, as_person: Callable[..., Browser]
) -> None:
    """Only apps in which somebody manages people, and what they may not give is told as such."""
    assert as_person("sales", roles={"crm": ["sales", "builder"]}).get("/roles").code == "forbidden"
    (crm,) = as_person("hr", roles={"crm": ["hr"]}).get("/roles").json["items"]
    assert crm["app"] == "crm"
    given = {role["key"]: role["grantable"] for role in crm["roles"]}
    assert (given["sales"], given["hr"], given["builder"], given["chief"]) == (True, True, False, False)
    everything = as_person("boss", admin=True).get("/roles").json["items"]
    assert {app["app"] for app in everything} > {"crm"}
    assert all(role["grantable"] for app in everything for role in app["roles"])


def test_an_unknown_person_is_the_same_as_none(root: Browser) -> None:
    bodies = {
        answer.body
        for answer in (
            root.get(f"/users/{uuid4()}"),
            root.get("/users/x"),
            root.get("/users/00000000-0000-0000-0000-000000000000"),
            root.patch(f"/users/{uuid4()}", {"name": "x"}),
            root.post(f"/users/{uuid4()}/reset"),
            root.get(f"/teams/{uuid4()}"),
            root.delete(f"/tokens/{uuid4()}"),
        )
    }
    assert len(bodies) == 1
    assert root.get(f"/users/{uuid4()}".upper()).status == 404, "an id has one written form"


def test_what_a_person_cannot_be(root: Browser) -> None:
    new = {"username": "rep1", "name": "张三"}
    table = {
        "username": ["", " ", "a b", "a/b", "-a", "x" * 61, "a\n", 1, None, "a\u202eb"],
        "name": ["", "  ", "x" * 101, "a\nb", 5, None, ["x"]],
        "email": ["x", "@", "a b@c", "a@b@c", "x" * 255, 7],
        "phone": ["abc", "1" * 41, 13800000000],
        "locale": ["fr", None, "EN"],
        "admin": ["true", 1, None],
        "team_id": ["x", 5, str(uuid4())],
        "roles": [[], {"crm": "sales"}, {"crm": ["king"]}, {"nothing": ["sales"]}, {"crm": [1]}, None],
        "active": [False],
        "password": ["a long password 77"],
        "id": [str(uuid4())],
        "created_at": ["2026-01-01T00:00:00Z"],
        "password_hash": ["x"],
        "__proto__": [{}],
    }
    for name, values in table.items():
        for value in values:
            answer = root.post("/users", new | {name: value})
            assert (answer.status, answer.code) == (422, "invalid"), (name, value, answer.body)
            assert answer.json["errors"][0]["field"] == name
            assert all(error["message"] for error in answer.json["errors"])
    assert root.post("/users", {"name": "x"}).json["errors"][0]["code"] == "required"
    assert len(root.get("/users").json["items"]) == 1
    assert root.post("/users", new).status == 201
    assert root.post("/users", new | {"username": "REP1"}).code == "unique"


def test_only_one_of_two_wins_and_the_other_is_told(root: Browser, people: Engine) -> None:
    user = _id(root.post("/users", {"username": "a", "name": "a"}))
    _id(root.post("/users", {"username": "b", "name": "b"}))
    answer = root.patch(f"/users/{user}", {"username": "B"})
    assert (answer.status, answer.code) == (409, "unique")
    me = root.get("/me").json["id"]
    for body in ({"admin": False}, {"active": False}):
        assert root.patch(f"/users/{me}", body).code == "last_admin"


def test_pages_follow_each_other_and_cursors_cannot_be_made_up(root: Browser, app: FastAPI) -> None:
    for index in range(7):
        _id(root.post("/users", {"username": f"u{index}", "name": f"n{index % 3}"}))
    seen, path = [], "/users?limit=3"
    while path:
        page = root.get(path).json
        seen += [item["username"] for item in page["items"]]
        path = f"/users?limit=3&cursor={page['next']}" if page["next"] else ""
    assert sorted(seen) == ["root", *[f"u{index}" for index in range(7)]]
    cursor = root.get("/users?limit=3").json["next"]
    for forged in ("x", cursor[:-2], cursor[::-1], "A" * 40, "é", cursor + "=", "x" * 3000):
        assert root.get(f"/users?cursor={forged}").code == "bad_request"
    assert root.get(f"/teams?cursor={cursor}").code == "bad_request", "a cursor belongs to its list"
    for query in (
        "limit=0",
        "limit=501",
        "limit=x",
        "limit=1e9",
        "nope=1",
        "limit=1&limit=2",
        "active=perhaps",
    ):
        answer = root.get(f"/users?{query}")
        assert (answer.status, answer.code) == (400, "bad_request")
        assert answer.json["errors"][0]["field"] in ("limit", "nope", "active")
    assert root.get("/me?x=1").code == "bad_request"


def test_tokens_of_programs(people: Engine, app: FastAPI, as_person: Callable[..., Browser]) -> None:
    rep = as_person("rep1", roles={"crm": ["sales"]})
    made = rep.post("/tokens", {"name": "nightly"})
    assert made.status == 201
    token = made.json["token"]
    program = Browser(app, headers={"authorization": f"Bearer {token}"}, tells_origin=False)
    me = program.get("/me").json
    assert (me["username"], me["scopes"]) == ("rep1", ["read", "write"])
    listed = rep.get("/tokens").json["items"]
    assert [item["name"] for item in listed] == ["nightly"]
    assert listed[0]["used_at"] is not None
    assert listed[0]["prefix"] in token
    assert "token" not in listed[0]
    assert program.patch("/me", {"locale": "en"}).status == 200, "a program needs no origin"
    for answer in (
        program.post("/tokens", {"name": "child"}),
        program.post("/me/password", {"current_password": PASSWORD, "password": ANOTHER}),
    ):
        assert (answer.status, answer.code) == (403, "session_needed")
    other = as_person("rep2")
    assert other.delete(f"/tokens/{made.json['id']}").code == "not_found"
    assert rep.delete(f"/tokens/{made.json['id']}").status == 204
    assert program.get("/me").code == "not_signed_in"


def test_scopes_narrow_and_never_widen(
    people: Engine, app: FastAPI, as_person: Callable[..., Browser]
) -> None:
    hr = as_person("hr", roles={"crm": ["hr"]})

    def program(*scopes: str) -> Browser:
        token = hr.post("/tokens", {"name": "t", "scopes": list(scopes)}).json["token"]
        return Browser(app, headers={"authorization": f"Bearer {token}"})

    new = {"username": "n", "name": "n"}
    reader, writer, manager = program("read"), program("write"), program("people")
    add_person(people, "rep1", email="r@example.com")
    assert not any("email" in item for item in reader.get("/users?search=rep1").json["items"])
    assert hr.get("/users?search=rep1").json["items"][0]["email"] == "r@example.com"
    assert reader.patch("/me", {"locale": "en"}).code == "forbidden"
    assert writer.get("/users").code == "forbidden"
    assert writer.post("/users", new).code == "forbidden"
    assert manager.post("/users", new).status == 201
    refused = hr.post("/tokens", {"name": "t", "scopes": ["build"]})
    assert (refused.status, refused.json["errors"][0]["code"]) == (422, "beyond_rights")
    for scopes in ([], ["everything"], "read", [1], None):
        assert hr.post("/tokens", {"name": "t", "scopes": scopes}).status == 422
    root = as_person("root", admin=True)
    assert root.patch(f"/users/{hr.get('/me').json['id']}", {"roles": {"crm": []}}).status == 200
    assert manager.post("/users", {"username": "m", "name": "m"}).code == "forbidden", "checked at every use"


def test_a_token_has_an_end(root: Browser) -> None:
    for ends in ("2020-01-01T00:00:00Z", "2300-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "tomorrow", 5):
        assert root.post("/tokens", {"name": "t", "expires_at": ends}).status == 422
    made = root.post("/tokens", {"name": "t", "expires_at": "2030-01-01T00:00:00+08:00"})
    assert made.json["expires_at"] == "2029-12-31T16:00:00Z"


@pytest.mark.parametrize("tree", ["teams", "regions"])
def test_trees_over_http(root: Browser, as_person: Callable[..., Browser], tree: str) -> None:
    east = _id(root.post(f"/{tree}", {"name": "华东", "code": "EAST"}))
    city = root.post(f"/{tree}", {"name": "上海", "parent_id": east})
    assert city.json["level"] == 2
    assert "path" not in city.json
    west = _id(root.post(f"/{tree}", {"name": "华西"}))
    moved = root.patch(f"/{tree}/{city.json['id']}", {"parent_id": west, "name": "成都"})
    assert (moved.json["parent_id"], moved.json["name"], moved.json["level"]) == (west, "成都", 2)
    assert root.patch(f"/{tree}/{west}", {"parent_id": moved.json["id"]}).json["errors"][0]["code"] == "cycle"
    assert root.post(f"/{tree}", {"name": "x", "code": "EAST"}).code == "unique"
    assert root.post(f"/{tree}", {"name": "x", "parent_id": str(uuid4())}).code == "invalid"
    names = [item["name"] for item in as_person("rep1").get(f"/{tree}").json["items"]]
    assert names == ["华东", "华西", "成都"]
    first = root.get(f"/{tree}?limit=2").json
    assert [i["name"] for i in root.get(f"/{tree}?limit=2&cursor={first['next']}").json["items"]] == ["成都"]


def test_nobody_reaches_anything_without_signing_in(people: Engine, app: FastAPI) -> None:
    """Rows 36 to 38, 51, 57: every route of the description but the public ones asks who it is."""
    browser = Browser(app)
    public = {("post", "/auth/login"), ("post", "/auth/logout")} | {
        ("post", f"/invitations/{word}") for word in ("find", "accept")
    }
    seen = set()
    for path, operations in browser.get("/openapi.json").json["paths"].items():
        for method in operations:
            short = path.removeprefix("/api/v1")
            if not path.startswith("/api/v1") or (method, short) in public:
                continue
            concrete = short.replace("{", "").replace("}", "")
            with counted(people) as statements:
                answers = [
                    browser.send(method.upper(), concrete, json={}),
                    browser.send(method.upper(), concrete, body=b"no json"),
                    browser.send(method.upper(), f"{concrete}?x=/api/v1/auth/login"),
                    browser.send(
                        method.upper(), concrete, headers=[("x-original-url", "/api/v1/auth/login")]
                    ),
                    browser.send(method.upper(), concrete, headers=[("x-http-method-override", "GET")]),
                ]
            assert {answer.code for answer in answers} == {"not_signed_in"}
            assert statements == [], "without anything to show, the database is not even asked"
            seen.add((method, short))
    assert len(seen) >= 18


def test_the_description_lists_what_the_routes_take(browser: Browser) -> None:
    """Row 39: a parameter that nobody approved cannot appear (the routes below ``/apps`` have their own list)."""
    described = browser.get("/openapi.json").json
    described["paths"] = {
        path: operations
        for path, operations in described["paths"].items()
        if not path.startswith("/api/v1/apps")
    }
    parameters = {
        (path.removeprefix("/api/v1"), parameter["in"], parameter["name"])
        for path, operations in described["paths"].items()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
    }
    lists = {
        (path, "query", word)
        for path in ("/users", "/tokens", "/teams", "/regions", "/audit", "/notifications")
        for word in ("limit", "cursor")
    }
    words = {("/users", "query", word) for word in ("search", "active", "team_id")}
    words |= {("/audit", "query", word) for word in ("actor", "since")}
    words |= {("/notifications", "query", "unread")}
    words |= {("/tasks", "query", "limit")}
    words |= {("/stream", "query", word) for word in ("watch", "after", "seconds")}
    ids = {
        ("/users/{user_id}", "path", "user_id"),
        ("/users/{user_id}/reset", "path", "user_id"),
        ("/tokens/{token_id}", "path", "token_id"),
        ("/teams/{node_id}", "path", "node_id"),
        ("/regions/{node_id}", "path", "node_id"),
    }
    assert parameters == lists | words | ids
    assert described["openapi"].startswith("3.1")
    names = [o["operationId"] for operations in described["paths"].values() for o in operations.values()]
    assert len(names) == len(set(names))
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            if path.startswith("/api/"):
                assert operation.get("description"), (method, path)
                assert "4XX" in operation["responses"]
                assert "422" not in operation["responses"], "the framework's own shape is never sent"


def test_sessions_of_the_changed_person_end_and_no_others(
    root: Browser, people: Engine, app: FastAPI
) -> None:
    ids = {name: add_person(people, name) for name in ("a", "b")}
    sign_in(app, "a", PASSWORD)
    sign_in(app, "b", PASSWORD)
    root.patch(f"/users/{ids['a']}", {"active": False})
    with reading(people) as connection:
        owners = set(connection.execute(sa.select(SESSIONS.c.user_id)).scalars())
    assert ids["a"] not in owners
    assert owners == {ids["b"], UUID(root.get("/me").json["id"])}
