"""Questions of people who try what they should not: nothing answers 5xx, nothing tells of what may not be read."""

from __future__ import annotations

import base64
import threading
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.crm import Crm, crm
from tests.asgi import Answer

__all__ = ["crm"]

HUGE = "1" + "0" * 30


@pytest.fixture(scope="module")
def record(crm: Crm) -> str:
    account = crm.insert("account", "rep1", name="公司", credit_limit=5)
    crm.insert("opportunity", "rep1", name="商机", account=account, margin=None)
    return str(crm.insert("lead", "rep1", name="线索"))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("nonsense=1", "bad_request"),
        ("limit=0", "bad_request"),
        ("limit=501", "bad_request"),
        (f"limit={HUGE}", "bad_request"),
        ("limit=-1", "bad_request"),
        ("limit=1e3", "bad_request"),
        ("limit=", "bad_request"),
        ("limit=1&limit=2", "bad_request"),
        ("count=all", "bad_request"),
        ("sort=nonsense", "unknown_field"),
        ("sort=--name", "unknown_field"),
        ("sort=name,name", "bad_request"),
        ("sort=name,-name", "bad_request"),
        ("sort=tags", "bad_request"),
        ("sort=campaign", "bad_request"),
        ("sort=owner_id", "bad_request"),
        ("sort=deleted_at", "unknown_field"),
        ("sort=name,phone,company,stage,grade,maturity", "bad_request"),
        ("sort=name;drop", "unknown_field"),
        ("fields=nonsense", "unknown_field"),
        ("fields=deleted_at", "unknown_field"),
        ("expand=nonsense", "unknown_field"),
        ("expand=name", "unknown_field"),
        ("expand=owner.password_hash", "unknown_field"),
        ("expand=owner.team.parent.parent", "too_expensive"),
        ("expand=" + ",".join(["owner"] * 21), "too_expensive"),
        ("filter=", ""),
        ("filter=name", "bad_expression"),
        ("filter=nonsense%20==%201", "bad_expression"),
        ("filter=deleted_at%20==%20null", "bad_expression"),
        ("filter=owner.password_hash%20==%20%22x%22", "bad_expression"),
        ("filter=__import__(%22os%22)", "bad_expression"),
        ("filter=name.__class__", "bad_expression"),
        ("filter=(1).real", "bad_expression"),
        ("filter=" + quote("(" * 60 + "true" + ")" * 60), ""),
        ("filter=" + quote("ABS(" * 60 + "1" + ")" * 60 + " > 1"), "bad_expression"),
        ("filter=" + quote(" and ".join(["budget > 1"] * 51)), "too_expensive"),
        ("filter=" + quote("x" * 5_000), "bad_expression"),
        ("filter=" + quote("not " * 200 + "true"), "bad_expression"),
        ("filter=" + quote("name == '" + "\U0001f600" * 10 + "'"), ""),
        ("filter=" + quote("budget > 1" + "0" * 100), "bad_expression"),
        ("filter=" + quote(" and ".join(["converted_account.name == 'x'"] * 6)), "too_expensive"),
        ("filter=%FF%FE", "bad_expression"),
        ("search=" + "x" * 201, "bad_request"),
        ("search=", ""),
        ("search=%F0%9F%98%80", ""),
        ("cursor=", "bad_request"),
        ("cursor=abc", "bad_request"),
        ("cursor=%00", "bad_request"),
        ("cursor=" + "A" * 9_000, "bad_request"),
    ],
)
def test_odd_questions(crm: Crm, record: str, words: str, code: str) -> None:
    answer = crm.get("rep1", f"/records/lead?{words}")
    if code:
        assert (answer.status, answer.code) == (400, code), answer.body[:300]
    else:
        assert answer.status == 200, answer.body[:300]


def test_a_bad_expression_says_where_and_what_to_do(crm: Crm, record: str) -> None:
    answer = crm.get("rep1", "/records/lead?filter=" + quote("stage == 'captured' and bugdet > 3"))
    problem = answer.json
    assert problem["code"] == "bad_expression"
    assert problem["position"] == 24
    assert "budget" in problem["hint"]
    error = problem["errors"][0]
    assert (error["field"], error["code"], error["position"], error["end"]) == (
        "filter",
        "expr.unknown_name",
        24,
        30,
    )
    chinese = crm.as_("rep1")
    chinese.headers.pop("accept-language")
    said = chinese.get("/apps/crm/records/lead?filter=bugdet").json["detail"]
    assert said == "没有名为 bugdet 的字段或变量"


def forged(cursor: str, change: int) -> str:
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[change] ^= 1
    return base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()


def test_a_cursor_leads_only_where_it_came_from(crm: Crm, record: str) -> None:
    crm.insert_many("lead", [{"owner": "rep1", "name": f"c{number}"} for number in range(3)])
    path = "/records/lead?limit=1&sort=name&filter=" + quote("name != 'x'")
    cursor = crm.get("rep1", path).json["next"]
    assert crm.get("rep1", f"{path}&cursor={cursor}").status == 200
    for other in (
        "/records/lead?limit=1&sort=-name&filter=" + quote("name != 'x'"),
        "/records/lead?limit=1&sort=name",
        "/records/lead?limit=1&sort=name&search=x&filter=" + quote("name != 'x'"),
        "/records/account?limit=1&sort=name&filter=" + quote("name != 'x'"),
    ):
        assert crm.get("rep1", f"{other}&cursor={cursor}").code == "bad_request"
    for place in (0, 5, -1):
        assert crm.get("rep1", f"{path}&cursor={forged(cursor, place)}").code == "bad_request"
    assert crm.get("rep1", f"{path}&cursor={cursor[:-4]}").code == "bad_request"


