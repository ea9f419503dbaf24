"""Rows of the acceptance list about evidence at gates, over HTTP with the shipped template."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests import files
from tests.api.crm import Crm, crm
from tests.asgi import Answer

__all__ = ["crm"]

_names = itertools.count(1)


def post(crm: Crm, who: str, path: str, body: Any, **headers: str) -> Answer:
    return crm.as_(who).send("POST", f"/apps/crm{path}", json=body, headers=headers.items())


def make(crm: Crm, who: str, entity: str, **values: Any) -> str:
    answer = post(crm, who, f"/records/{entity}", values)
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


def move(crm: Crm, who: str, entity: str, id_: str, to: str, **more: Any) -> Answer:
    return post(crm, who, f"/records/{entity}/{id_}/transition", {"to": to, **more})


def unmet(answer: Answer) -> list[tuple[str, str]]:
    assert (answer.status, answer.code) == (409, "gate_closed"), answer.body
    return [(each["kind"], each["key"]) for each in answer.json["unmet"]]


def show(crm: Crm, who: str, **shown: bytes) -> list[dict[str, str]]:
    """Files by requirement, uploaded by whoever shows them."""
    return [
        {"key": key, "file_id": files.upload(crm.as_(who), content, key)["id"]}
        for key, content in shown.items()
    ]


@pytest.fixture
def deal(crm: Crm) -> str:
    """A deal of rep1's, as new."""
    account = make(crm, "rep1", "account", name=f"证据客户{next(_names)}")
    return make(crm, "rep1", "opportunity", name="机床", account=account)


def proposed(crm: Crm, deal: str) -> None:
    evidence = show(crm, "rep1", requirement_document=files.PDF)
    values = {"technician": str(crm.ids["service"])}
    assert move(crm, "rep1", "opportunity", deal, "proposal", evidence=evidence, values=values).status == 200


def test_s4_02_a_requirement_document_and_a_linked_technician_lead_to_the_proposal(crm: Crm, deal: str):
    both = [("evidence", "requirement_document"), ("person", "technician")]
    assert unmet(move(crm, "rep1", "opportunity", deal, "proposal")) == both
    someone = {"technician": str(crm.ids["rep2"])}  # is no technician
    document = show(crm, "rep1", requirement_document=files.office("word/document.xml"))
    closed = move(crm, "rep1", "opportunity", deal, "proposal", evidence=document, values=someone)
    assert unmet(closed) == both[1:]
    technician = {"technician": str(crm.ids["service"])}
    assert unmet(move(crm, "rep1", "opportunity", deal, "proposal", values=technician)) == both[:1]
    passed = move(crm, "rep1", "opportunity", deal, "proposal", evidence=document, values=technician)
    assert passed.status == 200, passed.body
    assert (passed.json["stage"], passed.json["technician"]) == ("proposal", str(crm.ids["service"]))
    assert crm.get("service", f"/files/{document[0]['file_id']}").status == 200  # the technician reads it


def test_s0_29_without_survey_photo_and_signed_page_no_advance(crm: Crm, deal: str):
    proposed(crm, deal)
    both = [("evidence", "site_survey_photo"), ("evidence", "signed_confirmation")]
    assert unmet(move(crm, "rep1", "opportunity", deal, "quote")) == both
    for door in (
        crm.as_("rep1").patch(f"/apps/crm/records/opportunity/{deal}", {"stage": "quote"}),
        move(
            crm,
            "rep1",
            "opportunity",
            deal,
            "quote",
            evidence=show(crm, "rep1", site_survey_photo=files.HTML),
        ),
        move(
            crm, "rep1", "opportunity", deal, "quote", evidence=show(crm, "rep1", site_survey_photo=files.PDF)
        ),
    ):
        assert unmet(door) == both
    page_only = show(crm, "rep1", signed_confirmation=files.PDF)
    closed = move(crm, "rep1", "opportunity", deal, "quote", evidence=page_only)
    assert unmet(closed) == both[:1]
    (missing,) = closed.json["unmet"]
    assert missing["needed"] == {"count": 1, "accept": ["image/jpeg", "image/png"]}
    assert (
        crm.get("rep1", f"/records/opportunity/{deal}/files").json["items"][0]["name"]
        == "requirement_document"
    )
    photo = show(crm, "rep1", site_survey_photo=files.jpeg(exif=b"Exif\0\0GPS"))
    dry = move(crm, "rep1", "opportunity", deal, "quote", evidence=photo + page_only, dry_run=True)
    assert dry.json == {"allowed": True, "unmet": []}
    assert crm.get("rep1", f"/records/opportunity/{deal}").json["stage"] == "proposal"
    assert move(crm, "rep1", "opportunity", deal, "quote", evidence=photo + page_only).status == 200
    items = crm.items("manager", f"/records/opportunity/{deal}/files")
    assert sorted(each["requirement"] for each in items) == [
        "requirement_document",
        "signed_confirmation",
        "site_survey_photo",
    ]
    taken = crm.get("manager", f"/files/{photo[0]['file_id']}")
    assert b"GPS" in taken.body  # where it was taken is part of the evidence


