"""What broke in systems like ours, each under its number in the list of known failures; see ``docs/known-holes.md``.

Only those that have no test of their own elsewhere.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from runtime.people.users import update_user
from schema_store.database import writing
from tests.api.crm import NOW, Crm, crm
from tests.asgi import Browser

__all__ = ["crm"]
NOBODYS = "01900000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def lead(crm: Crm) -> str:
    return str(crm.insert("lead", "rep1", name="线索"))


def codes(answer: Any) -> set[tuple[str, str]]:
    return {(error["field"], error["code"]) for error in answer.json["errors"]}


def test_1_related_people_come_without_what_is_theirs(crm: Crm, lead: str) -> None:
    record = crm.get("rep1", f"/records/lead/{lead}?expand=owner,created_by").json
    assert record["expand"]["owner"].keys() == {"id", "name", "active", "team_id", "region_id"}


@pytest.mark.parametrize("column", ["password_hash", "email", "username_key", "admin", "locale"])
def test_2_24_25_27_people_are_not_asked_for_by_private_columns(crm: Crm, lead: str, column: str) -> None:
    for words in (f"filter=owner.{column}%20==%20'x'", f"sort=owner.{column}", f"expand=owner.{column}"):
        assert crm.get("rep1", f"/records/lead?{words}").status == 400
    for words in (f"sort={column}", f"filter={column}", f"{column}=x"):
        assert crm.as_("rep1").get(f"/users?{words}").code == "bad_request"


@pytest.mark.parametrize(
    "name", ["t1.margin", "opportunity_1.margin", "anon_1.margin", '"margin"', "margin_2qbgxk"]
)
def test_3_no_alias_and_no_column_name_is_a_way_round(crm: Crm, name: str) -> None:
    for words in (f"sort={quote(name)}", f"fields={quote(name)}", "filter=" + quote(f"{name} > 1")):
        assert crm.get("rep1", f"/records/opportunity?{words}").status == 400


def test_10_what_is_in_no_list_is_nothing(crm: Crm, lead: str) -> None:
    """Empty lists and empty actor words match nobody; they never open everything."""
    for text in ("stage in []", "owner.team in my_teams and ISBLANK(owner)", "region in my_regions"):
        answer = crm.get("director", "/records/lead?filter=" + quote(text))  # a director stands in no region
        assert answer.status in (200, 400)
        assert answer.status == 400 or answer.json["items"] == []


@pytest.mark.parametrize(
    "word", ["user", "as", "owner_id", "role", "bypass_filter", "access", "unit", "call", "now"]
)
def test_21_39_no_word_of_a_question_is_a_parameter_of_ours(crm: Crm, lead: str, word: str) -> None:
    for path in ("/records/lead", f"/records/lead/{lead}", f"/records/lead/{lead}/history"):
        answer = crm.get("rep3", f"{path}?{word}={crm.ids['admin']}")
        assert (answer.status, answer.code) == (400, "bad_request")


@pytest.mark.parametrize(
    "text",
    [
        "(SELECT 1) == 1",
        "name == (select password_hash from users)",
        "EXISTS(users)",
        "name == 'x' -- ' or true",
        "name == 'x'; DROP TABLE lead",
        "1 == 1 UNION SELECT 1",
    ],
)
def test_28_a_filter_holds_no_sql(crm: Crm, text: str) -> None:
    assert crm.get("rep1", "/records/lead?filter=" + quote(text)).code == "bad_expression"


def test_35_the_token_of_another_cannot_be_named(crm: Crm) -> None:
    theirs = crm.as_("admin").get("/tokens").json["items"][0]["id"]
    mine, absent = (crm.as_("rep1").delete(f"/tokens/{id_}") for id_ in (theirs, NOBODYS))
    assert (mine.status, mine.body) == (absent.status, absent.body) == (404, absent.body)
    assert crm.as_("admin").get("/me").status == 200


@pytest.mark.parametrize(
    "words", ["?x=/api/v1/auth/login", "?/healthz", "/../auth/login", "/%2e%2e/%2e%2e/healthz"]
)
def test_36_nothing_in_an_address_switches_signing_in_off(crm: Crm, words: str) -> None:
    answer = Browser(crm.app).get(f"/apps/crm{words}")
    assert answer.status in (401, 404)
    assert b"lead" not in answer.body


def test_38_a_record_is_found_only_as_what_it_is(crm: Crm, lead: str) -> None:
    """The id of a lead under the address of an account, by every method."""
    admin = crm.as_("admin")
    wrong, absent = (
        [
            admin.get(f"/apps/crm/records/account/{id_}"),
            admin.patch(f"/apps/crm/records/account/{id_}", {"note": "x"}),
            admin.delete(f"/apps/crm/records/account/{id_}"),
            admin.post(f"/apps/crm/records/account/{id_}/restore"),
            admin.post(f"/apps/crm/records/account/{id_}/transition", {"to": "prospect"}),
            admin.get(f"/apps/crm/records/account/{id_}/history"),
            admin.get(f"/apps/crm/records/account/{id_}/explain"),
        ]
        for id_ in (lead, NOBODYS)
    )
    assert [(each.status, each.body) for each in wrong] == [(each.status, each.body) for each in absent]
    assert {each.status for each in wrong} == {404}


@pytest.mark.parametrize(
    "name",
    ["__pk_only__", "__proto__", "constructor", "__class__", "_sa_instance_state", "tenant_id", "roles"],
)
def test_48_49_no_magic_name_is_taken(crm: Crm, lead: str, name: str) -> None:
    for answer in (
        crm.as_("admin").post("/apps/crm/records/lead", {"name": "x", name: True}),
        crm.as_("admin").patch(f"/apps/crm/records/lead/{lead}", {name: True}),
        crm.as_("admin").patch("/me", {name: True}),
    ):
        assert answer.status == 422
        assert codes(answer) == {(name, "unknown_field")}


@pytest.mark.parametrize(
    "name", ["created_at", "created_by", "updated_at", "updated_by", "version", "deleted_at"]
)
def test_47_49_columns_of_the_system_are_not_given(crm: Crm, name: str) -> None:
    answer = crm.as_("admin").post("/apps/crm/records/lead", {"name": "x", name: None})
    assert answer.status == 422
    assert codes(answer) <= {(name, "system_field"), (name, "unknown_field")}


def test_52_54_what_is_taken_away_is_gone_with_the_next_request(crm: Crm) -> None:
    """Roles are read with every request; a token of somebody who was sent away is nobody's."""
    assert crm.get("legal", "/records/contract").status == 200
    with writing(crm.engine) as connection:
        update_user(connection, crm.ids["legal"], {"roles": {"crm": []}}, NOW)
    assert crm.get("legal", "/records/contract").status == 404
    with writing(crm.engine) as connection:
        update_user(connection, crm.ids["legal"], {"roles": {"crm": ["legal"]}, "active": False}, NOW)
    assert crm.get("legal", "/records/contract").status == 401
    with writing(crm.engine) as connection:
        update_user(connection, crm.ids["legal"], {"active": True}, NOW)