def differs_only_in(one: Answer, two: Answer, word: str, other: str) -> bool:
    return one.status == two.status and one.body.replace(word.encode(), other.encode()) == two.body


@pytest.mark.parametrize(
    "words",
    [
        "sort={}",
        "fields={}",
        "expand={}",
        "filter={}%20%3E%201",
        "filter=ISBLANK({})",
        "filter=ANY(opportunities,%20account.{}%20%3E%201)",
        "filter=MAX(opportunities,%20account.{})%20%3E%201",
    ],
)
def test_a_hidden_field_is_an_unknown_field(crm: Crm, record: str, words: str) -> None:
    """``credit_limit`` is not for sales people; ``credit_lemon`` is for nobody."""
    hidden = crm.get("rep1", "/records/account?" + words.format("credit_limit"))
    unknown = crm.get("rep1", "/records/account?" + words.format("credit_lemon"))
    assert hidden.status == 400
    assert differs_only_in(hidden, unknown, "credit_limit", "credit_lemon"), (hidden.body, unknown.body)


@pytest.mark.parametrize("words", ["group={}", "measure=sum({})", "group=month({})"])
def test_a_hidden_field_has_no_figures(crm: Crm, record: str, words: str) -> None:
    hidden = crm.get("rep1", "/records/account/aggregate?" + words.format("credit_limit"))
    unknown = crm.get("rep1", "/records/account/aggregate?" + words.format("credit_lemon"))
    assert hidden.status == 400
    assert differs_only_in(hidden, unknown, "credit_limit", "credit_lemon")


def test_a_hidden_field_cannot_be_written_or_explained(crm: Crm, record: str) -> None:
    account = crm.items("rep1", "/records/account")[0]
    path = f"/apps/crm/records/account/{account['id']}"
    rep = crm.as_("rep1")
    assert "credit_limit" not in account
    hidden, unknown = (rep.patch(path, {name: "1"}) for name in ("credit_limit", "credit_lemon"))
    assert hidden.status == 422
    assert differs_only_in(hidden, unknown, "credit_limit", "credit_lemon")
    hidden, unknown = (rep.get(f"{path}/explain?field={name}") for name in ("credit_limit", "credit_lemon"))
    assert hidden.status == 400
    assert differs_only_in(hidden, unknown, "credit_limit", "credit_lemon")


def test_records_of_others_are_reached_by_no_hop(crm: Crm, record: str) -> None:
    theirs = crm.insert("account", "rep3", name="别人的公司")
    crm.insert("opportunity", "rep1", name="我的商机", account=theirs)
    find = "/records/opportunity?filter="
    assert crm.items("rep1", find + quote("account.name == '别人的公司'")) == []
    assert len(crm.items("admin", find + quote("account.name == '别人的公司'"))) == 1
    shown = crm.items("rep1", "/records/opportunity?expand=account&filter=" + quote("name == '我的商机'"))[0]
    assert shown["account"] == str(theirs)
    assert "expand" not in shown
    count = crm.get("admin", "/records/account?filter=" + quote("COUNT(opportunities) == 1") + "&count=exact")
    mine = crm.get("rep3", "/records/account?filter=" + quote("COUNT(opportunities) == 1") + "&count=exact")
    assert count.json["count"]["value"] > 0
    assert mine.json["count"]["value"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "/records/lead/not-an-id",
        "/records/lead/01900000-0000-7000-8000-00000000000Z",
        "/records/lead/01900000-0000-7000-8000-000000000000/history",
        "/records/lead/01900000-0000-7000-8000-000000000000/timeline",
        "/records/lead/01900000-0000-7000-8000-000000000000/explain",
        "/records/user",
        "/records/team",
        "/records/lead.events",
        "/records/%E2%80%AE",
        "/records/lead%2F..%2Faccount",
    ],
)
def test_what_is_not_there(crm: Crm, path: str) -> None:
    answer = crm.get("rep1", path)
    assert (answer.status, answer.code) == (404, "not_found"), answer.body


@pytest.mark.parametrize(
    "body", [b"[]", b"1", b'"x"', b"null", b"true", b"{" * 100, b'{"name": NaN}', b"\xff", b""]
)
@pytest.mark.parametrize("path", ["", "/bulk"])
def test_odd_bodies(crm: Crm, body: bytes, path: str) -> None:
    answer = crm.as_("rep1").send("POST", f"/apps/crm/records/lead{path}", body=body)
    assert answer.status in (400, 422), answer.body
    assert answer.code in ("bad_request", "invalid")


def test_the_same_key_at_the_same_time(crm: Crm) -> None:
    answers: list[Any] = []

    def send() -> None:
        browser = crm.as_("rep1")
        answers.append(
            browser.post("/apps/crm/records/lead", {"name": "同时"}, headers=[("idempotency-key", "same")])
        )

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert len(crm.items("rep1", "/records/lead?filter=" + quote("name == '同时'"))) == 1


def test_a_record_that_may_not_be_seen_lends_nothing_to_defaults_and_conditions(crm: Crm) -> None:
    """A sample takes its account from the opportunity: of one that is not there for the actor there is none."""
    account = crm.insert("account", "rep3", name="别处的公司")
    theirs = crm.insert("opportunity", "rep3", name="别处的商机", account=account)
    nobodys = "01900000-0000-7000-8000-000000000000"
    hidden, absent = (
        crm.as_("rep1").post("/apps/crm/records/sample", {"opportunity": str(id_)})
        for id_ in (theirs, nobodys)
    )
    assert (hidden.status, hidden.body) == (absent.status, absent.body)
    complaints = {(error["field"], error["code"]) for error in absent.json["errors"]}
    assert complaints == {("opportunity", "no_such_record"), ("account", "required"), ("name", "required")}
