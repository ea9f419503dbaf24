"""Writing records over REST: statuses, headers, codes of the contract, for the people of the CRM."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from runtime.refusals import UniqueTaken
from tests.api.crm import Crm, crm
from tests.asgi import Answer

__all__ = ["crm"]
LEAD = {"name": "王小明", "phone": "13800138000", "company": "某医院", "source": "website"}


def post(crm: Crm, who: str, path: str, body: Any, **headers: str) -> Answer:
    sent = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return crm.as_(who).post(f"/apps/crm{path}", body, headers=sent)


def patch(crm: Crm, who: str, path: str, body: Any, **headers: str) -> Answer:
    sent = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return crm.as_(who).patch(f"/apps/crm{path}", body, headers=sent)


def create(crm: Crm, who: str = "rep1", **values: Any) -> dict[str, Any]:
    answer = post(crm, who, "/records/lead", {"name": "王小明", **values})
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json
    return made


def test_create_answers_the_record_its_place_and_version(crm: Crm) -> None:
    answer = post(crm, "rep1", "/records/lead", {"name": " 王小明 ", "budget": "12.5", "site_minutes": 4})
    assert answer.status == 201, answer.body
    record = answer.json
    assert answer.header("location") == f"/api/v1/apps/crm/records/lead/{record['id']}"
    assert answer.header("etag") == '"1"'
    assert record["name"] == "王小明"
    assert record["budget"] == "12.50"
    assert record["stage"] == "captured"
    assert record["owner_id"] == str(crm.ids["rep1"])
    assert record["created_by"] == str(crm.ids["rep1"])
    assert crm.as_("rep1").get(answer.header("location").removeprefix("/api/v1")).json == record


def test_a_client_may_choose_the_id_once(crm: Crm) -> None:
    chosen = str(uuid7())
    assert create(crm, id=chosen)["id"] == chosen
    again = post(crm, "rep1", "/records/lead", {"name": "x", "id": chosen})
    assert again.status == 409, again.body
    odd = post(crm, "rep1", "/records/lead", {"name": "x", "id": "7"})
    assert (odd.status, odd.code) == (422, "invalid")


@pytest.mark.parametrize(
    ("body", "code", "field", "item"),
    [
        ({}, "invalid", "name", "required"),
        ({"name": "x", "version": 3}, "invalid", "version", "system_field"),
        ({"name": "x", "nonsense": 3}, "invalid", "nonsense", "unknown_field"),
        ({"name": "x", "budget": "abc"}, "invalid", "budget", "bad_format"),
        ({"name": "x", "budget": 1e300}, "invalid", "budget", "too_many_digits"),
        ({"name": "x", "source": "none"}, "invalid", "source", "not_an_option"),
        ({"name": "x", "region": "none"}, "invalid", "region", "not_a_uuid"),
        ({"name": "x", "wake_on": "2026-02-30"}, "invalid", "wake_on", "no_such_date"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    crm: Crm, body: dict[str, Any], code: str, field: str, item: str
) -> None:
    answer = post(crm, "rep1", "/records/lead", body)
    assert (answer.status, answer.code) == (422, code), answer.body
    errors = answer.json["errors"]
    assert [(error["field"], error["code"]) for error in errors] == [(field, item)]
    assert errors[0]["pointer"] == f"/{field}"
    assert errors[0]["message"]


def test_bodies_that_are_no_records(crm: Crm) -> None:
    assert post(crm, "rep1", "/records/lead", [1]).status == 422
    assert crm.as_("rep1").send("POST", "/apps/crm/records/lead", body=b"{").code == "bad_request"
    assert (
        crm.as_("rep1").send("POST", "/apps/crm/records/lead", body=b'{"name": "a", "name": "b"}').status
        == 400
    )
    large = b'{"name": "' + b"x" * 2**20 + b'"}'
    answer = crm.as_("rep1").send("POST", "/apps/crm/records/lead", body=large)
    assert (answer.status, answer.code) == (413, "too_large")


def test_patch_changes_what_it_names_and_minds_the_version(crm: Crm) -> None:
    record = create(crm, company="甲")
    path = f"/records/lead/{record['id']}"
    first = patch(crm, "rep1", path, {"company": "乙"}, if_match='"1"')
    assert (first.status, first.header("etag"), first.json["company"]) == (200, '"2"', "乙")
    stale = patch(crm, "rep1", path, {"note": "x"}, if_match='"1"')
    assert (stale.status, stale.code) == (412, "stale")
    assert stale.json["version"] == 2
    assert stale.json["changes"]["company"] == ["甲", "乙"]
    assert patch(crm, "rep1", path, {"note": "x"}).json["version"] == 3
    assert patch(crm, "rep1", path, {"note": "x"}, if_match="1").code == "bad_request"
    assert patch(crm, "rep1", path, {"days_idle": 3}).code == "field_read_only"
    assert patch(crm, "rep1", path, {"nonsense": 3}).code == "invalid"
    assert patch(crm, "rep3", path, {"note": "x"}).status == 404


def test_delete_and_restore(crm: Crm) -> None:
    record = create(crm)
    path = f"/records/lead/{record['id']}"
    admin = crm.as_("admin")
    refused = crm.as_("rep1").delete(f"/apps/crm{path}")
    assert (refused.status, refused.code) == (403, "forbidden")
    stale = admin.delete(f"/apps/crm{path}", headers=[("if-match", '"9"')])
    assert stale.status == 412
    assert admin.delete(f"/apps/crm{path}").status == 204
    assert crm.get("rep1", path).status == 404
    assert admin.delete(f"/apps/crm{path}").status == 404
    back = post(crm, "admin", f"{path}/restore", None)
    assert back.status == 200, back.body
    assert crm.get("rep1", path).status == 200


def test_a_stage_moves_by_transition(crm: Crm) -> None:
    record = create(crm, phone="13800138000")
    path = f"/records/lead/{record['id']}"
    dry = post(crm, "rep1", f"{path}/transition", {"to": "contacted", "dry_run": True})
    assert dry.status == 200, dry.body
    assert set(dry.json) == {"allowed", "unmet"}
    assert crm.get("rep1", path).json["stage"] == "captured"
    nowhere = post(crm, "rep1", f"{path}/transition", {"to": "nowhere"})
    assert (nowhere.status, nowhere.code) == (422, "invalid")


def test_the_same_key_does_it_once(crm: Crm) -> None:
    key = str(uuid7())
    body = {"name": "一次"}
    first = post(crm, "rep1", "/records/lead", body, idempotency_key=key)
    second = post(crm, "rep1", "/records/lead", body, idempotency_key=key)
    assert (first.status, second.status) == (201, 201)
    assert first.body == second.body
    assert first.header("location") == second.header("location")
    assert first.header("etag") == second.header("etag")
    other = post(crm, "rep1", "/records/lead", {"name": "两次"}, idempotency_key=key)
    assert (other.status, other.code) == (422, "idempotency_mismatch")
    assert post(crm, "rep2", "/records/lead", body, idempotency_key=key).json["id"] != first.json["id"]
    assert post(crm, "rep1", "/records/lead", body, idempotency_key="a b").code == "bad_request"
    refused = post(crm, "rep1", "/records/lead", {"budget": "x"}, idempotency_key="again")
    assert refused.status == 422
    assert post(crm, "rep1", "/records/lead", {"name": "x"}, idempotency_key="again").status == 201


def test_many_upserts_of_one_new_value_at_the_same_moment_make_one_record(crm: Crm) -> None:
    for round_ in range(4):
        start, statuses = threading.Barrier(6), list[int]()

        def put(number: int, start: threading.Barrier = start, name: str = f"齐来{round_}") -> int:
            start.wait()
            path = f"/apps/crm/records/account/by/name/{name}"
            return crm.as_("admin").send("PUT", path, json={"address": f"{number} 号"}).status

        with ThreadPoolExecutor(6) as pool:
            statuses = list(pool.map(put, range(6)))
        assert sorted(statuses) == [200] * 5 + [201]


def test_an_upsert_that_stays_in_conflict_answers_it(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def refuse(*_arguments: Any, **_more: Any) -> None:
        tries.append(1)
        raise UniqueTaken(["name"])

    monkeypatch.setattr("runtime.save.create", refuse)
    answer = crm.as_("admin").send("PUT", "/apps/crm/records/account/by/name/nobody", json={})
    assert (answer.status, answer.code, len(tries)) == (409, "unique", 2)


def test_put_by_a_unique_field(crm: Crm) -> None:
    path = "/apps/crm/records/account/by/name/" + "北京大医院"
    admin = crm.as_("admin")
    made = admin.send("PUT", path, json={"industry": None})
    assert made.status == 201, made.body
    again = admin.send("PUT", path, json={"address": "某街"})
    assert again.status == 200, again.body
    assert again.json["id"] == made.json["id"]
    assert again.json["address"] == "某街"
    assert admin.send("PUT", "/apps/crm/records/account/by/address/x", json={}).status == 404
    assert admin.send("PUT", "/apps/crm/records/account/by/none/x", json={}).status == 404
    taken = post(crm, "admin", "/records/account", {"name": "北京大医院"})
    assert (taken.status, taken.code) in ((409, "unique"), (409, "duplicate"))


def test_statements_of_a_create_and_a_change(crm: Crm) -> None:
    record = create(crm)
    with crm.counted() as made:
        create(crm)
    with crm.counted() as changed:
        patch(crm, "rep1", f"/records/lead/{record['id']}", {"note": "x"})
    print(len(made), len(changed))
    assert len(made) <= 14, "\n".join(made)
    assert len(changed) <= 13, "\n".join(changed)


def test_a_closed_gate_answers_what_is_missing_by_every_door(crm: Crm) -> None:
    ticket = post(crm, "service", "/records/ticket", {"name": "Leak"}).json["id"]
    path = f"/records/ticket/{ticket}"
    missing = {
        "key": "acceptance_sheet",
        "kind": "evidence",
        "message": "须上传“客户验收单”",
        "needed": {"count": 1, "accept": ["application/pdf", "image/jpeg", "image/png"]},
        "seen": {"count": 0},
    }
    for closed in (
        post(crm, "service", f"{path}/transition", {"to": "closed"}),
        crm.as_("service").patch(f"/apps/crm{path}", {"stage": "closed"}),
    ):
        assert (closed.status, closed.json["code"]) == (409, "gate_closed")
        assert closed.json["unmet"] == [missing]
    dry = post(crm, "service", f"{path}/transition", {"to": "closed", "dry_run": True})
    assert (dry.status, dry.json) == (200, {"allowed": False, "unmet": [missing]})


def test_a_duplicate_is_refused_and_named_only_to_those_who_see_it(crm: Crm) -> None:
    first = post(crm, "rep1", "/records/lead", {"name": "Wang", "phone": "13912345678"}).json["id"]
    for who, named in (("rep1", [first]), ("rep3", [])):
        answer = post(crm, who, "/records/lead", {"name": "Wang", "phone": "139 1234 5678"})
        assert (answer.status, answer.json["code"]) == (409, "duplicate")
        (match,) = answer.json["duplicates"]
        assert (match["rule"], match["records"]) == ("same_phone", named)


def test_what_probably_is_the_same_is_saved_with_a_warning(crm: Crm) -> None:
    first = post(crm, "rep1", "/records/lead", {"name": "Li", "email": "li@warned.example"}).json["id"]
    answer = post(crm, "rep1", "/records/lead", {"name": "Lee", "email": "LI@warned.example"})
    assert answer.status == 201
    assert [(each["rule"], each["records"]) for each in answer.json["warnings"]] == [("same_mail", [first])]