def test_64_65_nobody_is_shown_secrets_of_people(crm: Crm) -> None:
    for who in ("rep1", "admin"):
        for path in ("/me", "/users?limit=500", f"/users/{crm.ids['rep1']}", "/tokens"):
            body = crm.as_(who).get(path).body
            assert not any(word in body for word in (b"$argon2", b"password", b"secret", b"hash"))
            assert not any(token.encode() in body for token in crm.tokens.values())
    assert crm.as_("rep1").post(f"/users/{crm.ids['rep2']}/reset").status == 403


def test_69_answers_of_signing_in_are_kept_by_nobody(crm: Crm) -> None:
    answer = Browser(crm.app).post("/auth/login", {"username": "rep1", "password": "wrong"})
    assert answer.header("cache-control") == "private, no-store"


@pytest.mark.parametrize(
    "path", ["//evil.example/", "//evil.example/api/v1/me/", "///evil.example", "//\\evil.example"]
)
def test_150_no_address_leads_elsewhere(crm: Crm, path: str) -> None:
    answer = Browser(crm.app).send("GET", f"/{path}")
    assert answer.status == 404
    assert answer.header("location") == ""


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9999"])
def test_153_no_other_site_may_read(crm: Crm, origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        answer = crm.as_("rep1").send(method, "/me", headers=[("origin", origin)])
        assert not [name for name, _ in answer.headers if name.startswith("access-control-")]


def test_every_test_that_the_page_names_is_there() -> None:
    root = Path(__file__).parent.parent
    there = "\n".join(path.read_text("utf-8") for path in root.rglob("test_*.py"))
    page = (root.parent / "docs/known-holes.md").read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    assert len(named) > 30
    assert {name for name in named if f"def {name}(" not in there} == set()
