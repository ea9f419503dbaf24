"""Imports and exports as they are made to do harm: sizes, types, bombs, formulas, other people's things."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from api.routes import exports
from api.routes.imports import create_import
from runtime.imports.files import MOST_BYTES
from runtime.people.users import update_user
from schema_store.database import writing
from tests.api.crm import Crm, crm
from tests.api.importing import CSV, XLSX, act, bring, rows, upload
from tests.asgi import Browser

__all__ = ["crm"]
FORMULA = '=HYPERLINK("http://x","y")'


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", "", "text/csvx"]
)
def test_only_files_are_taken(crm: Crm, kind: str) -> None:
    answer = upload(crm, "ops", "name\nx\n", kind, entity="lead")
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


def test_sizes(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    assert create_import.rule.most == MOST_BYTES == 50 * 2**20
    assert upload(crm, "ops", "", entity="lead").status == 400
    headers = [("content-type", CSV), ("content-length", str(MOST_BYTES + 1))]
    announced = crm.as_("ops").send("POST", "/apps/crm/imports?entity=lead", body=b"name\n", headers=headers)
    assert (announced.status, announced.code) == (413, "too_large")
    big = b"name\n" + b"x" * MOST_BYTES
    assert upload(crm, "ops", big, entity="lead").status == 413


def test_nobody_unknown_sends_a_file(crm: Crm) -> None:
    path = "/apps/crm/imports?entity=lead"
    stranger = Browser(crm.app, tells_origin=False)
    assert stranger.send("POST", path, body=b"name\nx\n", headers=[("content-type", CSV)]).status == 401
    forged = Browser(crm.app, headers={"authorization": "Bearer dgt_nothing"}, tells_origin=False)
    assert forged.send("POST", path, body=b"name\nx\n", headers=[("content-type", CSV)]).status == 401


@pytest.mark.parametrize(
    "words",
    [
        {"entity": "lead", "colour": "red"},
        {"entity": "lead", "mode": "future"},
        {"entity": "lead", "rules": "sometimes"},
        {"entity": "lead", "blank": "fill"},
        {"entity": "lead", "kind": "people"},
        {"entity": "lead", "mapping": "{"},
        {"entity": "lead", "mapping": "[]"},
        {"entity": "lead", "mapping": '{"fields": {"name": {"secret": "x"}}}'},
        {"entity": "lead", "mapping": '{"fields": {"name": "none"}}'},
        {"entity": "lead", "mapping": '{"fields": {"name": {"expression": "name.__class__"}}}'},
        {"entity": "lead", "mapping": "[" * 5_000},
        {"entity": "lead", "match": "phone", "mapping": '{"fields": {"name": "name"}}'},
        {},
    ],
    ids=str,
)
def test_words_that_make_no_sense(crm: Crm, words: dict[str, Any]) -> None:
    answer = upload(crm, "ops", "name\nx\n", **words)
    assert answer.status in (400, 422), answer.body
    assert answer.code


def test_files_that_are_none(crm: Crm) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b"<x/>")
        made.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000_000)
    for raw, code in (
        (bomb.getvalue(), "too_big_unpacked"),
        (b"PK\x03\x04" + b"\0" * 100, "bad_workbook"),
        (b"a\0b\n1\n", "bad_file"),
        (b'a\n"open\n', "bad_csv"),
        (b"\n \n", "no_header"),
    ):
        answer = upload(crm, "ops", raw, XLSX, entity="lead")
        assert (answer.status, answer.code) == (422, code)
    assert crm.get("ops", "/imports").json["items"] == []


def test_a_formula_stays_a_text_wherever_it_goes(crm: Crm) -> None:
    text = 'name,budget\n"{}",x\n"{}",1\n'.format(*[FORMULA.replace('"', '""')] * 2)
    job = act(crm, "ops", bring(crm, "ops", text, entity="lead"), "apply")
    assert job["counts"]["new"] == 1
    errors = crm.get("ops", f"/imports/{job['id']}/errors.csv").body.decode("utf-8-sig")
    assert "\"'=HYPERLINK" in errors
    exported = crm.get("admin", "/records/lead/export?fields=name").body.decode("utf-8-sig")
    assert "\"'=HYPERLINK" in exported
    (lead,) = crm.items("admin", "/records/lead")
    assert lead["name"] == FORMULA
    act(crm, "ops", job, "undo")


def test_what_nobody_may_give_is_not_mapped(crm: Crm) -> None:
    """Computed fields, versions, roles: a column of that name is no target, and naming one is refused."""
    text = "name,maturity,version,id,created_at,roles,deleted_at\n甲,99,7,,2020-01-01,admin,2020-01-01\n"
    job = bring(crm, "ops", text, entity="lead")
    assert job["mapping"]["fields"].keys() == {"name", "id"}
    for target in ("maturity", "version", "created_at", "deleted_at", "roles", "stage@qualified"):
        body = {"fields": {"name": "name", target: "version"}}
        answer = crm.as_("ops").send("PUT", f"/apps/crm/imports/{job['id']}/mapping", json=body)
        assert (answer.status, answer.json["errors"][0]["code"]) == (422, "unknown_target"), target


def test_a_hidden_field_is_no_target_and_its_records_are_not_found(crm: Crm) -> None:
    """Finance does not see leads: it can neither refer to them nor learn that there are any."""
    made = act(crm, "ops", bring(crm, "ops", "name\n秘密线索\n", entity="lead"), "apply")
    (row,) = rows(crm, "ops", made, "?kind=new")
    text = f"name,contract\n款,{row['record_id']}\n款,没有\n"
    job = bring(crm, "finance", text, entity="payment_node")
    found = [
        error["code"]
        for row in rows(crm, "finance", job)
        for error in row["errors"]
        if error["field"] == "contract"
    ]
    assert found == ["unknown_record", "unknown_record"]
    act(crm, "ops", made, "undo")


def roles(crm: Crm, *keys: str) -> None:
    with writing(crm.engine) as connection:
        update_user(connection, crm.ids["ops"], {"roles": {"crm": list(keys)}}, crm.clock.now)


def test_whose_rights_are_taken_away_imports_no_more(crm: Crm) -> None:
    job = bring(crm, "ops", "name\n离职\n", entity="lead")
    roles(crm, "rep")
    try:
        job = act(crm, "ops", job, "apply")
    finally:
        roles(crm, "ops")
    assert (job["state"], job["error"]["code"]) == ("previewed", "forbidden")
    assert crm.items("admin", "/records/lead") == []
    assert act(crm, "ops", job, "apply")["counts"]["new"] == 1


def test_exports_have_their_number(crm: Crm) -> None:
    for _ in range(4):
        assert exports._AT_ONCE.acquire(blocking=False)
    try:
        answer = crm.get("admin", "/records/lead/export")
        assert (answer.status, answer.code, answer.header("retry-after")) == (429, "too_many", "5")
    finally:
        for _ in range(4):
            exports._AT_ONCE.release()
    assert crm.get("admin", "/records/lead/export").status == 200
    assert crm.get("admin", "/records/lead/export?colour=red").status == 400
    assert crm.get("admin", "/records/none/export").status == 404
