"""Public forms over HTTP: row S1-03, and what hostile or hasty people do with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from runtime.people.limits import FORM_NETWORK
from runtime.people.tables import ATTEMPTS
from schema_store.database import writing
from tests.api.crm import NOW, Crm, crm
from tests.asgi import Answer, Browser

__all__ = ["crm"]
FORM = "//f/crm/fair_lead"
KIND = ("content-type", "application/x-www-form-urlencoded")


@pytest.fixture(autouse=True)
def _fresh(crm: Crm) -> Iterator[None]:
    yield
    crm.clock.now = NOW
    with writing(crm.engine) as connection:
        connection.execute(sa.delete(ATTEMPTS))


def visitor(crm: Crm) -> Browser:
    """Somebody with a phone: no session, no script."""
    return Browser(crm.app)


def opened(crm: Crm, address: str = FORM) -> str:
    """The ticket of a page, which is filled in for ten seconds then."""
    page = visitor(crm).get(address)
    assert page.status == 200
    found = re.search(r'name="_ticket" value="([^"]+)"', page.body.decode())
    assert found is not None
    crm.clock.now += timedelta(seconds=10)
    return unescape(found[1])


def send(crm: Crm, ticket: str, address: str = FORM, **values: Any) -> Answer:
    body = urlencode({"_ticket": ticket, "homepage_url": "", **values}, doseq=True).encode()
    return visitor(crm).send("POST", address, body=body, headers=[KIND])


def leads(crm: Crm, phone: str) -> list[dict[str, Any]]:
    return crm.items("director", f"/records/lead?filter=phone%20%3D%3D%20%22{phone.replace('+', '%2B')}%22")


def events(crm: Crm, lead: str, who: str = "director") -> list[dict[str, Any]]:
    found = crm.items(who, f"/records/lead/{lead}/timeline?limit=100")
    return [each for each in found if each.get("kind", "").startswith("form_")]


def test_s1_03_a_visitor_registers_at_the_stand_by_a_code(crm: Crm) -> None:
    ticket = opened(crm, f"{FORM}?s=stand-3&utm_campaign=canton")
    answer = send(crm, ticket, name="何静", phone="139 1001 0001", company="岭南管业", need="地暖管 3 万米")
    assert answer.status == 200, answer.body
    assert "24 小时内" in answer.body.decode()
    (made,) = leads(crm, "+8613910010001")
    assert (made["name"], made["company"], made["source"]) == ("何静", "岭南管业", "fair")
    assert made["created_by"] is None
    assert made["owner_id"] is not None
    (event,) = events(crm, made["id"])
    assert event["data"] == {"form": "fair_lead", "source": {"s": "stand-3", "utm_campaign": "canton"}}


def test_a_double_tap_makes_one_record_and_the_next_visitor_another(crm: Crm) -> None:
    ticket = opened(crm)
    for _ in range(3):
        assert send(crm, ticket, name="韩雪", phone="13910010002").status == 200
    assert len(leads(crm, "+8613910010002")) == 1
    assert send(crm, ticket, name="韩雪的同事", phone="13910010003").status == 200
    assert len(leads(crm, "+8613910010003")) == 1


def test_nobody_learns_who_is_known_and_what_they_said_is_kept(crm: Crm) -> None:
    first = send(crm, opened(crm), name="沈涛", phone="13910010004", company="沪东泵业")
    (before,) = leads(crm, "+8613910010004")
    again = send(crm, opened(crm), name="沈涛", phone="13910010004", company="沪东泵业", need="要样品")
    assert (again.status, again.body) == (first.status, first.body)
    (after,) = leads(crm, "+8613910010004")
    assert after["id"] == before["id"]
    assert after["need"] == before["need"]
    kept = next(each for each in events(crm, after["id"]) if each["kind"] == "form_submitted_again")
    assert kept["data"]["values"]["need"] == "要样品"


def test_mistakes_are_said_beside_their_fields_and_nothing_is_lost(crm: Crm) -> None:
    answer = send(crm, opened(crm), name="", phone="12", company="<b>坏</b>")
    page = answer.body.decode()
    assert answer.status == 422
    assert 'id="f_name_error"' in page
    assert 'id="f_phone_error"' in page
    assert "&lt;b&gt;坏&lt;/b&gt;" in page
    assert "<b>坏" not in page
    assert "请检查 2 处" in page
    assert leads(crm, "12") == []


@pytest.mark.parametrize("name", ["budget", "owner_id", "stage", "source", "id", "grade", "nothing"])
def test_what_is_not_asked_for_cannot_be_sent(crm: Crm, name: str) -> None:
    answer = send(crm, opened(crm), name="罗云", phone="13910010005", **{name: "x"})
    assert answer.status == 422
    assert leads(crm, "+8613910010005") == []


def test_programs_that_fill_everything_in_are_thanked_and_leave_nothing(crm: Crm) -> None:
    answer = send(crm, opened(crm), name="程序", phone="13910010006", homepage_url="http://spam.example")
    assert answer.status == 200
    assert leads(crm, "+8613910010006") == []


@pytest.mark.parametrize("ticket", ["", "x", "eyJ4Ijox", "A" * 4_000])
def test_a_ticket_that_nobody_gave_out_makes_nothing(crm: Crm, ticket: str) -> None:
    answer = send(crm, ticket, name="伪造", phone="13910010007")
    assert answer.status == 422
    assert "伪造" in answer.body.decode()
    assert leads(crm, "+8613910010007") == []


def test_an_old_page_is_renewed_with_what_was_typed(crm: Crm) -> None:
    ticket = opened(crm, f"{FORM}?s=stand-9")
    crm.clock.now += timedelta(hours=13)
    answer = send(crm, ticket, name="孟凡", phone="13910010008")
    page = answer.body.decode()
    assert (answer.status, "孟凡" in page) == (422, True)
    fresh = re.search(r'name="_ticket" value="([^"]+)"', page)
    assert fresh is not None
    crm.clock.now += timedelta(seconds=5)
    assert send(crm, unescape(fresh[1]), name="孟凡", phone="13910010008").status == 200
    (made,) = leads(crm, "+8613910010008")
    assert events(crm, made["id"])[0]["data"]["source"] == {"s": "stand-9"}


def test_too_many_from_one_network_wait_and_others_do_not(crm: Crm) -> None:
    ticket = opened(crm)
    for _ in range(FORM_NETWORK.count):
        assert send(crm, ticket, name="", phone="").status == 422
    refused = send(crm, ticket, name="徐峰", phone="13910010009")
    assert refused.status == 429
    assert int(refused.header("retry-after")) > 0
    body = urlencode({"_ticket": ticket, "name": "徐峰", "phone": "13910010009"}).encode()
    other = Browser(crm.app, address="198.51.100.9").send("POST", FORM, body=body, headers=[KIND])
    assert other.status == 200


def test_off_and_unknown_are_the_same_page(crm: Crm) -> None:
    unknown = visitor(crm).get("//f/crm/nothing")
    assert (
        crm.as_("ops").send("PUT", "/apps/crm/switches/public_form/fair_lead", json={"on": False}).status
        == 204
    )
    try:
        off = visitor(crm).get(FORM)
        sent = send(crm, "x", name="谁")
    finally:
        crm.as_("ops").send("PUT", "/apps/crm/switches/public_form/fair_lead", json={"on": True})
    nowhere = visitor(crm).get("//f/none/fair_lead")
    assert [each.status for each in (unknown, off, sent, nowhere)] == [404] * 4
    assert len({each.body for each in (unknown, off, sent, nowhere)}) == 1


def test_pages_hold_no_script_and_are_kept_by_nobody(crm: Crm) -> None:
    for page in (visitor(crm).get(FORM), send(crm, opened(crm), name="", phone="")):
        text = page.body.decode()
        assert "<script" not in text
        assert "style=" not in text
        assert "script-src 'self'" in page.header("content-security-policy")
        assert page.header("cache-control") == "private, no-store"


def test_in_the_language_of_the_visitor(crm: Crm) -> None:
    english = visitor(crm).get(FORM, headers=[("accept-language", "en")]).body.decode()
    assert "Trade fair registration" in english
    assert '<html lang="en">' in english
    assert "展会登记" in visitor(crm).get(f"{FORM}?lang=zh-CN").body.decode()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 400),
        (b"name=%ff%fe", KIND[1], 400),
        (b"name=%00", KIND[1], 400),
        ("name=王".encode(), KIND[1], 400),
        (b"a=1&" * 400, KIND[1], 400),
        (b"name=" + b"x" * 70_000, KIND[1], 413),
        (b"", KIND[1], 422),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_page(crm: Crm, body: bytes, kind: str, status: int) -> None:
    answer = visitor(crm).send("POST", FORM, body=body, headers=[("content-type", kind)])
    assert answer.status == status
    assert answer.header("content-type").startswith("text/html")


def test_no_other_site_sends_for_somebody(crm: Crm) -> None:
    body = urlencode({"_ticket": opened(crm), "name": "x"}).encode()
    browser = Browser(crm.app, tells_origin=False)
    headers = [KIND, ("origin", "https://evil.example")]
    assert browser.send("POST", FORM, body=body, headers=headers).status == 403


def test_the_code_of_a_form_leads_to_it_with_its_source(crm: Crm) -> None:
    (form,) = crm.items("ops", "/public-forms")
    assert (form["key"], form["on"]) == ("fair_lead", True)
    assert form["address"].endswith("/f/crm/fair_lead")
    picture = crm.get("ops", "/public-forms/fair_lead/qr.svg?s=stand-3")
    assert picture.header("content-type").startswith("image/svg+xml")
    plain = crm.get("ops", "/public-forms/fair_lead/qr.svg")
    assert picture.body.startswith(b"<svg")
    assert picture.body != plain.body
    assert crm.get("ops", "/public-forms/nothing/qr.svg").status == 404
    assert crm.get("rep1", "/public-forms").status in (403, 404)


def test_what_was_filled_in_again_is_shown_as_far_as_its_fields_may_be_read(crm: Crm) -> None:
    send(crm, opened(crm), name="顾晨", phone="13910010010")
    (lead,) = leads(crm, "+8613910010010")
    send(crm, opened(crm), name="顾晨", phone="13910010010", need="要样品")
    readers = [
        who for who in ("director", "rep1", "manager", "finance", "legal") if _reads(crm, who, lead["id"])
    ]
    assert "director" in readers
    for who in readers:
        record = crm.get(who, f"/records/lead/{lead['id']}").json
        for event in events(crm, lead["id"], who):
            assert event["data"].get("values", {}).keys() <= record.keys()


def _reads(crm: Crm, who: str, lead: str) -> bool:
    return crm.get(who, f"/records/lead/{lead}").status == 200