def test_s0_29_one_photo_does_not_serve_two_deals(crm: Crm, deal: str):
    proposed(crm, deal)
    shown = show(crm, "rep1", site_survey_photo=files.png(), signed_confirmation=files.png())
    assert move(crm, "rep1", "opportunity", deal, "quote", evidence=shown).status == 200
    account = make(crm, "rep1", "account", name=f"证据客户{next(_names)}")
    other = make(crm, "rep1", "opportunity", name="第二单", account=account)
    proposed(crm, other)
    again = move(crm, "rep1", "opportunity", other, "quote", evidence=shown)
    assert again.status == 422
    assert {each["code"] for each in again.json["errors"]} == {"file_taken"}


def test_s0_09_a_ticket_cannot_close_without_the_acceptance_sheet(crm: Crm):
    account = make(crm, "rep1", "account", name=f"证据客户{next(_names)}")
    ticket = make(crm, "service", "ticket", name="设备漏油", account=account)
    doors = (
        move(crm, "service", "ticket", ticket, "closed"),
        crm.as_("service").patch(f"/apps/crm/records/ticket/{ticket}", {"stage": "closed"}),
        post(crm, "service", "/records/ticket", {"name": "新的", "stage": "closed"}),
    )
    for door in doors:
        assert unmet(door) == [("evidence", "acceptance_sheet")]
    batch = {"update": [{"id": ticket, "stage": "closed"}]}
    assert post(crm, "service", "/records/ticket/bulk", batch).json["code"] == "gate_closed"
    assert crm.get("service", f"/records/ticket/{ticket}").json["stage"] == "new"
    sheet = show(crm, "service", acceptance_sheet=files.jpeg())
    closed = move(crm, "service", "ticket", ticket, "closed", evidence=sheet)
    assert (closed.status, closed.json["stage"]) == (200, "closed")
    entries = crm.items(
        "service", f"/records/ticket/{ticket}/timeline"
    )  # everything is there for after-sales
    assert {"change", "stage", "evidence"} <= {each["entry"] for each in entries}


def test_s1_16_the_scan_of_the_agreement_is_the_deliverable_of_signing(crm: Crm):
    account = make(crm, "rep1", "account", name=f"证据客户{next(_names)}")
    contract = make(crm, "rep1", "contract", name="服务协议", account=account, amount="1000.00")
    values = {"signed_on": "2026-03-01"}
    closed = move(crm, "rep1", "contract", contract, "signed", values=values)
    assert ("evidence", "signed_scan") in unmet(closed)
    scan = show(crm, "rep1", signed_scan=files.PDF)
    signed = move(crm, "rep1", "contract", contract, "signed", values=values, evidence=scan)
    assert signed.status == 200, signed.body
    (item,) = crm.items("legal", f"/records/contract/{contract}/files")
    assert (item["requirement"], item["id"]) == ("signed_scan", scan[0]["file_id"])
    assert crm.get("legal", f"/files/{item['id']}").body == files.PDF


GATE = {
    "actions": [
        {
            "key": "shown_to_buyer",
            "label": {"zh-CN": "向客户演示对比", "en": "Comparison shown to the buyer"},
            "event": "presented",
            "within": "30d",
        }
    ],
    "evidence": [
        {
            "key": "competitor_comparison",
            "label": {"zh-CN": "竞品对比表", "en": "Competitor comparison"},
            "accept": [files.XLSX, "application/pdf"],
            "minimum": 2,
        }
    ],
}


def test_s1_13_s1_14_operators_add_a_stage_with_its_action_and_evidence(crm: Crm, deal: str):
    """Stage, action, evidence as three things of the document: added by operations staff, without code."""
    ops = crm.as_("ops")
    document = ops.get("/apps/crm/draft").json["document"]
    number = next(n for n, each in enumerate(document["pipelines"]) if each["key"] == "opportunity_standard")
    stages = [each["key"] for each in document["pipelines"][number]["stages"]]
    place = f"/pipelines/{number}/stages/{stages.index('negotiation')}/gate"
    revision = ops.get("/apps/crm/draft").json["revision"]
    patch = [{"op": "add", "path": place, "value": GATE}]
    saved = ops.patch("/apps/crm/draft", patch, headers=[("if-match", f'"{revision}"')])
    assert saved.status == 200, saved.body
    assert ops.post("/apps/crm/publish", {"accepted_losses": [], "note": "对比表"}).status == 200

    proposed(crm, deal)
    shown = show(crm, "rep1", site_survey_photo=files.png(), signed_confirmation=files.PDF)
    assert move(crm, "rep1", "opportunity", deal, "quote", evidence=shown).status == 200
    action, evidence = ("action", "shown_to_buyer"), ("evidence", "competitor_comparison")
    assert unmet(move(crm, "rep1", "opportunity", deal, "negotiation")) == [evidence, action]
    event = {"kind": "presented", "entity": "opportunity", "record_id": deal}
    assert post(crm, "rep1", "/events", event).status == 202
    one = show(crm, "rep1", competitor_comparison=files.office("xl/workbook.xml"))
    closed = move(crm, "rep1", "opportunity", deal, "negotiation", evidence=one)
    assert unmet(closed) == [evidence]
    assert closed.json["unmet"][0]["seen"] == {"count": 1}
    two = one + show(crm, "rep1", competitor_comparison=files.PDF)
    assert move(crm, "rep1", "opportunity", deal, "negotiation", evidence=two).status == 200
