"""Files over REST: who may have them, what they are served as, how they become a record's."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest

from runtime.files.sweeping import sweep_files
from tests import files
from tests.api.crm import Crm, crm
from tests.asgi import Answer

__all__ = ["crm"]

MISSING = f"/files/{uuid4()}"


def post(crm: Crm, who: str, path: str, body: Any) -> Answer:
    return crm.as_(who).post(f"/apps/crm{path}", body)


def make(crm: Crm, who: str, entity: str, **values: Any) -> str:
    answer = post(crm, who, f"/records/{entity}", values)
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


def uploaded(crm: Crm, who: str, content: bytes | None = None, name: str = "a.png") -> str:
    return str(files.upload(crm.as_(who), content, name)["id"])


def get_file(crm: Crm, who: str, file: str, *headers: tuple[str, str], method: str = "GET") -> Answer:
    return crm.as_(who).send(method, f"/apps/crm/files/{file}", headers=headers)


def test_an_upload_is_answered_with_what_it_is_and_read_back(crm: Crm):
    content = files.png(3, 3)
    answer = files.send(crm.as_("rep1"), files.body_of(files.part(content, "../现场 照片.html")))
    assert answer.status == 201
    made = answer.json
    assert made == {
        "id": made["id"],
        "name": "现场 照片.html",
        "size": len(content),
        "type": "image/png",
    }
    assert answer.header("location") == f"/api/v1/apps/crm/files/{made['id']}"
    read = get_file(crm, "rep1", made["id"])
    assert (read.status, read.body) == (200, content)
    assert read.header("content-type") == "image/png"


def test_an_upload_is_nobody_elses_until_a_record_names_it(crm: Crm):
    file = uploaded(crm, "rep1")
    absent = get_file(crm, "rep1", str(uuid4()))
    for who in ("rep2", "manager", "director", "admin", "nobody"):
        answer = get_file(crm, who, file)
        assert (answer.status, answer.body) == (404, crm.as_(who).get(f"/apps/crm{MISSING}").body)
    assert absent.status == 404
    assert crm.as_("rep1").get("/apps/crm/files/no-id").body == absent.body
    assert crm.as_("rep1").get("/apps/none/files/" + file).body == absent.body


def test_a_file_of_a_record_is_read_as_the_record_and_the_field(crm: Crm):
    account = make(crm, "rep1", "account", name="读文件的公司")
    deal = make(crm, "rep1", "opportunity", name="读文件", account=account)
    proposal, comparison = uploaded(crm, "rep1", files.PDF, "p.pdf"), uploaded(crm, "rep1")
    done = crm.as_("rep1").patch(
        f"/apps/crm/records/opportunity/{deal}", {"proposal_file": proposal, "comparison": comparison}
    )
    assert done.status == 200, done.body
    reads = {who: get_file(crm, who, proposal).status for who in ("rep1", "manager", "director", "finance")}
    assert reads == dict.fromkeys(reads, 200)
    for who in ("rep2", "rep3", "nobody"):  # not the record
        assert get_file(crm, who, proposal).status == 404
    legal = get_file(crm, "legal", proposal)  # the record, but not the field
    assert crm.get("legal", f"/records/opportunity/{deal}").status == 200
    assert legal.body == crm.get("legal", MISSING).body
    assert crm.get("legal", f"/records/opportunity/{deal}/files").json == {"items": []}
    gone = crm.as_("admin").delete(f"/apps/crm/records/opportunity/{deal}")
    assert gone.status == 204
    assert get_file(crm, "rep1", proposal).status == 404


def test_the_files_of_a_record_are_listed_with_the_places_that_name_them(crm: Crm):
    first, second = uploaded(crm, "service", name="一.png"), uploaded(crm, "service", name="二.png")
    ticket = make(crm, "service", "ticket", name="Leak", photos=[first, second])
    sheet = uploaded(crm, "service", files.PDF, "验收单.pdf")
    shown = [{"key": "acceptance_sheet", "file_id": sheet}]
    moved = post(crm, "service", f"/records/ticket/{ticket}/transition", {"to": "closed", "evidence": shown})
    assert moved.status == 200, moved.body
    items = crm.items("director", f"/records/ticket/{ticket}/files")
    assert [(each["name"], each["field"], each["requirement"]) for each in items] == [
        ("一.png", "photos", None),
        ("二.png", "photos", None),
        ("验收单.pdf", None, "acceptance_sheet"),
    ]
    assert {each["by"]["name"] for each in items} == {"service"}
    assert items[2]["at"].startswith("2026-03-02T01:00:00")  # a later version is never at the same moment
    assert [each["type"] for each in items] == ["image/png", "image/png", "application/pdf"]
    assert get_file(crm, "director", sheet).body == files.PDF
    assert crm.get("rep3", f"/records/ticket/{ticket}/files").status == 404
    assert crm.get("rep3", "/records/none/" + ticket + "/files").status == 404
    entries = crm.items("director", f"/records/ticket/{ticket}/timeline")
    assert [each["file"] for each in entries if each["entry"] == "evidence"] == [sheet]


def test_a_file_belongs_to_one_record_only(crm: Crm):
    file = uploaded(crm, "service")
    make(crm, "service", "ticket", name="Leak 1", photos=[file])
    again = post(crm, "service", "/records/ticket", {"name": "Leak 2", "photos": [file]})
    assert (again.status, again.json["code"]) == (422, "invalid")
    (error,) = again.json["errors"]
    assert (error["pointer"], error["code"]) == ("/photos", "file_taken")
    others = post(crm, "admin", "/records/ticket", {"name": "Leak 3", "photos": [file, str(uuid4())]})
    assert [(each["pointer"], each["code"]) for each in others.json["errors"]] == [
        ("/photos/0", "no_such_file"),
        ("/photos/1", "no_such_file"),
    ]


def test_of_many_records_that_name_one_file_at_a_time_one_gets_it(crm: Crm):
    file = uploaded(crm, "service")

    def name(number: int) -> Answer:
        return post(crm, "service", "/records/ticket", {"name": f"Race {number}", "photos": [file]})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(name, range(6)))
    assert {each.status for each in answers} <= {201, 409, 422}
    assert sum(each.status == 201 for each in answers) == 1


def test_a_field_takes_only_types_that_it_accepts(crm: Crm):
    pdf, svg, photo = (
        uploaded(crm, "service", content, "a.png") for content in (files.PDF, files.SVG, files.jpeg())
    )
    for file in (pdf, svg):
        answer = post(crm, "service", "/records/ticket", {"name": "Leak", "photos": [photo, file]})
        assert answer.status == 422
        (error,) = answer.json["errors"]
        assert (error["pointer"], error["code"]) == ("/photos/1", "wrong_file_type")
    assert "image/*" in error["message"]
    account = make(crm, "rep1", "account", name="类型公司")
    own = uploaded(crm, "rep1", files.png(), "p.pdf")
    wrong = post(
        crm,
        "rep1",
        "/records/opportunity",
        {"name": "x", "account": account, "proposal_file": own},
    )
    assert wrong.json["errors"][0]["code"] == "wrong_file_type"


def test_a_hidden_file_cannot_be_drawn_into_a_field_that_one_sees(crm: Crm):
    """Who sees the record but not the field that names a file may not name it in another field."""
    account = make(crm, "admin", "account", name="藏文件的公司")
    deal = make(crm, "admin", "opportunity", name="藏", account=account, owner_id=str(crm.ids["rep1"]))
    file = uploaded(crm, "admin", files.PDF, "secret.pdf")
    path = f"/apps/crm/records/opportunity/{deal}"
    assert crm.as_("admin").patch(path, {"proposal_file": file}).status == 200
    assert crm.as_("rep1").patch(path, {"comparison": file}).status == 200  # sees it, may name it again
    assert crm.as_("admin").patch(path, {"proposal_file": None, "comparison": None}).status == 200
    drawn = crm.as_("rep1").patch(path, {"comparison": file})  # nothing shows it now
    assert drawn.json["errors"][0]["code"] == "no_such_file"
    assert get_file(crm, "rep1", file).status == 404
    assert crm.as_("admin").patch(path, {"comparison": file}).status == 200  # whoever sent it may


def test_a_refused_save_leaves_the_file_free(crm: Crm):
    file = uploaded(crm, "service")
    assert post(crm, "service", "/records/ticket", {"photos": [file]}).status == 422
    assert make(crm, "service", "ticket", name="Leak", photos=[file])


def test_evidence_that_no_gate_asks_for_is_refused(crm: Crm):
    ticket = make(crm, "service", "ticket", name="Leak")
    file, path = uploaded(crm, "service", files.PDF), f"/records/ticket/{ticket}/transition"
    for key, id_, pointer, code in (
        ("nonsense", file, "/evidence/0/key", "unknown_evidence"),
        ("acceptance_sheet", str(uuid4()), "/evidence/0/file_id", "no_such_file"),
        ("acceptance_sheet", "x", "/evidence/0/file_id", "not_a_uuid"),
        ("acceptance_sheet", uploaded(crm, "rep1", files.PDF), "/evidence/0/file_id", "no_such_file"),
    ):
        answer = post(crm, "service", path, {"to": "closed", "evidence": [{"key": key, "file_id": id_}]})
        assert answer.status == 422, answer.body
        assert [(each["pointer"], each["code"]) for each in answer.json["errors"]] == [(pointer, code)]
    nothing = [{"key": "acceptance_sheet", "file_id": file}]
    assert post(crm, "service", path, {"to": "new", "evidence": nothing}).status == 200
    assert (
        crm.items("service", f"/records/ticket/{ticket}/files") == []
    )  # nothing was saved, nothing was taken
    assert crm.as_("service").delete(f"/apps/crm/files/{file}").status == 204


def test_an_upload_may_be_taken_back_while_no_record_names_it(crm: Crm):
    file = uploaded(crm, "service")
    assert crm.as_("rep1").delete(f"/apps/crm/files/{file}").status == 404
    assert crm.as_("service").delete(f"/apps/crm/files/{file}").status == 204
    assert get_file(crm, "service", file).status == 404
    kept = uploaded(crm, "service")
    ticket = make(crm, "service", "ticket", name="Leak", photos=[kept])
    answer = crm.as_("service").delete(f"/apps/crm/files/{kept}")
    assert (answer.status, answer.code) == (409, "file_in_use")
    assert crm.as_("service").patch(f"/apps/crm/records/ticket/{ticket}", {"photos": []}).status == 200
    assert get_file(crm, "service", kept).status == 404


def test_only_those_upload_who_may_write_something(crm: Crm):
    body = files.body_of(files.part(files.png()))
    assert files.send(crm.as_("nobody"), body).status == 404
    assert files.send(crm.as_("rep1"), body, path="/apps/none/files").status == 404


def test_the_same_request_under_one_key_makes_one_file(crm: Crm):
    first, again = (files.upload(crm.as_("rep1"), idempotency_key="one-photo") for _ in range(2))
    assert first == again
    other = files.send(
        crm.as_("rep1"), files.body_of(files.part(files.PDF)), **{"idempotency-key": "one-photo"}
    )
    assert (other.status, other.code) == (422, "idempotency_mismatch")


SERVED = [
    ("image/png", files.png(), "inline", "image/png"),
    ("image/jpeg", files.jpeg(exif=b"Exif\0\0place"), "inline", "image/jpeg"),
    ("image/gif", files.gif(), "inline", "image/gif"),
    ("image/webp", files.webp(b"VP8X", 2, 2), "inline", "image/webp"),
    ("application/pdf", files.PDF, "inline", "application/pdf"),
    ("image/bmp", files.bmp(2, 2), "attachment", "image/bmp"),
    ("image/svg+xml", files.SVG, "attachment", "application/octet-stream"),
    ("text/html", files.HTML, "attachment", "application/octet-stream"),
    ("application/xml", b"<?xml version='1.0'?><a/>", "attachment", "application/octet-stream"),
    ("text/x-shellscript", b"#!/bin/sh\n", "attachment", "application/octet-stream"),
    ("text/plain", b"hello", "attachment", "text/plain"),
    ("text/csv", b"a,b\n1,2\n", "attachment", "text/csv"),
    ("application/zip", files.zipped(["a"]), "attachment", "application/zip"),
    (files.DOCX, files.office("word/document.xml"), "attachment", files.DOCX),
    ("application/octet-stream", b"\x01\x02", "attachment", "application/octet-stream"),
]


@pytest.mark.parametrize(
    ("type_", "content", "disposition", "served_as"), SERVED, ids=[each[0] for each in SERVED]
)
def test_a_file_is_served_so_that_no_browser_runs_it(
    crm: Crm, type_: str, content: bytes, disposition: str, served_as: str
):
    made = files.upload(crm.as_("rep1"), content, "报价 %221%22.png")
    assert made["type"] == type_
    answer = get_file(crm, "rep1", made["id"])
    assert answer.body == content  # to the byte: what a camera wrote into it is evidence
    assert answer.header("content-type") == served_as
    shown = answer.header("content-disposition")
    assert shown.startswith(f"{disposition}; filename=\"__ _1_.png\"; filename*=UTF-8''")
    assert unquote(shown.rpartition("''")[2]) == made["name"] == "报价 _1_.png"
    assert answer.header("content-security-policy") == "sandbox; default-src 'none'"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("cross-origin-resource-policy") == "same-origin"
    assert answer.header("cache-control") == "private, no-store"
    assert answer.header("content-length") == str(len(content))


LETTERS = b"\x01" + bytes(range(97, 123))
RANGES = [
    ("bytes=0-3", 206, LETTERS[:4], "bytes 0-3/27"),
    ("bytes=20-", 206, LETTERS[20:], "bytes 20-26/27"),
    ("bytes=-5", 206, LETTERS[-5:], "bytes 22-26/27"),
    ("bytes=25-999", 206, LETTERS[25:], "bytes 25-26/27"),
    ("bytes=-99", 200, LETTERS, ""),
    ("bytes=0-", 200, LETTERS, ""),
    ("bytes=5-2", 200, LETTERS, ""),
    ("bytes=-", 200, LETTERS, ""),
    ("bytes=0-1,3-4", 200, LETTERS, ""),
    ("bytes=" + "0-1," * 2_000, 200, LETTERS, ""),
    ("bytes=" + "9" * 400 + "-", 200, LETTERS, ""),
    ("lines=0-1", 200, LETTERS, ""),
    ("bytes=27-", 416, None, "bytes */27"),
    ("bytes=-0", 416, None, "bytes */27"),
]


@pytest.mark.parametrize(("asked", "status", "content", "told"), RANGES, ids=range(len(RANGES)))
def test_one_range_of_a_file(crm: Crm, asked: str, status: int, content: bytes | None, told: str):
    file = uploaded(crm, "rep1", LETTERS)
    answer = get_file(crm, "rep1", file, ("range", asked))
    assert answer.status == status
    assert answer.header("content-range") == told
    if content is None:
        assert answer.code == "bad_range"
    else:
        assert answer.body == content
    etag = f'"{hashlib.sha256(LETTERS).hexdigest()}"'
    for known, part in ((etag, status), ('"other"', 200)):
        with_condition = get_file(crm, "rep1", file, ("range", asked), ("if-range", known))
        assert with_condition.status == part


def test_head_tells_of_a_file_without_sending_it(crm: Crm):
    file = uploaded(crm, "rep1", LETTERS)
    answer = get_file(crm, "rep1", file, method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("content-length") == "27"
    part = get_file(crm, "rep1", file, ("range", "bytes=0-3"), method="HEAD")
    assert (part.status, part.header("content-length")) == (206, "4")
    assert get_file(crm, "rep2", file, method="HEAD").status == 404


def test_what_nobody_names_is_swept_and_nothing_else(crm: Crm):
    store = crm.app.state.workspace.contents
    same = b"\x02 the same content twice"
    kept, orphan, fresh = (
        uploaded(crm, "service", content) for content in (files.png(9, 9), same, b"\x03 new")
    )
    ticket = make(crm, "service", "ticket", name="Leak", photos=[kept])
    twin = uploaded(crm, "service", same)
    attached = post(crm, "service", f"/records/ticket/{ticket}/transition", {"to": "closed", "evidence": []})
    assert attached.status == 409
    day_later = crm.clock.now + timedelta(hours=24, minutes=1)
    stray = store.incoming()
    stray.write(b"a content whose row never committed")
    store.keep(stray)
    before = crm.clock.now
    crm.clock.now = day_later - timedelta(hours=1)
    fresh_too = uploaded(crm, "service", same)
    crm.clock.now = before
    swept = sweep_files(crm.engine, store, day_later)
    assert swept.files >= 3
    assert swept.contents >= 2
    assert get_file(crm, "service", kept).body == files.png(9, 9)
    assert [get_file(crm, "service", each).status for each in (orphan, twin, fresh)] == [404] * 3
    assert get_file(crm, "service", fresh_too).body == same
    with pytest.raises(FileNotFoundError):
        store.read(stray.sha256, 0, 1)
    assert sweep_files(crm.engine, store, day_later) == type(swept)(0, 0, 0)
