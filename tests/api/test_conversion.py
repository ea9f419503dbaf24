"""Converting a lead over REST, with the shipped template: one transaction, reuse, rights, gates, refusals."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.api.crm import Crm, crm
from tests.asgi import Answer

__all__ = ["crm"]

_numbers = itertools.count(1)


def post(crm: Crm, who: str, path: str, body: Any, **headers: str) -> Answer:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return crm.as_(who).send("POST", f"/apps/crm{path}", json=body, headers=named)


def lead(crm: Crm, who: str = "rep1", **values: Any) -> str:
    number = next(_numbers)
    wire = {"name": f"王{number}", "company": f"转换工厂{number}号有限公司", **values}
    answer = post(crm, who, "/records/lead", wire)
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


def convert(crm: Crm, id_: str, body: Any = None, *, who: str = "rep1", **headers: str) -> Answer:
    return post(crm, who, f"/records/lead/{id_}/convert", {} if body is None else body, **headers)


def read(crm: Crm, entity: str, id_: str, who: str = "rep1") -> dict[str, Any]:
    answer = crm.get(who, f"/records/{entity}/{id_}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def count(crm: Crm, entity: str) -> int:
    return int(crm.get("admin", f"/records/{entity}?count=exact&limit=1").json["count"]["value"])


def test_a_lead_becomes_account_contact_and_opportunity(crm: Crm):
    values = {
        "phone": "13800001111",
        "position": "厂长",
        "source": crm.served.app.entities["lead"].fields["source"].around.options[0][0],
        "budget": "120000.00",
        "city": "无锡",
        "region": str(crm.ids["east"]),
        "need": "要两台机床",
    }
    id_ = lead(crm, **values)
    before = read(crm, "lead", id_)
    answer = convert(crm, id_)
    assert answer.status == 200, answer.body
    made = answer.json
    assert list(made) == ["lead", "account", "contact", "opportunity"]
    assert made["lead"] == {"id": id_, "created": False}
    assert all(made[key]["created"] for key in ("account", "contact", "opportunity"))
    account, contact, deal = (
        read(crm, key, made[key]["id"]) for key in ("account", "contact", "opportunity")
    )
    assert (account["name"], account["city"], account["region"]) == (
        before["company"],
        "无锡",
        values["region"],
    )
    assert (contact["name"], contact["position"], contact["account"]) == (
        before["name"],
        "厂长",
        account["id"],
    )
    assert contact["phone"] == before["phone"]
    assert (deal["account"], deal["contact"], deal["stage"]) == (account["id"], contact["id"], "need")
    assert (deal["amount"], deal["requirement"]) == ("120000.00", "要两台机床")
    assert deal["source"] == values["source"]
    after = read(crm, "lead", id_)
    assert after["stage"] == "converted"
    links = ("converted_account", "converted_contact", "converted_opportunity")
    assert [after[key] for key in links] == [account["id"], contact["id"], deal["id"]]
    assert {each["owner_id"] for each in (account, contact, deal)} == {str(crm.ids["rep1"])}
    changes = crm.items("rep1", f"/records/account/{account['id']}/history")
    assert [(each["act"], each["by"]["name"]) for each in changes] == [("create", "rep1")]
    assert changes[0]["cause"]["chain"] == ["convert:lead.convert"]


def test_a_lead_without_a_company_becomes_an_account_of_the_persons_name(crm: Crm):
    id_ = lead(crm, company=None)
    made = convert(crm, id_).json
    assert read(crm, "account", made["account"]["id"])["name"] == read(crm, "lead", id_)["name"]


def test_an_account_with_the_same_normalised_name_is_used_again(crm: Crm):
    first, second = (
        lead(crm, company="（无锡）重用 机械有限公司"),
        lead(crm, company="(无锡)重用机械有限公司"),
    )
    one, two = convert(crm, first).json, convert(crm, second).json
    assert one["account"]["created"]
    assert two["account"] == {"id": one["account"]["id"], "created": False}
    assert two["contact"]["created"]
    assert read(crm, "contact", two["contact"]["id"])["account"] == one["account"]["id"]


def test_an_account_that_one_does_not_see_is_a_duplicate_without_a_name(crm: Crm):
    theirs = post(crm, "rep3", "/records/account", {"name": "别人的客户有限公司"})
    assert theirs.status == 201
    id_ = lead(crm, company="别人的客户有限公司")
    contacts = count(crm, "contact")
    answer = convert(crm, id_)
    assert (answer.status, answer.code) == (409, "duplicate")
    assert [each["records"] for each in answer.json["duplicates"]] == [[]]
    assert theirs.json["id"].encode() not in answer.body
    assert read(crm, "lead", id_)["stage"] == "captured"
    assert count(crm, "contact") == contacts


def test_what_is_asked_stands_over_what_the_document_says(crm: Crm):
    known = post(crm, "rep1", "/records/account", {"name": "已有客户公司"}).json["id"]
    id_ = lead(crm)
    made = convert(crm, id_, {"account": known, "opportunity": {"name": "改造项目", "amount": "9.50"}}).json
    assert made["account"] == {"id": known, "created": False}
    deal = read(crm, "opportunity", made["opportunity"]["id"])
    assert (deal["name"], deal["amount"], deal["account"]) == ("改造项目", "9.50", known)
    named = convert(
        crm, lead(crm), {"account": {"name": "另起名称公司", "city": "苏州"}, "contact": {"position": "x"}}
    )
    account = read(crm, "account", named.json["account"]["id"])
    assert (account["name"], account["city"]) == ("另起名称公司", "苏州")
    assert read(crm, "contact", named.json["contact"]["id"])["position"] == "x"


@pytest.mark.parametrize("wish", [None, False])
def test_an_opportunity_may_be_left_out(crm: Crm, wish: Any):
    deals, id_ = count(crm, "opportunity"), lead(crm)
    answer = convert(crm, id_, {"opportunity": wish})
    assert (answer.status, answer.json["opportunity"]) == (200, None)
    assert count(crm, "opportunity") == deals
    after = read(crm, "lead", id_)
    assert (after["stage"], after["converted_opportunity"]) == ("converted", None)
    assert convert(crm, id_).code == "converted"


def test_a_second_conversion_is_refused_with_the_ids(crm: Crm):
    id_ = lead(crm)
    made = convert(crm, id_).json
    again = convert(crm, id_)
    assert (again.status, again.code) == (409, "converted")
    assert again.json["records"] == {key: made[key]["id"] for key in ("account", "contact", "opportunity")}
    assert convert(crm, id_, who="manager").code == "converted"


def test_the_same_request_under_one_key_converts_once(crm: Crm):
    id_ = lead(crm)
    first, again = (convert(crm, id_, {}, idempotency_key="convert-once") for _ in range(2))
    assert (first.status, first.body) == (200, again.body)
    other = convert(crm, id_, {"opportunity": None}, idempotency_key="convert-once")
    assert other.code == "idempotency_mismatch"


def test_of_many_conversions_at_a_time_one_is_done(crm: Crm):
    id_, deals = lead(crm), count(crm, "opportunity")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: convert(crm, id_), range(6)))
    assert sorted(each.status for each in answers) == [200, 409, 409, 409, 409, 409]
    assert {each.code for each in answers if each.status == 409} == {"converted"}
    assert count(crm, "opportunity") == deals + 1


def test_statements_of_a_conversion(crm: Crm):
    convert(crm, lead(crm))
    id_ = lead(crm)
    with crm.counted() as statements:
        assert convert(crm, id_).status == 200
    print(len(statements))
    # Three records and the lead twice; a contact also looks at its customer's website.
    assert len(statements) <= 58, "\n".join(statements)


def test_a_lead_that_was_moved_back_uses_what_it_was_converted_to(crm: Crm):
    id_ = lead(crm)
    made = convert(crm, id_).json
    assert post(crm, "rep1", f"/records/lead/{id_}/transition", {"to": "qualified"}).status == 200
    again = convert(crm, id_)
    assert again.status == 200, again.body
    assert [again.json[key] for key in ("account", "contact", "opportunity")] == [
        {"id": made[key]["id"], "created": False} for key in ("account", "contact", "opportunity")
    ]


def test_a_lead_that_stands_in_the_stage_by_hand_is_converted_still(crm: Crm):
    id_ = lead(crm)
    assert post(crm, "rep1", f"/records/lead/{id_}/transition", {"to": "converted"}).status == 200
    assert convert(crm, id_).json["opportunity"]["created"]


def test_who_may_not_is_refused_and_nothing_is_made(crm: Crm):
    id_ = lead(crm)
    accounts = count(crm, "account")
    unseen = convert(crm, id_, who="rep3")
    absent = convert(crm, str(uuid4()), who="rep3")
    assert (unseen.status, unseen.body) == (404, absent.body)
    assert convert(crm, id_, who="nobody").status == 404
    assert convert(crm, id_, who="finance").status in (403, 404)
    owned = lead(crm, "admin", owner_id=str(crm.ids["service"]))
    assert convert(crm, owned, who="service").status == 403  # moves its leads, but makes no accounts
    assert read(crm, "lead", owned, "admin")["stage"] == "captured"
    assert count(crm, "account") == accounts


BAD = [
    ({"nonsense": {}}, [("/nonsense", "unknown_field")]),
    ({"account": None}, [("/account", "not_optional")]),
    ({"contact": False, "x": 1 == 1}, [("/contact", "not_optional"), ("/x", "unknown_field")]),
    ({"account": "no id"}, [("/account", "not_a_uuid")]),
    ({"account": str(uuid4())}, [("/account", "no_such_record")]),
    ({"opportunity": {"amount": "much"}}, None),
    ({"opportunity": {"nothing": 1}}, [("/opportunity/nothing", "unknown_field")]),
    ({"opportunity": {"margin": "1.00"}}, [("/opportunity/margin", "unknown_field")]),
    ({"account": {"credit_limit": "1.00"}}, [("/account/credit_limit", "unknown_field")]),
    ({"account": {"name": ""}}, [("/account/name", "required")]),
    ({"account": {"name": "x" * 500}}, [("/account/name", "too_long")]),
    ({"opportunity": {"stage": "nowhere"}}, [("/opportunity/stage", "not_an_option")]),
]


@pytest.mark.parametrize(("body", "errors"), BAD, ids=range(len(BAD)))
def test_a_wish_that_cannot_be_is_told_at_its_target(
    crm: Crm, body: Any, errors: list[tuple[str, str]] | None
):
    id_, accounts = lead(crm), count(crm, "account")
    answer = convert(crm, id_, body)
    assert (answer.status, answer.code) == (422, "invalid"), answer.body
    told = [(each["pointer"], each["code"]) for each in answer.json["errors"]]
    assert told == errors or (errors is None and told[0][0] == "/opportunity/amount")
    assert read(crm, "lead", id_)["stage"] == "captured"
    assert count(crm, "account") == accounts


@pytest.mark.parametrize("body", [[], "x", 1, {"account": 1}, {"account": [1]}])
def test_a_body_of_another_shape(crm: Crm, body: Any):
    assert convert(crm, lead(crm), body).status == 422


def test_an_account_of_others_cannot_be_named(crm: Crm):
    theirs = post(crm, "rep3", "/records/account", {"name": "不能点名公司"}).json["id"]
    answer = convert(crm, lead(crm), {"account": theirs})
    assert [each["code"] for each in answer.json["errors"]] == ["no_such_record"]


def test_the_gates_of_what_is_made_hold_too(crm: Crm):
    id_ = lead(crm)
    closed = convert(crm, id_, {"opportunity": {"stage": "proposal"}})
    assert (closed.status, closed.code) == (409, "gate_closed")
    assert {each["key"] for each in closed.json["unmet"]} == {"requirement_document", "technician"}
    assert read(crm, "lead", id_)["stage"] == "captured"


def test_an_entity_without_a_conversion_has_none(crm: Crm):
    account = post(crm, "rep1", "/records/account", {"name": "无转换公司"}).json["id"]
    answer = post(crm, "rep1", f"/records/account/{account}/convert", {})
    assert (answer.status, answer.code) == (404, "not_found")


def test_the_route_and_the_button_are_told_to_those_who_may(crm: Crm):
    for who, may in (("rep1", True), ("director", True), ("finance", False)):
        paths = crm.get(who, "/openapi.json").json["paths"]
        assert ("/apps/crm/records/lead/{id}/convert" in paths) is may
        assert "/apps/crm/records/account/{id}/convert" not in paths
    posted = crm.get("rep1", "/openapi.json").json["paths"]["/apps/crm/records/lead/{id}/convert"]["post"]
    wishes = posted["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert list(wishes) == ["account", "contact", "opportunity"]
    assert {"type": "null"} in wishes["opportunity"]["anyOf"]
    assert {"type": "null"} not in wishes["account"]["anyOf"]
    entities = {each["key"]: each for each in crm.get("rep1", "").json["entities"]}
    assert entities["account"]["conversion"] is None
    assert [each["key"] for each in entities["lead"]["conversion"]["targets"]] == list(wishes)


def test_links_back_are_written_by_nobody_else(crm: Crm):
    id_ = lead(crm)
    account = post(crm, "admin", "/records/account", {"name": "手工回填公司"}).json["id"]
    answer = crm.as_("admin").patch(f"/apps/crm/records/lead/{id_}", {"converted_account": account})
    assert (answer.status, answer.code) == (403, "field_read_only")
