"""How a route runs: order, transaction, retry, and what it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fastapi import APIRouter, FastAPI, Response
from fastapi import Query as QueryMark
from pydantic import ValidationError
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from api.endpoint import Body, Caller, Endpoint, QueryWords, field_errors, runs
from runtime.people.actors import Scope
from runtime.people.rights import Authority
from runtime.people.tables import ATTEMPTS
from runtime.people.tokens import create_token
from runtime.refusals import Conflict
from schema_store.database import reading, writing
from tests.asgi import Answer, Browser, sign_in
from tests.people import PASSWORD, add_person, counted


class Words(QueryWords):
    """Of the tests."""

    number: int = 1


class Numbers(Body):
    """Of the tests."""

    number: int
    id: UUID | None = None


class SqlStateError(Exception):
    """What a driver raises: with the code of the database."""

    def __init__(self, sqlstate: str):
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.fixture
def serve(app: FastAPI) -> Callable[..., None]:
    """Adds an endpoint to the application."""

    def add(
        function: Callable[..., Any], path: str = "/test", method: str = "POST", status: int = 200
    ) -> None:
        router = APIRouter(route_class=Endpoint, prefix="/api/v1")
        router.add_api_route(path, function, methods=[method], status_code=status, response_model=None)
        app.include_router(router)

    return add


@pytest.fixture
def rep(people: Engine, app: FastAPI) -> Browser:
    add_person(people, "rep1")
    return sign_in(app, "rep1", PASSWORD)


def _rows(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(ATTEMPTS)).scalar_one())


def _write(call: Caller) -> None:
    row = {"id": uuid4(), "key": "test", "at": call.now}
    call.connection.execute(sa.insert(ATTEMPTS).values(row))


def test_a_route_is_closed_unless_it_says_otherwise(app: FastAPI, serve: Callable[..., None]) -> None:
    ran = []

    def closed(call: Caller, body: Numbers) -> None:
        ran.append(body)

    @runs(public=True)
    def opened(call: Caller) -> dict[str, int]:
        return {"a": 1}

    serve(closed)
    serve(opened, "/opened")
    assert Browser(app).post("/test", {"number": "no number"}).code == "not_signed_in", (
        "asked before it is read"
    )
    assert Browser(app).send("POST", "/test", body=b"x" * 2_000_000).code == "not_signed_in"
    assert ran == []
    assert Browser(app).post("/opened").json == {"a": 1}


def test_what_is_refused_or_crashes_is_not_kept(
    rep: Browser, people: Engine, serve: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    """Row 43."""
    outcomes: dict[str, Callable[[], Any]] = {
        "/kept": lambda: None,
        "/refused": lambda: _raise(Conflict()),
        "/crashed": lambda: 1 / 0,
        "/unwritable": lambda: {"a": object()},
    }
    for path, outcome in outcomes.items():
        serve(_writing_then(outcome), path)
    assert [rep.post(path).status for path in outcomes] == [204, 409, 500, 500]
    assert _rows(people) == 1, "an answer that cannot be written is found before the commit"
    assert len(caplog.records) == 2


def _raise(error: Exception) -> None:
    raise error


def _writing_then(outcome: Callable[[], Any]) -> Callable[..., Any]:
    def act(call: Caller) -> Any:
        _write(call)
        return outcome()

    return act


@pytest.mark.parametrize(("sqlstate", "tries"), [("40001", 2), ("40P01", 2), ("23514", 1), ("", 1)])
def test_a_unit_is_done_once_more_where_it_met_another(
    rep: Browser, people: Engine, serve: Callable[..., None], sqlstate: str, tries: int
) -> None:
    runs_made = []

    def act(call: Caller) -> None:
        _write(call)
        call.headers.append(("x-try", str(len(runs_made))))
        runs_made.append(1)
        if len(runs_made) == 1:
            raise DBAPIError("UPDATE", {}, SqlStateError(sqlstate))

    serve(act)
    answer = rep.post("/test")
    assert len(runs_made) == tries
    assert answer.status == (204 if tries == 2 else 500)
    assert _rows(people) == (1 if tries == 2 else 0), "nothing of the first time is left"
    if tries == 2:
        assert answer.header("x-try") == "1", "and none of its headers"


def test_what_the_database_says_is_said_plainly(rep: Browser, serve: Callable[..., None]) -> None:
    """Row 67: without its words."""
    for number, error, status, code in (
        (1, IntegrityError("INSERT secret", {}, Exception("dougong_user_key")), 409, "conflict"),
        (2, OperationalError("SELECT secret", {}, Exception("password=x host=10.0.0.1")), 503, "unavailable"),
    ):
        serve(_raising(error), f"/test{number}")
        answer = rep.post(f"/test{number}")
        assert (answer.status, answer.code) == (status, code)
        assert b"secret" not in answer.body
        assert b"dougong_user_key" not in answer.body
        assert b"10.0.0.1" not in answer.body


def _raising(error: Exception) -> Callable[..., None]:
    def act(call: Caller) -> None:
        raise error

    return act


def test_reading_takes_no_write_lock(rep: Browser, people: Engine, serve: Callable[..., None]) -> None:
    def read(call: Caller) -> dict[str, str]:
        with writing(people) as other:
            other.execute(sa.delete(ATTEMPTS))
        return {"done": call.actor.username}

    serve(read, method="GET")
    with counted(people) as statements:
        assert rep.get("/test").json == {"done": "rep1"}
    if people.dialect.name == "sqlite":
        assert [text for text in statements if text.startswith("BEGIN")] == ["BEGIN", "BEGIN IMMEDIATE"]


@pytest.mark.parametrize(
    ("scope", "method", "allowed"),
    [
        (None, "GET", {"read"}),
        (None, "POST", {"write"}),
        ("build", "POST", {"build"}),
        ("people", "GET", {"people"}),
        ("read", "POST", {"read"}),
    ],
)
def test_scopes_of_tokens(
    people: Engine,
    app: FastAPI,
    serve: Callable[..., None],
    scope: Scope | None,
    method: str,
    allowed: set[str],
) -> None:
    user = add_person(people, "rep1")

    @runs(scope=scope)
    def act(call: Caller) -> None:
        return None

    serve(act, method=method)
    passed = set()
    for one in ("read", "write", "build", "people"):
        with writing(people) as connection:
            now = app.state.workspace.clock()
            _, token = create_token(connection, user, Authority(True, {}), "t", now, [one])
        answer = Browser(app, headers={"authorization": f"Bearer {token}"}).send(method, "/test")
        if answer.status == 204:
            passed.add(one)
        else:
            assert answer.code == "forbidden"
    assert passed == allowed


def test_words_bodies_and_paths_are_strict(rep: Browser, serve: Callable[..., None]) -> None:
    def act(
        call: Caller, place: UUID, name: str, body: Numbers, query: Annotated[Words, QueryMark()]
    ) -> Response:
        return Response(f"{place} {name} {body.number} {query.number}")

    serve(act, "/test/{place}/{name}")
    place = uuid4()

    def ask(path: str = f"/test/{place}/x", body: Any = None) -> Answer:
        return rep.post(path, body or {"number": 1})

    assert ask(f"/test/{place}/é%20b?number=7").body == f"{place} é b 1 7".encode()
    for path in (
        f"/test/{place.hex}/x",
        f"/test/{{{place}}}/x",
        f"/test/{str(place).upper()}/x",
        "/test/1/x",
    ):
        assert ask(path).code == "not_found"
    for query in ("number=x", "number=1&number=2", "more=1", "number=1.5"):
        assert ask(f"/test/{place}/x?{query}").code == "bad_request"
    for body, code in (
        ({"number": "1"}, "wrong_type"),
        ({"number": True}, "wrong_type"),
        ({"number": 1.5}, "wrong_type"),
        ({"number": None}, "wrong_type"),
        ({"number": 1, "id": 5}, "wrong_type"),
        ({"number": 1, "id": "x"}, "bad_value"),
        ({"number": 1, "more": 1}, "unknown_field"),
        ({"id": str(place)}, "required"),
    ):
        answer = ask(body=body)
        assert answer.code == "invalid", body
        assert [error["code"] for error in answer.json["errors"]] == [code], body


def test_complaints_never_repeat_what_was_sent() -> None:
    with pytest.raises(ValidationError) as caught:
        Numbers.model_validate_json('{"number": "my password", "my/key~": 1}')
    errors = field_errors(caught.value)
    assert {error.pointer for error in errors} == {"/number", "/my~1key~0"}
    assert "my password" not in str(errors)
